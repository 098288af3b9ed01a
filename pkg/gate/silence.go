package gate

// file notes when silence will have something to say about a side. The filed
// time may be early, never late: a value that was raised since moves the true
// deadline away, and then filing again is left to the moment it comes up.
func (k *Kernel) file(id ID, g Garden, s *side, due Time) {
	s.due = max(due, 1)
	k.heap.set(nodeOf(id, g), s.due)
}

func (k *Kernel) unfile(id ID, g Garden, s *side) {
	s.due = 0
	k.heap.drop(nodeOf(id, g))
}

// silence looks at a side whose filed deadline has come: it announces what
// happened by now, or files the true deadline.
func (k *Kernel) silence(id ID, g Garden, now Time, fx *Effects) {
	c, s := &k.cores[id], k.side(id, g)
	p := &k.profiles[c.profile]
	if g == Virtual && c.flags&quietOpen != 0 {
		if end := k.colds[c.cold].quiet.end; end > now {
			k.file(id, g, s, end)
		} else {
			k.unfile(id, g, s)
			k.hushed(id, c, fx)
		}
		return
	}
	if s.state == Stable {
		k.unfile(id, g, s)
		return
	}
	end := s.deadline(p)
	if end > now {
		k.file(id, g, s, end)
		return
	}
	k.unfile(id, g, s)
	t := k.transition(id, g, s, Stable, Decay, end, fx)
	t.Value = s.value(p, end)
}

// Advance announces everything silence did up to now: gates that fell back to
// STABLE and windows that ended, each with its own time, in the order of time.
// A call that left something in fx is a record and must be journalled with now.
func (k *Kernel) Advance(now Time, fx *Effects) {
	if now > MaxTime {
		now = MaxTime
	}
	for len(k.heap.items) > 0 && k.heap.items[0].due <= now {
		next := k.heap.items[0]
		// Up to its own filed time only: a true deadline that is later, though
		// not after now, waits for its turn.
		k.silence(ID(next.node>>1), Garden(next.node&1), next.due, fx)
	}
}

// Deadline is the earliest moment at which Advance may have something to do;
// false when nothing is pending.
func (k *Kernel) Deadline() (Time, bool) {
	if len(k.heap.items) == 0 {
		return 0, false
	}
	return k.heap.items[0].due, true
}

// transition numbers a change of state, fills what every transition has, and
// starts the refractory time. The caller completes it.
func (k *Kernel) transition(id ID, g Garden, s *side, to State, cause Cause, at Time, fx *Effects) *Transition {
	c := &k.cores[id]
	p := &k.profiles[c.profile]
	s.seq++
	fx.Transitions = append(fx.Transitions, Transition{
		Gate: k.gates[id], ID: id, Garden: g, Seq: s.seq, From: s.state, To: to,
		Value: s.value0(), Weight: k.weight(c, p, at), Cause: cause, Time: at,
	})
	if to == Stable {
		s.free = at + p.refractory
	}
	s.state, s.hush = to, 0
	if g == Virtual {
		c.flags &^= quietOpen
	}
	return &fx.Transitions[len(fx.Transitions)-1]
}
