package gate_test

import (
	"fmt"
	"math"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

// make invents one wave of the crowd.
func (c *pair) make() gatetest.Wave {
	r, d := c.r, c.crowd
	w := gatetest.Wave{
		Source: fmt.Sprint("s", r.IntN(d.sources)), Confidence: d.confidence(), Valence: 1,
		Time: c.now, Cost: d.cost * float64(r.IntN(3)),
	}
	if r.Float64() < d.late {
		w.Time -= gate.Time(r.Float64() * 1.2 * float64(c.spec.Window))
	}
	switch x := r.Float64(); {
	case x < d.deny/2:
		w.Valence = -1
	case x < d.deny:
		w.Valence = 2*r.Float64() - 1
	}
	topic := r.IntN(d.topics)
	switch r.IntN(d.kinds) {
	case 0, 1:
		w.Region = fmt.Sprint("region ", topic)
	case 2:
		w.Content = c.content(topic)
	case 3:
		w.Embedding = c.embedding(topic)
	default:
		w.Content = c.large(topic)
	}
	return w
}

// content is a small document: a measurement with a name, a switch, a word, a
// sentence.
func (c *pair) content(topic int) string {
	r := c.r
	switch topic % 4 {
	case 0:
		return fmt.Sprintf(`{"distance_cm":%.3f,"direction":%q}`, 20*math.Exp(r.NormFloat64()), []string{"left", "right"}[r.IntN(2)])
	case 1:
		return fmt.Sprintf(`{"stalled":%v,"motor":{"id":%d}}`, r.IntN(4) == 0, r.IntN(2))
	case 2:
		return fmt.Sprintf(`{"door":%q}`, []string{"open", "shut", "ajar"}[r.IntN(3)])
	}
	return fmt.Sprintf(`["the pump is %s", null, -%.2f]`, []string{"loud", "quiet"}[r.IntN(2)], r.Float64())
}

// large has more leaves than a signature keeps.
func (c *pair) large(topic int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"kind":"report %d"`, topic)
	for i := range 9 {
		if c.r.IntN(8) != 0 {
			fmt.Fprintf(&b, `,"field %d":%.2f`, i, float64(topic+1)*math.Exp(c.r.NormFloat64()/3))
		}
	}
	b.WriteString("}")
	return b.String()
}

func (c *pair) embedding(topic int) []float32 {
	v := make([]float32, 12)
	for i := range v {
		v[i] = float32(c.r.NormFloat64() * 0.4)
	}
	v[topic%len(v)] += 1
	v[(topic*5+3)%len(v)] -= 1
	return v
}
