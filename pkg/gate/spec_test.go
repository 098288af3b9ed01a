package gate_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

func TestSpecValidate(t *testing.T) {
	if err := gate.Defaults("g").Validate(); err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	for field, bad := range map[string][]func(*gate.Spec){
		"name":              {func(s *gate.Spec) { s.Name = "" }, func(s *gate.Spec) { s.Name = strings.Repeat("x", 65) }},
		"tier":              {func(s *gate.Spec) { s.Tier = -1 }, func(s *gate.Spec) { s.Tier = 6 }},
		"window":            {func(s *gate.Spec) { s.Window = 0 }, func(s *gate.Spec) { s.Window = time.Hour }},
		"half_life":         {func(s *gate.Spec) { s.HalfLife = 0 }, func(s *gate.Spec) { s.HalfLife = 2 * time.Hour }},
		"refractory":        {func(s *gate.Spec) { s.Refractory = -1 }, func(s *gate.Spec) { s.Refractory = 2 * time.Hour }},
		"open":              {func(s *gate.Spec) { s.Open = 0 }, func(s *gate.Spec) { s.Open = 1.1 }, func(s *gate.Spec) { s.Open = nan }},
		"close":             {func(s *gate.Spec) { s.Close = 0 }, func(s *gate.Spec) { s.Close = -1.1 }, func(s *gate.Spec) { s.Close = nan }},
		"release":           {func(s *gate.Spec) { s.Release = 0 }, func(s *gate.Spec) { s.Release = 0.6 }, func(s *gate.Spec) { s.Release = nan }},
		"similarity":        {func(s *gate.Spec) { s.Similarity = 0 }, func(s *gate.Spec) { s.Similarity = nan }},
		"neighbours":        {func(s *gate.Spec) { s.Neighbours = 1 }, func(s *gate.Spec) { s.Neighbours = 65 }},
		"weight":            {func(s *gate.Spec) { s.Weight = -0.1 }, func(s *gate.Spec) { s.Weight = nan }},
		"reflex":            {func(s *gate.Spec) { s.Reflex = 1.1 }},
		"reflex_confidence": {func(s *gate.Spec) { s.ReflexConfidence = nan }},
		"handover":          {func(s *gate.Spec) { s.Handover = 2 }},
		"garden":            {func(s *gate.Spec) { s.Gardens = 3 }},
		"embedder":          {func(s *gate.Spec) { s.Embedder = 2 }},
		"memory":            {func(s *gate.Spec) { s.Memory = 0 }, func(s *gate.Spec) { s.Memory = 2 << 20 }},
	} {
		for _, change := range bad {
			s := gate.Defaults("g")
			change(&s)
			err := s.Validate()
			if err == nil || !strings.Contains(err.Error(), ": "+field+" must be ") {
				t.Errorf("%s: %v", field, err)
			}
			if _, added := gate.New(gate.Options{}).Add(s); added == nil {
				t.Errorf("%s: a bad gate was added", field)
			}
		}
	}
}

func TestDeclaredTwice(t *testing.T) {
	k := gate.New(gate.Options{})
	for i, want := range []bool{true, false} {
		if _, err := k.Add(gate.Defaults("g")); (err == nil) != want {
			t.Errorf("%d: %v", i, err)
		}
	}
	if id, ok := k.Lookup("g"); !ok || id != 0 || k.Len() != 1 || k.Spec(0).Name != "g" || k.Spec(1).Name != "" {
		t.Error("lookup")
	}
}

