package gate_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/gate"
	. "github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

// opened lets a gate open every twenty seconds about region by two sources and
// teaches each opening.
func teachPair(t *testing.T, k *gate.Kernel, start float64, n int, a, b, region string, kind gate.OutcomeKind) float64 {
	t.Helper()
	var fx gate.Effects
	for i := range n {
		ms := start + float64(i)*20_000
		say(t, k, 0, Say(a, .9, region, ms), &fx)
		say(t, k, 0, Say(b, .9, region, ms+10), &fx)
		k.Advance(Ms(ms+15_000), &fx)
		for _, x := range fx.Transitions {
			if x.To != gate.Open {
				continue
			}
			if _, err := k.Outcome(0, &gate.Outcome{ID: fmt.Sprint(start, i), Seq: x.Seq, Kind: kind, Time: Ms(ms + 16_000)}); err != nil {
				t.Fatal(err)
			}
		}
		fx.Reset()
	}
	return start + float64(n)*20_000
}

func TestSourcesAndPatternsAreLearned(t *testing.T) {
	k := one(t, gate.Options{}, nil)
	at := teachPair(t, k, 0, 6, "good", "fine", "fire", gate.Confirmed)
	at = teachPair(t, k, at, 2, "bad", "fine", "smoke", gate.Failed)
	r := k.Report(0, Ms(at))
	factors := map[string]float64{}
	for _, s := range r.Sources {
		factors[s.Source] = s.Factor
	}
	if factors["good"] != 1 || factors["fine"] != 1 || factors["bad"] >= .6 {
		t.Errorf("%v", factors)
	}
	if len(r.Patterns) != 2 || r.Patterns[0].About != "fire" || r.Patterns[0].Gain <= 1.5 || r.Patterns[1].Gain >= .8 || len(r.Patterns[1].Sources) != 2 {
		t.Errorf("%+v", r.Patterns)
	}
	if len(r.Changes) != 8 || r.Changes[0].Before != float64(float32(.1)) {
		t.Errorf("%+v", r.Changes)
	}
	// What was confirmed before is believed sooner, what failed later.
	var fx gate.Effects
	say(t, k, 0, Say("good", .45, "fire", at), &fx)
	say(t, k, 0, Say("fine", .2, "fire", at+1), &fx)
	if len(fx.Transitions) != 1 {
		t.Errorf("a familiar pattern did not open the gate: %+v", k.Report(0, Ms(at+1)).Last)
	}
	k.Advance(Ms(at+20_000), &fx)
	fx.Reset()
	say(t, k, 0, Say("bad", .7, "smoke", at+21_000), &fx)
	say(t, k, 0, Say("fine", .6, "smoke", at+21_001), &fx)
	if len(fx.Transitions) != 0 {
		t.Errorf("a source and a pattern that failed opened the gate: %+v", fx.Transitions)
	}
}

func TestOutcomeIsChecked(t *testing.T) {
	k := one(t, gate.Options{}, func(s *gate.Spec) { s.Gardens = gate.OnlyVirtual })
	var fx gate.Effects
	pair2(t, k, 0, 0, &fx)
	for _, c := range []struct {
		o    gate.Outcome
		want error
	}{
		{gate.Outcome{Seq: 1, Garden: gate.Real}, gate.ErrGarden},
		{gate.Outcome{Seq: 0}, gate.ErrTransition},
		{gate.Outcome{Seq: 3}, gate.ErrTransition},
		{gate.Outcome{Seq: 1, Kind: gate.Partial, Discrepancy: 2}, gate.ErrOutcome},
		{gate.Outcome{Seq: 1, Kind: gate.Partial, Discrepancy: math.NaN()}, gate.ErrOutcome},
		{gate.Outcome{Seq: 1, Kind: 9}, gate.ErrOutcome},
		{gate.Outcome{Seq: 1, Time: -1}, gate.ErrTime},
	} {
		if _, err := k.Outcome(0, &c.o); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.o, err, c.want)
		}
	}
	if _, err := k.Outcome(7, &gate.Outcome{Seq: 1}); !errors.Is(err, gate.ErrGate) {
		t.Error(err)
	}
	k.Advance(Ms(60_000), &fx)
	if _, err := k.Outcome(0, &gate.Outcome{Seq: 2, Time: Ms(1)}); !errors.Is(err, gate.ErrDecay) {
		t.Errorf("a return to STABLE teaches: %v", err)
	}
	first, err := k.Outcome(0, &gate.Outcome{ID: "one", Seq: 1, Time: Ms(1)})
	if err != nil || first.Repeated || first.After <= first.Before {
		t.Errorf("%+v %v", first, err)
	}
	again, err := k.Outcome(0, &gate.Outcome{ID: "one", Seq: 1, Time: Ms(2)})
	if err != nil || !again.Repeated || again.After != again.Before {
		t.Errorf("%+v %v", again, err)
	}
}

