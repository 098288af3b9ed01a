package gatetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// half is how much is left after d with a half-life of h.
func half(d gate.Time, h time.Duration) float64 { return math.Exp2(-float64(d) / float64(h)) }

func apart(a, b gate.Time) gate.Time { return max(a-b, b-a) }

// heard is one voice as the speaker hears it.
type heard struct {
	voice
	r, w  float64 // agreement with the speaker, weight
	share float64
	same  bool // r has the sign of rho
}

// judgement is steps 1 to 8 for one wave; it changes nothing.
type judgement struct {
	now          gate.Time
	rate         float64
	reflex       bool
	about        *meaning
	all          []heard // the speaker, then the voices related to it
	rho          float64
	strongest    float64 // largest |r| among those with rho's sign
	amplitude    float64 // A
	corroborated float64 // A'
	mass         float64 // M
	chance       float64 // B
	surprise     float64 // d
	needed       float64
	gain         float64
	weighed      float64 // e if it counts
	evidence     float64
	counts       bool // by step 7
}

func (m *Model) judge(name string, w Wave) (judgement, error) {
	g := m.gates[name]
	s, v := g.spec, &g.virtual
	if w.Time < v.last-gate.Time(s.Window) {
		return judgement{}, gate.ErrLate
	}
	about, err := meaningOf(w)
	if err != nil {
		return judgement{}, err
	}
	j := judgement{now: max(v.last, w.Time), about: about, gain: 1}
	tau := 10 * s.Window.Seconds()
	j.rate = g.rate*math.Exp(-j.now.Sub(v.last).Seconds()/tau) + 1/tau

	weigh := func(source string, confidence float64, at gate.Time) float64 {
		return math.Min(confidence, 0.95) * g.trust.reliability(source, j.now) * half(j.now-at, s.HalfLife)
	}
	j.all = make([]heard, 1, 1+len(g.voices))
	j.all[0] = heard{voice: voice{w.Source, w.Confidence, w.Valence, w.Cost, about, w.Region, w.Time}, r: 1}
	j.all[0].w = weigh(w.Source, w.Confidence, w.Time)
	if j.reflex = m.isReflex(g, w, j.now); j.reflex {
		j.amplitude, j.all[0].share, j.all[0].same = w.Confidence, 1, true
		return j, nil
	}
	for _, o := range g.voices {
		if o.source == w.Source || apart(w.Time, o.at) > gate.Time(s.Window) {
			continue
		}
		r := w.Valence * o.valence * similarity(about, o.about)
		if math.Abs(r) >= s.Similarity {
			j.all = append(j.all, heard{voice: o, r: r, w: weigh(o.source, o.confidence, o.at)})
		}
	}
	m.correlate(&j)
	m.measure(g, &j)
	return j, nil
}

// isReflex looks whether this one wave suffices.
func (m *Model) isReflex(g *state, w Wave, now gate.Time) bool {
	v := g.virtual
	st, free := v.state, v.free
	if st != gate.Stable && v.deadline(g.spec) <= now {
		st, free = gate.Stable, v.deadline(g.spec)+gate.Time(g.spec.Refractory)
	}
	return st == gate.Stable && now >= free && w.Confidence >= g.spec.ReflexConfidence && w.Valence > 0 &&
		g.trust.reflex(g.spec, now)
}

// correlate is step 4.
func (m *Model) correlate(j *judgement) {
	var up, down, sum, squares float64
	for i := range j.all {
		a := &j.all[i]
		sum += a.w
		squares += a.w * a.w
		for k := range j.all[i+1:] {
			b := &j.all[i+1+k]
			up += a.w * b.w * a.r * b.r
			down += a.w * b.w
		}
	}
	if m.Rules.LastSpeaker {
		up, down = 0, 0
		for _, a := range j.related() {
			up += a.w * a.r
			down += a.w
		}
	}
	if down == 0 {
		return
	}
	j.rho = up / down
	if j.rho < 0 && !m.Rules.LastSpeaker {
		j.rho *= math.Max(1, sum*sum/squares-1)
	}
	j.rho = math.Max(-1, math.Min(1, j.rho))
}

