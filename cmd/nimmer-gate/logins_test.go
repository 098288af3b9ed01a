package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/cmd/internal/scripttest"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// TestAccountsOfAHub runs the daemon on a real hub, as three users, and lets it
// decide in both gardens; the server refuses it nothing.
func TestAccountsOfAHub(t *testing.T) {
	scripttest.Nowhere(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lab.hcl"), load.InitHCL(lab.Machine()), 0o600); err != nil {
		t.Fatal(err)
	}
	top := lab.Load(dir).Topology
	l := keystest.New(t, top)
	srv := l.Start(t, l.Model.HubOf("dev"))
	login := func(user string) *bus.Conn {
		conn, err := bus.Connect(t.Context(), bus.Options{Server: srv.ClientURL(), Creds: srv.Creds(user)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		return conn
	}
	want, err := lab.Streams(top, "dev")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range lab.Kinds {
		in := want.In(kind)
		if _, err := login(accounts.AdminUser("dev", kind)).Apply(t.Context(), in.Streams, in.Buckets, in.Durables...); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Dir(srv.Creds(accounts.GateUser("dev", "real")))
	for name, flags := range map[string][]string{
		"a folder":      {"--creds", folder},
		"one by one":    {"--creds", srv.Creds("dev_gate_virtual"), "--creds-real", srv.Creds("dev_gate_real"), "--creds-boundary", srv.Creds("dev_boundary")},
		"of systemd":    nil,
		"one too few":   {"--creds", srv.Creds("dev_gate_virtual"), "--creds-real", srv.Creds("dev_gate_real")},
		"made by whom?": {"--creds", folder, "--apply"},
	} {
		t.Run(name, func(t *testing.T) {
			if flags == nil {
				t.Setenv("CREDENTIALS_DIRECTORY", folder)
			}
			args := append([]string{"--topology", dir, "--server", srv.ClientURL(), "--http", "none"}, flags...)
			if len(flags) == 4 || strings.Contains(name, "whom") {
				if code := cli.Execute(t.Context(), command(), args, strings.NewReader(""), &scripttest.Output{}, &scripttest.Output{}); code != cli.ExitUsage {
					t.Errorf("exits %d", code)
				}
				return
			}
			decides(t, login(accounts.OperatorUser("dev")), args)
		})
	}
}

// decides runs the daemon until it opened a gate in both gardens and asked a mind.
func decides(t *testing.T, operator *bus.Conn, args []string) {
	t.Helper()
	heard := make(chan string, 1024)
	if _, err := operator.Subscribe(t.Context(), "dev.>", func(_ context.Context, m wave.Message) { heard <- m.Subject }); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log, ended := &scripttest.Output{}, make(chan int, 1)
	go func() { ended <- cli.Execute(ctx, command(), args, strings.NewReader(""), log, log) }()
	missing := map[string]bool{"dev.nervous.gates.math.transition": true, "dev.real.gates.math.transition": true, "dev.cognitive.mind.request.boundary": true}
	// Rarely enough that a gate which is OPEN from before rests in between.
	say := time.NewTicker(3500 * time.Millisecond)
	defer say.Stop()
	patience := time.After(40 * time.Second)
	for len(missing) > 0 {
		select {
		case subject := <-heard:
			delete(missing, subject)
		case <-say.C:
			for _, cell := range []string{"text", "math"} {
				body := `{"source":"` + cell + `","confidence":0.9,"region":"arithmetic","content":{"text":"1 + 1","expression":"1+1","result":2}}`
				_ = operator.Publish(ctx, wave.Message{Subject: "dev.nervous.cells." + cell + ".wave", Data: []byte(body)})
			}
		case code := <-ended:
			t.Fatalf("it ended with %d:\n%s", code, log)
		case <-patience:
			t.Fatalf("never heard %v:\n%s", missing, log)
		}
	}
	stop()
	if code := <-ended; code != cli.ExitDone {
		t.Errorf("it ended with %d", code)
	}
	if text := log.String(); strings.Contains(text, "iolation") || strings.Contains(text, "not permitted") {
		t.Errorf("the server refused it something:\n%s", text)
	}
}
