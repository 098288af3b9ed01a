package gate

// leaning is the last lean of a gate.
type leaning struct {
	at    Time
	value float64
}

// leans tells where a value is heading after evidence moved it from before,
// at most once in the time asked for.
func (k *Kernel) leans(id ID, g Garden, c *core, p *profile, before float64, fx *Effects) {
	l := &k.warm(c).lean
	since := c.last - l.at
	if l.at != 0 && since < Time(k.options.LeanEvery) {
		return
	}
	if l.at == 0 || since > p.window {
		l.value, since = before, p.window
	}
	value := c.value0()
	fx.Leans = append(fx.Leans, Lean{
		Gate: k.gates[id], ID: id, Garden: g, Value: value,
		Slope: (value - l.value) / (float64(since) / 1e9), Time: c.last,
	})
	l.at, l.value = c.last, value
}
