package bus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// home gives the test a home without NATS settings and returns the folder of
// its contexts.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	t.Setenv("NATS_URL", "")
	if err := os.MkdirAll(filepath.Join(dir, "nats", "context"), 0o700); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "nats")
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResolve(t *testing.T) {
	dir := home(t)
	creds := write(t, filepath.Join(dir, "my.creds"), "-----BEGIN NATS USER JWT-----\n")
	write(t, filepath.Join(dir, "context", "lab.json"), `{"url":"nats://lab:4222","jetstream_domain":"hub","inbox_prefix":"_IN.me","creds":"`+creds+`"}`)
	absolute := write(t, filepath.Join(dir, "other.json"), `{"url":"nats://other:4222","jetstream_api_prefix":"JS.acc"}`)
	check := func(o Options, urls, from, api string) {
		t.Helper()
		got, err := Resolve(o)
		if err != nil || got.URLs != urls || got.From != from || got.api != api {
			t.Errorf("%+v: got %s from %s by %s, %v", o, got.URLs, got.From, got.api, err)
		}
	}
	check(Options{}, defaultServer, "default", "$JS.API")
	write(t, filepath.Join(dir, "context.txt"), "lab\n")
	check(Options{}, "nats://lab:4222", "selected context lab", "$JS.hub.API")
	t.Setenv("NATS_URL", "nats://env:4222")
	check(Options{}, "nats://env:4222", "NATS_URL", "$JS.API")
	check(Options{Context: "lab"}, "nats://lab:4222", "context lab", "$JS.hub.API")
	check(Options{Context: absolute}, "nats://other:4222", "context "+absolute, "JS.acc")
	check(Options{Context: "lab", Server: "nats://there:1"}, "nats://there:1", "--server", "$JS.hub.API")
	check(Options{Server: "nats://there:1", Domain: "robot"}, "nats://there:1", "--server", "$JS.robot.API")

	// The selected context's login does not travel to another server.
	if got, err := Resolve(Options{Server: "nats://there:1"}); err != nil || got.Creds != "" || len(got.options) != 0 {
		t.Errorf("with --server alone: %+v, %v", got, err)
	}
	if got, err := Resolve(Options{Context: "lab"}); err != nil || got.Creds != creds || got.inboxPrefix != "_IN.me" {
		t.Errorf("context: %+v, %v", got, err)
	}
	if got, err := Resolve(Options{Context: "lab", InboxPrefix: "_IN.you", User: "x"}); err != nil || got.inboxPrefix != "_IN.you" || got.Creds != "" {
		t.Errorf("overridden context: %+v, %v", got, err)
	}
}

func TestResolveErrors(t *testing.T) {
	dir := home(t)
	write(t, filepath.Join(dir, "context", "lab.json"), `{"url":"nats://lab:4222","creds":"/nowhere/x.creds"}`)
	notCreds := write(t, filepath.Join(dir, "x"), "hello")
	for _, tc := range []struct {
		o          Options
		text, hint string
	}{
		{Options{Context: "lap"}, "lap", "known contexts: lab"},
		{Options{Context: "lab"}, "/nowhere/x.creds", "check the path"},
		{Options{Creds: filepath.Join(dir, "no.creds")}, "no such file", "check the path"},
		{Options{Creds: notCreds}, "not a NATS credentials file", ".creds"},
	} {
		_, err := Resolve(tc.o)
		if err == nil || !strings.Contains(err.Error(), tc.text) || !strings.Contains(daemon.Hint(err), tc.hint) {
			t.Errorf("%+v: %v (%s)", tc.o, err, daemon.Hint(err))
		}
	}
	if os.Getuid() == 0 {
		t.Log("not checked: a file that may not be read (this test runs as root)")
		return
	}
	locked := write(t, filepath.Join(dir, "locked.creds"), "")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Resolve(Options{Creds: locked}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(daemon.Hint(err), "user id") {
		t.Errorf("unreadable: %v", err)
	}
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// stranger listens and says something that is not NATS, or nothing.
func stranger(t *testing.T, greeting string, hangUp bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(greeting))
			if hangUp {
				_ = conn.Close()
			} else {
				t.Cleanup(func() { _ = conn.Close() })
			}
		}
	}()
	return l.Addr().String()
}

const users = `listen: 127.0.0.1:-1
authorization { users: [
  { user: gate, password: secret, permissions: {
      publish: { allow: ["ok.>", "asks.>", "$JS.API.>"] }, subscribe: { allow: ["ok.>", "_IN.gate.>"] } } }
] }`

