package boundary

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeBus keeps what is stored and published, and hands transforms over.
type fakeBus struct {
	mu       sync.Mutex
	handler  wave.Handler
	broken   error
	requests []wave.Message
	rejects  []wave.Reject
}

func (b *fakeBus) Subscribe(_ context.Context, filter string, h wave.Handler) (wave.Stopper, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if filter != "dev.cognitive.boundary.transform" {
		return nil, errors.New("not the subject of transforms")
	}
	b.handler = h
	return b, nil
}

func (*fakeBus) Stop() error { return nil }

func (b *fakeBus) Store(_ context.Context, m wave.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return b.broken
	}
	b.requests = append(b.requests, m)
	return nil
}

func (b *fakeBus) Publish(_ context.Context, m wave.Message) error {
	r, err := wave.Decode[wave.Reject](m.Data)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rejects = append(b.rejects, r)
	return nil
}

func (b *fakeBus) breaks(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = err
}

func (b *fakeBus) bring(data []byte) {
	b.handler(context.Background(), wave.Message{Subject: "dev.cognitive.boundary.transform", Data: data})
}

var opened = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func events() []topology.Event {
	return []topology.Event{
		{Name: "math", Mind: "nyx", Domain: "arithmetic", Schema: topology.RawJSON(`{
			"required": ["input"],
			"properties": {"input": {"required": ["result", "text"], "properties": {"result": {"type": "number"}}}}}`)},
		{Name: "pressure", Mind: "night_watch", Actions: []string{"throttle", "wait"}},
	}
}

// serve starts a boundary over a fake bus.
func serve(t *testing.T, change ...func(*Options)) (*Boundary, *fakeBus) {
	t.Helper()
	bus := &fakeBus{}
	o := Options{Env: "dev", Events: events(), Source: bus, Storer: bus, Publisher: bus}
	for _, c := range change {
		c(&o)
	}
	b, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Running(t, b)
	return b, bus
}

func transform(t *testing.T, event string, seq uint64, signals ...wave.Signal) []byte {
	t.Helper()
	transition := wave.TransitionID(event, wave.Virtual, seq)
	if signals == nil {
		signals = []wave.Signal{}
	}
	data, err := wave.Encode(wave.Transform{
		ID: wave.TransformID(transition, event), Event: event, Gate: event, Transition: transition,
		Tier: 4, Confidence: 0.8, Signals: signals, Time: opened,
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func signal(source, region string, confidence, valence float64, content string) wave.Signal {
	return wave.Signal{Source: source, Region: region, Confidence: confidence, Valence: valence, Content: []byte(content)}
}

func sums() []wave.Signal {
	return []wave.Signal{
		signal("text-1", "arithmetic", 0.7, 1, `"what is 15 + 27"`),
		signal("math-1", "arithmetic", 0.95, 1, `{"expression":"15 + 27","result":42}`),
	}
}

func TestRequest(t *testing.T) {
	b, bus := serve(t)
	bus.bring(transform(t, "math", 7, sums()...))

	if len(bus.requests) != 1 || len(bus.rejects) != 0 {
		t.Fatalf("%d requests, rejects %+v", len(bus.requests), bus.rejects)
	}
	m := bus.requests[0]
	if m.Subject != "dev.cognitive.nyx.request.boundary" || m.ID != "math-virtual-7-q-math" {
		t.Errorf("%s on %s", m.ID, m.Subject)
	}
	var got, want any
	if err := json.Unmarshal(m.Data, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{
		"id": "math-virtual-7-q-math", "event": "math", "domain": "arithmetic", "confidence": 0.8,
		"input": {
			"gate": "math", "region": "arithmetic",
			"text": "what is 15 + 27", "expression": "15 + 27", "result": 42,
			"signals": [
				{"source": "text-1", "region": "arithmetic", "confidence": 0.7, "valence": 1, "content": "what is 15 + 27"},
				{"source": "math-1", "region": "arithmetic", "confidence": 0.95, "valence": 1, "content": {"expression": "15 + 27", "result": 42}}
			]
		},
		"signals": [
			{"source": "text-1", "confidence": 0.7, "valence": 1, "region": "arithmetic"},
			{"source": "math-1", "confidence": 0.95, "valence": 1, "region": "arithmetic"}
		],
		"budget": {"lifeforce": 0, "tokens": 512},
		"gate": "math", "transition": "math-virtual-7",
		"time": "2026-11-21T12:00:00Z", "deadline": "2026-11-21T12:01:00Z"
	}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Counts{Requests: 1}, b.Counts()); diff != "" {
		t.Error(diff)
	}
}

func TestInputIsMerged(t *testing.T) {
	for name, c := range map[string]struct {
		signals []wave.Signal
		want    string // without the signals
	}{
		"nothing":                 {nil, `{"gate":"g"}`},
		"the surer counts":        {[]wave.Signal{signal("a", "x", 0.5, 1, `{"v":1,"only":2}`), signal("b", "y", 0.6, 1, `{"v":3}`)}, `{"gate":"g","only":2,"region":"y","v":3}`},
		"of equals the first":     {[]wave.Signal{signal("a", "", 0.5, 1, `{"v":1}`), signal("b", "y", 0.5, 1, `{"v":3}`)}, `{"gate":"g","region":"y","v":1}`},
		"what is not so":          {[]wave.Signal{signal("a", "x", 0.9, -1, `{"v":1}`), signal("b", "", 0.5, 0, `{"w":3}`)}, `{"gate":"g","w":3}`},
		"keys cannot be taken":    {[]wave.Signal{signal("a", "", 0.9, 1, `{"gate":"z","region":"z","signals":1,"text":"t"}`)}, `{"gate":"g","text":"t"}`},
		"neither object nor text": {[]wave.Signal{signal("a", "", 0.9, 1, `[1,2]`), signal("b", "", 0.9, 1, `7`), signal("c", "", 0.9, 1, ``)}, `{"gate":"g"}`},
	} {
		in := input(wave.Transform{Gate: "g", Signals: c.signals})
		delete(in, "signals")
		got, err := json.Marshal(in)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, c.want)
		}
	}
}

func TestActions(t *testing.T) {
	_, bus := serve(t, func(o *Options) { o.Budget = wave.Budget{Lifeforce: 3}; o.Deadline = time.Second })
	bus.bring(transform(t, "pressure", 1))
	r, err := wave.Decode[wave.CognitiveRequest](bus.requests[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	want := []wave.Action{{Action: "throttle", Confidence: 0.8}, {Action: "wait", Confidence: 0.8}}
	if diff := cmp.Diff(want, r.Actions); diff != "" || r.Budget.Lifeforce != 3 || !r.Deadline.Equal(opened.Add(time.Second)) {
		t.Error(diff, r.Budget, r.Deadline)
	}
	if got := bus.requests[0].Subject; got != "dev.cognitive.night-watch.request.boundary" {
		t.Errorf("asked on %s", got)
	}
}

func TestDeadlineFromArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, bus := serve(t, func(o *Options) { o.FromArrival = true })
		bus.bring(transform(t, "pressure", 1))
		r, err := wave.Decode[wave.CognitiveRequest](bus.requests[0].Data)
		if err != nil || !r.Deadline.Equal(time.Now().Add(time.Minute)) {
			t.Errorf("deadline %s (%v)", r.Deadline, err)
		}
	})
}

