package gate_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

const noon = gate.Time(1_800_000_000_000_000_000)

func turned(name string, g gate.Garden, to gate.State, tier int, amplitude, weight, cost float64, at gate.Time) *gate.Transition {
	return &gate.Transition{Gate: name, Garden: g, To: to, Tier: tier, Amplitude: amplitude, Weight: weight, Cost: cost, Time: at}
}

func TestModes(t *testing.T) {
	a := gate.NewAttention(gate.AttentionSpec{Budget: 10})
	want := func(m gate.Mode, after time.Duration) {
		t.Helper()
		if got := a.Mode(noon.Add(after)); got != m {
			t.Errorf("after %v: %v, want %v", after, got, m)
		}
	}
	want(gate.Idle, 0)
	a.Observe(turned("a", gate.Virtual, gate.Open, 2, 1, 0.1, 0, noon))
	a.Observe(turned("a", gate.Real, gate.Open, 2, 1, 0.1, 0, noon))
	want(gate.Focused, 0) // both sides of one gate
	a.Observe(turned("b", gate.Virtual, gate.Open, 2, 1, 0.1, 0, noon))
	want(gate.Alert, 0)
	a.Observe(turned("c", gate.Virtual, gate.Open, 4, 1, 0.1, 0, noon))
	want(gate.Dialogue, 0)
	a.Observe(turned("c", gate.Virtual, gate.Stable, 4, 1, 0.1, 0, noon))
	want(gate.Alert, 0)
	a.Observe(turned("d", gate.Virtual, gate.Open, 0, 1, 0.9, 0, noon.Add(time.Second)))
	want(gate.Reflexive, 2*time.Second)
	a.Spend("b", 11, noon.Add(3*time.Second))
	want(gate.Overwhelmed, 3*time.Second)
	want(gate.Alert, 61*time.Second) // the next beats owe nothing
	for _, name := range []string{"a", "b", "d"} {
		for _, g := range []gate.Garden{gate.Virtual, gate.Real} {
			a.Observe(turned(name, g, gate.Stable, 2, 0, 0, 0, noon.Add(62*time.Second)))
		}
	}
	want(gate.Idle, 62*time.Second)
}

func TestShedClosesWhatIsWorthLeast(t *testing.T) {
	a := gate.NewAttention(gate.AttentionSpec{Budget: 10})
	a.Observe(turned("cheap", gate.Virtual, gate.Open, 2, 0.9, 0.5, 0, noon))
	a.Observe(turned("good", gate.Virtual, gate.Open, 2, 0.9, 0.9, 6, noon))
	a.Observe(turned("bad", gate.Virtual, gate.Open, 2, 0.9, 0.1, 6, noon))
	a.Observe(turned("bad", gate.Real, gate.Open, 2, 0.9, 0.1, 0, noon))
	got := a.Shed(noon, nil)
	var names []string
	for _, c := range got {
		names = append(names, c.Gate+"/"+c.Garden.String())
	}
	if diff := cmp.Diff([]string{"bad/virtual", "bad/real"}, names); diff != "" {
		t.Error(diff)
	}
	if again := a.Shed(noon, nil); len(again) != 0 {
		t.Errorf("named twice: %+v", again)
	}
	if got[0].Reason == "" || a.Beat(noon).Spent != 12 {
		t.Errorf("%+v, %+v", got[0], a.Beat(noon))
	}
	// It opens again and spends again: it is asked again.
	a.Observe(turned("bad", gate.Virtual, gate.Open, 2, 0.9, 0.1, 5, noon))
	if again := a.Shed(noon, nil); len(again) != 1 || again[0].Gate != "bad" {
		t.Errorf("after it opened again: %+v", again)
	}
}

func TestAccountsEarn(t *testing.T) {
	a := gate.NewAttention(gate.AttentionSpec{})
	a.Spend("g", 3, noon)
	a.Spend("g", -1, noon)
	a.Earn("g", &gate.Outcome{Kind: gate.Confirmed, Time: noon})
	a.Earn("g", &gate.Outcome{Kind: gate.Partial, Discrepancy: 0.25, Time: noon})
	a.Earn("g", &gate.Outcome{Kind: gate.Failed, Time: noon})
	want := []gate.Account{{Gate: "g", Spent: 3, Earned: 1.75, Net: -1.25}}
	if diff := cmp.Diff(want, a.Accounts()); diff != "" {
		t.Error(diff)
	}
	if b := a.Beat(noon); b.Budget != 100 || b.End.Sub(b.Start) != 30*time.Second || noon < b.Start || noon >= b.End {
		t.Errorf("%+v", b)
	}
}

// Whatever happens, what Shed leaves open fits the budget, or cost nothing; a
// saved attention goes on exactly as the one it was saved from.
func TestAttentionHolds(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		a := gate.NewAttention(gate.AttentionSpec{Budget: 5})
		now := noon
		for range 200 {
			now = now.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
			name := string(rune('a' + r.IntN(5)))
			switch r.IntN(4) {
			case 0:
				a.Spend(name, r.Float64(), now)
			case 1:
				a.Earn(name, &gate.Outcome{Kind: gate.Confirmed, Time: now})
			default:
				a.Observe(turned(name, gate.Garden(r.IntN(2)), gate.State(r.IntN(3)-1), r.IntN(6), r.Float64(), r.Float64(), r.Float64()*3, now))
			}
			saved := a.AppendSnapshot(nil)
			b := gate.NewAttention(gate.AttentionSpec{Budget: 5})
			if err := b.Restore(saved); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(saved, b.AppendSnapshot(nil)) {
				t.Fatal("a restored attention differs")
			}
			first, second := a.Shed(now, nil), b.Shed(now, nil)
			if diff := cmp.Diff(first, second); diff != "" {
				t.Fatal(diff)
			}
			if again := a.Shed(now, nil); len(again) > 0 {
				t.Fatalf("seed %d: shed twice: %+v then %+v", seed, first, again)
			}
		}
	}
}

func FuzzAttentionRestore(f *testing.F) {
	a := gate.NewAttention(gate.AttentionSpec{})
	a.Observe(turned("a", gate.Virtual, gate.Open, 2, 1, 0.1, 3, noon))
	f.Add(a.AppendSnapshot(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := gate.NewAttention(gate.AttentionSpec{})
		if err := b.Restore(data); err == nil {
			b.Shed(noon, nil)
			b.Mode(noon)
		}
	})
}
