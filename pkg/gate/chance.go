package gate

import "math"

const (
	chancePrior Time = 60e9  // how long nothing found weighs at the start
	chanceAge   Time = 600e9 // how far back the means reach at most
)

// probe follows the question that nobody means any more, after a wave was
// heard and remembered.
func (k *Kernel) probe(s *scene, id ID, c *core, p *profile, evicted uint64) {
	if c.probeSource == 0 {
		k.setProbe(s, id, c, p, evicted)
		return
	}
	if c.flags&probeLeft == 0 {
		switch {
		case s.source == c.probeSource:
			if s.wave.Valence*c.probeTone > 0 && k.probeSim(id, c, p, &s.wave.Meaning) >= p.spec.Similarity {
				c.probeSource = 0 // a lasting state is not chance
				return
			}
			c.flags |= probeLeft
		case s.now-c.probeAt > 10*p.window:
			c.probeSource = 0
			return
		case evicted == c.probeSource || c.flags&probeLost != 0:
			c.flags |= probeLeft
		}
	}
	if c.flags&probeLeft != 0 && s.now-c.probeAt > 2*p.window {
		k.ask(id, c, p, s.now)
		c.probeSource = 0
	}
}

func (k *Kernel) setProbe(s *scene, id ID, c *core, p *profile, evicted uint64) {
	w := s.wave
	c.probeSource, c.probeKey, c.probeKind = s.source, w.Meaning.key, w.Meaning.kind
	c.probeAt, c.probeTone = w.Time, w.Valence
	c.flags &^= probeLeft | probeLost
	if evicted == s.source {
		c.flags |= probeLost // too old to be remembered at all
	}
	if w.Meaning.kind != label {
		k.warm(c).heard.keep(&w.Meaning, p.spec.Neighbours, p.spec.Neighbours)
	}
}

// probeSim is the similarity of a meaning to the probe.
func (k *Kernel) probeSim(id ID, c *core, p *profile, m *Meaning) float64 {
	switch {
	case m.kind != c.probeKind:
		return 0
	case m.kind != label:
		return k.colds[c.cold].heard.sim(m, p.spec.Neighbours)
	case m.key == c.probeKey:
		return 1
	}
	return 0
}

// ask finds how much of today's crowd agrees with the abandoned probe.
func (k *Kernel) ask(id ID, c *core, p *profile, now Time) {
	agreed, denied := 1.0, 1.0
	ring := k.voices(id, c)
	for i := range ring {
		v := &ring[i]
		if v.source == c.probeSource || v.kind != c.probeKind || apart(now, v.at) > p.window {
			continue
		}
		sim := 1.0
		if v.kind != label {
			sim = k.colds[c.cold].heard.between(v.kind, i, p.spec.Neighbours)
		} else if v.key != c.probeKey {
			continue
		}
		r := c.probeTone * v.valence * sim
		if math.Abs(r) < p.spec.Similarity {
			continue
		}
		left := 1 - float64(v.weight(p, now)*math.Abs(r))
		if r > 0 {
			agreed = float64(agreed * left)
		} else {
			denied = float64(denied * left)
		}
	}
	d := p.window
	if c.asked != 0 {
		d = min(d, now-c.asked)
	}
	part := float64(d) / float64(chancePrior+c.age+d)
	c.plus = toward(c.plus, agreed, part)
	c.minus = toward(c.minus, denied, part)
	c.age = min(c.age+d, chanceAge)
	c.asked = now
}

// toward moves a mean part of the way to the mass -ln(left).
func toward(mean float32, left, part float64) float32 {
	mass := 0.0
	if left < 1 {
		mass = -ln(left)
	}
	m := float64(mean)
	return float32(m + float64((mass-m)*part))
}