func TestRejected(t *testing.T) {
	long := signal("a", "", 0.9, 1, `"`+strings.Repeat("x", 300<<10)+`"`)
	for name, c := range map[string]struct {
		data          []byte
		field, reason string
	}{
		"no JSON":            {[]byte("hello"), "", ""},
		"incomplete":         {[]byte(`{"event":"math"}`), "", "required"},
		"unknown event":      {transform(t, "dreams", 1), "event", `no event "dreams" is declared here`},
		"against the schema": {transform(t, "math", 1, signal("text-1", "", 0.9, 1, `"what is it"`)), "input.result", "schema of event math"},
		"wrong type":         {transform(t, "math", 1, signal("m", "", 0.9, 1, `{"text":"t","result":"42"}`)), "input.result", "schema of event math"},
		"too large":          {transform(t, "pressure", 1, long), "", "bytes"},
	} {
		b, bus := serve(t)
		bus.bring(c.data)
		if len(bus.requests) != 0 || len(bus.rejects) != 1 || b.Counts() != (Counts{Rejected: 1}) {
			t.Errorf("%s: %d requests, rejects %+v, %+v", name, len(bus.requests), bus.rejects, b.Counts())
			continue
		}
		r := bus.rejects[0]
		if !strings.Contains(r.Reason, c.reason) || (c.field != "" && r.Field != c.field) || r.By != "boundary" ||
			r.Subject != "dev.cognitive.boundary.transform" || !strings.HasPrefix(string(c.data), r.Head) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestRejectsAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, bus := serve(t)
		for range 100 {
			bus.bring([]byte("hello"))
		}
		if len(bus.rejects) != 10 || b.Counts().Rejected != 100 {
			t.Errorf("%d said of %d", len(bus.rejects), b.Counts().Rejected)
		}
	})
}

func TestRepeated(t *testing.T) {
	b, bus := serve(t)
	for seq := range uint64(3) {
		for range 2 {
			bus.bring(transform(t, "math", seq+1, sums()...))
		}
	}
	if len(bus.requests) != 3 || b.Counts() != (Counts{Requests: 3, Repeated: 3}) {
		t.Errorf("%d requests, %+v", len(bus.requests), b.Counts())
	}
}

func TestStoredLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, bus := serve(t, func(o *Options) { o.FromArrival = true })
		bus.breaks(errors.New("no responders"))
		go func() {
			<-time.After(20 * time.Second)
			bus.breaks(nil)
		}()
		bus.bring(transform(t, "pressure", 1))
		if len(bus.requests) != 1 {
			t.Errorf("%+v", b.Counts())
		}
		bus.breaks(errors.New("no responders"))
		start := time.Now()
		bus.bring(transform(t, "pressure", 2))
		if b.Counts().Lost != 1 || time.Since(start) != time.Minute {
			t.Errorf("%+v after %s", b.Counts(), time.Since(start))
		}
		bus.breaks(nil)
		bus.bring(transform(t, "pressure", 2))
		if len(bus.requests) != 2 {
			t.Error("what was lost may come again")
		}
	})
}

// stuckBus is a fakeBus whose subscription cannot be stopped before it is released.
type stuckBus struct {
	fakeBus
	life    context.Context
	release chan struct{}
}

func (b *stuckBus) Subscribe(ctx context.Context, filter string, h wave.Handler) (wave.Stopper, error) {
	b.life = ctx
	_, err := b.fakeBus.Subscribe(ctx, filter, h)
	return b, err
}

func (b *stuckBus) Stop() error {
	<-b.release
	return nil
}

// A subscription that does not end is left behind when Stop's context ends; until then what had arrived is
// worked off.
func TestStopIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := &stuckBus{release: make(chan struct{})}
		b, err := New(Options{Env: "dev", Events: events(), Source: bus, Storer: bus, Publisher: bus})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-b.Started()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begun, stopped := time.Now(), make(chan error, 1)
		go func() { stopped <- b.Stop(ctx) }()
		<-time.After(time.Second)
		if bus.life.Err() != nil {
			t.Error("the subscription ended before it was drained")
		}
		bus.bring(transform(t, "pressure", 1))
		if len(bus.requests) != 1 {
			t.Errorf("while draining: %+v", b.Counts())
		}
		if err := <-stopped; !errors.Is(err, daemon.ErrCutOff) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took != 3*time.Second+lastWords {
			t.Errorf("it took %v", took)
		}
		close(bus.release)
	})
}

func TestOptionsAreChecked(t *testing.T) {
	bus := &fakeBus{}
	for want, change := range map[string]func(*Options){
		"Source":      func(o *Options) { o.Source = nil },
		"Deadline":    func(o *Options) { o.Deadline = -1 },
		"environment": func(o *Options) { o.Env = "Dev" },
		"boundary":    func(o *Options) { o.Events[0].Mind = "boundary" },
		"math: mind":  func(o *Options) { o.Events[0].Mind = "" },
		"schema":      func(o *Options) { o.Events[0].Schema = topology.RawJSON(`{"type":"nonsense"}`) },
	} {
		o := Options{Env: "dev", Events: events(), Source: bus, Storer: bus, Publisher: bus}
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestStress(t *testing.T) {
	bus := &fakeBus{}
	b, err := New(Options{Env: "dev", Events: events(), Source: bus, Storer: bus, Publisher: bus})
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Stress(t, func() daemon.Service { return b })
}

// FuzzTransform shows that whatever a signal carries, what is stored is a request that its readers accept,
// and that the same transform makes the same bytes.
func FuzzTransform(f *testing.F) {
	f.Add(0.7, 1.0, `"what is 15 + 27"`, `{"result":42}`)
	f.Add(0.0, -1.0, `{"gate":{},"signals":[]}`, `{"result":null,"":[1e308]}`)
	f.Add(1.0, 0.5, `"\ud83d\ude00"`, `[[[]]]`)
	e, err := compile("dev", topology.Event{Name: "any", Mind: "nyx"}, wave.Budget{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, confidence, valence float64, first, second string) {
		body := wave.Transform{
			ID: "g-virtual-1-t-any", Event: "any", Gate: "g", Transition: "g-virtual-1", Confidence: 1, Time: opened,
			Signals: []wave.Signal{signal("a", "", confidence, valence, first), signal("b", "r", 0.5, 1, second)},
		}
		data, err := wave.Encode(body)
		if err != nil {
			return
		}
		read, err := wave.Decode[wave.Transform](data)
		if err != nil {
			return
		}
		b := &Boundary{events: map[string]*event{"any": e}, options: Options{Deadline: time.Minute}}
		var made [2]string
		for i := range made {
			r, err := e.request(read, opened, opened.Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			out, err := b.check(r)
			if err != nil {
				return
			}
			if _, err := wave.Decode[wave.CognitiveRequest](out); err != nil {
				t.Fatalf("%s: %v", out, err)
			}
			made[i] = string(out)
		}
		if made[0] != made[1] {
			t.Errorf("%s\n%s", made[0], made[1])
		}
	})
}
