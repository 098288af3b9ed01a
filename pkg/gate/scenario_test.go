package gate_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/gate"
	. "github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

// scenario is one line of the table of scenes that must come out right.
type scenario struct {
	name  string
	waves []Wave
	want  []gate.State // after every wave
	value float64      // after the last, when not 0
	also  func(t *testing.T, fx *gate.Effects)
	spec  func(*gate.Spec)
}

const (
	closed = gate.Closed
	stable = gate.Stable
	open   = gate.Open
)

func amplitude(want float64) func(*testing.T, *gate.Effects) {
	return func(t *testing.T, fx *gate.Effects) {
		last := fx.Transitions[len(fx.Transitions)-1]
		if math.Abs(last.Amplitude-want) > 0.005 {
			t.Errorf("amplitude %.4f, want %.2f", last.Amplitude, want)
		}
	}
}

func throughout(n int, s gate.State) []gate.State {
	states := make([]gate.State, n)
	for i := range states {
		states[i] = s
	}
	return states
}

func scenarios() []scenario {
	camps := camps()
	return []scenario{
		{name: "two agree", waves: []Wave{Say("A", .6, "x", 0), Say("B", .5, "x", 200)},
			want: []gate.State{stable, open}, also: amplitude(0.77)},
		{name: "one source", waves: []Wave{Say("A", .9, "x", 0), Say("A", .9, "x", 10), Say("A", .9, "x", 20)},
			want: throughout(3, stable)},
		{name: "unrelated", waves: []Wave{Say("A", .6, "x", 0), Say("B", .5, "y", 10)},
			want: throughout(2, stable)},
		{name: "contradiction", waves: []Wave{Say("A", .8, "x", 0), Deny("B", .8, "x", 10)},
			want: []gate.State{stable, closed}},
		{name: "equal camps", waves: camps,
			want: append([]gate.State{stable}, throughout(len(camps)-1, closed)...)},
		{name: "two deny", waves: []Wave{Deny("A", .8, "x", 0), Deny("B", .8, "x", 10)},
			want: []gate.State{stable, open}, also: func(t *testing.T, fx *gate.Effects) {
				for _, s := range fx.Transitions[0].Triggers {
					if s.Valence != -1 {
						t.Errorf("trigger %+v does not carry the valence", s)
					}
				}
			}},
		{name: "outside the window", waves: []Wave{Say("A", .6, "x", 0), Say("B", .5, "x", 2000)},
			want: throughout(2, stable)},
		{name: "third of three", waves: []Wave{Say("A", .3, "x", 0), Say("B", .3, "x", 0), Say("C", .3, "x", 0)},
			want: []gate.State{stable, stable, open}},
		{name: "two of three", waves: []Wave{Say("A", .3, "x", 0), Say("B", .3, "x", 0)},
			want: throughout(2, stable), value: 0.51},
		{name: "a whisper beside", waves: Regular(60,
			Voice{Source: "A", Confidence: .9, Region: "x", Valence: 1, Hz: 1},
			Voice{Source: "B", Confidence: .02, Region: "x", Valence: 1, Hz: 1}),
			want: throughout(120, stable)},
		{name: "contradicting content", waves: []Wave{Show("A", .9, `{"stalled":true}`, 0), Show("B", .9, `{"stalled":false}`, 10)},
			want: []gate.State{stable, closed}},
		{name: "unrelated content", waves: []Wave{
			Show("A", .9, `{"temperature":21.5,"room":"hall"}`, 0),
			Show("B", .9, `{"invoice":{"total":99.5,"currency":"EUR"}}`, 10)},
			want: throughout(2, stable)},
		{name: "reflex", waves: []Wave{Say("A", .95, "x", 0)},
			want: []gate.State{open}, spec: func(s *gate.Spec) { s.Weight = .85 },
			also: func(t *testing.T, fx *gate.Effects) {
				if x := fx.Transitions[0]; x.Cause != gate.ByReflex || x.Tier != 0 {
					t.Errorf("cause %v tier %d, want reflex and 0", x.Cause, x.Tier)
				}
			}},
	}
}

// camps are three for and three against, interleaved, 10 Hz each for 10 s.
func camps() []Wave {
	var voices []Voice
	for i, name := range strings.Split("ADBECF", "") {
		v := Voice{Source: name, Confidence: .8, Region: "x", Valence: 1, Hz: 10, Phase: float64(i) / 6}
		if name >= "D" {
			v.Valence = -1
		}
		voices = append(voices, v)
	}
	return Regular(10, voices...)
}

func subjects(s gate.Spec) map[string]Subject {
	m, k := NewModel(), NewKernel()
	m.Add(s)
	k.Add(s)
	return map[string]Subject{"reference": m, "kernel": k}
}

