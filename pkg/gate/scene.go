package gate

import "math"

// topConfidence is the most that a single voice can weigh.
const topConfidence = 0.95

// scene is one hearing: the speaker, the voices related to it, and what steps
// 2 to 8 make of them. The kernel reuses a single one.
type scene struct {
	wave   *Wave
	source uint64
	now    Time
	own    int     // the slot of the speaker's wave before this one; -1: none
	trust  float32 // reliability of the speaker
	weight float64 // of the speaker
	reflex bool

	n    int                    // related voices
	slot [MaxNeighbours]uint8   // which
	r    [MaxNeighbours]float64 // agreement with the speaker
	w    [MaxNeighbours]float64 // weight

	rho, amplitude, corroborated   float64
	strongest                      float64 // largest |r| of those with rho's sign
	rest, sum, squares             float64 // step 7, the strongest term left out
	gain, weighed                  float64 // weighed: e if it counts
	mass, chance, surprise, needed float64
	pattern                        uint64
}

// listen is steps 2 to 8 but for the test of chance, which counts makes when
// it matters.
func (k *Kernel) listen(s *scene, ring []voice, c *core, p *profile, w *Wave, now Time) {
	s.wave, s.now, s.n = w, now, 0
	s.rho, s.amplitude, s.corroborated, s.weighed, s.gain, s.pattern = 0, 0, 0, 0, 1, 0
	s.mass, s.chance, s.surprise, s.needed = 0, 0, 0, 0
	s.trust, s.reflex = 1, false
	var cold *cold
	if c.flags&taughtSome != 0 {
		cold = k.colds[c.cold]
		s.trust = cold.reliability(s.source, now)
	} else if w.Meaning.kind != label || w.Confidence >= p.spec.ReflexConfidence {
		cold = k.colds[c.cold]
	}
	s.weight = float64(min(w.Confidence, topConfidence) * float64(s.trust))
	if now != w.Time {
		s.weight = float64(s.weight * exp2(-float64(float64(now-w.Time)*p.perHalf)))
	}
	rho := s.relate(ring, p, cold)
	if w.Confidence >= p.spec.ReflexConfidence && w.Valence > 0 && c.state == Stable && now >= c.free && p.trusts(cold, now) {
		s.reflex, s.n = true, 0
		s.amplitude, s.strongest = w.Confidence, 1
		s.pattern = s.patternKey(nil)
		return
	}
	if rho == 0 {
		return
	}
	s.rho = rho
	s.measure()
	if s.amplitude == 0 {
		return
	}
	if cold != nil && len(cold.patterns) > 0 {
		s.pattern = s.patternKey(ring)
		s.gain = cold.gain(s.pattern, now)
	}
	s.weighed = s.rho * s.corroborated * s.gain
}

// relate collects the related voices and returns their mean pairwise
// agreement, steps 2 to 4. Pairs are summed as each voice with all before it.
func (s *scene) relate(ring []voice, p *profile, cold *cold) float64 {
	w := s.wave
	m := &w.Meaning
	sumW, sumX := s.weight, s.weight // of w and of w*r; the speaker's r is 1
	squares := float64(s.weight * s.weight)
	var up, down float64
	for i := range ring {
		v := &ring[i]
		if i == s.own {
			continue
		}
		if v.kind != m.kind {
			continue
		}
		sim := 1.0
		if m.kind != label {
			sim = cold.heard.sim(m, i)
		} else if v.key != m.key {
			continue
		}
		r := w.Valence * v.valence * sim
		if math.Abs(r) < p.spec.Similarity || apart(w.Time, v.at) > p.window {
			continue
		}
		wj := v.weight(p, s.now)
		x := float64(wj * r)
		up += float64(x * sumX)
		down += float64(wj * sumW)
		sumX += x
		sumW += wj
		squares += float64(wj * wj)
		s.slot[s.n], s.r[s.n], s.w[s.n] = uint8(i), r, wj
		s.n++
	}
	if down == 0 {
		return 0
	}
	rho := up / down
	if rho < 0 {
		rho = float64(rho * max(1, float64(sumW*sumW)/squares-1))
	}
	return clamp(rho, -1, 1)
}

func (v *voice) weight(p *profile, now Time) float64 {
	return float64(min(v.confidence, topConfidence) * float64(v.trust) * exp2(-float64(float64(now-v.at)*p.perHalf)))
}

func apart(a, b Time) Time { return max(a-b, b-a) }

// measure is steps 5 and 6 over the voices whose agreement has rho's sign.
func (s *scene) measure() {
	silent := 1.0 // the chance that nobody of them is right
	top := 0.0
	s.strongest, s.rest, s.sum, s.squares = 0, 1, 0, 0
	for i := range s.n {
		if s.r[i]*s.rho <= 0 {
			continue
		}
		r := math.Abs(s.r[i])
		s.strongest = max(s.strongest, r)
		y := float64(s.w[i] * r)
		silent = float64(silent * (1 - y))
		top = s.add(top, y)
	}
	if s.strongest == 0 {
		return
	}
	y := float64(s.weight * s.strongest)
	silent = float64(silent * (1 - y))
	s.add(top, y)
	s.amplitude = 1 - silent
	s.corroborated = min(s.amplitude, 3*(1-s.rest))
}

// add takes one more term, leaving out the largest so far.
func (s *scene) add(top, y float64) float64 {
	if y > top {
		top, y = y, top
	}
	s.rest = float64(s.rest * (1 - y))
	s.sum += y
	s.squares += float64(y * y)
	return top
}

// counts is step 7: whether this is more agreement than chance provides.
func (s *scene) counts(c *core, p *profile) bool {
	s.chance = float64(c.plus)
	if s.rho < 0 {
		s.chance = float64(c.minus)
	}
	if !p.spec.Chance || s.chance == 0 {
		return true
	}
	s.mass = -ln(s.rest)
	s.needed = max(1, 2+ln(float64(c.rate)*p.seconds))
	if s.mass > s.chance {
		n := float64(s.sum*s.sum) / s.squares
		s.surprise = n * (ln(s.mass/s.chance) - 1 + s.chance/s.mass)
	}
	return s.surprise >= s.needed
}

// patternKey says what this is about and who speaks; the order does not matter.
func (s *scene) patternKey(ring []voice) uint64 {
	key := mix(s.wave.Meaning.pattern) + mix(s.source)
	for i := range s.n {
		if s.r[i]*s.rho > 0 {
			key += mix(ring[s.slot[i]].source)
		}
	}
	return max(key, 1)
}
