package gate_test

import (
	"errors"
	"math"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/gate"
	. "github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

func TestHandoverOpensReal(t *testing.T) {
	k := one(t, gate.Options{}, nil)
	var fx gate.Effects
	pair2(t, k, 0, 0, &fx)
	if len(fx.Handovers) != 1 || fx.Handovers[0].Seq != 1 || fx.Handovers[0].Amplitude < .98 {
		t.Fatalf("%+v", fx.Handovers)
	}
	h := fx.Handovers[0]
	fx.Reset()
	v := gate.Verified{Seq: h.Seq, Amplitude: h.Amplitude, Time: Ms(50)}
	if err := k.Verified(0, v, &fx); err != nil {
		t.Fatal(err)
	}
	if len(fx.Transitions) != 1 || len(fx.Correlations)+len(fx.Handovers)+len(fx.Escalations) != 0 {
		t.Fatalf("%+v", fx)
	}
	x := fx.Transitions[0]
	if x.Garden != gate.Real || x.Seq != 1 || x.Of != 1 || x.Cause != gate.FromVerified || x.To != gate.Open || len(x.Triggers) != 2 || x.Value < .6 {
		t.Errorf("%+v", x)
	}
	fx.Reset()
	if err := k.Verified(0, v, &fx); err != nil || !fx.Empty() {
		t.Errorf("a second signal while OPEN: %v %+v", err, fx)
	}
	k.Advance(Ms(60_000), &fx)
	if len(fx.Transitions) != 2 { // both sides fall back
		t.Errorf("%+v", fx.Transitions)
	}
	// The real outcome teaches the gate and the sources of the virtual opening.
	l, err := k.Outcome(0, &gate.Outcome{ID: "r", Garden: gate.Real, Seq: 1, Kind: gate.Failed, Time: Ms(61_000)})
	if err != nil || l.Sources != 2 || !l.Pattern || l.After >= l.Before {
		t.Errorf("%+v %v", l, err)
	}
}

func TestVerifiedOpensWhateverTheAmplitude(t *testing.T) {
	k := one(t, gate.Options{}, func(s *gate.Spec) { s.Gardens = gate.OnlyReal })
	var fx gate.Effects
	if err := k.Verified(0, gate.Verified{Amplitude: .2, Time: Ms(0)}, &fx); err != nil {
		t.Fatal(err)
	}
	if state, v := k.Value(0, gate.Real, Ms(0)); state != gate.Open || v < .6 {
		t.Errorf("%v at %.2f: real acts without checking again", state, v)
	}
	w := gate.Wave{Source: "A", Confidence: 1, Valence: 1, Time: Ms(1), Meaning: gate.Label("x")}
	if err := k.Hear(0, &w, &fx); !errors.Is(err, gate.ErrDeaf) {
		t.Errorf("a gate of the real garden only heard a wave: %v", err)
	}
	virtual := one(t, gate.Options{}, func(s *gate.Spec) { s.Gardens = gate.OnlyVirtual })
	pair2(t, virtual, 0, 0, &fx)
	if len(fx.Handovers) != 0 {
		t.Error("a gate without a real side hands over")
	}
	if err := virtual.Verified(0, gate.Verified{Amplitude: 1, Time: Ms(1)}, &fx); !errors.Is(err, gate.ErrGarden) {
		t.Errorf("%v", err)
	}
}

func TestForcedClosing(t *testing.T) {
	k := one(t, gate.Options{}, nil)
	var fx gate.Effects
	pair2(t, k, 0, 0, &fx)
	fx.Reset()
	if err := k.Force(0, gate.Virtual, "overdrawn", Ms(100), &fx); err != nil {
		t.Fatal(err)
	}
	if len(fx.Transitions) != 2 || fx.Transitions[0].To != gate.Stable || fx.Transitions[1].To != gate.Closed {
		t.Fatalf("%+v", fx.Transitions)
	}
	for i, x := range fx.Transitions {
		if x.Cause != gate.Forced || x.Reason != "overdrawn" || x.Seq != uint64(i+2) {
			t.Errorf("%+v", x)
		}
	}
	if _, v := k.Value(0, gate.Virtual, Ms(100)); v != -.6 {
		t.Errorf("value %v, want close", v)
	}
	fx.Reset()
	if err := k.Force(0, gate.Virtual, "again", Ms(200), &fx); err != nil || !fx.Empty() {
		t.Errorf("closing a CLOSED gate: %v %+v", err, fx)
	}
	if _, err := k.Outcome(0, &gate.Outcome{ID: "o", Seq: 3, Time: Ms(300)}); !errors.Is(err, gate.ErrDecay) {
		t.Errorf("a forced closing teaches: %v", err)
	}
	k.Advance(Ms(200+1499), &fx)
	if !fx.Empty() {
		t.Error("back to STABLE before a half-life")
	}
	k.Advance(Ms(200+1501), &fx)
	if len(fx.Transitions) != 1 || fx.Transitions[0].To != gate.Stable {
		t.Errorf("%+v", fx.Transitions)
	}
}

func TestReflex(t *testing.T) {
	k := one(t, gate.Options{}, func(s *gate.Spec) { s.Weight = .85; s.Chance = false })
	var fx gate.Effects
	say(t, k, 0, Deny("A", .95, "x", 0), &fx)
	say(t, k, 0, Say("A", .85, "x", 10), &fx)
	if !fx.Empty() {
		t.Fatalf("a denial or a weaker wave is no reflex: %+v", fx)
	}
	say(t, k, 0, Say("B", .2, "y", 20), &fx)
	say(t, k, 0, Deny("C", .2, "y", 30), &fx) // q is a little above 0
	say(t, k, 0, Say("A", .9, "z", 40), &fx)
	if len(fx.Transitions) != 1 || fx.Transitions[0].Value < .6 || fx.Transitions[0].Tier != 0 || fx.Transitions[0].Triggers[0].Share != 1 {
		t.Fatalf("%+v", fx.Transitions)
	}
	fx.Reset()
	untrusted := one(t, gate.Options{}, func(s *gate.Spec) { s.Weight = .8 })
	if say(t, untrusted, 0, Say("A", 1, "x", 0), &fx); !fx.Empty() {
		t.Error("a weight of exactly reflex is not above it")
	}
}

func TestEscalationAndRouting(t *testing.T) {
	for _, c := range []struct {
		weight float64
		tier   int
		want   int
	}{{.1, 5, 5}, {.1, 2, 2}, {.3, 5, 2}, {.6, 5, 1}, {.85, 5, 0}} {
		k := one(t, gate.Options{}, func(s *gate.Spec) { s.Weight, s.Tier = c.weight, c.tier })
		var fx gate.Effects
		say(t, k, 0, Say("A", .85, "x", 0), &fx)
		say(t, k, 0, Say("B", .85, "x", 1), &fx)
		if len(fx.Transitions) != 1 || fx.Transitions[0].Tier != c.want {
			t.Errorf("weight %g, tier %d: %+v, want %d", c.weight, c.tier, fx.Transitions, c.want)
			continue
		}
		if escalated := len(fx.Escalations) == 1; escalated != (c.want >= 3) {
			t.Errorf("weight %g, tier %d: escalations %+v", c.weight, c.tier, fx.Escalations)
		}
	}
}

func TestCrossingRecords(t *testing.T) {
	k := one(t, gate.Options{}, func(s *gate.Spec) { s.Tier = 4 })
	var fx gate.Effects
	for _, w := range []Wave{Say("A", .8, "x", 0), Say("B", .3, "z", 50), Say("C", .1, "x", 60), Deny("D", .1, "x", 100)} {
		w.Cost = 2
		say(t, k, 0, w, &fx)
	}
	fx.Reset()
	last := Say("E", .9, "x", 150)
	last.Cost = 3
	say(t, k, 0, last, &fx)
	if len(fx.Transitions) != 1 || len(fx.Correlations) != 1 || len(fx.Escalations) != 1 {
		t.Fatalf("%+v", fx)
	}
	x, c, e := fx.Transitions[0], fx.Correlations[0], fx.Escalations[0]
	if len(x.Triggers) != 3 || x.Triggers[0].Source != "E" || x.Cost != 7 {
		t.Errorf("triggers %+v, cost %g", x.Triggers, x.Cost)
	}
	if c.Seq != x.Seq || len(c.Signals) != 4 || c.Result != gate.Opened || c.Start != Ms(0) || c.End != Ms(150) {
		t.Errorf("%+v", c)
	}
	if e.Region != "x" || e.Amplitude != x.Amplitude || e.Tier != 4 {
		t.Errorf("%+v", e)
	}
	// The aggregate is the weighted mean of the matrix off its diagonal.
	var up, down float64
	for i, a := range c.Signals {
		for j, b := range c.Signals {
			if i != j {
				up += a.Weight * b.Weight * c.Matrix[i*len(c.Signals)+j]
				down += a.Weight * b.Weight
			}
		}
	}
	if math.Abs(up/down-c.Aggregate) > 1e-12 {
		t.Errorf("aggregate %v, the matrix gives %v", c.Aggregate, up/down)
	}
}
