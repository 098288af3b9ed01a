package gatetest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// A scene is a stretch of waves in order of time.

// Noise is a Poisson crowd: uniform confidence, random sources and regions.
func Noise(r *rand.Rand, sources, regions int, rate, seconds float64) []Wave {
	var ws []Wave
	for t := r.ExpFloat64() / rate; t < seconds; t += r.ExpFloat64() / rate {
		ws = append(ws, Say(fmt.Sprint("s", r.IntN(sources)), r.Float64(), fmt.Sprint("r", r.IntN(regions)), t*1000))
	}
	return ws
}

// Voice is one source that speaks regularly.
type Voice struct {
	Source     string
	Confidence float64
	Region     string
	Valence    float64
	Hz, Phase  float64 // phase in parts of a period
}

// Regular lets voices speak for some seconds.
func Regular(seconds float64, voices ...Voice) []Wave {
	var ws []Wave
	for _, v := range voices {
		for n := v.Phase; n/v.Hz < seconds; n++ {
			ws = append(ws, Wave{Source: v.Source, Confidence: v.Confidence, Region: v.Region,
				Valence: v.Valence, Time: Ms(n / v.Hz * 1000)})
		}
	}
	return InOrder(ws)
}

// InOrder sorts by time, then source, keeping the order of equals.
func InOrder(ws []Wave) []Wave {
	slices.SortStableFunc(ws, func(a, b Wave) int {
		switch {
		case a.Time != b.Time && a.Time < b.Time:
			return -1
		case a.Time != b.Time:
			return 1
		case a.Source < b.Source:
			return -1
		case a.Source > b.Source:
			return 1
		}
		return 0
	})
	return ws
}

// Agreement is one planted event: who says the same, about what, from when.
type Agreement struct {
	At     float64 // ms
	Region string
}

// Planted is background noise of twenty sources and a hundred regions in which
// every gap seconds five sources say the same once each within a second, and
// nothing else in that second.
func Planted(r *rand.Rand, rate, seconds, gap float64) ([]Wave, []Agreement) {
	ws := Noise(r, 20, 100, rate, seconds)
	var plants []Agreement
	for at := gap; at+2 < seconds; at += gap {
		who := r.Perm(20)[:5]
		region := fmt.Sprint("r", r.IntN(100))
		ws = slices.DeleteFunc(ws, func(w Wave) bool {
			return w.Time >= Ms(at*1000) && w.Time < Ms(at*1000+1000) && slices.ContainsFunc(who, func(k int) bool {
				return w.Source == fmt.Sprint("s", k)
			})
		})
		for _, k := range who {
			ws = append(ws, Say(fmt.Sprint("s", k), 0.5+r.Float64()/2, region, at*1000+r.Float64()*1000))
		}
		plants = append(plants, Agreement{At: at * 1000, Region: region})
	}
	return InOrder(ws), plants
}

// World is sources that follow one state which changes every 30 s; each
// notices within a second. Region of state k is "state k" modulo states.
func World(r *rand.Rand, sources, states int, hz, seconds float64) []Wave {
	var ws []Wave
	for k := range sources {
		delay := 0.0
		current := -1
		phase := r.Float64() / hz
		for t := phase; t < seconds; t += 1 / hz {
			if n := int(t / 30); n != current && t-float64(n)*30 >= delay {
				current, delay = n, r.Float64()
			}
			if current >= 0 {
				ws = append(ws, Say(fmt.Sprint("s", k), 0.8, fmt.Sprint("state ", current%states), t*1000))
			}
		}
	}
	return InOrder(ws)
}

// Tally is what a gate did with a scene between two moments.
type Tally struct {
	Openings    int
	Transitions int
	OpenFor     gate.Time
}

// Run plays a scene to gate g of a subject and tallies from..to (ms).
func Run(s Subject, g string, ws []Wave, from, to float64) Tally {
	var fx gate.Effects
	var t Tally
	openAt, open := gate.Time(0), false
	take := func() {
		for _, x := range fx.Transitions {
			if x.Time >= Ms(from) && x.Time < Ms(to) {
				t.Transitions++
				if x.To == gate.Open {
					t.Openings++
				}
			}
			if x.From == gate.Open {
				t.OpenFor += max(0, min(x.Time, Ms(to))-max(openAt, Ms(from)))
			}
			if open = x.To == gate.Open; open {
				openAt = x.Time
			}
		}
		fx.Reset()
	}
	for _, w := range ws {
		if err := s.Hear(g, w, &fx); err != nil {
			panic(fmt.Sprintf("scene refused: %v", err))
		}
		take()
	}
	s.Advance(g, Ms(to), &fx)
	take()
	if open {
		t.OpenFor += max(0, Ms(to)-max(openAt, Ms(from)))
	}
	return t
}
