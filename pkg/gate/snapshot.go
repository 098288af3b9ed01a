package gate

import (
	"cmp"
	"fmt"
	"slices"
)

// snapshotMagic names the format; another version has another number.
const snapshotMagic = "nimgate1"

// AppendSnapshot appends the whole state: a version, every gate by name, and a
// CRC-32C. Equal states give equal bytes.
func (k *Kernel) AppendSnapshot(dst []byte) []byte {
	start := len(dst)
	c := codec{buf: append(dst, snapshotMagic...)}
	n := len(k.cores)
	c.count(&n, n)
	var g saved
	for id := range k.cores {
		k.save(ID(id), &g)
		c.gate(&g)
	}
	return seal(c.buf, start)
}

// save copies one gate, with the texts behind its hashes.
func (k *Kernel) save(id ID, g *saved) {
	c := &k.cores[id]
	*g = saved{name: k.gates[id], core: *c, voices: g.voices[:0], texts: g.texts[:0]}
	g.core.flags &= probeLeft | probeLost
	ring := k.voices(id, c)
	var x *cold
	if c.cold != 0 {
		x = k.colds[c.cold]
	}
	for i, v := range ring {
		s := k.saveVoice(v)
		s.order = 0
		for _, o := range ring {
			if o.order < v.order {
				s.order++
			}
		}
		if x != nil {
			if x.costs != nil {
				s.cost = x.costs[i]
			}
			s.meaning = x.heard.save(v.kind, i)
		}
		g.voices = append(g.voices, s)
	}
	if x == nil {
		return
	}
	g.isWarm, g.real, g.lean, g.lessons = true, x.real, x.lean, x.lessons
	if c.probeSource != 0 {
		g.probe = x.heard.save(c.probeKind, k.profiles[c.profile].spec.Neighbours)
	}
	if g.hasQuiet = c.flags&quietOpen != 0; g.hasQuiet {
		g.quiet = x.quiet
		for _, v := range x.quiet.voices {
			s := k.saveVoice(v.voice)
			s.r, s.w, s.share, s.cost, s.order = v.r, v.w, v.share, v.cost, 0
			g.quietBy = append(g.quietBy, s)
		}
	}
	k.saveRecent(x, g)
	for i := range x.sources {
		g.texts = append(g.texts, k.names.text(x.sources[i].source))
	}
	for i := range x.patterns {
		e := &x.patterns[i]
		g.texts = append(g.texts, k.names.text(e.about))
		for _, s := range e.by[:e.n] {
			g.texts = append(g.texts, k.names.text(s))
		}
	}
}

func (k *Kernel) saveVoice(v voice) savedVoice {
	s := savedVoice{voice: v, source: k.names.text(v.source)}
	if v.kind == label {
		s.region = k.names.text(v.key)
	}
	return s
}

func (k *Kernel) saveRecent(x *cold, g *saved) {
	size := uint64(len(x.recent))
	for i := x.recentN - min(x.recentN, size); i < x.recentN; i++ {
		r := savedRecent{recent: x.recent[i%size]}
		r.about = k.names.text(r.recent.about)
		for t := range r.by[:r.n] {
			r.sources[t] = k.names.text(r.by[t].source)
		}
		g.recent = append(g.recent, r)
	}
}

func (h *meanings) save(kind kind, slot int) (m savedMeaning) {
	switch kind {
	case signature:
		m.sig = h.sigs[slot]
	case vector:
		m.vec, m.norm = h.vec(slot), h.norms[slot]
	}
	return m
}

// Restore replaces the state of the gates already added by a snapshot's. Gates
// the snapshot does not know stay new, gates that are no longer declared are
// dropped, and changed settings apply to the restored state. An error leaves
// the kernel as it was.
func (k *Kernel) Restore(data []byte) error {
	body, err := unseal(data, snapshotMagic)
	if err != nil {
		return err
	}
	next := New(k.options)
	for id := range k.cores {
		if _, err := next.Add(k.Spec(ID(id))); err != nil {
			return fmt.Errorf("restore snapshot: %w", err)
		}
	}
	c := codec{buf: body, reading: true}
	n := 0
	c.count(&n, 1<<30)
	for range n {
		var g saved
		if c.gate(&g); c.bad {
			break
		}
		if id, ok := next.Lookup(g.name); ok {
			next.install(id, &g)
		}
	}
	if c.bad || len(c.buf) != 0 {
		return fmt.Errorf("restore snapshot: %w: cannot read its gates", errCorrupt)
	}
	*k = *next
	return nil
}

