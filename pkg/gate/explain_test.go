package gate_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

func hear(t *testing.T, k *gate.Kernel, source string, confidence float64, about string, at gate.Time, fx *gate.Effects) {
	t.Helper()
	w := gate.Wave{Source: source, Confidence: confidence, Valence: 1, Time: at, Meaning: gate.Label(about)}
	if err := k.Hear(0, &w, fx); err != nil {
		t.Fatal(err)
	}
}

func TestReportExplainsAndChangesNothing(t *testing.T) {
	k := gate.New(gate.Options{})
	if _, err := k.Add(gate.Defaults("g")); err != nil {
		t.Fatal(err)
	}
	if r := k.Report(0, noon); r.Virtual == nil || r.Real == nil || r.Last != nil || len(r.Voices) != 0 || r.Weight != 0.1 {
		t.Errorf("a new gate: %+v", r)
	}
	var fx gate.Effects
	hear(t, k, "a", 0.9, "hall", noon, &fx)
	if r := k.Report(0, noon); r.Last == nil || r.Last.Held == "" || r.Virtual.Value != 0 {
		t.Errorf("one voice: %+v", r.Last)
	}
	hear(t, k, "b", 0.8, "hall", noon.Add(100*time.Millisecond), &fx)
	hear(t, k, "c", 0.9, "cellar", noon.Add(200*time.Millisecond), &fx)
	now := noon.Add(300 * time.Millisecond)
	if _, err := k.Outcome(0, &gate.Outcome{ID: "o", Seq: 1, Kind: gate.Confirmed, Time: now}); err != nil {
		t.Fatal(err)
	}
	before := k.AppendSnapshot(nil)
	r := k.Report(0, now)
	if !bytes.Equal(before, k.AppendSnapshot(nil)) {
		t.Error("the report changed the gate")
	}
	if r.Virtual.State != gate.Open || r.Virtual.StableAt <= now || r.Virtual.Seq != 1 {
		t.Errorf("standing: %+v", *r.Virtual)
	}
	state, value := k.Value(0, gate.Virtual, now)
	if state != r.Virtual.State || value != r.Virtual.Value {
		t.Errorf("report says %v %v, Value %v %v", r.Virtual.State, r.Virtual.Value, state, value)
	}
	if len(r.Voices) != 3 || r.Voices[0].Source != "c" || r.Voices[0].Agreement != 1 || r.Voices[1].Agreement != 0 || r.Voices[2].Region != "hall" {
		t.Errorf("voices: %+v", r.Voices)
	}
	if r.Last.Speaker != "c" || r.Last.Related != 0 || r.Last.Held == "" {
		t.Errorf("last: %+v", r.Last)
	}
	if len(r.Recent) != 1 || r.Recent[0].To != gate.Open || len(r.Recent[0].Triggers) != 2 || r.Recent[0].Triggers[0].Region != "hall" {
		t.Errorf("recent: %+v", r.Recent)
	}
	if len(r.Changes) != 1 || r.Weight <= 0.1 || r.Changes[0].After-r.Weight > 1e-6 {
		t.Errorf("weight %v, changes %+v", r.Weight, r.Changes)
	}
	if len(r.Patterns) != 1 || r.Patterns[0].About != "hall" || len(r.Patterns[0].Sources) != 2 || r.Patterns[0].Gain <= 1 {
		t.Errorf("patterns: %+v", r.Patterns)
	}
	if len(r.Sources) != 2 || r.Sources[0].Factor != 1 || r.Sources[0].Confirmed <= 0.9 {
		t.Errorf("sources: %+v", r.Sources)
	}
	if r.Learned > r.Spec.Memory {
		t.Errorf("%d bytes learned of %d", r.Learned, r.Spec.Memory)
	}
}

// A content that was heard is judged again as it was.
func TestReportJudgesContentAgain(t *testing.T) {
	k := gate.New(gate.Options{})
	if _, err := k.Add(gate.Defaults("g")); err != nil {
		t.Fatal(err)
	}
	var fx gate.Effects
	for i, doc := range []string{`{"distance_cm":25}`, `{"distance_cm":28}`} {
		w := gate.Wave{Source: string(rune('a' + i)), Confidence: 0.9, Valence: 1, Time: noon}
		if err := w.Meaning.SetContent(gate.Signature, []byte(doc)); err != nil {
			t.Fatal(err)
		}
		if err := k.Hear(0, &w, &fx); err != nil {
			t.Fatal(err)
		}
	}
	r := k.Report(0, noon)
	if len(fx.Transitions) != 1 || r.Last == nil || r.Last.Related != 1 || r.Last.Held != "" {
		t.Fatalf("%+v, last %+v", fx.Transitions, r.Last)
	}
	if diff := r.Last.Amplitude - fx.Transitions[0].Amplitude; diff > 1e-9 || diff < -1e-9 {
		t.Errorf("amplitude %v, at the opening %v", r.Last.Amplitude, fx.Transitions[0].Amplitude)
	}
}
