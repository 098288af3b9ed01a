package bus

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// lose connects over a wire, lets prepare use the connection, and cuts the wire
// for good: as after a kill of the server.
func lose(t *testing.T, prepare func(s *embedded.Server, c *Conn)) *Conn {
	t.Helper()
	s := startServer(t, embedded.Options{})
	w := newWire(t, s.ClientURL()[len("nats://"):])
	log := newEvents()
	c := connect(t, Options{Server: "nats://" + w.Addr().String(), Logger: log.logger()})
	prepare(s, c)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.cut()
	log.wait(t, "lost the bus")
	return c
}

// soon fails when f takes longer than within.
func soon(t *testing.T, what string, within time.Duration, f func() error) {
	t.Helper()
	begun := time.Now()
	done := make(chan error, 1)
	go func() { done <- f() }()
	if err := recv(t, done); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if took := time.Since(begun); took > within {
		t.Errorf("%s took %v", what, took)
	}
}

// Nothing that stops waits for a server that is gone.
func TestStopWithoutServer(t *testing.T) {
	var stops []wave.Stopper
	ctx, cancel := context.WithCancelCause(t.Context())
	errOver := errors.New("over")
	readers := make(chan error, 2)
	c := lose(t, func(_ *embedded.Server, c *Conn) {
		mustApply(t, c, []topology.Stream{logStream}, []topology.Bucket{{Name: "dev", Storage: "memory"}})
		serve := func(context.Context, wave.Message) ([]byte, error) { return nil, nil }
		for _, open := range []func() (wave.Stopper, error){
			func() (wave.Stopper, error) {
				return c.Subscribe(t.Context(), "x", func(context.Context, wave.Message) {})
			},
			func() (wave.Stopper, error) { return c.Serve(t.Context(), "y", serve) },
			func() (wave.Stopper, error) {
				return c.AddService(t.Context(), Service{
					Name: "z", Version: "1.0.0",
					Endpoints: []Endpoint{{Name: "z", Subject: "z", Handle: serve}},
				})
			},
		} {
			s, err := open()
			if err != nil {
				t.Fatal(err)
			}
			stops = append(stops, s)
		}
		b, err := c.Bucket(t.Context(), "dev")
		if err != nil {
			t.Fatal(err)
		}
		ready := make(chan struct{})
		go func() {
			readers <- b.Watch(ctx, "", func(Entry) error { return nil }, func() { close(ready) })
		}()
		recv(t, ready)
		store(t, c, "dev.log.a", 0, 1)
		read := make(chan struct{})
		go func() {
			readers <- c.Follow(ctx, "DEV_LOG", "reader", "", FollowFrom{}, func(context.Context, wave.Message) error {
				close(read)
				return nil
			})
		}()
		recv(t, read)
	})
	for _, s := range stops {
		soon(t, "stop", time.Second, s.Stop)
	}
	cancel(errOver)
	for range 2 {
		soon(t, "reader", time.Second, func() error {
			if err := <-readers; !errors.Is(err, errOver) {
				return errors.Join(errors.New("ended with"), err)
			}
			return nil
		})
	}
	soon(t, "drain", time.Second, func() error {
		if err := c.Drain(t.Context()); err != nil && !strings.Contains(err.Error(), "not reachable") {
			return err
		}
		return nil
	})
}

// Drain stops what is open itself, and a deadline is not needed for it.
func TestDrainWithoutServer(t *testing.T) {
	c := lose(t, func(_ *embedded.Server, c *Conn) {
		if _, err := c.Subscribe(t.Context(), "x", func(context.Context, wave.Message) {}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.AddService(t.Context(), Service{Name: "z", Version: "1.0.0"}); err != nil {
			t.Fatal(err)
		}
	})
	soon(t, "drain", time.Second, func() error { return c.Drain(t.Context()) })
}

// What had arrived before the server was lost is handled all the same.
func TestStopHandlesWhatHadArrived(t *testing.T) {
	hold := make(chan struct{})
	var got []string
	var sub wave.Stopper
	lose(t, func(s *embedded.Server, c *Conn) {
		var err error
		if sub, err = c.Subscribe(t.Context(), "x", func(_ context.Context, m wave.Message) {
			<-hold
			got = append(got, string(m.Data))
		}); err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{"1", "2", "3"} {
			if err := c.Publish(t.Context(), wave.Message{Subject: "x", Data: []byte(n)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	time.AfterFunc(100*time.Millisecond, func() { close(hold) })
	soon(t, "stop", time.Second, sub.Stop)
	if want := []string{"1", "2", "3"}; !slices.Equal(got, want) {
		t.Errorf("handled %v, want %v", got, want)
	}
}

// A request that is being answered when the server is lost learns that nobody
// takes its answer any more.
func TestStopServiceWithoutServer(t *testing.T) {
	begun := make(chan struct{})
	var svc wave.Stopper
	lose(t, func(s *embedded.Server, c *Conn) {
		var err error
		if svc, err = c.AddService(t.Context(), Service{Name: "z", Version: "1.0.0", Endpoints: []Endpoint{{
			Name: "z", Subject: "z",
			Handle: func(ctx context.Context, _ wave.Message) ([]byte, error) {
				close(begun)
				<-ctx.Done()
				return nil, ctx.Err()
			},
		}}}); err != nil {
			t.Fatal(err)
		}
		if err := c.Publish(t.Context(), wave.Message{Subject: "z", Reply: "answer"}); err != nil {
			t.Fatal(err)
		}
		recv(t, begun)
	})
	soon(t, "stop", time.Second, svc.Stop)
}

// A server that is there but says nothing is waited for as long as
// Options.Timeout says.
func TestStopWithDeafServer(t *testing.T) {
	s := startServer(t, embedded.Options{})
	w := newWire(t, s.ClientURL()[len("nats://"):])
	c := connect(t, Options{Server: "nats://" + w.Addr().String(), Timeout: 300 * time.Millisecond})
	sub, err := c.Subscribe(t.Context(), "x", func(context.Context, wave.Message) {})
	if err != nil {
		t.Fatal(err)
	}
	release := w.hold()
	defer release()
	soon(t, "stop", 2*time.Second, sub.Stop)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	soon(t, "drain", 2*time.Second, func() error {
		if err := c.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			return errors.Join(errors.New("a deaf server is not told of"), err)
		}
		return nil
	})
}