func TestOutcomesWithoutIdAllTeach(t *testing.T) {
	k := one(t, gate.Options{}, nil)
	var fx gate.Effects
	pair2(t, k, 0, 0, &fx)
	for i := range 3 {
		if l, err := k.Outcome(0, &gate.Outcome{Seq: 1, Time: Ms(float64(i))}); err != nil || l.Repeated {
			t.Errorf("%+v %v", l, err)
		}
	}
}

func TestOldTransitionTeachesTheWeightAlone(t *testing.T) {
	k := one(t, gate.Options{}, func(s *gate.Spec) { s.Memory = 1024 })
	var fx gate.Effects
	for i := range 5 {
		pair2(t, k, 0, float64(i)*20_000, &fx)
		k.Advance(Ms(float64(i)*20_000+15_000), &fx)
	}
	l, err := k.Outcome(0, &gate.Outcome{ID: "late", Seq: 1, Time: Ms(200_000)})
	if err != nil || l.Sources != 0 || l.Pattern || l.After <= l.Before {
		t.Errorf("%+v %v", l, err)
	}
}

// Whatever outcomes bring, what is learned fits the memory, and the least
// useful goes first.
func TestMemoryIsBounded(t *testing.T) {
	for _, memory := range []int{1024, 4096, 16 << 10} {
		k := one(t, gate.Options{}, func(s *gate.Spec) { s.Memory = memory })
		at := teachPair(t, k, 0, 4, "old", "friend", "dear", gate.Confirmed)
		for i := range 200 {
			kind := gate.Confirmed
			if i%2 == 0 {
				kind = gate.Failed
			}
			a := fmt.Sprint("a", i%60)
			at = teachPair(t, k, at, 2, a, "b"+a, "r"+a, kind)
			if r := k.Report(0, Ms(at)); r.Learned > memory || len(r.Changes) > 10 {
				t.Fatalf("%d bytes of %d, %d changes", r.Learned, memory, len(r.Changes))
			}
		}
		kept := false
		for _, p := range k.Report(0, Ms(at)).Patterns {
			kept = kept || p.About == "dear"
		}
		if memory >= 4096 && !kept {
			t.Errorf("memory %d: the most confirmed pattern was forgotten", memory)
		}
	}
}

func TestConfirmedOpeningHalvesChance(t *testing.T) {
	k := one(t, gate.Options{}, nil)
	var fx gate.Effects
	// A and B say x now and then, then something else: some of it is chance.
	for i := range 400 {
		for j, s := range []string{"A", "B", "C"} {
			say(t, k, 0, Say(s, .5, fmt.Sprint("r", (i*7+j*i*i)%3), float64(i)*400+float64(j)*30), &fx)
		}
	}
	before := k.Report(0, Ms(160_000)).ForOpen
	if before == 0 {
		t.Fatal("nothing was learned about chance")
	}
	var seq uint64
	for _, x := range fx.Transitions {
		if x.To == gate.Open {
			seq = x.Seq
		}
	}
	if _, err := k.Outcome(0, &gate.Outcome{ID: "c", Seq: seq, Time: Ms(161_000)}); err != nil {
		t.Fatal(err)
	}
	if after := k.Report(0, Ms(161_000)).ForOpen; math.Abs(after-before/2) > 1e-9 {
		t.Errorf("B+ went from %g to %g", before, after)
	}
}
