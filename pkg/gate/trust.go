package gate

import "math"

// beta is a forgetting Beta: confirmed a and failed b outcomes, drawn back to
// their prior by every new outcome and by idle time.
type beta struct {
	a, b float64
	at   Time // the last outcome; 0: none
}

const (
	forgets   = 1.0 / 50                             // of the way to the prior, an outcome
	idleHalf  = float64(30 * 24 * 3600 * 1e9)        // ns in which idleness goes half the way
	certainty = 1.28                                 // standard deviations: nine times in ten
	pseudo    = 4.0                                  // outcomes a declared weight is worth
	spread    = certainty * certainty / (pseudo + 1) // see priorOf
	evenly    = 1.0                                  // prior of sources and patterns
	halfTrust = 0.1                                  // how far under Reflex trust is lost
)

// priorOf places four pseudo-outcomes so that their lower bound reads weight:
// the larger root m of (m - weight)^2 = spread m (1 - m).
func priorOf(weight float64) beta {
	mid := 2*weight + spread
	root := math.Sqrt(max(0, float64(mid*mid)-float64(4*(1+spread)*float64(weight*weight))))
	m := clamp((mid+root)/(2*(1+spread)), 0, 1)
	return beta{a: float64(pseudo * m), b: float64(pseudo * (1 - m))}
}

// idle is the beta after nothing happened until now.
func (x beta) idle(prior beta, now Time) beta {
	if x.at != 0 && now > x.at {
		f := exp2(-float64(float64(now-x.at) / idleHalf))
		x.a = prior.a + float64((x.a-prior.a)*f)
		x.b = prior.b + float64((x.b-prior.b)*f)
	}
	x.at = max(x.at, now)
	return x
}

// learn takes one outcome of which the part good in 0..1 was right.
func (x beta) learn(prior beta, good float64, now Time) beta {
	x = x.idle(prior, now)
	x.a = prior.a + float64((x.a-prior.a)*(1-forgets)) + good
	x.b = prior.b + float64((x.b-prior.b)*(1-forgets)) + (1 - good)
	return x
}

func (x beta) mean() float64 { return x.a / (x.a + x.b) }

// bound is what the mean is at least, nine times in ten.
func (x beta) bound() float64 {
	m := x.mean()
	return max(0, m-float64(certainty*math.Sqrt(float64(m*(1-m))/(x.a+x.b+1))))
}

var even = beta{a: evenly, b: evenly}

// factor reads a source's reliability.
func (x beta) factor(now Time) float64 { return min(1, 2*x.idle(even, now).mean()) }

// gain reads a familiar pattern, 0.5..2.
func (x beta) gain(now Time) float64 { return exp2(float64(2*x.idle(even, now).mean()) - 1) }

// weight is what the gate is trusted with at now.
func (k *Kernel) weight(c *core, p *profile, now Time) float64 {
	if c.cold == 0 {
		return p.spec.Weight
	}
	return k.colds[c.cold].trusted(p, now)
}

// trusted is the weight after what was learned.
func (c *cold) trusted(p *profile, now Time) float64 {
	if c.beta.at == 0 {
		return p.spec.Weight
	}
	return c.beta.idle(p.prior, now).bound()
}

// trusts reports whether the gate may act by reflex, with hysteresis.
func (p *profile) trusts(c *cold, now Time) bool {
	if c == nil {
		return p.spec.Weight > p.spec.Reflex
	}
	w := c.trusted(p, now)
	if c.reflex {
		c.reflex = w >= p.spec.Reflex-halfTrust
	} else {
		c.reflex = w > p.spec.Reflex
	}
	return c.reflex
}

// tier routes an opening by trust.
func (k *Kernel) tier(c *core, p *profile, now Time) int {
	var x *cold
	if c.cold != 0 {
		x = k.colds[c.cold]
	}
	w := k.weight(c, p, now)
	switch {
	case p.trusts(x, now):
		return 0
	case w < 0.3:
		return p.spec.Tier
	case w < 0.6:
		return 2
	}
	return 1
}
