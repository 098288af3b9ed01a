package tests

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/boundary"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/organ"
	"github.com/nimmerverse/nimmer/pkg/organ/organtest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// cognitive is the stream of questions and answers of one environment.
var cognitive = topology.Stream{
	Name: "DEV_COGNITIVE", Environment: "dev", Account: topology.AccountVirtual, Storage: "memory", Replicas: 1, Direct: true,
	Subjects: []string{"dev.cognitive.*.request", "dev.cognitive.*.request.*", "dev.cognitive.*.response"},
}

// connect starts a NATS server with the stream and connects to it.
func connect(t *testing.T) *bus.Conn {
	t.Helper()
	server, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	conn, err := bus.Connect(t.Context(), bus.Options{Server: server.ClientURL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Drain(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if _, err := conn.Apply(t.Context(), []topology.Stream{cognitive}, nil); err != nil {
		t.Fatal(err)
	}
	return conn
}

// transform is what gate core asks the boundary after an opening.
func transform(t *testing.T, seq uint64, question string, result int) wave.Message {
	t.Helper()
	id := wave.TransitionID("math", wave.Virtual, seq)
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	computed, err := json.Marshal(map[string]any{"result": result})
	if err != nil {
		t.Fatal(err)
	}
	data, err := wave.Encode(wave.Transform{
		ID: wave.TransformID(id, "math"), Event: "math", Gate: "math", Transition: id, Tier: 4, Confidence: 0.9, Time: time.Now(),
		Signals: []wave.Signal{
			{Source: "text-1", Region: "arithmetic", Confidence: 0.7, Valence: 1, Content: text},
			{Source: "math-1", Region: "arithmetic", Confidence: 0.9, Valence: 1, Content: computed},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return wave.Message{Subject: "dev.cognitive.boundary.transform", Data: data}
}

// TestQuestionIsAnswered goes from an opening to a mind's answer over a real bus: live and durable readers,
// a simulated mind and one behind a real HTTP server.
func TestQuestionIsAnswered(t *testing.T) {
	t.Parallel()

	durable := func(conn *bus.Conn) organ.Reader {
		return organ.Durable(func(ctx context.Context, h organ.Handle) error {
			return conn.Follow(ctx, cognitive.Name, "mind-nyx", "", bus.FollowFrom{}, h)
		})
	}
	live := func(conn *bus.Conn) organ.Reader { return organ.Live(conn, "dev", "nyx") }
	simulated := func(*testing.T) organ.Config {
		return organ.Config{Kind: organ.KindSimulated, Load: -1, TokensPerSecond: -1}
	}
	engine := func(t *testing.T) organ.Config {
		return organ.Config{Kind: organ.KindOpenAI, URL: organtest.NewEngine(t, organtest.Fine).URL}
	}
	for name, c := range map[string]struct {
		reader func(*bus.Conn) organ.Reader
		mind   func(*testing.T) organ.Config
		says   string
	}{
		"live, simulated":  {live, simulated, "(simulated mind) what is 15 + 27: the result that came with it is 42."},
		"durable, a model": {durable, engine, organtest.Said},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backend, err := organ.New(c.mind(t))
			if err != nil {
				t.Fatal(err)
			}
			conn := connect(t)
			answers := make(chan wave.CognitiveResponse, 10)
			watch, err := conn.Subscribe(t.Context(), "dev.cognitive.nyx.response", func(_ context.Context, m wave.Message) {
				r, err := wave.Decode[wave.CognitiveResponse](m.Data)
				if err != nil {
					t.Error(err)
				}
				answers <- r
			})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = watch.Stop() }()

			mind, err := organ.NewMind(organ.MindOptions{
				Env: "dev", Name: "nyx", Requests: c.reader(conn), Storer: conn, Publisher: conn,
				Choose: organ.Fixed(backend), Logger: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			daemontest.Running(t, mind)
			edge, err := boundary.New(boundary.Options{
				Env: "dev", Events: []topology.Event{{Name: "math", Mind: "nyx"}}, Source: conn, Storer: conn, Publisher: conn,
			})
			if err != nil {
				t.Fatal(err)
			}
			daemontest.Running(t, edge)
			for _, m := range []wave.Message{
				transform(t, 1, "what is 15 + 27", 42), transform(t, 1, "what is 15 + 27", 42), transform(t, 2, "what is 2 + 2", 4),
			} {
				if err := conn.Publish(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			for _, want := range []string{"42", "4"} {
				r := <-answers
				var result organ.Result
				if err := json.Unmarshal(r.Result, &result); err != nil {
					t.Fatalf("%+v: %v", r, err)
				}
				if string(result.Answer) != want || (want == "42" && result.Text != c.says) || result.Simulated != r.Simulated {
					t.Errorf("got %s", r.Result)
				}
			}
			if n := len(answers); n != 0 {
				t.Errorf("%d answers too many", n)
			}
		})
	}
}
