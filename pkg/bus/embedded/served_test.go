package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/metric"
)

// file writes a configuration with a store of its own and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "server.conf")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "STORE", fmt.Sprintf("%q", filepath.Join(dir, "store")))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const plainServer = "server_name: \"plain\"\nlisten: \"127.0.0.1:-1\"\njetstream { store_dir: STORE }\nlame_duck_duration: \"30s\"\nlame_duck_grace_period: \"10ms\"\n"

func serve(t *testing.T, path string, log *slog.Logger) *Served {
	t.Helper()
	s, err := Serve(path, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	select {
	case <-s.Started():
	case <-s.Done():
		t.Fatalf("it ended: %v", s.Err())
	case <-time.After(20 * time.Second):
		t.Fatal("it does not start")
	}
	return s
}

func TestServedLogsAndEnds(t *testing.T) {
	var mu sync.Mutex
	var b strings.Builder
	s := serve(t, file(t, plainServer), slog.New(slog.NewTextHandler(lockedWriter{&mu, &b}, nil)))
	names := map[string]bool{}
	if err := s.Metrics(t.Context(), telling(func(d *metric.Def) { names[d.Name] = true })); err != nil || !names["gnatsd_varz_start"] {
		t.Errorf("metrics %v, %v", names, err)
	}
	if err := s.Reload(); err != nil {
		t.Error(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{`level=INFO msg="Server is ready"`, `msg="Server Exiting.."`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "level=DEBUG") {
		t.Errorf("debugging was not asked for:\n%s", b.String())
	}
}

type telling func(d *metric.Def)

func (f telling) Tell(d *metric.Def, _ float64, _ ...string)           { f(d) }
func (f telling) TellSizes(d *metric.Def, _ metric.Sizes, _ ...string) { f(d) }

// A lame duck lets its clients finish, and ends by itself without an error.
func TestLameDuck(t *testing.T) {
	s := serve(t, file(t, plainServer), slog.New(slog.DiscardHandler))
	gone := make(chan struct{})
	nc, err := nats.Connect(s.ClientURL(), nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { close(gone) }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	s.LameDuck()
	for what, done := range map[string]<-chan struct{}{"the client is sent away": gone, "the server ends": s.Done()} {
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: not within 20s", what)
		}
	}
	if err := s.Err(); err != nil {
		t.Error(err)
	}
}

func TestReloadKeepsWhatRuns(t *testing.T) {
	path := file(t, plainServer)
	s := serve(t, path, slog.New(slog.DiscardHandler))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"lisen: 1\n": path + ":6:1: unknown field \"lisen\"", "cluster { name: \"c\", listen: \"127.0.0.1:-1\" }\n": "cluster"} {
		if err := os.WriteFile(path, append(before, text...), 0o600); err != nil {
			t.Fatal(err)
		}
		err := s.Reload()
		if err == nil || !strings.Contains(err.Error(), want) || daemon.Hint(err) == "" {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		nc, err := nats.Connect(s.ClientURL())
		if err != nil {
			t.Fatalf("after a reload that was refused: %v", err)
		}
		nc.Close()
	}
}

// What stops a server from starting is an error that says where, and leaves
// nothing behind: the next one starts.
func TestServedCannotStart(t *testing.T) {
	first := serve(t, file(t, plainServer), slog.New(slog.DiscardHandler))
	where := strings.TrimPrefix(first.ClientURL(), "nats://")
	for text, want := range map[string]string{
		strings.Replace(plainServer, "127.0.0.1:-1", where, 1):                           "listen on " + where + ": the port is in use by NATS server \"plain\"",
		plainServer + "leafnodes { listen: \"" + where + "\" }\n":                        "listen on " + where,
		plainServer + "http: \"" + where + "\"\n":                                        "listen on " + where,
		strings.Replace(plainServer, "127.0.0.1:-1", "203.0.113.7:4222", 1):              "listen on 203.0.113.7:4222",
		strings.Replace(plainServer, "STORE", `"/proc/nowhere"`, 1):                      "open bus store /proc/nowhere",
		plainServer + "cluster { name: \"c d\", listen: \"127.0.0.1:-1\" }\n":            "spaces",
		plainServer + "operator: \"eyJh\"\nresolver: MEMORY\n":                           "operator",
		strings.Replace(plainServer, "STORE", fmt.Sprintf("%q", first.opts.StoreDir), 1): "server plain (process",
	} {
		s, err := Serve(file(t, text), slog.New(slog.DiscardHandler))
		if err == nil {
			if err = s.Start(t.Context()); err == nil {
				select {
				case <-s.Done():
					err = s.Err()
				case <-s.Started():
					_ = s.Stop(t.Context())
				}
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, want %s", text, err, want)
		}
	}
}

func TestCheckFile(t *testing.T) {
	if digest, err := Check(file(t, plainServer)); err != nil || !strings.HasPrefix(digest, "sha256:") {
		t.Errorf("%s, %v", digest, err)
	}
	if _, err := Check(file(t, plainServer+"max_payload: lots\n")); err == nil || !strings.Contains(err.Error(), "server.conf:6:1") {
		t.Errorf("no place: %v", err)
	}
}