func TestConnectErrors(t *testing.T) {
	home(t)
	guarded := startServer(t, embedded.Options{ConfigFile: configFile(t, users)}).ClientURL()
	plain := startServer(t, embedded.Options{}).ClientURL()
	for name, tc := range map[string]struct {
		o          Options
		text, hint string
		is         error
	}{
		"nobody":        {Options{Server: "nats://" + closedPort(t)}, "(from --server)", "nimmer up", nil},
		"no login":      {Options{Server: guarded}, "uthorization", "give --creds", ErrDenied},
		"wrong login":   {Options{Server: guarded, User: "gate", Password: "x"}, "uthorization", "does not know this user", ErrDenied},
		"no TLS there":  {Options{Server: strings.Replace(plain, "nats://", "tls://", 1)}, "secure", "TLS", nil},
		"hangs up":      {Options{Server: "nats://" + stranger(t, "", true)}, "connect to", "does not speak NATS", nil},
		"another kind":  {Options{Server: "nats://" + stranger(t, "220 smtp ready\r\n", false)}, "connect to", "does not speak NATS", nil},
		"says nothing":  {Options{Server: "nats://" + stranger(t, "", false), Timeout: 200 * time.Millisecond}, "connect to", "does not speak NATS", nil},
		"unknown name":  {Options{Server: "nats://no-such-host.invalid:4222"}, "no-such-host", "not known here", nil},
		"hides secrets": {Options{Server: "nats://me:hidden@" + closedPort(t)}, "***@127.0.0.1", "", nil},
	} {
		c, err := Connect(t.Context(), tc.o)
		if err == nil {
			c.Close()
			t.Errorf("%s: connected", name)
			continue
		}
		if !strings.Contains(err.Error(), tc.text) || !strings.Contains(daemon.Hint(err), tc.hint) || tc.is != nil && !errors.Is(err, tc.is) {
			t.Errorf("%s: %v\n  hint: %s", name, err, daemon.Hint(err))
		}
		if strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: the error shows a password: %v", name, err)
		}
	}
}

func TestConnectEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errEnough)
	if _, err := Connect(ctx, Options{Server: "nats://" + stranger(t, "", false)}); !errors.Is(err, errEnough) {
		t.Errorf("got %v", err)
	}
}

// With Wait the client is there before the server.
func TestConnectWaits(t *testing.T) {
	address := closedPort(t)
	log := newEvents()
	type result struct {
		c   *Conn
		err error
	}
	got := make(chan result, 1)
	go func() {
		c, err := Connect(t.Context(), Options{Server: "nats://" + address, Wait: true, Logger: log.logger()})
		got <- result{c, err}
	}()
	log.wait(t, "waiting for the bus")
	startServer(t, embedded.Options{Listen: address})
	r := recv(t, got)
	if r.err != nil {
		t.Fatal(r.err)
	}
	r.c.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Connect(ctx, Options{Server: "nats://" + closedPort(t), Wait: true}); err == nil || daemon.Hint(err) == "" {
		t.Errorf("nobody came: %v", err)
	}
}

func TestPermissions(t *testing.T) {
	s := startServer(t, embedded.Options{ConfigFile: configFile(t, users)})
	log := newEvents()
	c := connect(t, Options{
		Server: s.ClientURL(), User: "gate", Password: "secret", InboxPrefix: "_IN.gate",
		Timeout: time.Second, Logger: log.logger(),
	})
	ctx := t.Context()
	if _, err := c.Subscribe(ctx, "secret.>", func(context.Context, wave.Message) {}); !errors.Is(err, ErrDenied) || !strings.Contains(daemon.Hint(err), "no grant") {
		t.Errorf("subscribe: %v (%s)", err, daemon.Hint(err))
	}
	if st := c.Stats(); st.Subscriptions != 0 {
		t.Errorf("a refused subscription stays: %+v", st)
	}
	if _, err := c.Serve(ctx, "ok.serve", func(_ context.Context, m wave.Message) ([]byte, error) {
		return []byte(m.Reply), nil
	}); err != nil {
		t.Fatal(err)
	}
	// The answer would go to _IN.gate.>, which this user may not publish.
	if _, err := c.Request(ctx, "ok.serve", nil); err == nil {
		t.Error("answered although the server of the request may not")
	}
	if _, err := c.Request(ctx, "secret.ask", nil); !errors.Is(err, ErrDenied) {
		t.Errorf("request: %v", err)
	}
	if err := c.Publish(ctx, wave.Message{Subject: "secret.x"}); err != nil {
		t.Errorf("a refused publish is only reported: %v", err)
	}
	if err := c.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	log.wait(t, "the server refused")
	if st := c.Stats(); st.Denied < 2 {
		t.Errorf("denied is %d", st.Denied)
	}
}

// What the three connections of a split Conn are called, and that the intake
// goes over TCP while the rest is in process.
func TestSplit(t *testing.T) {
	s := startServer(t, embedded.Options{})
	c := connect(t, Options{InProcess: s, Server: s.ClientURL(), Split: true, Name: "gate"})
	names := map[string]string{}
	for _, l := range c.lines() {
		names[l.nc.Opts.Name] = fmt.Sprint(l.nc.LocalAddr() != "pipe")
	}
	for name, tcp := range map[string]string{"gate intake": "true", "gate store": "false", "gate control": "false"} {
		if names[name] != tcp {
			t.Errorf("%s over TCP: got %q, want %s (%v)", name, names[name], tcp, names)
		}
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"nats://h:4222":               "nats://h:4222",
		"nats://u:p@h:4222":           "nats://***@h:4222",
		"u:p@h, tls://token@other:42": "***@h,tls://***@other:42",
	} {
		if got := redact(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestAtLeast(t *testing.T) {
	for v, want := range map[string]bool{"2.12.0": true, "2.12.1-beta": true, "2.9.25": false, "3.0.0": true, "v2.15": true, "x": false, "2": false, "1.99.0": false} {
		if atLeast(v, 2, 12) != want {
			t.Errorf("%s: want %t", v, want)
		}
	}
}
