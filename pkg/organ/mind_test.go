package organ_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/organ"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// mind starts one over a fake bus; the test's end stops it.
func mind(t *testing.T, b organ.Backend, change ...func(*organ.MindOptions)) (*organ.Mind, *fakeBus) {
	t.Helper()
	bus := newFakeBus()
	o := organ.MindOptions{
		Env: "dev", Name: "nyx", Host: "theia", Storer: bus, Publisher: bus,
		Requests: organ.Live(bus, "dev", "nyx"), Choose: organ.Fixed(b),
	}
	for _, c := range change {
		c(&o)
	}
	m, err := organ.NewMind(o)
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Running(t, m)
	synctest.Wait() // the engine is chosen
	return m, bus
}

// result reads a response's result.
func result(t *testing.T, r wave.CognitiveResponse) (out organ.Result) {
	t.Helper()
	if err := json.Unmarshal(r.Result, &out); err != nil {
		t.Fatalf("result %s: %v", r.Result, err)
	}
	return out
}

func TestMindAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		input, said      string
		actions          []wave.Action
		decision, answer string
		text             string
	}{
		"with the result that came":  {`{"text":"what is 15 + 27","result":42}`, "It is 43, I guess.", nil, "answer", "42", "It is 43, I guess."},
		"with what was said":         {`{"text":"good morning"}`, "Good morning.", nil, "answer", `"Good morning."`, "Good morning."},
		"a result that is nothing":   {`{"result":null}`, "Nothing.", nil, "answer", `"Nothing."`, "Nothing."},
		"and decides for an action":  {`{}`, "**Rest**\nIt is late.", []wave.Action{{Action: "rest", Confidence: 1}}, "rest", `"It is late."`, "It is late."},
		"and decides for no action":  {`{}`, "Let us rest.", []wave.Action{{Action: "rest", Confidence: 1}}, "answer", `"Let us rest."`, "Let us rest."},
		"an action that none listed": {`{}`, "rest", nil, "answer", `"rest"`, "rest"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, bus := mind(t, says(c.said), func(o *organ.MindOptions) { o.Cost = 2 })
				bus.ask(t, request(t, "g-virtual-1-q-math", c.input, func(r *wave.CognitiveRequest) { r.Actions = c.actions }))
				r := <-bus.kept
				if r.ID != "g-virtual-1-q-math-a" || r.Request != "g-virtual-1-q-math" || r.Decision != c.decision || r.Error != "" ||
					r.Mind != "nyx" || r.Model != "little" || r.Simulated || r.Spent != (wave.Budget{Lifeforce: 2, Tokens: 3}) {
					t.Errorf("response %+v", r)
				}
				want := organ.Result{Answer: []byte(c.answer), Text: c.text, Mind: "nyx", Backend: organ.KindOpenAI}
				if diff := cmp.Diff(want, result(t, r)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestMindAsksShortly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got organ.Chat
		b := &scripted{chat: func(_ context.Context, c organ.Chat) (organ.Answer, error) {
			got = c
			return organ.Answer{Text: "ok"}, nil
		}}
		_, bus := mind(t, b)
		long := `{"result":42,"signals":["` + strings.Repeat("x", 20<<10) + `"]}`
		bus.ask(t, request(t, "1", long, func(r *wave.CognitiveRequest) { r.Budget.Tokens = 100 }))
		<-bus.kept
		if len(got.Turns) != 2 || got.Turns[0].Role != organ.System || !strings.Contains(got.Turns[0].Text, `"nyx"`) || got.MaxTokens != 100 {
			t.Errorf("asked %+v", got)
		}
		if want := `{"event":"math","confidence":0.9,"input":{"result":42}}`; got.Turns[1].Text != want {
			t.Errorf("asked %.200s, want %s", got.Turns[1].Text, want)
		}
	})
}

func TestMindAnswersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, bus := mind(t, says("yes"))
		for range 3 {
			bus.ask(t, request(t, "same", `{}`))
		}
		bus.ask(t, []byte(`{"id":"broken"}`))
		bus.ask(t, request(t, "other", `{}`))
		<-bus.kept
		<-bus.kept
		synctest.Wait()
		_, _, counts := m.Status()
		if diff := cmp.Diff(organ.Counts{Answered: 2, Repeated: 2, Unreadable: 1}, counts); diff != "" || len(bus.kept) != 0 {
			t.Error(diff, len(bus.kept))
		}
	})
}

func TestMindRefusesInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, bus := mind(t, slow(50*time.Second), func(o *organ.MindOptions) { o.Depth = 3; o.Wait = 30 * time.Second })
		start := time.Now()
		bus.ask(t, request(t, "late", `{}`, due(start.Add(-time.Second))))
		bus.ask(t, request(t, "first", `{}`))
		synctest.Wait()
		for _, id := range []string{"waits", "waits-little", "waits-too", "one-too-many"} {
			var deadline []func(*wave.CognitiveRequest)
			if id == "waits-little" {
				deadline = append(deadline, due(start.Add(5*time.Second)))
			}
			bus.ask(t, request(t, id, `{"result":1}`, deadline...))
			synctest.Wait()
		}
		type line struct {
			Request, Decision, Error string
			After                    time.Duration
		}
		var got []line
		for range 6 {
			r := <-bus.kept
			got = append(got, line{r.Request, r.Decision, r.Error, time.Since(start)})
		}
		want := []line{
			{"late", "refuse", "the deadline has passed", 0},
			{"one-too-many", "refuse", "too many wait already: 3", 0},
			{"waits-little", "refuse", "the deadline has passed", 5 * time.Second},
			{"waits", "refuse", "nobody may wait longer than 30s", 30 * time.Second},
			{"waits-too", "refuse", "nobody may wait longer than 30s", 30 * time.Second},
			{"first", "answer", "", 50 * time.Second},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, _, counts := m.Status(); counts.Refused != 5 || counts.Answered != 1 {
			t.Errorf("%+v", counts)
		}
	})
}

func TestMindFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, bus := mind(t, slow(time.Hour))
		start := time.Now()
		bus.ask(t, request(t, "due", `{"result":42}`, due(start.Add(10*time.Second))))
		r := <-bus.kept
		if r.Decision != organ.DecisionAnswer || r.Error != "" || time.Since(start) != 10*time.Second {
			t.Errorf("after %s: %+v", time.Since(start), r)
		}
		if got := result(t, r); string(got.Answer) != "42" || got.Text != "" || !strings.Contains(got.Failed, "deadline has passed") {
			t.Errorf("the result that came is the answer, got %+v", got)
		}
		bus.ask(t, request(t, "open", `{}`))
		r = <-bus.kept
		if r.Decision != organ.DecisionFail || time.Duration(r.Latency) != 2*time.Minute {
			t.Errorf("a request without a deadline has one: %+v", r)
		}
	})
}

func TestMindWithoutEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, bus := mind(t, nil, func(o *organ.MindOptions) {
			o.Choose = func(context.Context) (organ.Choice, error) { return organ.Choice{}, errors.New("no such model") }
		})
		bus.ask(t, request(t, "1", `{}`))
		if r := <-bus.kept; r.Decision != organ.DecisionFail || !strings.Contains(r.Error, "no such model") || r.Result != nil {
			t.Errorf("%+v", r)
		}
		if state, _, _ := m.Status(); state != organ.Failed {
			t.Errorf("state %s", state)
		}
	})
}

func TestMindHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		_, bus := mind(t, slow(15*time.Second))
		for i := range 3 {
			bus.ask(t, request(t, strconv.Itoa(i), `{}`))
			synctest.Wait()
		}
		<-time.After(25 * time.Second)
		got := map[string]string{} // the last of each moment
		for _, b := range bus.heart() {
			got[b.Time.Sub(begun).String()] = b.State + " " + strconv.Itoa(b.Queue) + " " + b.Mind + " " + b.Host
		}
		got["15s"], _, _ = strings.Cut(got["15s"], " ") // the queue may just be moving up
		want := map[string]string{                      // every ten seconds, and when the state changes
			"0s": "busy 0 nyx theia", "10s": "busy 2 nyx theia", "15s": "busy", "20s": "busy 1 nyx theia",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMindDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := slow(5 * time.Second)
		b.closed = make(chan struct{})
		m, bus := mind(t, b)
		bus.ask(t, request(t, "running", `{}`))
		synctest.Wait()
		bus.ask(t, request(t, "waiting", `{}`))
		synctest.Wait()
		if err := m.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if r := <-bus.kept; r.Request != "waiting" || r.Decision != "refuse" || r.Error != "the mind is stopping" {
			t.Errorf("who waits is told: %+v", r)
		}
		if r := <-bus.kept; r.Request != "running" || r.Decision != "answer" {
			t.Errorf("what runs is finished: %+v", r)
		}
		<-b.closed
	})
}

func TestMindIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, bus := mind(t, slow(time.Hour), func(o *organ.MindOptions) { o.Longest = 2 * time.Hour })
		bus.ask(t, request(t, "running", `{}`))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := m.Stop(ctx); !errors.Is(err, daemon.ErrCutOff) {
			t.Errorf("want it cut off, got %v", err)
		}
		if r := <-bus.kept; r.Request != "running" || r.Error != "the mind is stopping" {
			t.Errorf("%+v", r)
		}
	})
}

func TestMindStoresAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, bus := mind(t, says("yes"))
		bus.breaks(errors.New("no responders"))
		bus.ask(t, request(t, "1", `{}`))
		<-time.After(10 * time.Second)
		bus.breaks(nil)
		if r := <-bus.kept; r.Request != "1" {
			t.Errorf("%+v", r)
		}
	})
}

// TestMindDurable shows that a request whose response could not be kept, or that was waiting when the mind
// stopped, comes again from a durable reader.
func TestMindDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream := [][]byte{request(t, "0", `{}`), []byte("not a request"), request(t, "1", `{}`), request(t, "2", `{}`)}
		position := 0
		read := func(ctx context.Context, h organ.Handle) error {
			for position < len(stream) && ctx.Err() == nil {
				m := wave.Message{Subject: "dev.cognitive.nyx.request", Data: stream[position]}
				if err := h(ctx, m); err != nil {
					return err
				}
				position++
			}
			<-ctx.Done()
			return context.Cause(ctx)
		}
		m, bus := mind(t, slow(5*time.Second), func(o *organ.MindOptions) { o.Requests = organ.Durable(read) })
		bus.breaks(errors.New("no responders"))
		<-time.After(time.Minute)
		synctest.Wait()
		if position != 0 {
			t.Fatalf("position %d, but nothing could be kept", position)
		}
		bus.breaks(nil)
		if r := <-bus.kept; r.Request != "0" {
			t.Errorf("%+v", r)
		}
		synctest.Wait() // it thinks about 1
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := m.Stop(ctx); !errors.Is(err, daemon.ErrCutOff) {
			t.Error(err)
		}
		if position != 2 || len(bus.kept) != 0 {
			t.Errorf("position %d, kept %d: a request that was cut off comes again", position, len(bus.kept))
		}
		if err := m.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"1", "2"} {
			if r := <-bus.kept; r.Request != want || r.Decision != "answer" {
				t.Errorf("%+v", r)
			}
		}
	})
}

func TestMindOptionsAreChecked(t *testing.T) {
	bus := newFakeBus()
	good := organ.MindOptions{Env: "dev", Name: "nyx", Storer: bus, Publisher: bus, Requests: organ.Live(bus, "dev", "nyx")}
	for want, change := range map[string]func(*organ.MindOptions){
		"Requests":  func(o *organ.MindOptions) { o.Requests = organ.Reader{} },
		"Storer":    func(o *organ.MindOptions) { o.Storer = nil },
		"Depth":     func(o *organ.MindOptions) { o.Depth = -1 },
		"Wait":      func(o *organ.MindOptions) { o.Beat = -1 },
		"MaxTokens": func(o *organ.MindOptions) { o.MaxTokens = -1 },
		"boundary":  func(o *organ.MindOptions) { o.Name = "boundary" },
		"Dev":       func(o *organ.MindOptions) { o.Env = "Dev" },
	} {
		o := good
		change(&o)
		if _, err := organ.NewMind(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestMindStress(t *testing.T) {
	bus := newFakeBus()
	m, err := organ.NewMind(organ.MindOptions{
		Env: "dev", Name: "nyx", Storer: bus, Publisher: bus, Requests: organ.Live(bus, "dev", "nyx"), Choose: organ.Fixed(says("yes")),
	})
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Stress(t, func() daemon.Service { return m }, goleak.IgnoreCurrent())
}
