package bustest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/bustest"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// several is the one-machine lab in so many environments.
func several(t testing.TB, environments ...string) *topology.Topology {
	t.Helper()
	o := load.Options{Host: topology.Host{Name: "here", System: "x86_64-linux", Addresses: map[string]string{"loopback": "127.0.0.1"}}}
	text := strings.Replace(string(load.InitHCL(o)), `lab "home" {`, fmt.Sprintf("lab \"home\" {\n  environments = [%q]\n", strings.Join(environments, `", "`)), 1)
	text = strings.ReplaceAll(text, `\"`, `"`)
	text += `
service "phoebe" {}
stream "notes" { subjects = ["*.notes.>"] }
`
	top, diags := load.Source("several", map[string][]byte{"lab.hcl": []byte(text)}, o)
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}

// stored is what one account of an environment keeps.
type stored struct {
	streams  []topology.Stream
	buckets  []topology.Bucket
	durables []accounts.Durable
}

func storedIn(t testing.TB, top *topology.Topology, env, kind string) stored {
	t.Helper()
	streams, buckets, err := topology.StreamPlan(top, env)
	if err != nil {
		t.Fatal(err)
	}
	durables, err := accounts.Durables(top, env)
	if err != nil {
		t.Fatal(err)
	}
	streams = slices.DeleteFunc(streams, func(s topology.Stream) bool { return s.Account != kind })
	for i := range streams {
		streams[i].MaxBytes = min(streams[i].MaxBytes, 64<<20)
	}
	return stored{
		streams,
		slices.DeleteFunc(buckets, func(b topology.Bucket) bool { return b.Account != kind }),
		slices.DeleteFunc(durables, func(d accounts.Durable) bool { return d.Account != kind }),
	}
}

// apply makes what every account keeps, as its admin, and returns how many
// changes there were.
func apply(t testing.TB, srv *bustest.Server, top *topology.Topology) int {
	t.Helper()
	made := 0
	for _, env := range top.Lab.Environments {
		for _, kind := range []string{topology.AccountVirtual, topology.AccountReal, topology.AccountInfra} {
			want := storedIn(t, top, env, kind)
			p, err := srv.Connect(t, accounts.AdminUser(env, kind)).Apply(t.Context(), want.streams, want.buckets, want.durables...)
			if err != nil {
				t.Fatalf("%s %s: %v", env, kind, err)
			}
			made += p.Count(bus.ActionCreate)
			if p.Count(bus.ActionCreate)+p.Count(bus.ActionSame) != len(p.Changes) {
				t.Errorf("%s %s: %+v", env, kind, p.Changes)
			}
		}
	}
	return made
}

// Everything that the wire stores can be stored at once: the streams, buckets
// and readers of one to three environments are made on one server, each in its
// account, and there is nothing left to do.
func TestEveryAccountKeepsItsStreams(t *testing.T) {
	t.Parallel()
	all := []string{"dev", "staging", "prod"}
	for n := 1; n <= len(all); n++ {
		top := several(t, all[:n]...)
		srv := bustest.Hub(t, top, "dev")
		first := apply(t, srv, top)
		if again := apply(t, srv, top); again != 0 {
			t.Errorf("%d environments: the second time %d were made", n, again)
		}
		if want := n * (12 + 4 + 14); first != want { // streams with notes, buckets, readers
			t.Errorf("%d environments: %d streams, buckets and readers were made, want %d", n, first, want)
		}
		// Each subject goes into exactly one stream, in its own account.
		for _, env := range all[:n] {
			for _, tc := range []struct{ user, subject string }{
				{accounts.GateUser(env, "virtual"), ".nervous.gates.g.transition"},
				{accounts.GateUser(env, "real"), ".real.gates.g.transition"},
				{accounts.GateUser(env, "virtual"), ".real.gates.g.verified"},
				{accounts.OperatorUser(env), ".real.outcomes.g.feedback"},
				{accounts.OperatorUser(env), ".work.queue"},
			} {
				if err := srv.Connect(t, tc.user).Store(t.Context(), wave.Message{Subject: env + tc.subject, Data: []byte("{}")}); err != nil {
					t.Errorf("%s stores %s%s: %v", tc.user, env, tc.subject, err)
				}
			}
		}
	}
}

