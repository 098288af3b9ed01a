package bus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// A server that is stopped while a batch is being stored may forget a flusher
// of its own: TestStoreBatchAcrossRestart does that on purpose.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/nats-io/nats-server/v2/server.(*msgBlock).flushLoop"))
}

// startServer runs a server for the length of a test.
func startServer(t testing.TB, o embedded.Options) *embedded.Server {
	t.Helper()
	switch o.StoreDir {
	case "":
		o.StoreDir = t.TempDir()
	case "none":
		o.StoreDir = ""
	}
	if o.Listen == "" && o.ConfigFile == "" {
		o.Listen = "127.0.0.1:0"
	}
	s, err := embedded.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// configFile writes a server configuration.
func configFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// connect opens a Conn for the length of a test.
func connect(t testing.TB, o Options) *Conn {
	t.Helper()
	c, err := Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// lab is a server with a connection to it.
func lab(t testing.TB) (*embedded.Server, *Conn) {
	t.Helper()
	s := startServer(t, embedded.Options{})
	return s, connect(t, Options{Server: s.ClientURL()})
}

// recv waits for one value, for at most ten seconds.
func recv[T any](t testing.TB, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came in ten seconds")
		panic("unreachable")
	}
}

// mustApply makes streams and buckets.
func mustApply(t testing.TB, c *Conn, streams []topology.Stream, buckets []topology.Bucket) Plan {
	t.Helper()
	p, err := c.Apply(t.Context(), streams, buckets)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// store writes n messages "0".."n-1" on a subject.
func store(t testing.TB, c *Conn, subject string, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		if err := c.Store(t.Context(), wave.Message{Subject: subject, Data: fmt.Appendf(nil, "%d", i)}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPublishSubscribe(t *testing.T) {
	_, c := lab(t)
	got := make(chan wave.Message, 10)
	sub, err := c.Subscribe(t.Context(), "dev.a.*", func(_ context.Context, m wave.Message) { got <- m })
	if err != nil {
		t.Fatal(err)
	}
	want := wave.Message{Subject: "dev.a.b", Data: []byte("hello"), ID: "id-1", Header: map[string]string{"K": "v"}}
	if err := c.Publish(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	m := recv(t, got)
	if m.Subject != want.Subject || string(m.Data) != "hello" || m.ID != "id-1" || m.Header["K"] != "v" || m.Time.IsZero() {
		t.Errorf("got %+v", m)
	}
	if s := c.Stats(); !s.Connected || s.Subscriptions != 1 || s.OutMsgs == 0 || s.InMsgs == 0 {
		t.Errorf("stats %+v", s)
	}
	if err := sub.Stop(); err != nil {
		t.Error(err)
	}
	if err := sub.Stop(); err != nil {
		t.Errorf("second stop: %v", err)
	}
	if s := c.Stats(); s.Subscriptions != 0 {
		t.Errorf("still %d subscriptions", s.Subscriptions)
	}
}

func TestSubscriptionEndsWithContext(t *testing.T) {
	_, c := lab(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	began := make(chan struct{})
	sub, err := c.Subscribe(ctx, "x", func(ctx context.Context, _ wave.Message) {
		close(began)
		<-ctx.Done()
		close(ended)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Publish(ctx, wave.Message{Subject: "x"}); err != nil {
		t.Fatal(err)
	}
	recv(t, began)
	cancel()
	recv(t, ended)
	if err := sub.Stop(); err != nil {
		t.Error(err)
	}
}

func TestRequest(t *testing.T) {
	_, c := lab(t)
	serve := func(_ context.Context, m wave.Message) ([]byte, error) {
		switch string(m.Data) {
		case "rule":
			return nil, &wave.Rule{Field: "confidence", Reason: "want 0..1,\ngot 7"}
		case "fail":
			return nil, errors.New("no cards left")
		}
		return append([]byte("re: "), m.Data...), nil
	}
	if _, err := c.Serve(t.Context(), "ask.*", serve); err != nil {
		t.Fatal(err)
	}
	data, err := c.Request(t.Context(), "ask.me", []byte("x"))
	if err != nil || string(data) != "re: x" {
		t.Errorf("got %q, %v", data, err)
	}
	for body, code := range map[string]int{"rule": 400, "fail": 500} {
		_, err := c.Request(t.Context(), "ask.me", []byte(body))
		remote := new(RemoteError)
		if !errors.As(err, &remote) || remote.Code != code {
			t.Errorf("%s: got %v, want code %d", body, err, code)
		}
	}
	if _, err := c.Request(t.Context(), "nobody.there", nil); !errors.Is(err, ErrNobody) {
		t.Errorf("got %v, want ErrNobody", err)
	}
}

// Requests of one filter are worked on side by side.
func TestServeConcurrently(t *testing.T) {
	_, c := lab(t)
	both := make(chan struct{}, 2)
	release := make(chan struct{})
	if _, err := c.Serve(t.Context(), "slow", func(context.Context, wave.Message) ([]byte, error) {
		both <- struct{}{}
		<-release
		return []byte("ok"), nil
	}); err != nil {
		t.Fatal(err)
	}
	answers := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := c.Request(t.Context(), "slow", nil)
			answers <- err
		}()
	}
	recv(t, both)
	recv(t, both)
	close(release)
	for range 2 {
		if err := recv(t, answers); err != nil {
			t.Error(err)
		}
	}
}

func TestGather(t *testing.T) {
	_, c := lab(t)
	for i := range 3 {
		if _, err := c.ServeIn(t.Context(), "", "who", func(context.Context, wave.Message) ([]byte, error) {
			return fmt.Appendf(nil, "%d", i), nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Gather(t.Context(), "who", nil, GatherOptions{Max: 3})
	if err != nil || len(got) != 3 {
		t.Errorf("got %d answers, %v", len(got), err)
	}
	if got, err = c.Gather(t.Context(), "who", nil, GatherOptions{}); err != nil || len(got) != 3 {
		t.Errorf("without a bound: got %d answers, %v", len(got), err)
	}
	if _, err := c.Gather(t.Context(), "nobody", nil, GatherOptions{}); !errors.Is(err, ErrNobody) {
		t.Errorf("got %v, want ErrNobody", err)
	}
}

func TestOptionsRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"timeout":  {Timeout: -1},
		"pending":  {PendingMessages: -1},
		"bytes":    {PendingBytes: -1},
		"parallel": {Concurrency: -1},
		"inbox":    {InboxPrefix: "_IN.x."},
		"domain":   {Domain: "a.b"},
		"login":    {Creds: "x", User: "y"},
	} {
		if _, err := Connect(t.Context(), o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A context that ends while the subscription is being made leaves nothing
// behind, and nobody waiting.
func TestSubscribeWhileTheContextEnds(t *testing.T) {
	c := connect(t, Options{InProcess: startServer(t, embedded.Options{})})
	for i := range 300 {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for range i * 20 {
				runtime.Gosched()
			}
			cancel()
		}()
		s, err := c.Subscribe(ctx, "nobody.says", func(context.Context, wave.Message) {})
		if err == nil {
			err = s.Stop()
		}
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}