// measure is steps 5 to 8.
func (m *Model) measure(g *state, j *judgement) {
	strongest := 0.0
	terms := make([]float64, 0, len(j.all))
	for i := range j.related() {
		a := &j.related()[i]
		if a.same = a.r*j.rho > 0; a.same {
			strongest = math.Max(strongest, math.Abs(a.r))
			terms = append(terms, a.w*math.Abs(a.r))
		}
	}
	if len(terms) == 0 {
		return
	}
	j.all[0].same = true
	terms = append(terms, j.all[0].w*strongest)
	silent := 1.0
	for _, y := range terms {
		silent *= 1 - y
	}
	j.amplitude = 1 - silent
	j.strongest = strongest

	slices.Sort(terms)
	var sum, squares float64
	silent = 1
	for _, y := range terms[:len(terms)-1] {
		silent *= 1 - y
		sum += y
		squares += y * y
		j.mass -= math.Log(1 - y)
	}
	j.corroborated = math.Min(j.amplitude, 3*(1-silent))

	if len(g.trust.patterns) > 0 {
		j.gain = g.trust.gain(j.patternName(), j.now)
	}
	j.chance = g.chance.expects(j.rho)
	j.needed = math.Max(1, 2+math.Log(j.rate*g.spec.Window.Seconds()))
	if j.chance > 0 && j.mass > j.chance {
		j.surprise = sum * sum / squares * (math.Log(j.mass/j.chance) - 1 + j.chance/j.mass)
	}
	j.counts = !g.spec.Chance || j.chance == 0 || j.surprise >= j.needed
	j.weighed = j.rho * j.corroborated * j.gain
	if j.counts {
		j.evidence = j.weighed
	}
}

// shares gives each contributing voice its part of the mass.
func (j *judgement) shares() {
	if j.reflex || !j.all[0].same {
		return
	}
	total := 0.0
	for i := range j.all {
		a := &j.all[i]
		if r := math.Abs(a.r); i == 0 {
			a.share = -math.Log(1 - a.w*j.strongest)
		} else if a.same {
			a.share = -math.Log(1 - a.w*r)
		}
		total += a.share
	}
	for i := range j.all {
		if total > 0 {
			j.all[i].share /= total
		}
	}
}

// related are the voices beside the speaker.
func (j *judgement) related() []heard { return j.all[1:] }

// patternName says what this is about and who speaks.
func (j *judgement) patternName() string {
	var who []string
	for _, s := range j.triggers() {
		who = append(who, s.Source)
	}
	slices.Sort(who)
	return fmt.Sprintf("%s by %s", j.about.pattern(), strings.Join(who, "\x00"))
}

func (h heard) signal() gate.Signal {
	return gate.Signal{Source: h.source, Confidence: h.confidence, Time: h.at, Region: h.region,
		Valence: h.valence, Agreement: h.r, Weight: h.w, Share: h.share, Cost: h.cost}
}

// triggers are the voices the amplitude stands on.
func (j *judgement) triggers() []gate.Signal {
	var to []gate.Signal
	for _, a := range j.all {
		if a.same {
			to = append(to, a.signal())
		}
	}
	return to
}

// correlation is the record of this hearing.
func (j *judgement) correlation(name string) gate.Correlation {
	c := gate.Correlation{Gate: name, Start: j.now, End: j.now, Aggregate: j.rho}
	for i, a := range j.all {
		c.Signals = append(c.Signals, a.signal())
		c.Start = min(c.Start, a.at)
		for k, b := range j.all {
			r := a.r * b.r
			if i == k {
				r = 1
			}
			c.Matrix = append(c.Matrix, r)
		}
	}
	return c
}
