package gatetest

import (
	"math"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// Tolerance is how far values of kernel and model may lie apart, and how near
// to a threshold a wave is left out of the comparison.
const Tolerance = 1e-4

// Near reports whether a wave would bring a value or a surprise so near to its
// threshold that rounding could decide. It changes nothing.
func (m *Model) Near(name string, w Wave) bool {
	j, err := m.judge(name, w)
	if err != nil {
		return false
	}
	g := m.gates[name]
	v, s := g.virtual, g.spec
	close := func(a, b float64) bool { return math.Abs(a-b) < Tolerance }
	f := half(j.now-v.last, s.HalfLife)
	p, q := v.p*f, v.q*f
	if v.state != gate.Stable && close(math.Abs(p-q), s.Release) {
		return true
	}
	if j.reflex || j.weighed == 0 {
		return false
	}
	if j.chance > 0 && close(j.surprise, j.needed) {
		return true
	}
	e := math.Max(-1, math.Min(1, j.evidence))
	up, down := math.Max(p, e), math.Max(q, -e)
	after, st := up-down, v.state
	if st != gate.Stable && math.Abs(p-q) < s.Release {
		st = gate.Stable // by silence, before this wave
	}
	switch {
	case e > 0 && st == gate.Stable:
		// Whether the wave raised p decides too, once the value is high.
		return close(after, s.Open) || after >= s.Open && close(e, p)
	case e < 0 && st == gate.Stable:
		return close(after, s.Close) || after <= s.Close && close(-e, q)
	case e != 0:
		return close(math.Abs(after), s.Release)
	}
	return false
}
