package gate

import "math"

// lessons is everything outcomes taught one gate.
type lessons struct {
	beta     beta // of the weight
	reflex   bool // may act by reflex
	changes  []change
	sources  []sourceEntry
	patterns []patternEntry
}

// change is one lesson of the weight.
type change struct {
	at            Time
	id            uint64 // hash of the outcome's id
	seq           uint64
	before, after float32
	discrepancy   float32
	kind          OutcomeKind
	garden        Garden
}

type sourceEntry struct {
	source uint64
	beta
}

type patternEntry struct {
	pattern, about uint64
	beta
	by [MaxTaught]uint64
	n  uint8
}

// good is the part of an outcome that was right.
func (o *Outcome) good() (float64, error) {
	switch {
	case o.Kind == Confirmed:
		return 1, nil
	case o.Kind == Failed:
		return 0, nil
	case o.Kind == Partial && within(o.Discrepancy, 0, 1):
		return 1 - o.Discrepancy, nil
	}
	return 0, ErrOutcome
}

// Outcome teaches a gate what became of one of its transitions: its weight,
// the reliability of the sources that triggered it, and the pattern they made.
// A transition that is no longer kept teaches the weight alone.
func (k *Kernel) Outcome(id ID, o *Outcome) (Lesson, error) {
	if !k.has(id) {
		return Lesson{}, ErrGate
	}
	good, err := o.good()
	if err != nil {
		return Lesson{}, err
	}
	c := &k.cores[id]
	p := &k.profiles[c.profile]
	s := k.side(id, o.Garden)
	switch {
	case o.Garden > Real || !p.spec.Gardens.Has(o.Garden):
		return Lesson{}, ErrGarden
	case o.Time < 0 || o.Time > MaxTime:
		return Lesson{}, ErrTime
	case s == nil || o.Seq == 0 || o.Seq > s.seq:
		return Lesson{}, ErrTransition
	case o.Seq%2 == 0: // every change passes through STABLE: even ones return to it
		return Lesson{}, ErrDecay
	}
	x := k.warm(c)
	r := x.find(o.Garden, o.Seq)
	if r != nil && r.cause == Forced {
		return Lesson{}, ErrDecay
	}
	digest := uint64(0) // without an id nothing can be repeated
	if o.ID != "" {
		digest = hashText(o.ID)
	}
	before := x.trusted(p, o.Time)
	for i := range x.changes {
		if digest != 0 && x.changes[i].id == digest {
			return Lesson{Before: before, After: before, Repeated: true}, nil
		}
	}
	x.beta = x.beta.learn(p.prior, good, max(o.Time, 1))
	l := Lesson{Before: before, After: x.trusted(p, o.Time)}
	p.trusts(x, o.Time)
	x.note(change{at: o.Time, id: digest, seq: o.Seq, before: float32(l.Before), after: float32(l.After),
		discrepancy: float32(o.Discrepancy), kind: o.Kind, garden: o.Garden})
	if r != nil {
		l.Sources, l.Pattern = x.teach(p, r, good, o.Time)
		c.flags |= taughtSome
		k.retrust(id, c, x, o.Time)
		if o.Kind == Confirmed && r.to == Open {
			c.plus /= 2
		}
	}
	return l, nil
}

// note keeps the last ten lessons, oldest first.
func (l *lessons) note(x change) {
	if len(l.changes) == changesKept {
		copy(l.changes, l.changes[1:])
		l.changes = l.changes[:changesKept-1]
	}
	l.changes = append(l.changes, x)
}

// teach passes an outcome on to the sources and the pattern of a transition.
func (l *lessons) teach(p *profile, r *recent, good float64, now Time) (sources int, pattern bool) {
	for _, t := range r.by[:r.n] {
		e := &l.sources[l.sourceFor(t.source, p, now)]
		e.beta = e.learn(even, good, now)
		sources++
	}
	if r.pattern == 0 {
		return sources, false
	}
	e := &l.patterns[l.patternFor(r, p, now)]
	e.beta = e.learn(even, good, now)
	return sources, true
}

// sourceFor finds the entry of a source; a full table loses the one that says
// least.
func (l *lessons) sourceFor(source uint64, p *profile, now Time) int {
	for i := range l.sources {
		if l.sources[i].source == source {
			return i
		}
	}
	if len(l.sources) == p.sources {
		least := 0
		for i := range l.sources {
			if l.sources[i].less(l.sources[least].beta, now) {
				least = i
			}
		}
		l.sources = append(l.sources[:least], l.sources[least+1:]...)
	}
	l.sources = append(l.sources, sourceEntry{source, even})
	return len(l.sources) - 1
}

// patternFor does the same for patterns.
func (l *lessons) patternFor(r *recent, p *profile, now Time) int {
	for i := range l.patterns {
		if l.patterns[i].pattern == r.pattern {
			return i
		}
	}
	if len(l.patterns) == p.patterns {
		least := 0
		for i := range l.patterns {
			if l.patterns[i].less(l.patterns[least].beta, now) {
				least = i
			}
		}
		l.patterns = append(l.patterns[:least], l.patterns[least+1:]...)
	}
	e := patternEntry{pattern: r.pattern, about: r.about, beta: even, n: r.n}
	for i, t := range r.by[:r.n] {
		e.by[i] = t.source
	}
	l.patterns = append(l.patterns, e)
	return len(l.patterns) - 1
}

// less reports whether x is of less use than y: nearer to its prior, and of
// two equals the one used longer ago.
func (x beta) less(y beta, now Time) bool {
	a, b := math.Abs(x.idle(even, now).mean()-0.5), math.Abs(y.idle(even, now).mean()-0.5)
	return a < b || a == b && x.at < y.at
}

// retrust lets remembered voices weigh what their sources are worth now.
func (k *Kernel) retrust(id ID, c *core, l *cold, now Time) {
	ring := k.voices(id, c)
	for i := range ring {
		ring[i].trust = l.reliability(ring[i].source, now)
	}
}

// reliability of a source, 1 when nothing was learned about it.
func (l *lessons) reliability(source uint64, now Time) float32 {
	for i := range l.sources {
		if l.sources[i].source == source {
			return float32(l.sources[i].factor(now))
		}
	}
	return 1
}

// gain of a pattern, 1 when it is not familiar.
func (l *lessons) gain(pattern uint64, now Time) float64 {
	for i := range l.patterns {
		if l.patterns[i].pattern == pattern {
			return l.patterns[i].gain(now)
		}
	}
	return 1
}