func TestWaveIsChecked(t *testing.T) {
	k := one(t, gate.Options{}, nil)
	good := gate.Wave{Source: "A", Confidence: .5, Valence: 1, Time: noon, Meaning: gate.Label("x")}
	nan, inf := math.NaN(), math.Inf(1)
	for want, changes := range map[error][]func(*gate.Wave){
		gate.ErrSource:     {func(w *gate.Wave) { w.Source = "" }, func(w *gate.Wave) { w.Source = strings.Repeat("s", 129) }},
		gate.ErrConfidence: {func(w *gate.Wave) { w.Confidence = nan }, func(w *gate.Wave) { w.Confidence = 1.1 }, func(w *gate.Wave) { w.Confidence = -.1 }},
		gate.ErrValence:    {func(w *gate.Wave) { w.Valence = nan }, func(w *gate.Wave) { w.Valence = -1.1 }},
		gate.ErrCost:       {func(w *gate.Wave) { w.Cost = -1 }, func(w *gate.Wave) { w.Cost = inf }, func(w *gate.Wave) { w.Cost = nan }},
		gate.ErrMeaning:    {func(w *gate.Wave) { w.Meaning = gate.Meaning{} }, func(w *gate.Wave) { w.Meaning = gate.Label("") }},
		gate.ErrTime:       {func(w *gate.Wave) { w.Time = -1 }, func(w *gate.Wave) { w.Time = gate.MaxTime + 1 }},
	} {
		for _, change := range changes {
			w := good
			change(&w)
			var fx gate.Effects
			if err := k.Hear(0, &w, &fx); err != want {
				t.Errorf("%v, want %v", err, want)
			}
		}
	}
	for _, id := range []gate.ID{-1, 1} {
		if err := k.Hear(id, &good, &gate.Effects{}); err != gate.ErrGate {
			t.Errorf("gate %d: %v", id, err)
		}
	}
	if r := k.Report(0, noon); len(r.Voices) != 0 {
		t.Errorf("a refused wave was remembered: %+v", r.Voices)
	}
}

func TestOneDimensionAtATime(t *testing.T) {
	k := one(t, gate.Options{}, nil)
	var fx gate.Effects
	speak := func(source string, at gate.Time, v ...float32) error {
		w := gate.Wave{Source: source, Confidence: .9, Valence: 1, Time: at}
		if err := w.Meaning.SetEmbedding(v); err != nil {
			t.Fatal(err)
		}
		return k.Hear(0, &w, &fx)
	}
	if err := speak("A", noon, 1, 2, 3); err != nil {
		t.Fatal(err)
	}
	if err := speak("B", noon.Add(time.Second), 1, 2); err != gate.ErrDimension {
		t.Errorf("%v, want %v", err, gate.ErrDimension)
	}
	if err := speak("B", noon.Add(2*time.Second), 1, 2); err != nil {
		t.Errorf("a new model, after the old one left the window: %v", err)
	}
	if err := speak("A", noon.Add(3*time.Second), 1, 2); err != nil || len(fx.Transitions) != 1 {
		t.Errorf("%v %+v", err, fx.Transitions)
	}
}

func TestSortFrame(t *testing.T) {
	ws := []gate.Wave{{Source: "b", Time: 2, Cost: 1}, {Source: "a", Time: 2}, {Source: "c", Time: 1}, {Source: "b", Time: 2, Cost: 2}}
	gate.SortFrame(ws)
	got := ""
	for _, w := range ws {
		got += w.Source
	}
	if got != "cabb" || ws[2].Cost != 1 {
		t.Errorf("%s, %+v", got, ws)
	}
}

func TestShardOf(t *testing.T) {
	seen := map[int]bool{}
	for i := range 4000 {
		n := gate.ShardOf("gate-" + string(rune('a'+i%26)) + strings.Repeat("x", i/26))
		if n < 0 || n > 255 {
			t.Fatalf("shard %d", n)
		}
		seen[n] = true
	}
	if len(seen) < 250 {
		t.Errorf("4000 gates fell into %d shards", len(seen))
	}
	if got := gate.ShardOf("pressure"); got != shardOfPressure {
		t.Errorf("pressure lives in shard %d, it used to be %d", got, shardOfPressure)
	}
}

const shardOfPressure = 112

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		gate.Closed.String() + gate.Stable.String() + gate.Open.String():           "closedstableopen",
		gate.Virtual.String() + gate.Real.String():                                 "virtualreal",
		gate.Evidence.String() + gate.ByReflex.String() + gate.Decay.String():      "evidencereflexdecay",
		gate.Forced.String() + gate.FromVerified.String():                          "forcedverified",
		gate.Confirmed.String() + gate.Failed.String() + gate.Partial.String():     "confirmedfailedpartial",
		gate.Opened.String() + gate.DidClose.String() + gate.StayedStable.String(): "openedclosedstayed_stable",
		gate.Both.String() + gate.OnlyVirtual.String() + gate.OnlyReal.String():    "bothvirtualreal",
		gate.Signature.String() + gate.Lexical.String():                            "signaturelexical",
		gate.Idle.String() + gate.Reflexive.String() + gate.Overwhelmed.String():   "IDLEREFLEXOVERWHELMED",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
