package gatetest

import (
	"fmt"
	"math"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// Rules replaces single rules by simpler ones, for comparison. The zero value
// is the gate as it is.
type Rules struct {
	AddEvidence bool // every wave's evidence is added to the value
	LastSpeaker bool // correlation, and so the value, is the last speaker's view
	FixedSteps  bool // weight moves by +0.05 and -0.2
}

// Model is the reference: many gates by name.
type Model struct {
	Rules        Rules
	QuietWindows bool
	gates        map[string]*state
}

// side is one garden of a gate.
type side struct {
	state gate.State
	p, q  float64   // at last
	last  gate.Time // newest time seen
	free  gate.Time // end of the refractory time
	seq   uint64
}

type voice struct {
	source     string
	confidence float64
	valence    float64
	cost       float64
	about      *meaning
	region     string
	at         gate.Time
}

type state struct {
	spec          gate.Spec
	virtual, real side
	rate          float64
	evidence      float64 // of the wave heard last
	voices        []voice // in the order in which they were heard
	chance        chance
	trust         trust
	quiet         *gate.Correlation
	quietEnd      gate.Time
	quietStrength float64
	quietCount    uint32
	recent        []record
}

// NewModel returns a model without gates.
func NewModel() *Model { return &Model{gates: map[string]*state{}} }

// Add declares a gate.
func (m *Model) Add(s gate.Spec) { m.gates[s.Name] = &state{spec: s, trust: newTrust(s)} }

// Hear lets a gate hear one wave.
func (m *Model) Hear(name string, w Wave, fx *gate.Effects) error {
	j, err := m.judge(name, w)
	if err != nil {
		return err
	}
	m.apply(m.gates[name], w, j, fx)
	return nil
}

func (m *Model) apply(g *state, w Wave, j judgement, fx *gate.Effects) {
	m.silence(g, &g.virtual, gate.Virtual, j.now, fx)
	v := &g.virtual
	v.fade(g.spec, j.now)
	g.rate, g.evidence = j.rate, j.evidence
	crossed := false
	switch {
	case j.reflex:
		v.raise(g.spec, w.Confidence)
		crossed = true
		m.cross(g, gate.Open, gate.ByReflex, j, fx)
	case j.evidence > 0:
		before := v.p
		if m.Rules.LastSpeaker {
			v.p, v.q = 0, 0
		}
		if m.Rules.AddEvidence {
			v.p = math.Min(1, v.p+j.evidence)
		}
		v.p = math.Max(v.p, math.Min(1, j.evidence))
		if v.p > before || m.Rules.LastSpeaker {
			crossed = m.crossing(g, j, 1, fx)
		}
	case j.evidence < 0:
		before := v.q
		if m.Rules.LastSpeaker {
			v.p, v.q = 0, 0
		}
		if m.Rules.AddEvidence {
			v.q = math.Min(1, v.q-j.evidence)
		}
		v.q = math.Max(v.q, math.Min(1, -j.evidence))
		if v.q > before || m.Rules.LastSpeaker {
			crossed = m.crossing(g, j, -1, fx)
		}
	}
	if v.state == gate.Stable && !crossed && m.QuietWindows {
		m.hush(g, j)
	}
	m.remember(g, w, j)
	g.chance.hear(g, w, j)
}

// crossing is step 9 after p (direction 1) or q (-1) was raised.
func (m *Model) crossing(g *state, j judgement, direction int, fx *gate.Effects) bool {
	v, s := &g.virtual, g.spec
	value := v.p - v.q
	rested := j.now >= v.free
	switch {
	case v.state == gate.Stable && direction > 0 && rested && value >= s.Open:
		m.cross(g, gate.Open, gate.Evidence, j, fx)
	case v.state == gate.Stable && direction < 0 && rested && value <= s.Close:
		m.cross(g, gate.Closed, gate.Evidence, j, fx)
	case v.state == gate.Open && value < s.Release:
		m.cross(g, gate.Stable, gate.Evidence, j, fx)
	case v.state == gate.Closed && value > -s.Release:
		m.cross(g, gate.Stable, gate.Evidence, j, fx)
	default:
		return false
	}
	return true
}

// raise is what reflex and Verified do to the value.
func (v *side) raise(s gate.Spec, x float64) {
	v.p = math.Max(math.Max(v.p, x), s.Open)
	v.q = math.Min(v.q, v.p-s.Open)
}

func (v *side) fade(s gate.Spec, now gate.Time) {
	f := half(now-v.last, s.HalfLife)
	v.p, v.q, v.last = v.p*f, v.q*f, now
}

// deadline is when silence alone returns a side to STABLE.
func (v *side) deadline(s gate.Spec) gate.Time {
	over := math.Abs(v.p-v.q) / s.Release
	if over <= 1 {
		return v.last
	}
	return v.last + gate.Time(math.Ceil(float64(s.HalfLife)*math.Log2(over)))
}

// silence announces what happened before a record of time now.
func (m *Model) silence(g *state, v *side, garden gate.Garden, now gate.Time, fx *gate.Effects) {
	if garden == gate.Virtual && g.quiet != nil && g.quietEnd <= now {
		g.quietCount++
		g.quiet.Seq, g.quiet.Quiet = v.seq, g.quietCount
		fx.Correlations = append(fx.Correlations, *g.quiet)
		g.quiet = nil
	}
	if v.state == gate.Stable {
		return
	}
	end := v.deadline(g.spec)
	if end > now {
		return
	}
	f := half(end-v.last, g.spec.HalfLife)
	t := gate.Transition{Garden: garden, From: v.state, To: gate.Stable, Value: (v.p - v.q) * f, Cause: gate.Decay, Time: end}
	v.state, v.free = gate.Stable, end+gate.Time(g.spec.Refractory)
	m.announce(g, v, &t, "", fx)
}

// announce numbers a transition and keeps what an outcome may teach.
func (m *Model) announce(g *state, v *side, t *gate.Transition, pattern string, fx *gate.Effects) {
	v.seq++
	t.Gate, t.Seq, t.Weight = g.spec.Name, v.seq, g.trust.weight(t.Time)
	if t.Garden == gate.Virtual {
		g.quiet, g.quietCount = nil, 0
	}
	fx.Transitions = append(fx.Transitions, *t)
	if t.To != gate.Stable {
		g.keep(record{transition: *t, pattern: pattern})
	}
}

// cross makes a transition of the virtual garden and what goes with it.
func (m *Model) cross(g *state, to gate.State, cause gate.Cause, j judgement, fx *gate.Effects) {
	v := &g.virtual
	j.shares()
	t := gate.Transition{
		Garden: gate.Virtual, From: v.state, To: to, Value: v.p - v.q, Correlation: j.rho,
		Amplitude: j.amplitude, Triggers: j.triggers(), Cause: cause, Time: j.now,
	}
	for _, s := range t.Triggers {
		t.Cost += s.Cost
	}
	if to == gate.Stable {
		v.free = j.now + gate.Time(g.spec.Refractory)
	}
	v.state = to
	if to == gate.Open {
		t.Tier = g.trust.tier(g.spec, j.now)
	}
	if to == gate.Stable {
		m.announce(g, v, &t, "", fx)
		return
	}
	m.announce(g, v, &t, j.patternName(), fx)
	c := j.correlation(g.spec.Name)
	c.Seq, c.Result = v.seq, gate.Opened
	if to == gate.Closed {
		c.Result = gate.DidClose
	}
	fx.Correlations = append(fx.Correlations, c)
	if to == gate.Open && t.Tier >= 3 {
		fx.Escalations = append(fx.Escalations, gate.Escalation{Gate: g.spec.Name, Seq: v.seq,
			Amplitude: t.Amplitude, Signals: t.Triggers, Tier: t.Tier, Time: t.Time})
	}
	if to == gate.Open && g.spec.Gardens == gate.Both && t.Amplitude >= g.spec.Handover {
		fx.Handovers = append(fx.Handovers, gate.Handover{Gate: g.spec.Name, Seq: v.seq,
			Amplitude: t.Amplitude, Signals: t.Triggers, Time: t.Time})
	}
}

// hush keeps the strongest thing heard in a window that has not crossed yet.
func (m *Model) hush(g *state, j judgement) {
	if len(j.all) == 1 {
		return
	}
	strength := math.Abs(j.rho) * j.corroborated
	if g.quiet == nil {
		g.quietEnd = j.now + gate.Time(g.spec.Window)
	} else if strength <= g.quietStrength+1e-6 { // of equals the first stays
		return
	}
	j.shares()
	c := j.correlation(g.spec.Name)
	if g.quiet != nil {
		c.Start = g.quiet.Start
	} else {
		c.Start = j.now
	}
	c.End = g.quietEnd
	g.quiet, g.quietStrength = &c, strength
}

// remember keeps the latest wave of a source, and drops the oldest source when
// there are too many.
func (m *Model) remember(g *state, w Wave, j judgement) {
	kept := voice{w.Source, w.Confidence, w.Valence, w.Cost, j.about, w.Region, w.Time}
	for i, v := range g.voices {
		if v.source == w.Source {
			if v.at > w.Time {
				return
			}
			g.voices = append(g.voices[:i], g.voices[i+1:]...)
			break
		}
	}
	g.voices = append(g.voices, kept)
	if len(g.voices) <= g.spec.Neighbours {
		return
	}
	oldest := 0
	for i, v := range g.voices {
		if v.at < g.voices[oldest].at {
			oldest = i
		}
	}
	g.voices = append(g.voices[:oldest], g.voices[oldest+1:]...)
}

// Verified opens the real side of a gate.
func (m *Model) Verified(name string, v gate.Verified, fx *gate.Effects) {
	g := m.gates[name]
	r := &g.real
	now := max(r.last, v.Time)
	m.silence(g, r, gate.Real, now, fx)
	r.fade(g.spec, now)
	if r.state != gate.Stable || now < r.free {
		r.p = math.Max(r.p, v.Amplitude)
		return
	}
	r.raise(g.spec, v.Amplitude)
	r.state = gate.Open
	t := gate.Transition{Garden: gate.Real, From: gate.Stable, To: gate.Open, Value: r.p - r.q,
		Amplitude: v.Amplitude, Cause: gate.FromVerified, Time: now, Of: v.Seq, Tier: g.trust.tier(g.spec, now)}
	pattern := ""
	for _, k := range g.recent {
		if k.transition.Garden == gate.Virtual && k.transition.Seq == v.Seq {
			t.Triggers, t.Correlation, t.Cost, pattern = k.transition.Triggers, k.transition.Correlation, k.transition.Cost, k.pattern
		}
	}
	m.announce(g, r, &t, pattern, fx)
}

// Force closes one side of a gate.
func (m *Model) Force(name string, garden gate.Garden, reason string, at gate.Time, fx *gate.Effects) {
	g := m.gates[name]
	v := &g.virtual
	if garden == gate.Real {
		v = &g.real
	}
	now := max(v.last, at)
	m.silence(g, v, garden, now, fx)
	v.fade(g.spec, now)
	v.p, v.q = 0, -g.spec.Close
	for v.state != gate.Closed {
		t := gate.Transition{Garden: garden, From: v.state, To: gate.Stable, Value: g.spec.Close, Cause: gate.Forced, Reason: reason, Time: now}
		if v.state == gate.Stable {
			t.To = gate.Closed
		} else {
			v.free = now + gate.Time(g.spec.Refractory)
		}
		v.state = t.To
		m.announce(g, v, &t, "", fx)
	}
}

// Advance announces what silence did up to now, for one gate, in the order of
// time.
func (m *Model) Advance(name string, now gate.Time, fx *gate.Effects) {
	g := m.gates[name]
	if g.real.deadline(g.spec) < g.virtual.deadline(g.spec) {
		m.silence(g, &g.real, gate.Real, now, fx)
	}
	m.silence(g, &g.virtual, gate.Virtual, now, fx)
	m.silence(g, &g.real, gate.Real, now, fx)
}

// Value reads one gate's virtual side at now.
func (m *Model) Value(name string, now gate.Time) (gate.State, float64) {
	v := m.gates[name].virtual
	v.fade(m.gates[name].spec, max(now, v.last))
	return v.state, v.p - v.q
}

// String shows a gate's inside, for failing tests.
func (m *Model) String() string {
	s := ""
	for name, g := range m.gates {
		s += fmt.Sprintf("%s: %+v rate %g chance %+v weight %g\n", name, g.virtual, g.rate, g.chance, g.trust.weight(g.virtual.last))
	}
	return s
}
