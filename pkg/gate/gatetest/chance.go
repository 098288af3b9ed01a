package gatetest

import (
	"math"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// chance is what a gate knows about accidental agreement: one probe, and the
// mean masses that asking it found.
type chance struct {
	probe       *voice
	saidElse    bool // the probe's source has, or was forgotten
	plus, minus float64
	age         time.Duration
	asked       gate.Time // 0 before the first question
}

func (c *chance) expects(rho float64) float64 {
	if rho < 0 {
		return c.minus
	}
	return c.plus
}

// hear follows the probe after wave w was heard and remembered.
func (c *chance) hear(g *state, w Wave, j judgement) {
	if c.probe == nil {
		c.probe, c.saidElse = &voice{source: w.Source, valence: w.Valence, about: j.about, at: w.Time}, false
		return
	}
	window := gate.Time(g.spec.Window)
	switch {
	case c.saidElse:
	case w.Source == c.probe.source:
		if w.Valence*c.probe.valence > 0 && similarity(j.about, c.probe.about) >= g.spec.Similarity {
			c.probe = nil
			return
		}
		c.saidElse = true
	case j.now-c.probe.at > 10*window:
		c.probe = nil
		return
	}
	if !c.saidElse && !g.remembers(c.probe.source) {
		c.saidElse = true
	}
	if c.saidElse && j.now-c.probe.at > 2*window {
		c.ask(g, j.now)
		c.probe = nil
	}
}

func (g *state) remembers(source string) bool {
	for _, v := range g.voices {
		if v.source == source {
			return true
		}
	}
	return false
}

// ask compares what everybody else says now with the abandoned probe.
func (c *chance) ask(g *state, now gate.Time) {
	var plus, minus float64
	for _, v := range g.voices {
		if v.source == c.probe.source || apart(now, v.at) > gate.Time(g.spec.Window) {
			continue
		}
		r := c.probe.valence * v.valence * similarity(c.probe.about, v.about)
		if math.Abs(r) < g.spec.Similarity {
			continue
		}
		w := math.Min(v.confidence, 0.95) * g.trust.reliability(v.source, now) * half(now-v.at, g.spec.HalfLife)
		mass := -math.Log(1 - w*math.Abs(r))
		if r > 0 {
			plus += mass
		} else {
			minus += mass
		}
	}
	d := g.spec.Window
	if c.asked != 0 {
		d = min(d, now.Sub(c.asked))
	}
	part := d.Seconds() / (60 + c.age.Seconds() + d.Seconds())
	c.plus += (plus - c.plus) * part
	c.minus += (minus - c.minus) * part
	c.age = min(c.age+d, 10*time.Minute)
	c.asked = now
}