// install gives a declared gate the state that was saved under its name.
func (k *Kernel) install(id ID, g *saved) {
	c := &k.cores[id]
	p := &k.profiles[c.profile]
	profile := c.profile
	*c = g.core
	c.profile, c.cold, c.n, c.order, c.due = profile, 0, 0, 0, 0
	c.flags &= probeLeft | probeLost
	if g.isWarm {
		k.warm(c)
	}
	if len(g.voices) > p.spec.Neighbours { // fewer are remembered now: the newest
		slices.SortStableFunc(g.voices, func(a, b savedVoice) int {
			return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.order, a.order))
		})
		g.voices = g.voices[:p.spec.Neighbours]
	}
	for i := range g.voices {
		k.installVoice(id, c, p, &g.voices[i], i)
	}
	if c.probeSource != 0 {
		k.installMeaning(c, p, c.probeKind, &g.probe, p.spec.Neighbours)
	}
	if g.isWarm {
		k.installCold(c, p, g)
	}
	k.refile(id, c, p)
}

func (k *Kernel) installVoice(id ID, c *core, p *profile, s *savedVoice, slot int) {
	v := k.knowVoice(s)
	k.ring[int(k.ringAt[id])+slot] = v
	c.n++
	c.order = max(c.order, v.order+1)
	k.installMeaning(c, p, v.kind, &s.meaning, slot)
	if s.cost != 0 {
		c.flags |= hasCosts
		k.warm(c).charge(slot, p.spec.Neighbours, s.cost)
	}
}

// knowVoice gives back a voice with its texts known to the shard.
func (k *Kernel) knowVoice(s *savedVoice) voice {
	v := s.voice
	v.source = k.knowText(s.source)
	if v.kind == label {
		v.key = k.knowText(s.region)
	}
	return v
}

// knowText keeps one text and returns its hash; 0 for none.
func (k *Kernel) knowText(text string) uint64 {
	if text == "" {
		return 0
	}
	k.names.room()
	h := hashText(text)
	k.names.add(h, text)
	return h
}

func (k *Kernel) installMeaning(c *core, p *profile, kind kind, m *savedMeaning, slot int) {
	switch kind {
	case signature:
		k.warm(c).heard.keep(&Meaning{kind: kind, sig: m.sig}, slot, p.spec.Neighbours)
	case vector:
		k.warm(c).heard.keep(&Meaning{kind: kind, vec: m.vec, norm: m.norm}, slot, p.spec.Neighbours)
	}
}

// installCold restores what a gate learned, within what it may remember now.
func (k *Kernel) installCold(c *core, p *profile, g *saved) {
	x := k.colds[c.cold]
	if p.spec.Gardens.Has(Real) {
		x.real = g.real
		x.real.due = 0
	}
	x.lean = g.lean
	if g.hasQuiet {
		c.flags |= quietOpen
		x.quiet = g.quiet
		x.quiet.voices = nil
		for i := range g.quietBy {
			s := &g.quietBy[i]
			x.quiet.voices = append(x.quiet.voices, quietVoice{voice: k.knowVoice(s), r: s.r, w: s.w, share: s.share, cost: s.cost})
		}
	}
	texts := g.texts
	next := func() uint64 {
		if len(texts) == 0 {
			return 0
		}
		h := k.knowText(texts[0])
		texts = texts[1:]
		return h
	}
	x.lessons = g.lessons
	for i := range x.sources {
		x.sources[i].source = next()
	}
	for i := range x.patterns {
		e := &x.patterns[i]
		next() // about is a hash already; only its text had to be known
		for t := range e.by[:e.n] {
			e.by[t] = next()
		}
	}
	if len(x.sources)+len(x.patterns) > 0 {
		c.flags |= taughtSome
	}
	x.sources = x.sources[max(0, len(x.sources)-p.sources):]
	x.patterns = x.patterns[max(0, len(x.patterns)-p.patterns):]
	k.installRecent(x, p, g)
}

func (k *Kernel) installRecent(x *cold, p *profile, g *saved) {
	if len(g.recent) == 0 {
		return
	}
	x.recent = make([]recent, p.recent)
	rs := g.recent[max(0, len(g.recent)-p.recent):]
	x.recentN = uint64(len(rs))
	for i := range rs {
		r := &rs[i]
		k.knowText(r.about)
		for t := range r.by[:r.n] {
			r.by[t].source = k.knowText(r.sources[t])
		}
		x.recent[i] = r.recent
	}
}

// refile files the deadlines that follow from the state.
func (k *Kernel) refile(id ID, c *core, p *profile) {
	switch {
	case c.flags&quietOpen != 0:
		k.file(id, Virtual, &c.side, k.colds[c.cold].quiet.end)
	case c.state != Stable:
		k.file(id, Virtual, &c.side, c.deadline(p))
	}
	if c.cold == 0 {
		return
	}
	if r := &k.colds[c.cold].real; r.state != Stable {
		k.file(id, Real, r, r.deadline(p))
	}
}
