package wave

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

const transitionJSON = `{"id":"math-virtual-1","gate":"math","garden":"virtual","from":"stable","to":"open",` +
	`"value":0.77,"correlation":1,"amplitude":0.8,"weight":0.1,"triggers":[{"source":"a","confidence":0.6}],` +
	`"route":{"tier":4},"cause":"evidence","cost":1,"seq":1,"time":"2026-01-31T10:30:00.25+01:00"}`

func TestDecodeFillsDefaults(t *testing.T) {
	t.Parallel()
	got, err := Decode[Transition]([]byte(transitionJSON))
	if err != nil {
		t.Fatal(err)
	}
	if v := got.Triggers[0].Valence; v != 1 {
		t.Errorf("an absent valence is %v", v)
	}
	explicit := strings.Replace(transitionJSON, `"confidence":0.6`, `"confidence":0.6,"valence":0`, 1)
	if got, err = Decode[Transition]([]byte(explicit)); err != nil || got.Triggers[0].Valence != 0 {
		t.Errorf("a given zero valence is %v, %v", got.Triggers[0].Valence, err)
	}
	data, err := Encode(got)
	if err != nil || !strings.Contains(string(data), `"time":"2026-01-31T09:30:00.25Z"`) {
		t.Errorf("written as %s, %v", data, err)
	}
	report, err := Decode[CellResponse]([]byte(`{"cell":"process","source":"p","result":[],"time":"2026-01-31T09:30:00Z"}`))
	if err != nil || report.Cost != 0 || string(report.Result) != "[]" {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	with := func(old, repl string) string { return strings.Replace(transitionJSON, old, repl, 1) }
	for _, c := range []struct{ in, field, reason string }{
		{"", "", "it ends too early"},
		{"[]", "", "a JSON object, not an array"},
		{transitionJSON + "x", "", "not JSON"},
		{with(`"gate"`, `"id":"x","gate"`), "id", "given twice"},
		{with(`"confidence":0.6`, `"confidence":0.6,"confidence":0.7`), "triggers[0].confidence", "given twice"},
		{with(`"confidence":0.6`, `"share":0.6`), "triggers[0].confidence", "required"},
		{with(`"confidence":0.6`, `"confidence":6`), "triggers[0].confidence", "0..1, is 6"},
		{with(`[{"source":"a","confidence":0.6}]`, `[null]`), "triggers[0]", "not be null"},
		{with(`[{"source":"a","confidence":0.6}]`, `null`), "triggers", "not be null"},
		{with(`"open"`, `"ajar"`), "to", `"ajar" is not one of closed, stable, open`},
		{with(`"open"`, `"`+strings.Repeat("x", 5000)+`"`), "to", "(5000 bytes)"},
		{with(`"open"`, `"stable"`), "to", "same state"},
		{with(`"open"`, `1`), "to", "a string, not a number"},
		{with(`"seq":1`, `"seq":2`), "id", "must be math-virtual-2"},
		{with(`"seq":1`, `"seq":0`), "seq", "1 or more, is 0"},
		{with(`"seq":1`, `"seq":1.0`), "seq", "whole number"},
		{with(`"seq":1`, `"seq":18446744073709551616`), "seq", "whole number"},
		{with(`"value":0.77`, `"value":1e999`), "value", "too large"},
		{with(`{"tier":4}`, `4`), "route", "an object, not a number"},
		{with(`{"tier":4}`, `{"tier":6}`), "route.tier", "0..5, is 6"},
		{with(`"cause":"evidence"`, `"cause":"magic"`), "cause", "one of evidence, reflex"},
		{with(`"gate":"math"`, `"gate":"Math"`), "gate", "'M' is not allowed"},
		{with(`2026-01-31T10:30:00.25+01:00`, `31.1.2026`), "time", "RFC 3339"},
		{with(`"cost":1`, `"pad":"`+strings.Repeat("x", MaxMessage)+`"`), "", "at most 524288"},
	} {
		got, err := Decode[Transition]([]byte(c.in))
		var r *Rule
		if !errors.As(err, &r) || r.Field != c.field || !strings.Contains(r.Reason, c.reason) {
			t.Errorf("%.100s: got %v, want %q %q", c.in, err, c.field, c.reason)
		}
		if got.ID != "" {
			t.Errorf("%.100s: a body came with the error", c.in)
		}
	}
}

// TestRulesBetweenFields are those that a single field cannot have.
func TestRulesBetweenFields(t *testing.T) {
	t.Parallel()
	at := `"time":"2026-01-31T09:30:00Z"`
	outcome := `{"id":"o","gate":"g","transition":"t","by":"human","outcome":`
	answer := `{"cell":"c","source":"s",` + at
	window := `"window":{"start":"2026-01-31T09:30:00Z","end":"2026-01-31T09:30:01Z"}`
	correlation := `{"id":"c","gate":"g","aggregate":0,"result":"opened","signals":[{"source":"a","confidence":1}],`
	for _, c := range []struct {
		body, in, field string // field "-": accepted
	}{
		{"outcome", outcome + `"confirmed"}`, "-"},
		{"outcome", outcome + `"partial"}`, "discrepancy"},
		{"outcome", outcome + `"partial","discrepancy":0}`, "-"},
		{"outcome", outcome + `"partial","discrepancy":2}`, "discrepancy"},
		{"cell-response", answer + `,"result":1}`, "-"},
		{"cell-response", answer + `,"error":"no"}`, "-"},
		{"cell-response", answer + `}`, "error"},
		{"cell-response", answer + `,"result":1,"error":"no"}`, "error"},
		{"cognitive-response", `{"id":"a","request":"r","decision":"d","result":1,"error":"no"}`, "error"},
		{"cognitive-response", `{"id":"a","request":"r","decision":"d","latency":"1.5s","spent":{"tokens":3}}`, "-"},
		{"correlation", correlation + window + `}`, "-"},
		{"correlation", correlation + window + `,"matrix":[[1]]}`, "-"},
		{"correlation", correlation + window + `,"matrix":[]}`, "matrix"},
		{"correlation", correlation + window + `,"matrix":[[1,0]]}`, "matrix[0]"},
		{"correlation", correlation + window + `,"matrix":[[2]]}`, "matrix[0][0]"},
		{"correlation", correlation + `"window":{"start":"2026-01-31T09:30:00Z","end":"2026-01-31T09:29:59Z"}}`, "window.end"},
		{"cognitive-request", `{"id":"q","event":"e","confidence":1,"input":[]}`, "input"},
		{"update-node", `{"hostname":"cim-worker-1","configuration_changes":"x"}`, "configuration_changes"},
		{"deploy-node", `{"hostname":"h","configuration":{"a":1},"target_ip":"10.0.0.2","gpu_requirements":{"min_vram_gb":12}}`, "gpu_requirements.cuda_compute_capability"},
		{"deploy-gpu-agent", `{"agent_id":"a","target_node":"n","model_requirements":{"model_name":"m","vram_usage_gb":7.5}}`, "-"},
	} {
		var b body
		for _, b = range bodies {
			if b.name == c.body {
				break
			}
		}
		_, err := decodeBody(b.typ, []byte(c.in))
		var r *Rule
		switch {
		case c.field == "-" && err != nil:
			t.Errorf("%s %s: %v", c.body, c.in, err)
		case c.field != "-" && (!errors.As(err, &r) || r.Field != c.field):
			t.Errorf("%s %s: got %v, want a rule about %s", c.body, c.in, err, c.field)
		}
	}
}

func TestOutcomeShare(t *testing.T) {
	t.Parallel()
	half := 0.5
	for _, c := range []struct {
		in   Outcome
		want float64
	}{
		{Outcome{Outcome: Confirmed}, 0},
		{Outcome{Outcome: Failed}, 1},
		{Outcome{Outcome: Partial, Discrepancy: &half}, 0.5},
	} {
		if got := c.in.Share(); got != c.want {
			t.Errorf("%s: %v", c.in.Outcome, got)
		}
	}
}

func TestGateQueryMayBeEmpty(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{"": true, " \n": true, "{}": true, `{"garden":"real"}`: true, `{"garden":"moon"}`: false, "x": false} {
		if _, err := Decode[GateQuery]([]byte(in)); (err == nil) != ok {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	_, err := Encode(Lean{Gate: "math", Garden: "moon", Time: time.Now()})
	var r *Rule
	if !errors.As(err, &r) || r.Field != "garden" {
		t.Errorf("got %v", err)
	}
	_, err = Encode(NerveState{Nerve: "n", State: "s", Seen: jsontext.Value("{"), Time: time.Now()})
	if !errors.As(err, &r) || r.Field != "seen" {
		t.Errorf("got %v", err)
	}
	_, err = Encode(Wave{})
	if !errors.As(err, &r) || r.Field != "source" {
		t.Errorf("got %v", err)
	}
}

func TestStateAndDurationText(t *testing.T) {
	t.Parallel()
	for _, s := range []State{Closed, Stable, Open} {
		text, err := s.MarshalText()
		var back State
		if err != nil || back.UnmarshalText(text) != nil || back != s {
			t.Errorf("%v: %s, %v", s, text, err)
		}
	}
	if _, err := State(2).MarshalText(); err == nil {
		t.Error("state 2 was written")
	}
	var d Duration
	if err := d.UnmarshalText([]byte("1m30s")); err != nil || time.Duration(d) != 90*time.Second || d.String() != "1m30s" {
		t.Errorf("%v, %v", d, err)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	id := TransitionID("my-gate", Real, 17)
	got := []string{
		id, CorrelationID("g", Virtual, 2, 3), EscalationID(id), VerifiedID(id), OutcomeID(id, ByHuman, Failed),
		TransformID(id, "solve"), CognitiveRequestID(id, "solve"), CognitiveResponseID("q"), RolloutEventID("run", 4),
	}
	want := []string{
		"my-gate-real-17", "g-virtual-2-c3", "my-gate-real-17-e", "my-gate-real-17-v", "my-gate-real-17-o-human-failed",
		"my-gate-real-17-t-solve", "my-gate-real-17-q-solve", "q-a", "run-4",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	gate, g, seq, ok := ParseTransitionID(id)
	if gate != "my-gate" || g != Real || seq != 17 || !ok {
		t.Errorf("%s: %s %s %d %v", id, gate, g, seq, ok)
	}
	for _, bad := range []string{"", "17", "real-17", "-real-17", "g-moon-1", "g-real-", "g-real-01", "g-real--1", "G-real-1", "g-real-18446744073709551616"} {
		if _, _, _, ok := ParseTransitionID(bad); ok {
			t.Errorf("%q was taken for a transition's id", bad)
		}
	}
}

// FuzzDecode reads arbitrary bytes as every message: no panic, refusals are rules, and what is read satisfies
// the schema, can be written, and is the same when read again.
func FuzzDecode(f *testing.F) {
	schemas := compiled(f)
	fill := newFiller(5)
	for i, b := range bodies {
		for range 3 {
			data, err := Encode(fill.message(b.typ).Interface())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(i, data)
		}
	}
	f.Fuzz(func(t *testing.T, kind int, data []byte) {
		b := bodies[uint(kind)%uint(len(bodies))]
		m, err := decodeBody(b.typ, data)
		if err != nil {
			var r *Rule
			if !errors.As(err, &r) || r.Reason == "" || len(r.Error()) > 1024 {
				t.Fatalf("%s refused with %v", b.name, err)
			}
			return
		}
		if len(strings.TrimSpace(string(data))) > 0 {
			if err := schemas[b.name].Validate(data); err != nil {
				t.Fatalf("%s read, but against the schema: %v", b.name, err)
			}
		}
		written, err := Encode(m)
		if err != nil {
			t.Fatalf("%s read, but not written: %v", b.name, err)
		}
		again, err := decodeBody(b.typ, written)
		if err != nil {
			t.Fatalf("%s written as %s, but not read: %v", b.name, written, err)
		}
		rewritten, err := Encode(again)
		if err != nil || string(rewritten) != string(written) {
			t.Fatalf("%s written as %s, then as %s (%v)", b.name, written, rewritten, err)
		}
	})
}
