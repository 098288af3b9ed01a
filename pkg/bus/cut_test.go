package bus

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// wire is a network between a client and a server that can be cut.
type wire struct {
	net.Listener
	to    string
	mu    sync.Mutex
	conns []net.Conn
	pass  sync.RWMutex // held while nothing gets through
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l, to: to}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			w.mu.Lock()
			w.conns = append(w.conns, near, far)
			w.mu.Unlock()
			wg.Go(func() { _, _ = io.Copy(w.gate(near), far); _ = near.Close() })
			wg.Go(func() { _, _ = io.Copy(w.gate(far), near); _ = far.Close() })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		w.cut()
		wg.Wait()
	})
	return w
}

// cut breaks every connection, with whatever is on its way.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

// hold lets nothing through until the returned function is called.
func (w *wire) hold() (release func()) {
	w.pass.Lock()
	return w.pass.Unlock
}

// gate is one end of the wire; writes to it wait while the wire is held.
func (w *wire) gate(to io.Writer) io.Writer { return end{w, to} }

type end struct {
	w  *wire
	to io.Writer
}

func (e end) Write(p []byte) (int, error) {
	e.w.pass.RLock()
	defer e.w.pass.RUnlock()
	return e.to.Write(p)
}

// The network breaks again and again while a follower reads and others write:
// every message comes, in order, and again only where the cut took its
// acknowledgement.
func TestFollowAcrossCuts(t *testing.T) {
	s, c := lab(t)
	mustApply(t, c, []topology.Stream{logStream}, nil)
	w := newWire(t, s.ClientURL()[len("nats://"):])
	reader := connect(t, Options{Server: "nats://" + w.Addr().String()})
	const total = 2000
	go func() {
		for i := 0; i < total; i += 100 {
			store(t, c, "dev.log.noise", 0, 10)
			store(t, c, "dev.log.a", i, 100)
		}
	}()
	n := &numbers{want: total}
	err := reader.Follow(t.Context(), "DEV_LOG", "reader", "dev.log.a", FollowFrom{}, func(ctx context.Context, m wave.Message) error {
		if len(n.got)%211 == 150 {
			w.cut()
		}
		return n.handle(ctx, m)
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	n.check(t, 0)
	if st := reader.Stats(); st.Reconnects < 5 {
		t.Errorf("only %d reconnects: the test cut nothing", st.Reconnects)
	}
}

// A request whose connection breaks ends at once and says so.
func TestRequestAcrossCut(t *testing.T) {
	s, c := lab(t)
	w := newWire(t, s.ClientURL()[len("nats://"):])
	asker := connect(t, Options{Server: "nats://" + w.Addr().String()})
	release := make(chan struct{})
	defer close(release)
	if _, err := c.Serve(t.Context(), "slow", func(context.Context, wave.Message) ([]byte, error) {
		w.cut()
		<-release
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := asker.Request(t.Context(), "slow", nil); !errors.Is(err, ErrLost) {
		t.Errorf("got %v, want ErrLost", err)
	}
}
