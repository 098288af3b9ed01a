package lab

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// journal keeps what was logged.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

// refusals are the lines in which the server refused somebody something.
func (j *journal) refusals() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for line := range strings.Lines(j.b.String()) {
		if strings.Contains(line, "iolation") || strings.Contains(line, "not permitted") || strings.Contains(line, "the server refused") {
			out = append(out, line)
		}
	}
	return out
}

// play plays a lab until f returns, and returns what was logged.
func play(t *testing.T, d Declaration, env, state string, f func(l *Lab)) *journal {
	t.Helper()
	log := &journal{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	l, err := Open(t.Context(), Options{Declaration: d, Env: env, State: state, Listen: "127.0.0.1:0", Version: "1.0.0", Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		ended <- daemon.Run(ctx, logger, daemon.Options{Ready: func() { close(ready) }}, l.Services...)
	}()
	select {
	case <-ready:
		f(l)
		stop()
		err = <-ended
	case err = <-ended:
	}
	if err != nil {
		t.Errorf("play %s: %v", env, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	for user, conn := range l.logins.conns {
		if n := conn.Stats().Denied; n > 0 {
			t.Errorf("%s was refused %d times", user, n)
		}
	}
	for _, line := range log.refusals() {
		t.Error(line)
	}
	return log
}

// visitor is a client without a login, and what it heard.
type visitor struct {
	t     *testing.T
	conn  *bus.Conn
	heard chan wave.Message
	again func() // what is said again and again while something is awaited
}

func visit(t *testing.T, l *Lab) *visitor {
	t.Helper()
	conn, err := bus.Connect(t.Context(), bus.Options{Server: l.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	v := &visitor{t, conn, make(chan wave.Message, 4096), func() {}}
	filter, err := wave.Everything(l.Env)
	if err == nil {
		_, err = conn.Subscribe(t.Context(), filter, func(_ context.Context, m wave.Message) { v.heard <- m })
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *visitor) say(cell, body string) {
	v.t.Helper()
	err := v.conn.Publish(v.t.Context(), wave.Message{Subject: "dev.nervous.cells." + cell + ".wave", Data: []byte(body)})
	if err == nil {
		err = v.conn.Flush(v.t.Context())
	}
	if err != nil {
		v.t.Fatal(err)
	}
}

// await waits until something was heard on every subject.
func (v *visitor) await(subjects ...string) {
	v.t.Helper()
	missing := map[string]bool{}
	for _, s := range subjects {
		missing[s] = true
	}
	patience := time.After(30 * time.Second)
	repeat := time.NewTicker(500 * time.Millisecond)
	defer repeat.Stop()
	for len(missing) > 0 {
		select {
		case <-repeat.C:
			v.again()
		case m := <-v.heard:
			if subject, err := wave.ParseSubject(m.Subject); err == nil && (subject.Kind() == wave.KindJournal || subject.Kind() == wave.KindSnapshot) {
				v.t.Errorf("a visitor hears %s, which only gate core reads", m.Subject)
			}
			delete(missing, m.Subject)
		case <-patience:
			v.t.Fatalf("a visitor never heard %v", missing)
		}
	}
}

// TestNobodyIsRefusedAnything plays the lab of this machine with each service
// as its own user, through openings, hand-overs, answers and outcomes, a stop
// and a start: nobody lacks a grant.
func TestNobodyIsRefusedAnything(t *testing.T) {
	t.Parallel()
	d := Load("")
	state := t.TempDir()
	play(t, d, "dev", state, func(l *Lab) {
		v := visit(t, l)
		v.say("text", `{"source":"me","confidence":0.8,"content":{"text":"what is 15 + 27"}}`)
		v.await("dev.nervous.gates.math.transition", "dev.real.gates.math.transition", "dev.cognitive.mind.request.boundary",
			"dev.cognitive.mind.response", "dev.real.outcomes.math.feedback", "dev.nervous.nerves.math.state")
		v.say("cpu", `{"source":"a","confidence":0.95,"region":"processor"}`)
		v.say("load", `{"source":"b","confidence":0.95,"region":"processor"}`)
		v.await("dev.nervous.gates.pressure.transition", "dev.real.gates.pressure.transition", "dev.real.outcomes.pressure.feedback")
		v.judge()
		// Who serves several may not be somebody else: a login for each.
		if got, want := len(l.logins.conns), len(l.Services); got < want {
			t.Errorf("%d logins for %d services", got, want)
		}
	})
	play(t, d, "dev", state, func(l *Lab) {
		v := visit(t, l)
		v.again = func() { // it is OPEN still: only silence ends that
			r, err := l.Core.Report(t.Context(), "math", wave.GateQuery{})
			if err == nil && r.State == wave.Stable {
				v.say("text", `{"source":"me","confidence":0.8,"content":{"text":"what is 6 * 7"}}`)
			}
		}
		v.await("dev.real.outcomes.math.feedback")
	})
}

// judge says what came of an opening as a person does: through the service that
// leads into the real garden, which answers with its stream's acknowledgement.
func (v *visitor) judge() {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), 10*time.Second)
	defer cancel()
	body := `{"id":"judged","gate":"math","transition":"math-virtual-1","outcome":"failed","by":"human"}`
	if err := v.conn.Store(ctx, wave.Message{Subject: "dev.real.outcomes.math.feedback", ID: "judged", Data: []byte(body)}); err != nil {
		v.t.Errorf("a visitor's outcome was not stored: %v", err)
	}
}

// TestLabsOfTheRepository plays the declared labs, all of their hosts here.
func TestLabsOfTheRepository(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("three labs with forty users each")
	}
	for _, tc := range []struct{ folder, env string }{
		{"../../../topology", "dev"}, {"../../../topology", "prod"}, {"../../../topology/examples/cim", ""},
	} {
		d := Load(tc.folder)
		if d.Diagnostics.HasErrors() {
			t.Fatal(d.Diagnostics.Text(false))
		}
		env, err := Environment(d.Topology, tc.env)
		if err != nil {
			t.Fatal(err)
		}
		state := t.TempDir()
		for range 2 {
			play(t, d, env, state, func(*Lab) {})
		}
	}
}

// TestFencesOfALab tries to climb over the fences of a lab that is played.
func TestFencesOfALab(t *testing.T) {
	t.Parallel()
	logger := slog.New(slog.DiscardHandler)
	l, err := Open(t.Context(), Options{Declaration: Load(""), Env: "dev", State: t.TempDir(), Listen: "127.0.0.1:0", Version: "1.0.0", Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, tc := range []struct{ user, subject string }{
		{accounts.CellUser("dev", "math"), "dev.real.gates.math.transition"},
		{accounts.CellUser("dev", "math"), "dev.real.gates.math.verified"},
		{accounts.CellUser("dev", "math"), "dev.real.outcomes.math.feedback"},
		{accounts.CellUser("dev", "math"), "dev.nervous.cells.text.wave"},
		{accounts.NerveUser("dev", "math"), "dev.real.outcomes.pressure.feedback"},
		{accounts.OperatorUser("dev"), "dev.nervous.cells.real.wave"},
		{accounts.OperatorUser("dev"), "dev.nervous.gates.math.transition"},
		{accounts.OperatorUser("dev"), "$JS.API.STREAM.DELETE.DEV_GATES"},
		{accounts.GateUser("dev", "virtual"), "dev.real.gates.math.transition"},
		{accounts.GateUser("dev", "real"), "dev.real.gates.math.verified"},
	} {
		conn, err := l.logins.connect(t.Context(), tc.user)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := conn.Store(ctx, wave.Message{Subject: tc.subject, Data: []byte("{}")}); err == nil || !strings.Contains(err.Error(), "not permitted") {
			t.Errorf("%s publishes %s: %v", tc.user, tc.subject, err)
		}
		cancel()
		conn.Close()
	}
}

// TestWhatWasStoredBeforeIsKept: a lab whose bus had one account for everything
// goes on with what it stored.
func TestWhatWasStoredBeforeIsKept(t *testing.T) {
	t.Parallel()
	d, state := Load(""), t.TempDir()
	want, err := Streams(d.Topology, "dev")
	if err == nil {
		want.Streams, want.Buckets, err = fit(want.Streams, want.Buckets, 1<<30)
	}
	if err != nil {
		t.Fatal(err)
	}
	srv, err := embedded.Start(embedded.Options{
		Listen: "none", StoreDir: filepath.Join(state, "jetstream"), ServerName: "nimmer-" + HostName(),
	})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := bus.Connect(t.Context(), bus.Options{InProcess: srv})
	if err == nil {
		_, err = conn.Apply(t.Context(), want.Streams, want.Buckets)
	}
	subjects := map[string]string{"DEV_GATES": "dev.nervous.gates.old.transition", "DEV_REAL": "dev.real.outcomes.old.feedback", "DEV_INFRA": "dev.infra.audit.old"}
	for _, subject := range subjects {
		if err == nil {
			err = conn.Store(t.Context(), wave.Message{Subject: subject, Data: []byte("{}")})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if err := srv.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	play(t, d, "dev", state, func(l *Lab) {
		for _, kind := range Kinds {
			conn, err := l.logins.connect(t.Context(), accounts.AdminUser("dev", kind))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range want.In(kind).Streams {
				if subject := subjects[s.Name]; subject != "" {
					if _, err := conn.LastMsg(t.Context(), s.Name, subject); err != nil {
						t.Errorf("%s lost %s: %v", s.Name, subject, err)
					}
					delete(subjects, s.Name)
				}
			}
			conn.Close()
		}
	})
	if len(subjects) > 0 {
		t.Errorf("not looked at: %v", subjects)
	}
}

// BenchmarkOpen measures what accounts cost at the start: the bus, its streams
// and a login for everybody, without starting the services.
func BenchmarkOpen(b *testing.B) {
	d := Load("")
	for b.Loop() {
		l, err := Open(b.Context(), Options{Declaration: d, Env: "dev", State: b.TempDir(), Listen: "127.0.0.1:0", Version: "1.0.0", Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
