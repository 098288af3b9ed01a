package gate

import "math"

// saved is one gate as a snapshot holds it: hashes with their texts, nothing
// that follows from the rest.
type saved struct {
	name     string
	core     core
	real     side
	voices   []savedVoice
	probe    savedMeaning
	quiet    quiet
	quietBy  []savedVoice
	lean     leaning
	recent   []savedRecent // oldest first
	lessons  lessons
	texts    []string // of the hashes the lessons hold, in order
	isWarm   bool
	hasQuiet bool
}

type savedVoice struct {
	voice
	source, region string
	cost           float64
	meaning        savedMeaning
	r, w, share    float64 // in a quiet window
}

type savedMeaning struct {
	sig  sig
	vec  []float32
	norm float64
}

type savedRecent struct {
	recent
	about   string
	sources [MaxTaught]string
}

const (
	maxText = 1 << 16
	maxOpen = 1 << 20 // entries of any learned table
	huge    = math.MaxFloat64
)

// gate writes or reads one gate.
func (c *codec) gate(g *saved) {
	c.text(&g.name, maxText)
	c.side(&g.core.side)
	x := &g.core
	c.single(&x.rate, 0, math.MaxFloat32)
	c.single(&x.plus, 0, math.MaxFloat32)
	c.single(&x.minus, 0, math.MaxFloat32)
	small(c, &x.flags, 255)
	small(c, &x.probeKind, int(vector))
	c.time(&x.age)
	c.time(&x.asked)
	c.time(&x.probeAt)
	c.u64(&x.probeSource)
	c.u64(&x.probeKey)
	c.real(&x.probeTone, -1, 1)
	if x.probeSource != 0 {
		c.meaning(x.probeKind, &g.probe)
	}
	list(c, &g.voices, MaxNeighbours, func(v *savedVoice) { c.voice(v) })
	c.yes(&g.isWarm)
	if !g.isWarm {
		return
	}
	c.side(&g.real)
	c.time(&g.lean.at)
	c.real(&g.lean.value, -1, 1)
	if c.yes(&g.hasQuiet); g.hasQuiet {
		c.hush(g)
	}
	list(c, &g.recent, maxOpen, func(r *savedRecent) { c.recent(r) })
	c.lessons(g)
}

func (c *codec) yes(x *bool) {
	n := 0
	if *x {
		n = 1
	}
	c.count(&n, 1)
	*x = n == 1
}

func (c *codec) side(s *side) {
	c.time(&s.last)
	c.time(&s.free)
	c.real(&s.p, 0, 1)
	c.real(&s.q, 0, 1)
	c.u64(&s.seq)
	small(c, &s.hush, math.MaxUint32)
	state := int(s.state) + 1
	c.count(&state, 2)
	s.state = State(state - 1)
	if c.reading && (s.state == Stable) != (s.seq%2 == 0) {
		c.fail() // every change passes through STABLE
	}
}

// voice takes a voice; its order is its rank in the list.
func (c *codec) voice(v *savedVoice) {
	c.text(&v.source, 128)
	c.text(&v.region, maxText)
	c.u64(&v.key)
	c.time(&v.at)
	c.real(&v.confidence, 0, 1)
	c.real(&v.valence, -1, 1)
	c.single(&v.trust, 0, 1)
	small(c, &v.order, math.MaxUint16)
	small(c, &v.kind, int(vector))
	c.real(&v.cost, 0, huge)
	c.meaning(v.kind, &v.meaning)
}

func (c *codec) meaning(k kind, m *savedMeaning) {
	switch k {
	case signature:
		small(c, &m.sig.n, maxLeaves)
		c.yes(&m.sig.more)
		for i := range m.sig.leaf[:m.sig.n] {
			l := &m.sig.leaf[i]
			c.u64(&l.path)
			c.u64(&l.value)
			if l.path&3 == leafNumber && !within(math.Float64frombits(l.value), -2000, 2000) {
				c.fail()
			}
		}
	case vector:
		list(c, &m.vec, MaxDimension, func(x *float32) { c.single(x, -math.MaxFloat32, math.MaxFloat32) })
		if len(m.vec) == 0 {
			c.fail()
		}
		c.real(&m.norm, 0, huge)
	}
}

func (c *codec) hush(g *saved) {
	c.time(&g.quiet.start)
	c.time(&g.quiet.end)
	c.real(&g.quiet.strength, 0, 1)
	c.real(&g.quiet.rho, -1, 1)
	list(c, &g.quietBy, MaxNeighbours+1, func(v *savedVoice) {
		k := v.kind
		v.kind = label // the record needs no meaning to compare
		c.voice(v)
		v.kind = k
		small(c, &v.kind, int(vector))
		c.real(&v.r, -1, 1)
		c.real(&v.w, 0, 1)
		c.real(&v.share, 0, 1)
	})
}

func (c *codec) recent(r *savedRecent) {
	c.u64(&r.seq)
	c.u64(&r.of)
	c.time(&r.at)
	c.text(&r.about, maxText)
	c.u64(&r.recent.about)
	c.u64(&r.pattern)
	for _, x := range []*float32{&r.value, &r.correlation, &r.amplitude, &r.weight} {
		c.single(x, -1, 1)
	}
	c.single(&r.cost, 0, huge)
	small(c, &r.garden, int(Real))
	to := int(r.to) + 1
	c.count(&to, 2)
	r.to = State(to - 1)
	small(c, &r.cause, len(causes)-1)
	small(c, &r.tier, 5)
	small(c, &r.n, MaxTaught)
	for i := range r.by[:r.n] {
		c.text(&r.sources[i], 128)
		c.single(&r.by[i].share, 0, 1)
		c.single(&r.by[i].confidence, 0, 1)
	}
}

func (c *codec) lessons(g *saved) {
	l := &g.lessons
	c.beta(&l.beta)
	c.yes(&l.reflex)
	list(c, &l.changes, changesKept, func(x *change) {
		c.time(&x.at)
		c.u64(&x.id)
		c.u64(&x.seq)
		c.single(&x.before, 0, 1)
		c.single(&x.after, 0, 1)
		c.single(&x.discrepancy, -huge, huge)
		small(c, &x.kind, int(Partial))
		small(c, &x.garden, int(Real))
	})
	list(c, &l.sources, maxOpen, func(x *sourceEntry) { c.beta(&x.beta) })
	list(c, &l.patterns, maxOpen, func(x *patternEntry) {
		c.u64(&x.pattern)
		c.u64(&x.about)
		c.beta(&x.beta)
		small(c, &x.n, MaxTaught)
	})
	list(c, &g.texts, 1<<30, func(s *string) { c.text(s, maxText) })
}

func (c *codec) beta(x *beta) {
	c.real(&x.a, 0, 1e6)
	c.real(&x.b, 0, 1e6)
	c.time(&x.at)
	if c.reading && !(x.a+x.b > 0) {
		c.fail()
	}
}
