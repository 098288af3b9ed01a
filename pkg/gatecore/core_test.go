package gatecore_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"go.uber.org/goleak"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/gatecore"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testBus gives gate core its verbs over a real connection.
type testBus struct{ *bus.Conn }

func (b testBus) Follow(ctx context.Context, stream, durable, filter string, h func(context.Context, wave.Message) error) error {
	return b.Conn.Follow(ctx, stream, durable, filter, bus.FollowFrom{}, h)
}

func (b testBus) Last(ctx context.Context, stream, subject string) (wave.Message, bool, error) {
	m, err := b.LastMsg(ctx, stream, subject)
	if errors.Is(err, bus.ErrNotFound) {
		return m, false, nil
	}
	return m, err == nil, err
}

func (b testBus) Batch(ctx context.Context, msgs []wave.Message, expect uint64) (uint64, bool, error) {
	last, err := b.StoreBatch(ctx, msgs, int64(expect))
	if errors.Is(err, bus.ErrFenced) {
		return 0, true, nil
	}
	return last, false, err
}

func (b testBus) Announce(ctx context.Context, env, owner string, endpoints []gatecore.Endpoint, stats func(string) any) (wave.Stopper, error) {
	s := bus.Service{
		Name: "nimmer-gate", Version: "0.0.1", Description: "gate core: the gates of one environment",
		Metadata: map[string]string{"environment": env, "owner": owner}, Stats: stats,
	}
	for _, e := range endpoints {
		s.Endpoints = append(s.Endpoints, bus.Endpoint{Name: e.Name, Subject: e.Subject, Handle: e.Handle})
	}
	return b.AddService(ctx, s)
}

func (b testBus) Others(ctx context.Context, env string) ([]string, error) {
	services, err := b.Services(ctx, "nimmer-gate", bus.GatherOptions{Wait: 300 * time.Millisecond, Quiet: 100 * time.Millisecond})
	var owners []string
	for _, s := range services {
		if s.Metadata["environment"] == env {
			owners = append(owners, s.Metadata["owner"])
		}
	}
	return owners, err
}

// world is a server with the streams of one environment.
type world struct {
	t      *testing.T
	dir    string
	server *embedded.Server
	conn   *bus.Conn
	config gatecore.Config
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: filepath.Join(t.TempDir(), "js")}
	w.open()
	g := gateNamed("door", "front", "left", "right")
	deaf := gateNamed("talk", "text", "math")
	deaf.Tier = 4
	w.config = gatecore.Config{
		Env: "dev", Host: "here", Gates: []topology.Gate{g, deaf},
		Events:    []topology.Event{{Name: "talk", Gates: []string{"talk"}, Mind: "mind", Domain: "talk"}},
		Attention: topology.Attention{Beat: topology.Duration(30 * time.Second), Budget: 100},
		Clock:     "wall", Trace: "full",
	}
	t.Cleanup(w.close)
	return w
}

func (w *world) open() {
	w.t.Helper()
	server, err := embedded.Start(embedded.Options{Listen: "none", StoreDir: w.dir})
	if err != nil {
		w.t.Fatal(err)
	}
	w.server = server
	if w.conn, err = bus.Connect(w.t.Context(), bus.Options{InProcess: server}); err != nil {
		w.t.Fatal(err)
	}
	streams, buckets, err := topology.StreamPlan(&topology.Topology{Lab: topology.Lab{Name: "t", Environments: []string{"dev"}}}, "dev")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.conn.Apply(w.t.Context(), streams, buckets); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) close() {
	w.conn.Close()
	if err := w.server.Stop(context.Background()); err != nil {
		w.t.Error(err)
	}
}

func gateNamed(name string, cells ...string) topology.Gate {
	return topology.Gate{
		Name: name, Cells: cells, Tier: 2, Window: topology.Duration(1500 * time.Millisecond), HalfLife: topology.Duration(1500 * time.Millisecond),
		Open: 0.6, Close: -0.6, Release: 0.3, Refractory: topology.Duration(50 * time.Millisecond), Similarity: 0.5,
		Neighbours: 7, Weight: 0.1, Reflex: 0.8, ReflexConfidence: 0.9, Chance: true, Garden: "both", Handover: 0.75,
		Embedder: "signature", Memory: 4 << 10, Environments: []string{"dev"},
	}
}

