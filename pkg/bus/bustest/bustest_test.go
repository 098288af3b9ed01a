package bustest_test

import (
	"context"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/bustest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func small(t testing.TB) *topology.Topology {
	t.Helper()
	o := load.Options{Host: topology.Host{Name: "here", System: "x86_64-linux", Addresses: map[string]string{"loopback": "127.0.0.1"}}}
	top, diags := load.Source("the built-in lab", map[string][]byte{"lab.hcl": load.InitHCL(o)}, o)
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}

func TestUsersLogInAndAreFenced(t *testing.T) {
	t.Parallel()
	srv := bustest.Hub(t, small(t), "dev")
	heard := make(chan wave.Message, 1)
	if _, err := srv.Connect(t, accounts.GateUser("dev", "virtual")).Subscribe(t.Context(), "dev.nervous.cells.*.wave",
		func(_ context.Context, m wave.Message) { heard <- m }); err != nil {
		t.Fatal(err)
	}
	math := srv.Connect(t, accounts.CellUser("dev", "math"))
	for _, subject := range []string{"dev.nervous.cells.text.wave", "dev.real.outcomes.math.feedback", "dev.nervous.cells.math.wave"} {
		if err := math.Publish(t.Context(), wave.Message{Subject: subject, Data: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := math.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case m := <-heard:
		if m.Subject != "dev.nervous.cells.math.wave" {
			t.Errorf("the first that came through is %s", m.Subject)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("gate core hears no wave")
	}
	for end := time.Now().Add(10 * time.Second); math.Stats().Denied < 2; <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d messages were refused, want 2", math.Stats().Denied)
		}
	}
}

func TestWithoutALoginThereIsNobody(t *testing.T) {
	t.Parallel()
	srv := bustest.Hub(t, small(t), "dev")
	if conn, err := bus.Connect(t.Context(), bus.Options{Server: srv.ClientURL()}); err == nil {
		conn.Close()
		t.Error("a client without a login came in")
	}
}