func TestScenarios(t *testing.T) {
	for _, c := range scenarios() {
		s := gate.Defaults("g")
		if c.spec != nil {
			c.spec(&s)
		}
		for who, subject := range subjects(s) {
			t.Run(c.name+"/"+who, func(t *testing.T) {
				var fx gate.Effects
				for i, w := range c.waves {
					if err := subject.Hear("g", w, &fx); err != nil {
						t.Fatal(err)
					}
					state, value := subject.Value("g", w.Time)
					if state != c.want[i] {
						t.Fatalf("after wave %d (%+v): %v at %.3f, want %v", i, w, state, value, c.want[i])
					}
					if i == len(c.waves)-1 && c.value != 0 && math.Abs(value-c.value) > 0.005 {
						t.Errorf("value %.4f, want %.2f", value, c.value)
					}
				}
				if c.also != nil {
					c.also(t, &fx)
				}
			})
		}
	}
}

func TestThreeSensorsAgreeInAnyOrder(t *testing.T) {
	sensors := []Wave{
		Show("front", .9, `{"distance_cm":25,"direction":"front"}`, 0),
		Show("left", .8, `{"distance_cm":28,"direction":"left"}`, 0),
		Show("right", .9, `{"distance_cm":22,"direction":"right"}`, 0),
	}
	for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		for who, subject := range subjects(gate.Defaults("g")) {
			var fx gate.Effects
			for i, n := range order {
				w := sensors[n]
				w.Time = Ms(float64(i) * 100)
				if err := subject.Hear("g", w, &fx); err != nil {
					t.Fatal(err)
				}
			}
			if len(fx.Transitions) != 1 || fx.Transitions[0].To != open {
				t.Errorf("%s, order %v: %+v, want one opening", who, order, fx.Transitions)
			}
		}
	}
}

func TestSilenceReturnsToStableOnTime(t *testing.T) {
	s := gate.Defaults("g")
	for who, subject := range subjects(s) {
		var fx gate.Effects
		for _, w := range []Wave{Say("A", .9, "x", 0), Say("B", .9, "x", 100)} {
			if err := subject.Hear("g", w, &fx); err != nil {
				t.Fatal(err)
			}
		}
		fx.Reset()
		_, value := subject.Value("g", Ms(100))
		want := Ms(100) + gate.Time(float64(s.HalfLife)*math.Log2(value/s.Release))
		for at := Ms(100); len(fx.Transitions) == 0 && at < Ms(60_000); at += Ms(10) - Epoch {
			subject.Advance("g", at, &fx)
			if len(fx.Transitions) > 0 && at-want > Ms(10)-Epoch {
				t.Errorf("%s: announced at %v, %v after it was due", who, at, at.Sub(want))
			}
		}
		if len(fx.Transitions) != 1 {
			t.Fatalf("%s: %d transitions, want 1", who, len(fx.Transitions))
		}
		if x := fx.Transitions[0]; x.To != stable || x.Cause != gate.Decay || (x.Time-want).Std().Sub(gate.Time(0).Std()).Abs() > 1000 {
			t.Errorf("%s: %+v, want STABLE by decay at %v", who, x, want)
		}
	}
}

// Two waves of equal time that meet no third voice can be swapped.
func TestEqualTimesCommute(t *testing.T) {
	pairs := [][2]Wave{
		{Say("A", .7, "x", 0), Say("B", .43, "x", 0)},
		{Say("A", .7, "x", 0), Deny("B", .9, "x", 0)},
		{Show("A", .61, `{"d":25.1,"w":"a"}`, 0), Show("B", .83, `{"d":31,"w":"b"}`, 0)},
		{Show("A", .61, `{"on":true}`, 0), Show("B", .83, `{"on":false}`, 0)},
		{{Source: "A", Confidence: .7, Valence: .9, Embedding: []float32{.3, .2, -.9, .1, .5}, Time: Ms(0)},
			{Source: "B", Confidence: .81, Valence: .8, Embedding: []float32{.31, .1, -.8, .3, .4}, Time: Ms(0)}},
	}
	for i, p := range pairs {
		for who := range subjects(gate.Defaults("g")) {
			var values [2]string
			for order := range 2 {
				subject := subjects(gate.Defaults("g"))[who]
				var fx gate.Effects
				for _, w := range []Wave{p[order], p[1-order]} {
					if err := subject.Hear("g", w, &fx); err != nil {
						t.Fatal(err)
					}
				}
				state, value := subject.Value("g", Ms(0))
				values[order] = fmt.Sprintf("%v %v", state, value)
			}
			if values[0] != values[1] {
				t.Errorf("pair %d, %s: %s in one order, %s in the other", i, who, values[0], values[1])
			}
		}
	}
}
