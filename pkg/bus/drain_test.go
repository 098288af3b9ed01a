package bus

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Drain handles what had arrived, sends what was published and waits for both.
func TestDrainWaits(t *testing.T) {
	s, listener := lab(t)
	for _, split := range []bool{false, true} {
		c := connect(t, Options{Server: s.ClientURL(), Split: split})
		heard := make(chan wave.Message, 200)
		sub, err := listener.Subscribe(t.Context(), "out", func(_ context.Context, m wave.Message) { heard <- m })
		if err != nil {
			t.Fatal(err)
		}
		hold := make(chan struct{})
		var handled atomic.Int32
		if _, err := c.Subscribe(t.Context(), "in", func(ctx context.Context, _ wave.Message) {
			<-hold
			handled.Add(1)
			if err := c.Publish(ctx, wave.Message{Subject: "out"}); err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			if err := listener.Publish(t.Context(), wave.Message{Subject: "in"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := listener.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := c.Flush(t.Context()); err != nil { // now they have arrived
			t.Fatal(err)
		}
		drained := make(chan error, 1)
		go func() { drained <- c.Drain(t.Context()) }()
		close(hold)
		if err := recv(t, drained); err != nil {
			t.Error(err)
		}
		if n := handled.Load(); n != 100 {
			t.Errorf("split %t: %d of 100 were handled", split, n)
		}
		for range 100 {
			recv(t, heard)
		}
		if err := sub.Stop(); err != nil {
			t.Error(err)
		}
		recv(t, c.Done())
		if _, err := c.Subscribe(t.Context(), "x", nil); !errors.Is(err, ErrClosed) {
			t.Errorf("subscribe after drain: %v", err)
		}
		if err := c.Publish(t.Context(), wave.Message{Subject: "x"}); !errors.Is(err, ErrClosed) {
			t.Errorf("publish after drain: %v", err)
		}
		if err := c.Drain(t.Context()); err != nil {
			t.Errorf("second drain: %v", err)
		}
	}
}

// A handler that does not end is cut off when the context ends, and named.
func TestDrainGivesUp(t *testing.T) {
	_, c := lab(t)
	began := make(chan struct{})
	ended := make(chan struct{})
	if _, err := c.Subscribe(t.Context(), "in", func(ctx context.Context, _ wave.Message) {
		close(began)
		<-ctx.Done()
		close(ended)
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.Publish(t.Context(), wave.Message{Subject: "in"}); err != nil {
		t.Fatal(err)
	}
	recv(t, began)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Drain(ctx); err == nil || !strings.Contains(err.Error(), "1 of 1 subscriptions") {
		t.Errorf("got %v", err)
	}
	recv(t, ended)
}

// events collects log lines and lets a test wait for one.
type events struct {
	slog.Handler
	ch chan string
}

func (e events) Handle(_ context.Context, r slog.Record) error {
	select {
	case e.ch <- r.Message:
	default:
	}
	return nil
}
func (e events) Enabled(context.Context, slog.Level) bool { return true }

func (e events) wait(t *testing.T, text string) {
	t.Helper()
	for recv(t, e.ch) != text {
	}
}

func newEvents() events { return events{slog.DiscardHandler, make(chan string, 1000)} }

func (e events) logger() *slog.Logger { return slog.New(e) }

// A connection that loses its server finds it again; draining without one says
// what was lost instead of pretending.
func TestReconnectAndDrainWithoutServer(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, embedded.Options{StoreDir: dir})
	listen := s.ClientURL()[len("nats://"):]
	log := newEvents()
	c := connect(t, Options{Server: s.ClientURL(), Logger: log.logger()})
	got := make(chan wave.Message, 1)
	if _, err := c.Subscribe(t.Context(), "x", func(_ context.Context, m wave.Message) { got <- m }); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	log.wait(t, "lost the bus")
	if _, err := c.Connected(); err == nil {
		t.Error("still connected")
	}
	s = startServer(t, embedded.Options{StoreDir: dir, Listen: listen})
	log.wait(t, "found the bus again")
	if err := c.Publish(t.Context(), wave.Message{Subject: "x"}); err != nil {
		t.Fatal(err)
	}
	recv(t, got)
	if st := c.Stats(); st.Reconnects != 1 || st.Disconnects != 1 {
		t.Errorf("stats %+v", st)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	log.wait(t, "lost the bus")
	if err := c.Publish(t.Context(), wave.Message{Subject: "x"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := c.Drain(ctx); err == nil || !strings.Contains(err.Error(), "not reachable") {
		t.Errorf("drain without server: %v", err)
	}
}

// A reader that is too slow drops, and the drops are counted.
func TestSlowConsumerIsCounted(t *testing.T) {
	s := startServer(t, embedded.Options{})
	log := newEvents()
	c := connect(t, Options{Server: s.ClientURL(), PendingMessages: 10, Logger: log.logger()})
	hold := make(chan struct{})
	sub, err := c.Subscribe(t.Context(), "in", func(context.Context, wave.Message) { <-hold })
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := c.Publish(t.Context(), wave.Message{Subject: "in"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	log.wait(t, "dropping messages: the reader is too slow")
	if st := c.Stats(); st.SlowConsumers != 1 || st.Dropped < 80 {
		t.Errorf("stats %+v", st)
	}
	before := c.Stats().Dropped
	close(hold)
	if err := sub.Stop(); err != nil {
		t.Fatal(err)
	}
	if after := c.Stats().Dropped; after != before {
		t.Errorf("dropped was %d before the subscription ended and is %d now", before, after)
	}
}

// Starting and stopping side by side, many times, leaves nothing behind.
func TestStress(t *testing.T) {
	s := startServer(t, embedded.Options{})
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			for i := range 20 {
				c, err := Connect(t.Context(), Options{InProcess: s, Split: i%2 == 0})
				if err != nil {
					t.Error(err)
					return
				}
				sub, err := c.Serve(t.Context(), "stress", func(context.Context, wave.Message) ([]byte, error) { return nil, nil })
				if err != nil {
					t.Error(err)
					return
				}
				svc, err := c.AddService(t.Context(), Service{Name: "s", Version: "0.0.1"})
				if err != nil {
					t.Error(err)
					return
				}
				if i%3 == 0 {
					err = errors.Join(sub.Stop(), svc.Stop())
				}
				if err := errors.Join(err, c.Drain(t.Context())); err != nil {
					t.Error(err)
				}
				c.Close()
			}
		})
	}
	wg.Wait()
}
