package gate

import (
	"math"
	"slices"
)

// quiet is the strongest thing heard in a window that has crossed nothing yet.
type quiet struct {
	start, end Time
	strength   float64 // |rho| A' of what is kept
	rho        float64
	voices     []quietVoice
}

type quietVoice struct {
	voice
	r, w, share, cost float64
}

// clearly is how much stronger a scene must be to replace the one kept, so
// that of equals the first stays whatever rounding says.
const clearly = 1e-6

// hush opens a window at the first wave that had related voices, and keeps the
// strongest scene in it.
func (k *Kernel) hush(s *scene, id ID, c *core, p *profile) {
	strength := math.Abs(s.rho) * s.corroborated
	x := k.warm(c)
	q := &x.quiet
	if c.flags&quietOpen == 0 {
		c.flags |= quietOpen
		q.start, q.end = s.now, s.now+p.window
		k.file(id, Virtual, &c.side, q.end)
	} else if strength <= q.strength+clearly {
		return
	}
	w := s.wave
	q.strength, q.rho = strength, s.rho
	q.voices = append(q.voices[:0], quietVoice{
		voice: voice{source: s.source, key: w.Meaning.key, at: w.Time, confidence: w.Confidence,
			valence: w.Valence, kind: w.Meaning.kind},
		r: 1, w: s.weight, share: float64(s.weight * s.strongest), cost: w.Cost,
	})
	ring := k.voices(id, c)
	for i := range s.n {
		o := quietVoice{voice: ring[s.slot[i]], r: s.r[i], w: s.w[i]}
		if o.r*s.rho > 0 {
			o.share = float64(o.w * math.Abs(o.r))
		}
		if x.costs != nil {
			o.cost = x.costs[s.slot[i]]
		}
		q.voices = append(q.voices, o)
	}
}

// hushed gives the record of a window that ended.
func (k *Kernel) hushed(id ID, c *core, fx *Effects) {
	q := &k.colds[c.cold].quiet
	c.flags &^= quietOpen
	c.hush++
	first := len(fx.signals)
	total := 0.0
	for i := range q.voices {
		v := &q.voices[i]
		x := Signal{
			Source: k.names.text(v.source), Confidence: v.confidence, Time: v.at,
			Valence: v.valence, Agreement: v.r, Weight: v.w, Share: max(0, -ln(1-v.share)), Cost: v.cost,
		}
		k.about(&x, v.kind, v.key)
		total += x.Share
		fx.signals = append(fx.signals, x)
	}
	xs := slices.Clip(fx.signals[first:])
	for i := range xs {
		if total > 0 {
			xs[i].Share /= total
		}
	}
	fx.Correlations = append(fx.Correlations, Correlation{
		Gate: k.gates[id], ID: id, Seq: c.seq, Quiet: c.hush, Start: q.start, End: q.end,
		Signals: xs, Matrix: fx.pairs(xs), Aggregate: q.rho,
	})
}