// start runs a gate core until the returned stop.
func (w *world) start() (*gatecore.Core, func()) {
	w.t.Helper()
	cfg := w.config
	cfg.Virtual = testBus{w.conn}
	core, err := gatecore.New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := core.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	select {
	case <-core.Started():
	case <-core.Done():
		w.t.Fatalf("gate core ended: %v", core.Err())
	}
	return core, func() {
		w.t.Helper()
		if err := core.Stop(w.t.Context()); err != nil {
			w.t.Errorf("stop: %v", err)
		}
	}
}

func (w *world) say(cell, source, region string, confidence, valence float64) {
	w.t.Helper()
	data, err := wave.Wave{Source: source, Confidence: confidence, Region: region, Valence: valence}.Append(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.publish("dev.nervous.cells."+cell+".wave", data)
}

func (w *world) publish(subject string, data []byte) {
	w.t.Helper()
	if err := w.conn.Publish(w.t.Context(), wave.Message{Subject: subject, Data: data}); err != nil {
		w.t.Fatal(err)
	}
}

// watch collects decoded messages of a filter.
func watch[T any](w *world, filter string) <-chan T {
	w.t.Helper()
	out := make(chan T, 1024)
	_, err := w.conn.Subscribe(w.t.Context(), filter, func(_ context.Context, m wave.Message) {
		v, err := wave.Decode[T](m.Data)
		if err != nil {
			w.t.Errorf("%s: %v: %s", m.Subject, err, m.Data)
			return
		}
		out <- v
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func next[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("no %s within 10 s", what)
		panic("unreachable")
	}
}

func TestAgreementOpensIsHandedOverAndFalls(t *testing.T) {
	w := newWorld(t)
	_, stop := w.start()
	defer stop()
	virtual := watch[wave.Transition](w, "dev.nervous.gates.door.transition")
	real := watch[wave.Transition](w, "dev.real.gates.door.transition")
	traces := watch[wave.Correlation](w, "dev.nervous.gates.door.correlation")
	w.say("front", "f", "hall", 0.9, 1)
	w.say("left", "l", "hall", 0.8, 1)

	opened := next(t, "opening", virtual)
	if opened.To != wave.Open || opened.Seq != 1 || opened.ID != "door-virtual-1" || len(opened.Triggers) != 2 {
		t.Errorf("opening: %+v", opened)
	}
	if c := next(t, "correlation", traces); c.Result != wave.ResultOpened || len(c.Matrix) != 2 {
		t.Errorf("correlation: %+v", c)
	}
	handed := next(t, "real opening", real)
	if handed.To != wave.Open || handed.Cause != wave.CauseVerified || handed.Of != opened.ID {
		t.Errorf("real opening: %+v", handed)
	}
	fell := next(t, "return to stable", virtual)
	if fell.To != wave.Stable || fell.Cause != wave.CauseDecay || fell.Seq != 2 {
		t.Errorf("return: %+v", fell)
	}
	if late := time.Since(fell.Time); late > time.Second {
		t.Errorf("the return was announced %v after it", late)
	}
}

func TestOpeningAsksTheBoundaryWithWhatWasSaid(t *testing.T) {
	w := newWorld(t)
	_, stop := w.start()
	defer stop()
	asked := watch[wave.Transform](w, "dev.cognitive.boundary.transform")
	escalations := watch[wave.Escalation](w, "dev.nervous.thalamus.escalation")
	w.publish("dev.nervous.cells.text.wave", []byte(`{"source":"t","confidence":0.7,"region":"arithmetic","content":{"text":"15 + 27"}}`))
	w.publish("dev.nervous.cells.math.wave.7", []byte(`{"source":"m","confidence":0.95,"region":"arithmetic","content":{"result":42}}`))
	a := next(t, "transform", asked)
	if a.Event != "talk" || a.Tier != 4 || len(a.Signals) != 2 {
		t.Fatalf("transform: %+v", a)
	}
	var all []string
	for _, s := range a.Signals {
		all = append(all, s.Cell+string(s.Content))
	}
	if text := strings.Join(all, " "); !strings.Contains(text, `{"result":42}`) || !strings.Contains(text, `{"text":"15 + 27"}`) {
		t.Errorf("the signals carry %s", text)
	}
	if e := next(t, "escalation", escalations); e.Tier != 4 || e.Region != "arithmetic" {
		t.Errorf("escalation: %+v", e)
	}
}

// What a record repeats is what was heard, not what the source said since.
func TestRecordsCarryWhatWasHeard(t *testing.T) {
	w := newWorld(t)
	core, stop := w.start()
	defer stop()
	virtual := watch[wave.Transition](w, "dev.nervous.gates.door.transition")
	w.publish("dev.nervous.cells.front.wave", []byte(`{"source":"f","confidence":0.9,"region":"hall","content":{"n":"first"}}`))
	w.publish("dev.nervous.cells.left.wave", []byte(`{"source":"l","confidence":0.9,"region":"hall","content":{"n":"second"}}
{"source":"l","confidence":0.1,"region":"cellar","content":{"n":"third"}}`))
	opened := next(t, "opening", virtual)
	var said []string
	for _, s := range opened.Triggers {
		said = append(said, string(s.Content))
	}
	slices.Sort(said)
	if got := strings.Join(said, " "); got != `{"n":"first"} {"n":"second"}` {
		t.Errorf("the opening carries %s", got)
	}
	report, err := core.Report(t.Context(), "door", wave.GateQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Transitions) == 0 || len(report.Transitions[0].Triggers) != 2 || len(report.Transitions[0].Triggers[0].Content) == 0 {
		t.Errorf("the report forgot what was said: %+v", report.Transitions)
	}
	next(t, "return to stable", virtual)
	if report, err = core.Report(t.Context(), "door", wave.GateQuery{}); err != nil || report.Transitions[0].To != wave.Stable {
		t.Errorf("the report lists %+v, %v", report.Transitions, err)
	}
	all, err := core.Reports(t.Context())
	if err != nil || all.Gates[0].Last.IsZero() || all.Trouble != "" {
		t.Errorf("%+v, %v", all.Gates[0], err)
	}
}

// However much the voices have to say, every message fits the wire.
func TestLargeContentsStayWithinAMessage(t *testing.T) {
	w := newWorld(t)
	w.config.Gates[1].Neighbours = 30
	_, stop := w.start()
	defer stop()
	asked := watch[wave.Transform](w, "dev.cognitive.boundary.transform")
	handed := watch[wave.Verified](w, "dev.real.gates.talk.verified")
	long := strings.Repeat("x", 60_000)
	for i := range 12 {
		w.publish("dev.nervous.cells.text.wave", fmt.Appendf(nil, `{"source":"s%d","confidence":0.04,"region":"r","content":{"t":%q}}`, i, long))
	}
	w.publish("dev.nervous.cells.math.wave", fmt.Appendf(nil, `{"source":"m","confidence":0.95,"region":"r","content":{"t":%q}}`, long))
	with := 0
	for _, s := range next(t, "transform", asked).Signals {
		if len(s.Content) > 0 {
			with++
		}
	}
	if with < 3 || with > 4 {
		t.Errorf("%d voices' content in one message", with)
	}
	next(t, "hand-over", handed)
}

func TestBrokenWavesAreReportedAndStopNothing(t *testing.T) {
	w := newWorld(t)
	core, stop := w.start()
	defer stop()
	rejects := watch[wave.Reject](w, "dev.nervous.rejects")
	virtual := watch[wave.Transition](w, "dev.nervous.gates.door.transition")
	w.publish("dev.nervous.cells.front.wave", []byte(`{"source":"f","confidence":7,"region":"hall"}`))
	if r := next(t, "reject", rejects); r.Field != "confidence" || r.Subject != "dev.nervous.cells.front.wave" {
		t.Errorf("reject: %+v", r)
	}
	ahead := fmt.Sprintf(`{"source":"f","confidence":0.7,"region":"hall","time":%q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	old := fmt.Sprintf(`{"source":"f","confidence":0.7,"region":"hall","time":%q}`, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
	w.publish("dev.nervous.cells.front.wave", []byte("not json\n"+ahead+"\n"+`{"source":"f","confidence":0.9,"region":"hall"}`))
	for range 2 {
		next(t, "reject", rejects)
	}
	w.publish("dev.nervous.cells.left.wave", []byte(`{"source":"l","confidence":0.9,"region":"hall"}`))
	next(t, "opening after the broken waves", virtual)
	w.publish("dev.nervous.cells.left.wave", []byte(old))
	if r := next(t, "reject of the late wave", rejects); !strings.Contains(r.Reason, "older") {
		t.Errorf("late wave: %+v", r)
	}
	report, err := core.Reports(t.Context())
	if err != nil || report.Refused != 4 {
		t.Errorf("refused %d, %v; want 4", report.Refused, err)
	}
}

func TestRejectsAreRateLimited(t *testing.T) {
	w := newWorld(t)
	core, stop := w.start()
	defer stop()
	rejects := watch[wave.Reject](w, "dev.nervous.rejects")
	for range 500 {
		w.publish("dev.nervous.cells.front.wave", []byte("{}"))
	}
	if err := w.conn.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(10 * time.Second)
	for counted := uint64(0); counted < 500; {
		report, err := core.Reports(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		counted = report.Refused
		select {
		case <-deadline:
			t.Fatalf("only %d of 500 were counted", counted)
		default:
		}
	}
	next(t, "reject", rejects)
	if n := len(rejects); n > 3*10 {
		t.Errorf("%d rejects were published for 500 broken waves", n)
	}
}

func TestLearningSurvivesARestart(t *testing.T) {
	w := newWorld(t)
	core, stop := w.start()
	virtual := watch[wave.Transition](w, "dev.nervous.gates.door.transition")
	w.say("front", "f", "hall", 0.9, 1)
	w.say("left", "l", "hall", 0.8, 1)
	opened := next(t, "opening", virtual)
	before := outcome(t, w, core, opened.ID, "a")
	if before.Weight.Reading <= 0.1 || len(before.Patterns) != 1 || len(before.Weight.Changes) != 1 {
		t.Fatalf("nothing was learned: %+v", before.Weight)
	}
	next(t, "return to stable", virtual)
	stop()
	w.close()
	w.open()

	core, stop = w.start()
	defer stop()
	after, err := core.Report(t.Context(), "door", wave.GateQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(after.Weight.Reading-before.Weight.Reading) > 1e-3 || len(after.Patterns) != 1 || after.Seq != 2 {
		t.Errorf("after the restart: weight %v (before %v), %d patterns, seq %d", after.Weight.Reading, before.Weight.Reading, len(after.Patterns), after.Seq)
	}
	virtual = watch[wave.Transition](w, "dev.nervous.gates.door.transition")
	w.say("front", "f", "hall", 0.9, 1)
	w.say("right", "r", "hall", 0.8, 1)
	again := next(t, "opening after the restart", virtual)
	if again.Seq != 3 {
		t.Errorf("seq %d after the restart, want 3", again.Seq)
	}
}

// outcome confirms a transition and waits until the gate has learned from it.
func outcome(t *testing.T, w *world, core *gatecore.Core, transition, by string) wave.GateReport {
	t.Helper()
	data, err := json.Marshal(wave.Outcome{ID: transition + "-o-" + by, Gate: "door", Transition: transition, Outcome: wave.Confirmed, By: wave.BySensor})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.conn.Store(t.Context(), wave.Message{Subject: "dev.real.outcomes.door.feedback", ID: transition + by, Data: data}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		report, err := core.Report(ctx, "door", wave.GateQuery{})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Weight.Changes) > 0 {
			return report
		}
	}
}

func TestASecondGateCoreDoesNotStart(t *testing.T) {
	w := newWorld(t)
	_, stop := w.start()
	defer stop()
	cfg := w.config
	cfg.Virtual = testBus{w.conn}
	second, err := gatecore.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "already decides") {
		t.Errorf("got %v", err)
	}
}

func TestAnOverdrawnBeatForcesGatesClosed(t *testing.T) {
	w := newWorld(t)
	w.config.Attention.Budget = 1
	_, stop := w.start()
	defer stop()
	virtual := watch[wave.Transition](w, "dev.nervous.gates.door.transition")
	for i, cell := range []string{"front", "left"} {
		w.publish("dev.nervous.cells."+cell+".wave", fmt.Appendf(nil, `{"source":"s%d","confidence":0.9,"region":"hall","cost":5}`, i))
	}
	if o := next(t, "opening", virtual); o.To != wave.Open {
		t.Fatalf("%+v", o)
	}
	for {
		tr := next(t, "forced closing", virtual)
		if tr.To != wave.Closed {
			continue // the way leads through STABLE
		}
		if tr.Cause != wave.CauseForced || tr.Reason == "" {
			t.Errorf("closing: %+v", tr)
		}
		return
	}
}

func TestDiscoveryAnswers(t *testing.T) {
	w := newWorld(t)
	_, stop := w.start()
	defer stop()
	found, err := w.conn.Services(t.Context(), "nimmer-gate", bus.GatherOptions{})
	if err != nil || len(found) != 1 {
		t.Fatalf("found %+v, %v", found, err)
	}
	answer, err := w.conn.Request(t.Context(), "dev.nervous.gates.door.query", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wave.Decode[wave.GateReport](answer); err != nil {
		t.Errorf("%v: %s", err, answer)
	}
	if _, err := w.conn.Request(t.Context(), "dev.nervous.gates.nowhere.query", nil); err == nil || !strings.Contains(err.Error(), "door, talk") {
		t.Errorf("an unknown gate: %v", err)
	}
}
