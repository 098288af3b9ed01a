package accounts_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// lab is the lab of the repository, with everything in it.
func lab(t testing.TB) *topology.Topology {
	t.Helper()
	top, diags := load.Dir("../../../topology", load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}

func compile(t testing.TB, top *topology.Topology) *accounts.Model {
	t.Helper()
	m, err := accounts.Compile(top)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestModelOfTheLab(t *testing.T) {
	t.Parallel()
	m := compile(t, lab(t))
	var got []string
	for _, s := range m.Sites {
		got = append(got, string(s.Kind)+" "+s.Name)
	}
	want := []string{"hub dev", "hub prod", "hub staging", "leaf dioscuri", "leaf theia"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sites (-want +got):\n%s", diff)
	}
	for _, s := range m.Sites {
		for _, a := range s.Accounts {
			if s.Kind == accounts.Leaf && len(a.Exports)+len(a.Imports) > 0 {
				t.Errorf("leaf %s: account %s crosses: with that every message arrives several times", s.Name, a.Name)
			}
		}
	}
}

func TestEqualTopologiesGiveEqualModels(t *testing.T) {
	t.Parallel()
	a, errA := json.Marshal(compile(t, lab(t)))
	b, errB := json.Marshal(compile(t, lab(t)))
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("models differ: %v, %v", errA, errB)
	}
}

// TestFences holds the promises that the names of accounts and roles make.
func TestFences(t *testing.T) {
	t.Parallel()
	m := compile(t, lab(t))
	dev := m.HubOf("dev")
	dioscuri := m.Site(accounts.Leaf, "dioscuri")
	virtual := dev.Account("DEV_VIRTUAL")
	for _, tc := range []struct {
		user    *accounts.User
		publish string
		want    bool
	}{
		{virtual.User(accounts.CellUser("dev", "math")), "dev.nervous.cells.math.wave", true},
		{virtual.User(accounts.CellUser("dev", "math")), "dev.nervous.cells.text.wave", false},
		{virtual.User(accounts.CellUser("dev", "math")), "dev.real.outcomes.math.feedback", false},
		{virtual.User(accounts.GateUser("dev", "virtual")), "dev.real.gates.math.verified", true},
		{virtual.User(accounts.GateUser("dev", "virtual")), "dev.real.gates.math.transition", false},
		{dev.Account("DEV_REAL").User(accounts.GateUser("dev", "real")), "dev.real.gates.math.transition", true},
		{dev.Account("DEV_REAL").User(accounts.GateUser("dev", "real")), "dev.real.gates.math.verified", false},
		{virtual.User(accounts.OperatorUser("dev")), "dev.nervous.cells.math.wave", true},
		{virtual.User(accounts.OperatorUser("dev")), "dev.nervous.cells.real.wave", false},
		{virtual.User(accounts.OperatorUser("dev")), "dev.real.outcomes.math.feedback", true},
		{virtual.User(accounts.OperatorUser("dev")), "$JS.API.STREAM.DELETE.DEV_GATES", false},
		{virtual.User(accounts.IdentityUser("dev", "dafit", "virtual")), "dev.infra.deploy.scale", true},
		{dioscuri.For("dev", "virtual", "identity.nyx-organs"), "dev.organs.vision.state", true},
		{dioscuri.For("dev", "virtual", "identity.nyx-organs"), "dev.nervous.cells.math.wave", false},
		{dioscuri.For("dev", "virtual", "identity.nyx-organs"), "dev.organs.speak.speak.nyx-organs", true},
		{dioscuri.For("dev", "virtual", "identity.nyx-organs"), "dev.organs.speak.speak.dafit", false},
	} {
		if tc.user == nil {
			t.Errorf("nobody there who might publish %s", tc.publish)
			continue
		}
		if got := tc.user.Publish.Allows(tc.publish); got != tc.want {
			t.Errorf("%s may publish %s: %v, want %v", tc.user.Name, tc.publish, got, tc.want)
		}
	}
	if u := dioscuri.For("dev", "virtual", "identity.nyx-organs"); !slices.Contains(u.Subscribe.Declared, "dev.nervous.gates.*.lean") {
		t.Errorf("the declared grant is missing: %+v", u.Subscribe)
	}
}
