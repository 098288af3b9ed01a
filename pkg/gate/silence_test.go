package gate_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
	. "github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

// one is a kernel with the gate g, changed as wanted.
func one(t testing.TB, o gate.Options, change func(*gate.Spec)) *gate.Kernel {
	t.Helper()
	k := gate.New(o)
	s := gate.Defaults("g")
	if change != nil {
		change(&s)
	}
	if _, err := k.Add(s); err != nil {
		t.Fatal(err)
	}
	return k
}

func say(t testing.TB, k *gate.Kernel, id gate.ID, w Wave, fx *gate.Effects) {
	t.Helper()
	var d gate.Wave
	if err := w.Digest(k.Spec(id).Embedder, &d); err != nil {
		t.Fatal(err)
	}
	if err := k.Hear(id, &d, fx); err != nil {
		t.Fatal(err)
	}
}

func pair2(t testing.TB, k *gate.Kernel, id gate.ID, ms float64, fx *gate.Effects) {
	t.Helper()
	say(t, k, id, Say("A", .9, "x", ms), fx)
	say(t, k, id, Say("B", .9, "x", ms), fx)
}

func TestAdvanceAnnouncesInOrderOfTime(t *testing.T) {
	k := gate.New(gate.Options{})
	var fx gate.Effects
	for i := range 50 {
		s := gate.Defaults(fmt.Sprint("g", i))
		s.HalfLife = time.Duration(100+(i*37)%900) * time.Millisecond
		if _, err := k.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 50 {
		pair2(t, k, gate.ID(i), float64(i), &fx)
	}
	for i := range 50 { // raised again: the filed deadlines are early now
		pair2(t, k, gate.ID(i), float64(100+i), &fx)
	}
	if len(fx.Transitions) != 50 {
		t.Fatalf("%d openings", len(fx.Transitions))
	}
	fx.Reset()
	if _, pending := k.Deadline(); !pending {
		t.Fatal("nothing is pending")
	}
	k.Advance(Ms(60_000), &fx)
	if len(fx.Transitions) != 50 {
		t.Fatalf("%d gates fell back, want 50", len(fx.Transitions))
	}
	for i := range fx.Transitions[1:] {
		if fx.Transitions[i].Time > fx.Transitions[i+1].Time {
			t.Errorf("%v is announced before %v", fx.Transitions[i].Time, fx.Transitions[i+1].Time)
		}
	}
	if at, pending := k.Deadline(); pending {
		t.Errorf("still pending at %v", at)
	}
}

// Whether Advance or the next wave notices the silence, the transition is the
// same.
func TestSilenceIsTheSameWhoeverNotices(t *testing.T) {
	var said [2]string
	for i := range 2 {
		k := one(t, gate.Options{}, nil)
		var fx gate.Effects
		pair2(t, k, 0, 0, &fx)
		fx.Reset()
		if i == 0 {
			k.Advance(Ms(20_000), &fx)
		} else {
			say(t, k, 0, Say("C", .5, "z", 20_000), &fx)
		}
		said[i] = fmt.Sprintf("%+v", fx.Transitions)
	}
	if said[0] != said[1] {
		t.Errorf("%s\n%s", said[0], said[1])
	}
}

func TestRefractory(t *testing.T) {
	k := one(t, gate.Options{}, func(s *gate.Spec) { s.Refractory = 2 * time.Second })
	var fx gate.Effects
	pair2(t, k, 0, 0, &fx)
	k.Advance(Ms(30_000), &fx)
	left := fx.Transitions[1].Time
	fx.Reset()
	ms := float64(left-Epoch) / 1e6
	pair2(t, k, 0, ms+100, &fx)
	if len(fx.Transitions) != 0 {
		t.Fatalf("opened while it rests: %+v", fx.Transitions)
	}
	if _, v := k.Value(0, gate.Virtual, left.Add(100*time.Millisecond)); v < 0.6 {
		t.Errorf("evidence did not count while it rests: value %.2f", v)
	}
	if r := k.Report(0, left.Add(100*time.Millisecond)); r.Virtual.RestsUntil != left.Add(2*time.Second) {
		t.Errorf("rests until %v", r.Virtual.RestsUntil)
	}
	say(t, k, 0, Say("A", .9, "x", ms+1950), &fx)
	say(t, k, 0, Say("C", .95, "x", ms+2000), &fx)
	if len(fx.Transitions) != 1 {
		t.Errorf("did not open after its rest: %+v", fx.Transitions)
	}
}

func TestLateWaves(t *testing.T) {
	k := one(t, gate.Options{}, nil)
	var fx gate.Effects
	say(t, k, 0, Say("A", .9, "x", 5000), &fx)
	say(t, k, 0, Say("B", .9, "x", 4500), &fx) // placed by its own time, heard now
	if len(fx.Transitions) != 1 || fx.Transitions[0].Time != Ms(5000) {
		t.Fatalf("%+v", fx.Transitions)
	}
	if w := fx.Transitions[0].Triggers[0]; w.Source != "B" || math.Abs(w.Weight-.9*math.Exp2(-1./3)) > 1e-9 {
		t.Errorf("the late speaker weighs %.3f: %+v", w.Weight, w)
	}
	late := gate.Wave{Source: "C", Confidence: .9, Valence: 1, Time: Ms(3499), Meaning: gate.Label("x")}
	if err := k.Hear(0, &late, &fx); err != gate.ErrLate {
		t.Errorf("a wave older than the window: %v", err)
	}
	say(t, k, 0, Say("B", .2, "y", 4000), &fx) // older than what B said last: heard, not remembered
	for _, v := range k.Report(0, Ms(5000)).Voices {
		if v.Source == "B" && v.Region != "x" {
			t.Errorf("an older wave took the place of a newer one: %+v", v)
		}
	}
}

func TestOldestSourceGoes(t *testing.T) {
	k := one(t, gate.Options{}, func(s *gate.Spec) { s.Neighbours = 3 })
	var fx gate.Effects
	for i, name := range []string{"A", "B", "C", "A", "D", "E"} {
		say(t, k, 0, Say(name, .1, name, float64(100+10*(i/2))), &fx) // pairs of equal time
	}
	var have string
	for _, v := range k.Report(0, Ms(200)).Voices {
		have += v.Source
	}
	if have != "EDA" {
		t.Errorf("remembers %s, want EDA", have)
	}
}

func TestQuietWindows(t *testing.T) {
	k := one(t, gate.Options{QuietWindows: true}, nil)
	var fx gate.Effects
	say(t, k, 0, Say("A", .2, "x", 0), &fx)
	say(t, k, 0, Say("B", .2, "x", 100), &fx) // related: a window begins
	say(t, k, 0, Say("A", .4, "x", 300), &fx) // stronger
	say(t, k, 0, Say("C", .9, "unrelated", 400), &fx)
	if at, ok := k.Deadline(); !ok || at != Ms(1600) {
		t.Fatalf("deadline %v %v, want %v", at, ok, Ms(1600))
	}
	k.Advance(Ms(1599), &fx)
	if len(fx.Correlations) != 0 {
		t.Fatal("the window ended early")
	}
	k.Advance(Ms(1600), &fx)
	if len(fx.Correlations) != 1 || len(fx.Transitions) != 0 {
		t.Fatalf("%+v", fx)
	}
	c := fx.Correlations[0]
	if c.Result != gate.StayedStable || c.Start != Ms(100) || c.End != Ms(1600) || c.Quiet != 1 || c.Seq != 0 || c.Suffix() != "-q1" ||
		len(c.Signals) != 2 || c.Signals[0].Source != "A" || c.Signals[0].Confidence != .4 || c.Aggregate != 1 {
		t.Errorf("%+v", c)
	}
	fx.Reset()
	say(t, k, 0, Say("B", .1, "x", 1700), &fx)
	say(t, k, 0, Say("A", .9, "x", 1800), &fx)
	say(t, k, 0, Say("B", .9, "x", 1900), &fx) // crosses: the window is not quiet
	k.Advance(Ms(3300), &fx)
	if len(fx.Correlations) != 1 || fx.Correlations[0].Result != gate.Opened || fx.Correlations[0].Suffix() != "-c" {
		t.Errorf("%+v", fx.Correlations)
	}
	without := one(t, gate.Options{}, nil)
	fx.Reset()
	say(t, without, 0, Say("A", .2, "x", 0), &fx)
	say(t, without, 0, Say("B", .2, "x", 100), &fx)
	if without.Advance(Ms(5000), &fx); len(fx.Correlations) != 0 {
		t.Error("quiet windows though nobody asked for them")
	}
}

func TestLeans(t *testing.T) {
	k := one(t, gate.Options{LeanEvery: time.Second}, nil)
	var fx gate.Effects
	for i := range 40 {
		say(t, k, 0, Say(fmt.Sprint("s", i%4), .2+.01*float64(i), "x", float64(100*i)), &fx)
	}
	if n := len(fx.Leans); n < 3 || n > 4 {
		t.Fatalf("%d leans in four seconds, at most one a second: %+v", n, fx.Leans)
	}
	for i, l := range fx.Leans {
		if l.Slope <= 0 || l.Value <= 0 || l.Gate != "g" {
			t.Errorf("%+v", l)
		}
		if i > 0 {
			want := (l.Value - fx.Leans[i-1].Value) / l.Time.Sub(fx.Leans[i-1].Time).Seconds()
			if math.Abs(l.Slope-want) > 1e-9 {
				t.Errorf("slope %.4f, want %.4f", l.Slope, want)
			}
		}
	}
}
