package gatetest

import (
	"cmp"
	"math"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// beta is a forgetting Beta: confirmed a, failed b, drawn back to its prior.
type beta struct {
	a, b, a0, b0 float64
	at           gate.Time
}

// idle is the beta after nothing happened until now.
func (x beta) idle(now gate.Time) beta {
	if x.at != 0 && now > x.at {
		f := math.Exp2(-now.Sub(x.at).Seconds() / (30 * 24 * 3600))
		x.a, x.b = x.a0+(x.a-x.a0)*f, x.b0+(x.b-x.b0)*f
	}
	x.at = max(x.at, now)
	return x
}

// learn takes one outcome of which part was good.
func (x beta) learn(good float64, now gate.Time) beta {
	x = x.idle(now)
	const keep = 1 - 1.0/50
	x.a = x.a0 + (x.a-x.a0)*keep + good
	x.b = x.b0 + (x.b-x.b0)*keep + 1 - good
	return x
}

func (x beta) mean() float64 { return x.a / (x.a + x.b) }

// bound is what the mean is at least, nine times in ten.
func (x beta) bound() float64 {
	m := x.mean()
	return math.Max(0, m-1.28*math.Sqrt(m*(1-m)/(x.a+x.b+1)))
}

// priorOf places four pseudo-outcomes so that the bound reads weight, by bisection.
func priorOf(weight float64) beta {
	low, high := 0.0, 1.0
	for range 60 {
		mid := (low + high) / 2
		if (beta{a: 4 * mid, b: 4 * (1 - mid)}).bound() < weight {
			low = mid
		} else {
			high = mid
		}
	}
	a, b := 4*high, 4*(1-high)
	return beta{a: a, b: b, a0: a, b0: b}
}

var evens = beta{a: 1, b: 1, a0: 1, b0: 1}

// learned is one entry of a bounded table.
type learned struct {
	name string
	beta
}

// trust is everything outcomes taught one gate.
type trust struct {
	weights  beta
	fixed    float64 // Rules.FixedSteps
	steps    bool
	started  bool
	declared float64
	trusted  bool
	sources  []learned
	patterns []learned
	taught   []string // ids of the last ten outcomes
}

func newTrust(s gate.Spec) trust {
	return trust{weights: priorOf(s.Weight), fixed: s.Weight, declared: s.Weight, trusted: s.Weight > s.Reflex}
}

func (t *trust) weight(now gate.Time) float64 {
	switch {
	case t.steps:
		return t.fixed
	case !t.started:
		return t.declared
	}
	return t.weights.idle(now).bound()
}

// reflex is the hysteresis of trust, brought up to now.
func (t *trust) reflex(s gate.Spec, now gate.Time) bool {
	w := t.weight(now)
	if t.steps {
		return w > s.Reflex
	}
	if t.trusted {
		t.trusted = w >= s.Reflex-0.1
	} else {
		t.trusted = w > s.Reflex
	}
	return t.trusted
}

func (t *trust) tier(s gate.Spec, now gate.Time) int {
	w := t.weight(now)
	switch {
	case t.reflex(s, now):
		return 0
	case w < 0.3:
		return s.Tier
	case w < 0.6:
		return 2
	}
	return 1
}

func find(table []learned, name string) int {
	for i := range table {
		if table[i].name == name {
			return i
		}
	}
	return -1
}

func (t *trust) reliability(source string, now gate.Time) float64 {
	if i := find(t.sources, source); i >= 0 {
		return math.Min(1, 2*t.sources[i].idle(now).mean())
	}
	return 1
}

func (t *trust) gain(pattern string, now gate.Time) float64 {
	if i := find(t.patterns, pattern); i >= 0 {
		return math.Exp2(2*t.patterns[i].idle(now).mean() - 1)
	}
	return 1
}

// teach updates one entry; a full table loses the one that says least.
func teach(table *[]learned, room int, name string, good float64, now gate.Time) {
	if room == 0 {
		return
	}
	i := find(*table, name)
	if i < 0 {
		if len(*table) == room {
			least := 0
			for k := range *table {
				a, b := math.Abs((*table)[k].idle(now).mean()-0.5), math.Abs((*table)[least].idle(now).mean()-0.5)
				if a < b || a == b && (*table)[k].at < (*table)[least].at {
					least = k
				}
			}
			*table = append((*table)[:least], (*table)[least+1:]...)
		}
		*table = append(*table, learned{name, evens})
		i = len(*table) - 1
	}
	(*table)[i].beta = (*table)[i].learn(good, now)
}

// record is a transition that an outcome may name.
type record struct {
	transition gate.Transition
	pattern    string
}

func (g *state) keep(r record) {
	r.transition.Triggers = slices.Clone(r.transition.Triggers)
	slices.SortStableFunc(r.transition.Triggers, func(a, b gate.Signal) int { return cmp.Compare(b.Share, a.Share) })
	r.transition.Triggers = r.transition.Triggers[:min(len(r.transition.Triggers), gate.MaxTaught)]
	g.recent = append(g.recent, r)
	if room, _, _ := g.spec.Room(); len(g.recent) > room {
		g.recent = g.recent[1:]
	}
}

// Outcome teaches a gate.
func (m *Model) Outcome(name string, o gate.Outcome) {
	g := m.gates[name]
	t := &g.trust
	for _, id := range t.taught {
		if id == o.ID {
			return
		}
	}
	if t.taught = append(t.taught, o.ID); len(t.taught) > 10 {
		t.taught = t.taught[1:]
	}
	good := 1 - o.Discrepancy
	switch o.Kind {
	case gate.Confirmed:
		good = 1
	case gate.Failed:
		good = 0
	}
	t.weights = t.weights.learn(good, o.Time)
	t.started, t.steps = true, m.Rules.FixedSteps
	t.fixed = math.Max(0, math.Min(1, t.fixed+0.05*good-0.2*(1-good)))
	t.reflex(g.spec, o.Time)
	_, sources, patterns := g.spec.Room()
	for _, k := range g.recent {
		if k.transition.Garden != o.Garden || k.transition.Seq != o.Seq {
			continue
		}
		for _, s := range k.transition.Triggers {
			teach(&t.sources, sources, s.Source, good, o.Time)
		}
		if k.pattern != "" {
			teach(&t.patterns, patterns, k.pattern, good, o.Time)
		}
		if o.Kind == gate.Confirmed && k.transition.To == gate.Open {
			g.chance.plus /= 2
		}
	}
}