// Who may make no reader follows with the one that was made for it; before
// that, it is told what to do.
func TestFollowWithAReaderMadeBeforehand(t *testing.T) {
	t.Parallel()
	top := several(t, "dev")
	srv := bustest.Hub(t, top, "dev")
	core := srv.Connect(t, accounts.GateUser("dev", "real"))
	filter := "dev.real.outcomes.*.feedback"
	real := storedIn(t, top, "dev", topology.AccountReal)
	admin := srv.Connect(t, accounts.AdminUser("dev", "real"))
	if _, err := admin.Apply(t.Context(), real.streams, nil); err != nil {
		t.Fatal(err)
	}
	err := core.Follow(t.Context(), "DEV_REAL", accounts.DurableGate, filter, bus.FollowFrom{}, nil)
	if !errors.Is(err, bus.ErrDenied) || !strings.Contains(daemon.Hint(err), "nimmer bus apply") {
		t.Fatalf("without a reader: %v (%s)", err, daemon.Hint(err))
	}
	if _, err := admin.Apply(t.Context(), real.streams, nil, real.durables...); err != nil {
		t.Fatal(err)
	}
	nerve := srv.Connect(t, accounts.NerveUser("dev", "math"))
	for i := range 3 {
		m := wave.Message{Subject: "dev.real.outcomes.math.feedback", ID: fmt.Sprint(i), Data: []byte("{}")}
		if err := nerve.Store(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	read := func(n int) (ids []string) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		err := core.Follow(ctx, "DEV_REAL", accounts.DurableGate, filter, bus.FollowFrom{}, func(_ context.Context, m wave.Message) error {
			if ids = append(ids, m.ID); len(ids) == n {
				cancel()
			}
			return nil
		})
		if len(ids) < n {
			t.Fatalf("read %v: %v", ids, err)
		}
		return ids
	}
	if got := read(1); got[0] != "0" {
		t.Errorf("first %v", got)
	}
	// Applying again does not touch the position.
	if p, err := admin.Apply(t.Context(), real.streams, nil, real.durables...); err != nil || !p.Empty() {
		t.Errorf("again: %v, %v", p, err)
	}
	if got := read(2); got[0] != "1" || got[1] != "2" {
		t.Errorf("then %v, want 1 and 2", got)
	}
	// A reader that is not what was declared is somebody's: it stays.
	other := slices.Clone(real.durables)
	for i := range other {
		other[i].Filter = "dev.real.gates.*.transition"
	}
	p, err := admin.Apply(t.Context(), real.streams, nil, other...)
	if err == nil || p.Count(bus.ActionBlocked) != len(other) || !strings.Contains(p.Changes[0].Remedy, "nats consumer rm DEV_REAL gate-core") {
		t.Errorf("another filter: %+v, %v", p, err)
	}
	if p, err := admin.Plan(t.Context(), real.streams, nil, real.durables...); err != nil || !p.Empty() {
		t.Errorf("after that: %+v, %v", p, err)
	}
	// Nobody but the admin makes streams, and is told so.
	if _, err := srv.Connect(t, accounts.OperatorUser("dev")).Apply(t.Context(), storedIn(t, top, "dev", "virtual").streams, nil); !errors.Is(err, bus.ErrDenied) || !strings.Contains(daemon.Hint(err), "admin") {
		t.Errorf("the operator makes streams: %v (%s)", err, daemon.Hint(err))
	}
	if user, account, err := admin.Login(t.Context()); user != "dev_admin_real" || account != "DEV_REAL" || err != nil {
		t.Errorf("the admin is %s of %s: %v", user, account, err)
	}
}
