package gate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
	. "github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

// A wave allocates nothing in steady state, whatever it is about, nor does one
// that crosses, escalates and is handed over, nor silence.
func TestNothingIsAllocated(t *testing.T) {
	if raceDetector {
		t.Skip("allocations are not counted under the race detector, which empties pools")
	}
	kinds := map[string]func(m *gate.Meaning, n int) error{
		"label":     func(m *gate.Meaning, n int) error { m.SetRegion(regions[n%2]); return nil },
		"content":   func(m *gate.Meaning, n int) error { return m.SetContent(gate.Signature, documents[n%2]) },
		"embedding": func(m *gate.Meaning, n int) error { return m.SetEmbedding(vectors[n%2]) },
		"lexical":   func(m *gate.Meaning, n int) error { return m.SetContent(gate.Lexical, texts[n%2]) },
	}
	for name, about := range kinds {
		k := one(t, gate.Options{QuietWindows: true, LeanEvery: time.Second}, func(s *gate.Spec) { s.Tier = 4 })
		var fx gate.Effects
		var w gate.Wave
		n, crossings := 0, 0
		round := func() { // ten waves that open the gate, then silence
			for i := range 10 {
				n++
				w.Source, w.Confidence, w.Valence, w.Cost = sources[i%5], .7, 1, 1
				w.Time = Ms(float64(n)*10 + float64(n/10)*20_000)
				if err := about(&w.Meaning, n/10); err != nil {
					t.Fatal(err)
				}
				if err := k.Hear(0, &w, &fx); err != nil {
					t.Fatal(err)
				}
			}
			k.Advance(w.Time.Add(15*time.Second), &fx)
			crossings += len(fx.Transitions)
			fx.Reset()
		}
		for range 50 {
			round()
		}
		crossings = 0
		if got := testing.AllocsPerRun(200, round); got != 0 {
			t.Errorf("%s: %v allocations in ten waves and a silence", name, got)
		}
		if crossings < 200 {
			t.Errorf("%s: only %d crossings in 200 rounds", name, crossings)
		}
	}
}

var (
	sources   = []string{"s0", "s1", "s2", "s3", "s4"}
	regions   = []string{"one region", "another region"}
	documents = [][]byte{[]byte(`{"cm":25,"at":"left","ok":true}`), []byte(`{"volt":[1,2,3],"note":"nothing to see"}`)}
	vectors   = [][]float32{{1, 2, 3, 4, 5}, {-1, 2, -3, 4, -5}}
	texts     = [][]byte{[]byte(`"the pump is loud"`), []byte(`"invoice 4711 was paid"`)}
)

func BenchmarkMeaning(b *testing.B) {
	var m gate.Meaning
	for _, c := range []struct {
		name string
		set  func() error
	}{
		{"signature", func() error { return m.SetContent(gate.Signature, documents[0]) }},
		{"lexical", func() error { return m.SetContent(gate.Lexical, texts[0]) }},
		{"embedding384", func() error { return m.SetEmbedding(wide[:]) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.set(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var wide = func() (v [384]float32) {
	for i := range v {
		v[i] = float32(i%7) - 3
	}
	return v
}()

// BenchmarkHearKinds is one gate that hears five sources about contents and
// embeddings instead of labels.
func BenchmarkHearKinds(b *testing.B) {
	for name, set := range map[string]func(m *gate.Meaning) error{
		"label":        func(m *gate.Meaning) error { m.SetRegion("x"); return nil },
		"signature":    func(m *gate.Meaning) error { return m.SetContent(gate.Signature, documents[0]) },
		"embedding384": func(m *gate.Meaning) error { return m.SetEmbedding(wide[:]) },
	} {
		b.Run(name, func(b *testing.B) {
			k := one(b, gate.Options{}, nil)
			var fx gate.Effects
			w := gate.Wave{Confidence: .5, Valence: 1, Time: Epoch}
			if err := set(&w.Meaning); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				w.Source = sources[n%5]
				w.Time += 10e6
				if err := k.Hear(0, &w, &fx); err != nil {
					b.Fatal(err)
				}
				fx.Reset()
			}
		})
	}
}

func Example() {
	k := gate.New(gate.Options{})
	id, err := k.Add(gate.Defaults("hall"))
	if err != nil {
		fmt.Println(err)
		return
	}
	var fx gate.Effects
	for i, source := range []string{"smoke-1", "heat-2"} {
		w := gate.Wave{Source: source, Confidence: 0.6, Valence: 1, Time: Ms(float64(200 * i)), Meaning: gate.Label("fire")}
		if err := k.Hear(id, &w, &fx); err != nil {
			fmt.Println(err)
		}
	}
	for _, t := range fx.Transitions {
		fmt.Printf("%s %v -> %v, amplitude %.2f\n", t.Gate, t.From, t.To, t.Amplitude)
		for _, s := range t.Triggers {
			fmt.Printf("  %s about %s, share %.2f\n", s.Source, s.Region, s.Share)
		}
	}
	// Output:
	// hall stable -> open, amplitude 0.82
	//   heat-2 about fire, share 0.54
	//   smoke-1 about fire, share 0.46
}
