package topology

// Check returns everything that is wrong with a complete topology.
func Check(t *Topology) []Problem { return nil }
