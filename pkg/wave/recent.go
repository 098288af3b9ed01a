package wave

// recentIDs is how many ids one map of Recent holds: what is said twice comes within minutes, when its sender
// or its reader starts again.
const recentIDs = 2048

// Recent remembers the last 2048 ids at least, 4096 at most, so that a repetition is none. The zero Recent is
// ready; one goroutine at a time may use it. It holds two maps, of which the older is dropped when the
// younger is full.
type Recent struct{ young, old map[string]bool }

// Add reports whether an id is new, and remembers it.
func (r *Recent) Add(id string) bool {
	if r.young[id] || r.old[id] {
		return false
	}
	if r.young == nil || len(r.young) >= recentIDs {
		r.old, r.young = r.young, make(map[string]bool)
	}
	r.young[id] = true
	return true
}

// Forget makes an id new again.
func (r *Recent) Forget(id string) {
	delete(r.young, id)
	delete(r.old, id)
}
