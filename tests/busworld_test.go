package tests

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
	"github.com/nimmerverse/nimmer/tests/buslab"
)

// world is the lab of field while it runs.
type world struct {
	*testing.T
	*buslab.Lab
	place buslab.Place
	dir   string // of the declaration

	hub, west, east *buslab.Process
}

// newWorld starts the hub with our own program, the leaves with nats-server, each on
// its host, from the emitted files, and makes the streams of every environment.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, dir: t.TempDir()}
	place, err := buslab.NewNamespaces(t, map[string]string{"hub": "10.77.0.1", "left": "10.77.0.2", "right": "10.77.0.3"})
	if err != nil {
		t.Logf("each server would be in a network namespace of its own, here they share the loopback: %v", err)
		place = buslab.NewLoopback(t, "hub")
	}
	w.place = place
	hcl := strings.ReplaceAll(field, "SUBNET", place.Subnet())
	if err := os.WriteFile(filepath.Join(w.dir, "lab.hcl"), []byte(hcl), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Lab = buslab.New(t, loadtest.Source(t, hcl))
	w.startHub()
	w.west = place.Run(w.Lab, w.Server("left"), buslab.NATSServer(t), "-c")
	w.east = place.Run(w.Lab, w.Server("right"), buslab.NATSServer(t), "-c")
	for _, name := range []string{"spine_hub", "left", "right"} {
		s := w.Server(name)
		buslab.Listens(t, place.Client(s), place.Dialer(s.Host))
	}
	for _, env := range w.Topology.Lab.Environments {
		w.applyStreams(env)
	}
	return w
}

func (w *world) startHub() {
	w.Helper()
	w.hub = w.place.Run(w.Lab, w.Server("spine_hub"), buslab.Nimmer(w), "bus", "serve", "-c")
}

// applyStreams has our own program make the streams of an environment, from the
// hub's host, as the admins of its accounts. It is repeated while leaves join.
func (w *world) applyStreams(env string) {
	w.Helper()
	hub := w.Server("spine_hub")
	argv := []string{buslab.Nimmer(w), "bus", "apply", w.dir, "--env", env, "--server", "nats://" + w.place.Client(hub),
		"--creds", filepath.Join(w.Folder(hub.Site), "creds")}
	if n, ok := w.place.(interface{ Enter(host string) []string }); ok {
		argv = append(n.Enter("hub"), argv...)
	}
	buslab.Until(w, "make the streams of "+env, time.Minute, func() error {
		out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
		if err == nil && strings.Contains(string(out), "unreachable") {
			err = errors.New("a leaf has not joined")
		}
		if err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
		return nil
	})
}

// client is logged in as a user of a server's site.
type client struct {
	*nats.Conn
	*testing.T
	closed chan struct{}
}

func (w *world) dial(server, creds, user string, more ...nats.Option) (*client, error) {
	s := w.Server(server)
	c := &client{T: w.T, closed: make(chan struct{})}
	o := append([]nats.Option{
		nats.UserCredentials(creds), nats.Name(user), nats.CustomInboxPrefix(accounts.Inbox(user)), nats.NoReconnect(),
		nats.SetCustomDialer(w.place.Dialer(s.Host)), nats.Timeout(10 * time.Second),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // see refused
		nats.ClosedHandler(func(*nats.Conn) { close(c.closed) }),
	}, more...)
	nc, err := nats.Connect("nats://"+w.place.Client(s), o...)
	if err != nil {
		return nil, err
	}
	c.Conn = nc
	w.Cleanup(nc.Close)
	return c, nil
}

func (w *world) login(server, user string) *client {
	w.Helper()
	c, err := w.dial(server, w.Creds(w.Server(server).Site, user), user)
	if err != nil {
		w.Fatalf("log in to %s as %s: %v", server, user, err)
	}
	return c
}

// says publishes, and reports whether the server let it through.
func (c *client) says(subject, reply, body string) bool {
	c.Helper()
	if err := c.PublishMsg(&nats.Msg{Subject: subject, Reply: reply, Data: []byte(body)}); err != nil {
		c.Fatal(err)
	}
	if err := c.FlushTimeout(10 * time.Second); err != nil {
		c.Fatal(err)
	}
	return !c.refused(subject)
}

// refused reports whether the last thing the server complained of is that this
// was published; it does so before it answers a flush.
func (c *client) refused(subject string) bool {
	err := c.LastError()
	return err != nil && strings.Contains(err.Error(), fmt.Sprintf("Permissions Violation for Publish to %q", subject))
}

// ear collects what a client hears.
type ear struct {
	mu    sync.Mutex
	heard []*nats.Msg
}

func (c *client) hear(subjects ...string) *ear {
	c.Helper()
	e := &ear{}
	for _, s := range subjects {
		if _, err := c.Subscribe(s, func(m *nats.Msg) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.heard = append(e.heard, m)
		}); err != nil {
			c.Fatal(err)
		}
	}
	if err := c.FlushTimeout(10 * time.Second); err != nil {
		c.Fatal(err)
	}
	return e
}

func (e *ear) subjects() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []string
	for _, m := range e.heard {
		out = append(out, m.Subject)
	}
	return out
}

func (e *ear) has(subject string) error {
	if s := e.subjects(); !slices.Contains(s, subject) {
		return fmt.Errorf("heard %q, not %s", s, subject)
	}
	return nil
}
