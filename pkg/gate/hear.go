package gate

import "math"

// check refuses a wave that breaks a rule.
func (w *Wave) check() error {
	switch {
	case len(w.Source) == 0 || len(w.Source) > 128:
		return ErrSource
	case !within(w.Confidence, 0, 1):
		return ErrConfidence
	case !within(w.Valence, -1, 1):
		return ErrValence
	case !within(w.Cost, 0, math.MaxFloat64):
		return ErrCost
	case w.Meaning.kind == noMeaning:
		return ErrMeaning
	case w.Time < 0 || w.Time > MaxTime:
		return ErrTime
	}
	return nil
}

// Hear lets the virtual side of a gate hear one wave: steps 1 to 9. Silence
// that came before it is announced first. A refused wave changes nothing.
func (k *Kernel) Hear(id ID, w *Wave, fx *Effects) error {
	if !k.has(id) {
		return ErrGate
	}
	if err := w.check(); err != nil {
		return err
	}
	// Core and voices first, without a branch between them: their cache misses
	// are then waited for together.
	c := &k.cores[id]
	last, which, voices := c.last, c.profile, c.n
	ring := k.slots(id)
	s := &k.scene
	s.source = hashText(w.Source)
	s.own = slotOf(ring, s.source)
	p := &k.profiles[which]
	switch {
	case p.spec.Gardens == OnlyReal:
		return ErrDeaf
	case w.Time < last-p.window:
		return ErrLate
	case w.Meaning.kind == vector && !k.fits(id, c, p, w):
		return ErrDimension
	}
	k.redimension(id, c, w)
	now := max(last, w.Time)
	if c.due != 0 && c.due <= now {
		k.silence(id, Virtual, now, fx)
	}
	c.rate = float32(float64(float64(c.rate)*exp2(-float64(float64(now-c.last)*p.perTau))) + p.inTau)
	c.fade(p, now)

	k.listen(s, ring[:voices], c, p, w, now)
	if s.own < 0 || w.Meaning.kind == label && ring[s.own].key != w.Meaning.key {
		k.know(s.source, w.Source, &w.Meaning)
	}
	crossed := k.decide(s, id, c, p, fx)
	if c.state == Stable && !crossed && k.options.QuietWindows && s.n > 0 {
		k.hush(s, id, c, p)
	}
	evicted := k.remember(s, ring, c)
	k.probe(s, id, c, p, evicted)
	return nil
}

// slotOf is the slot of a source's latest wave, -1 when there is none. It never
// leaves early: a branch on memory that is still far away would stop the
// processor from fetching the rest.
func slotOf(ring []voice, source uint64) int {
	own := -1
	for i := range ring {
		if ring[i].source == source {
			own = i
		}
	}
	return own
}

// decide is steps 7 to 9: what the wave does to the value, and to the state.
func (k *Kernel) decide(s *scene, id ID, c *core, p *profile, fx *Effects) (crossed bool) {
	if s.reflex {
		c.raise(p, s.wave.Confidence)
		k.cross(s, id, c, p, Open, ByReflex, fx)
		return true
	}
	before := c.value0()
	switch e := clamp(s.weighed, -1, 1); {
	case e > c.p && s.counts(c, p):
		c.p = e
		if c.state == Stable && s.now >= c.free && c.value0() >= p.spec.Open {
			k.cross(s, id, c, p, Open, Evidence, fx)
			crossed = true
		} else if c.state == Closed && c.value0() > -p.spec.Release {
			k.cross(s, id, c, p, Stable, Evidence, fx)
			crossed = true
		}
	case -e > c.q && s.counts(c, p):
		c.q = -e
		if c.state == Stable && s.now >= c.free && c.value0() <= p.spec.Close {
			k.cross(s, id, c, p, Closed, Evidence, fx)
			crossed = true
		} else if c.state == Open && c.value0() < p.spec.Release {
			k.cross(s, id, c, p, Stable, Evidence, fx)
			crossed = true
		}
	default:
		return false
	}
	if c.state != Stable && !crossed && math.Abs(c.value0()) < math.Abs(before) {
		k.file(id, Virtual, &c.side, c.deadline(p)) // it will be STABLE earlier now
	}
	if k.options.LeanEvery != 0 {
		k.leans(id, Virtual, c, p, before, fx)
	}
	return crossed
}

func (s *side) value0() float64 { return s.p - s.q }

// remember keeps the speaker's wave, and when there are too many sources
// forgets the oldest by time, then by arrival. It returns the source that went.
func (k *Kernel) remember(s *scene, ring []voice, c *core) (evicted uint64) {
	w, slot := s.wave, s.own
	switch {
	case slot >= 0:
		if ring[slot].at > w.Time {
			return 0
		}
	case int(c.n) < len(ring):
		slot = int(c.n)
		c.n++
	default:
		slot = oldest(ring)
		if w.Time < ring[slot].at {
			return s.source
		}
		evicted = ring[slot].source
	}
	if c.order == math.MaxUint16 {
		renumber(ring[:c.n], c)
	}
	c.order++
	ring[slot] = voice{s.source, w.Meaning.key, w.Time, w.Confidence, w.Valence, s.trust, c.order, w.Meaning.kind}
	if w.Meaning.kind != label {
		k.warm(c).heard.keep(&w.Meaning, slot, len(ring))
	}
	if w.Cost != 0 || c.flags&hasCosts != 0 {
		c.flags |= hasCosts
		k.warm(c).charge(slot, len(ring), w.Cost)
	}
	return evicted
}

func oldest(ring []voice) int {
	best := 0
	for i := range ring[1:] {
		a, b := &ring[i+1], &ring[best]
		if a.at < b.at || a.at == b.at && a.order < b.order {
			best = i + 1
		}
	}
	return best
}

// renumber gives the voices the smallest orders that keep who came first.
func renumber(ring []voice, c *core) {
	var rank [MaxNeighbours]uint16
	for i := range ring {
		for _, o := range ring {
			if o.order <= ring[i].order {
				rank[i]++
			}
		}
	}
	for i := range ring {
		ring[i].order = rank[i]
	}
	c.order = uint16(len(ring))
}

func (c *cold) charge(slot, slots int, cost float64) {
	if c.costs == nil {
		c.costs = make([]float64, slots)
	}
	c.costs[slot] = cost
}
