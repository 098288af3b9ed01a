package organ

// generation is how many ids one map of recent holds: a request comes again within minutes, when its sender
// or its reader starts again.
const generation = 2048

// recent remembers the last ids, so that a repetition is none: two maps, of which the older is dropped when
// the younger is full.
type recent struct{ young, old map[string]bool }

// add reports whether an id is new, and remembers it.
func (r *recent) add(id string) bool {
	if r.young[id] || r.old[id] {
		return false
	}
	if r.young == nil || len(r.young) >= generation {
		r.old, r.young = r.young, make(map[string]bool)
	}
	r.young[id] = true
	return true
}

// forget makes an id new again.
func (r *recent) forget(id string) {
	delete(r.young, id)
	delete(r.old, id)
}
