package cell

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// fakeBus is a bus in memory. Each subscription has a goroutine of its own, as
// on the real one; everything that passes is kept.
type fakeBus struct {
	mu        sync.Mutex
	subs      map[*fakeSub]bool
	published []wave.Message
	stored    []wave.Message
	served    map[string]func(context.Context, wave.Message) ([]byte, error)
	broken    bool
}

func newFakeBus() *fakeBus {
	return &fakeBus{subs: map[*fakeSub]bool{}, served: map[string]func(context.Context, wave.Message) ([]byte, error){}}
}

var errBroken = errors.New("the bus is away")

func (b *fakeBus) Publish(ctx context.Context, m wave.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken {
		return errBroken
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b.published = append(b.published, m)
	for s := range b.subs {
		if matches(s.filter, m.Subject) {
			s.in <- m
		}
	}
	return nil
}

func (b *fakeBus) Store(ctx context.Context, m wave.Message) error {
	b.mu.Lock()
	if !b.broken {
		b.stored = append(b.stored, m)
	}
	b.mu.Unlock()
	return b.Publish(ctx, m)
}

func (b *fakeBus) Subscribe(ctx context.Context, filter string, h wave.Handler) (wave.Stopper, error) {
	s := &fakeSub{bus: b, filter: filter, in: make(chan wave.Message, 1024), done: make(chan struct{})}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken {
		return nil, errBroken
	}
	b.subs[s] = true
	go func() {
		defer close(s.done)
		for m := range s.in {
			h(ctx, m)
		}
	}()
	return s, nil
}

func (b *fakeBus) Serve(_ context.Context, filter string, h func(context.Context, wave.Message) ([]byte, error)) (wave.Stopper, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken {
		return nil, errBroken
	}
	b.served[filter] = h
	return &fakeServed{b, filter}, nil
}

func (b *fakeBus) Request(ctx context.Context, subject string, data []byte) ([]byte, error) {
	b.mu.Lock()
	h := b.served[subject]
	broken := b.broken
	b.mu.Unlock()
	if broken || h == nil {
		return nil, errBroken
	}
	return h(ctx, wave.Message{Subject: subject, Data: data})
}

func (b *fakeBus) setBroken(v bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = v
}

// on returns the messages of one subject so far.
func (b *fakeBus) on(subject string) []wave.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []wave.Message
	for _, m := range b.published {
		if m.Subject == subject {
			out = append(out, m)
		}
	}
	return out
}

func (b *fakeBus) ask(t *testing.T, subject, body string) ([]byte, error) {
	t.Helper()
	b.mu.Lock()
	h := b.served[subject]
	b.mu.Unlock()
	if h == nil {
		t.Fatalf("nobody serves %s", subject)
	}
	return h(t.Context(), wave.Message{Subject: subject, Data: []byte(body)})
}

type fakeSub struct {
	bus    *fakeBus
	filter string
	in     chan wave.Message
	done   chan struct{}
	once   sync.Once
}

func (s *fakeSub) Stop() error {
	s.once.Do(func() {
		s.bus.mu.Lock()
		delete(s.bus.subs, s)
		close(s.in)
		s.bus.mu.Unlock()
	})
	<-s.done
	return nil
}

type fakeServed struct {
	bus    *fakeBus
	filter string
}

func (s *fakeServed) Stop() error {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	delete(s.bus.served, s.filter)
	return nil
}

func matches(filter, subject string) bool {
	f, s := strings.Split(filter, "."), strings.Split(subject, ".")
	if len(f) != len(s) {
		return false
	}
	for i := range f {
		if f[i] != "*" && f[i] != s[i] {
			return false
		}
	}
	return true
}

// waves takes the frames of a cell apart.
func waves(t *testing.T, messages []wave.Message) []wave.Wave {
	t.Helper()
	var out []wave.Wave
	for _, m := range messages {
		wave.ParseFrame(m.Data, func(_ int, w wave.Wave, err error) {
			if err != nil {
				t.Errorf("%s: %v", m.Subject, err)
			}
			out = append(out, w)
		})
	}
	return out
}

// decodeAll reads the bodies of messages.
func decodeAll[T any](t *testing.T, messages []wave.Message) []T {
	t.Helper()
	var out []T
	for _, m := range messages {
		v, err := wave.Decode[T](m.Data)
		if err != nil {
			t.Errorf("%s: %v: %s", m.Subject, err, m.Data)
		}
		out = append(out, v)
	}
	return out
}

func publish(t *testing.T, b *fakeBus, subject, body string) {
	t.Helper()
	if err := b.Publish(t.Context(), wave.Message{Subject: subject, Data: []byte(body)}); err != nil {
		t.Fatal(err)
	}
}
