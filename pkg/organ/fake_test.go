package organ_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/organ"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// fakeBus is a bus in memory: what is stored or published is kept, and handed to who subscribed.
type fakeBus struct {
	mu       sync.Mutex
	handlers map[string]wave.Handler
	broken   error // Store fails with it
	stored   []wave.Message
	beats    []wave.Heartbeat
	kept     chan wave.CognitiveResponse
}

func newFakeBus() *fakeBus {
	return &fakeBus{handlers: map[string]wave.Handler{}, kept: make(chan wave.CognitiveResponse, 1000)}
}

func (b *fakeBus) Subscribe(_ context.Context, filter string, h wave.Handler) (wave.Stopper, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handlers[filter] = h
	return stopper(func() { b.mu.Lock(); delete(b.handlers, filter); b.mu.Unlock() }), nil
}

type stopper func()

func (s stopper) Stop() error { s(); return nil }

func (b *fakeBus) Store(_ context.Context, m wave.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return b.broken
	}
	r, err := wave.Decode[wave.CognitiveResponse](m.Data)
	if err != nil {
		return err
	}
	if m.ID != r.ID {
		return errors.New("the message's id is not its body's")
	}
	b.stored = append(b.stored, m)
	b.kept <- r
	return nil
}

func (b *fakeBus) Publish(_ context.Context, m wave.Message) error {
	beat, err := wave.Decode[wave.Heartbeat](m.Data)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.beats = append(b.beats, beat)
	return nil
}

func (b *fakeBus) heart() []wave.Heartbeat {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.beats
}

func (b *fakeBus) breaks(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = err
}

// ask hands a message to who subscribed the filter of identities.
func (b *fakeBus) ask(t *testing.T, data []byte) {
	t.Helper()
	b.mu.Lock()
	h := b.handlers["dev.cognitive.nyx.request.*"]
	b.mu.Unlock()
	if h == nil {
		t.Fatal("nobody listens")
	}
	h(t.Context(), wave.Message{Subject: "dev.cognitive.nyx.request.boundary", Data: data})
}

// request is a valid one.
func request(t *testing.T, id, input string, change ...func(*wave.CognitiveRequest)) []byte {
	t.Helper()
	r := wave.CognitiveRequest{ID: id, Event: "math", Confidence: 0.9, Input: []byte(input)}
	for _, c := range change {
		c(&r)
	}
	data, err := wave.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func due(at time.Time) func(*wave.CognitiveRequest) {
	return func(r *wave.CognitiveRequest) { r.Deadline = at }
}

// scripted is a backend whose answers a test gives.
type scripted struct {
	chat   func(ctx context.Context, c organ.Chat) (organ.Answer, error)
	closed chan struct{}
}

func (s *scripted) Kind() string { return organ.KindOpenAI }

func (s *scripted) Chat(ctx context.Context, c organ.Chat) (organ.Answer, error) {
	return s.chat(ctx, c)
}

func (s *scripted) Close() error {
	if s.closed != nil {
		close(s.closed)
	}
	return nil
}

// says is a backend that always says the same.
func says(text string) *scripted {
	return &scripted{chat: func(context.Context, organ.Chat) (organ.Answer, error) {
		return organ.Answer{Text: text, Model: "little", Tokens: 3}, nil
	}}
}

// slow is a backend that takes its time.
func slow(d time.Duration) *scripted {
	return &scripted{chat: func(ctx context.Context, _ organ.Chat) (organ.Answer, error) {
		select {
		case <-time.After(d):
			return organ.Answer{Text: "done", Model: "little"}, nil
		case <-ctx.Done():
			return organ.Answer{}, context.Cause(ctx)
		}
	}}
}
