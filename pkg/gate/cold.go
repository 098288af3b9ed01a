package gate

// meanings holds what voices were about when it was more than a label: one
// slot per voice and one more for the probe.
type meanings struct {
	sigs  []sig
	vecs  []float32 // dim numbers a slot
	norms []float64
	dim   int
}

// keep stores the meaning of a slot. slots is the number of voices.
func (h *meanings) keep(m *Meaning, slot, slots int) {
	if m.kind == signature {
		if h.sigs == nil {
			h.sigs = make([]sig, slots+1)
		}
		h.sigs[slot] = m.sig
		return
	}
	if h.dim != len(m.vec) {
		h.dim = len(m.vec)
		h.vecs = make([]float32, (slots+1)*h.dim)
		h.norms = make([]float64, slots+1)
	}
	copy(h.vec(slot), m.vec)
	h.norms[slot] = m.norm
}

func (h *meanings) vec(slot int) []float32 { return h.vecs[slot*h.dim : (slot+1)*h.dim] }

// sim compares a meaning with a slot of the same kind.
func (h *meanings) sim(m *Meaning, slot int) float64 {
	if m.kind == signature {
		return h.sigs[slot].compare(&m.sig)
	}
	if h.dim != len(m.vec) {
		return 0
	}
	return cosine(h.vec(slot), m.vec, h.norms[slot], m.norm)
}

// between compares two slots of one kind.
func (h *meanings) between(kind kind, a, b int) float64 {
	if kind == signature {
		return h.sigs[a].compare(&h.sigs[b])
	}
	return cosine(h.vec(a), h.vec(b), h.norms[a], h.norms[b])
}

// fits reports whether an embedding has the dimension of those this gate
// remembers. Once they have all left the window, another dimension may begin.
func (k *Kernel) fits(id ID, c *core, p *profile, w *Wave) bool {
	if c.cold == 0 {
		return true
	}
	h := &k.colds[c.cold].heard
	if h.dim == 0 || h.dim == len(w.Meaning.vec) {
		return true
	}
	ring := k.voices(id, c)
	for i := range ring {
		if ring[i].kind == vector && max(c.last, w.Time)-ring[i].at <= p.window {
			return false
		}
	}
	return true
}

// redimension forgets what embeddings of another dimension were about.
func (k *Kernel) redimension(id ID, c *core, w *Wave) {
	if w.Meaning.kind != vector || c.cold == 0 {
		return
	}
	h := &k.colds[c.cold].heard
	if h.dim == 0 || h.dim == len(w.Meaning.vec) {
		return
	}
	ring := k.voices(id, c)
	for i := range ring {
		if ring[i].kind == vector {
			ring[i].kind = noMeaning
		}
	}
	if c.probeKind == vector {
		c.probeSource = 0
	}
	h.dim = 0
}

// recent is one opening or closing that an outcome may name.
type recent struct {
	seq, of            uint64
	at                 Time
	about              uint64 // what the speaker said
	pattern            uint64 // 0: nothing to learn from it
	value, correlation float32
	amplitude, weight  float32
	cost               float32
	garden             Garden
	to                 State
	cause              Cause
	tier               uint8
	n                  uint8 // triggers kept
	by                 [MaxTaught]taught
}

type taught struct {
	source     uint64
	share      float32
	confidence float32
}

// recall keeps a transition for its outcome, in place of the oldest kept.
func (c *cold) recall(p *profile, t *Transition, about, pattern uint64) {
	if c.recent == nil {
		c.recent = make([]recent, p.recent)
	}
	r := &c.recent[c.recentN%uint64(len(c.recent))]
	c.recentN++
	*r = recent{
		seq: t.Seq, of: t.Of, at: t.Time, about: about, pattern: pattern,
		value: float32(t.Value), correlation: float32(t.Correlation),
		amplitude: float32(t.Amplitude), weight: float32(t.Weight), cost: float32(t.Cost),
		garden: t.Garden, to: t.To, cause: t.Cause, tier: uint8(t.Tier),
	}
	for i := range t.Triggers {
		x := &t.Triggers[i]
		r.take(taught{hashText(x.Source), float32(x.Share), float32(x.Confidence)})
	}
}

// take keeps the triggers with the largest shares, in that order.
func (r *recent) take(x taught) {
	i := int(r.n)
	if i == len(r.by) {
		if i--; x.share <= r.by[i].share {
			return
		}
	} else {
		r.n++
	}
	for ; i > 0 && r.by[i-1].share < x.share; i-- {
		r.by[i] = r.by[i-1]
	}
	r.by[i] = x
}

// find is the record of a transition, nil when it is no longer kept.
func (c *cold) find(g Garden, seq uint64) *recent {
	for i := range c.recent {
		if r := &c.recent[i]; r.seq == seq && r.garden == g {
			return r
		}
	}
	return nil
}

// eachName names every hash the cold part refers to.
func (c *cold) eachName(keep func(uint64)) {
	for i := range c.quiet.voices {
		keep(c.quiet.voices[i].source)
		keep(c.quiet.voices[i].key)
	}
	for i := range c.recent {
		keep(c.recent[i].about)
		for _, t := range c.recent[i].by[:c.recent[i].n] {
			keep(t.source)
		}
	}
	for i := range c.sources {
		keep(c.sources[i].source)
	}
	for i := range c.patterns {
		keep(c.patterns[i].about)
		for _, s := range c.patterns[i].by[:c.patterns[i].n] {
			keep(s)
		}
	}
}
