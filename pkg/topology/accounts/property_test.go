package accounts_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// TestRandomLabs holds, for many labs, what the package promises of every model.
func TestRandomLabs(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		top := loadtest.Random(t, seed)
		m := compile(t, top)
		for i := range m.Sites {
			s := &m.Sites[i]
			names := map[string]bool{}
			for j := range s.Accounts {
				a := &s.Accounts[j]
				for k := range a.Users {
					u := &a.Users[k]
					if names[u.Name] {
						t.Errorf("lab %d: %s has two users %s", seed, s.Name, u.Name)
					}
					names[u.Name] = true
					if len(u.Of) == 0 {
						t.Errorf("lab %d: user %s stands for nothing", seed, u.Name)
					}
					promises(t, seed, a, u)
				}
			}
			links(t, seed, m, s)
		}
		if t.Failed() {
			t.Fatal(loadtest.HCL(seed))
		}
	}
}

// promises are those of the package comment, for one user.
func promises(t *testing.T, seed uint64, a *accounts.Account, u *accounts.User) {
	t.Helper()
	env := a.Environment
	publishes := func(rest string) bool { return u.Publish.Allows(env + rest) }
	link := u.Role == accounts.RoleLeaf
	gate := !link && a.Kind == topology.AccountVirtual && publishes(".snapshot.0.0")
	switch {
	case publishes(".real.gates.g.verified") != gate && !link:
		t.Errorf("lab %d: %s of %s hands over: only gate core does, in virtual", seed, u.Name, a.Name)
	case a.Kind == topology.AccountVirtual && (publishes(".real.gates.g.transition") || publishes(".infra.hosts.h.heartbeat")):
		t.Errorf("lab %d: %s of %s forges what another account says", seed, u.Name, a.Name)
	case a.Kind == topology.AccountInfra && !link && publishes(".infra.deploy.deploy"):
		t.Errorf("lab %d: %s of %s gives commands from infra", seed, u.Name, a.Name)
	case u.Role == accounts.RoleCell && publishes(".real.outcomes.g.feedback"):
		t.Errorf("lab %d: cell user %s publishes into real", seed, u.Name)
	case u.Role == accounts.RoleCell && publishes(".nervous.cells.somebody-else.wave"):
		t.Errorf("lab %d: cell user %s speaks for another", seed, u.Name)
	case u.Subscribe.Allows("_INBOX.x") && u.Role != accounts.RoleOperator && !link && u.Role != accounts.RoleSystemOps:
		t.Errorf("lab %d: %s hears the inboxes of all", seed, u.Name)
	case u.Subscribe.Allows("_IN.somebody.x") && !link:
		t.Errorf("lab %d: %s hears others' inboxes", seed, u.Name)
	case asks(u) && !link && !u.Subscribe.Allows(accounts.Inbox(u.Name)+".x"):
		t.Errorf("lab %d: %s asks, and hears no answer", seed, u.Name)
	}
	// What a last "*" lets through is granted anyway, or is no subject of ours.
	for _, f := range wave.Forms() {
		args := make([]string, strings.Count(f.Pattern, "{")-1)
		for i := range args {
			args[i] = "*"
		}
		filter, err := wave.Filter(f.Kind, cmp.Or(env, "dev"), args...)
		if err != nil {
			t.Fatal(err)
		}
		meets := func(s string) bool { return topology.Overlap(s, filter) }
		derived := accounts.Grants{Derived: u.Subscribe.Derived}
		if slices.ContainsFunc(derived.Reaches(), meets) && !slices.ContainsFunc(derived.Allow(), meets) {
			t.Errorf("lab %d: %s hears %s through a grant that ends in a wildcard", seed, u.Name, filter)
		}
	}
	for _, g := range []accounts.Grants{u.Publish, u.Subscribe} {
		for _, s := range g.Allow() {
			if first, _, _ := strings.Cut(s, "."); first != env && first[0] != '$' && first[0] != '_' && first != "cim" {
				t.Errorf("lab %d: %s is granted %q outside %q", seed, u.Name, s, env)
			}
		}
	}
}

// asks reports whether a user publishes something that is answered.
func asks(u *accounts.User) bool {
	return slices.ContainsFunc(u.Publish.Allow(), func(s string) bool {
		return strings.HasPrefix(s, "$JS.") && !strings.HasPrefix(s, "$JS.ACK.") || strings.HasPrefix(s, "$SYS.REQ.") || strings.HasPrefix(s, "$SRV.") || strings.Contains(s, ".infra.deploy.")
	})
}

// links has every remote of a leaf meet its user at the hub.
func links(t *testing.T, seed uint64, m *accounts.Model, s *accounts.Site) {
	t.Helper()
	for _, l := range s.Links {
		hub := m.Site(accounts.Hub, l.Hub)
		if hub == nil || hub.Account(l.Account) == nil || hub.Account(l.Account).User(l.User) == nil {
			t.Errorf("lab %d: link %+v of %s leads nowhere", seed, l, s.Name)
		}
		if s.Account(l.Account) == nil {
			t.Errorf("lab %d: leaf %s has no account %s", seed, s.Name, l.Account)
		}
	}
	if s.Kind == accounts.Leaf && len(s.Links) != 3*len(s.Environments) {
		t.Errorf("lab %d: leaf %s has %d links for %d environments", seed, s.Name, len(s.Links), len(s.Environments))
	}
}

// FuzzCovers holds Covers against the meaning of filters on single subjects.
func FuzzCovers(f *testing.F) {
	for _, s := range [][3]string{{"a.>", "a.*.c", "a.b.c"}, {"a.*", "a.b", "a.c"}, {">", "*.x", "q.x"}, {"a.*.c", "a.b.>", "a.b.c"}} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, a, b, subject string) {
		if strings.ContainsAny(subject, "*>") {
			return
		}
		if accounts.Covers(a, b) && accounts.Covers(b, subject) && !accounts.Covers(a, subject) {
			t.Errorf("%q covers %q, but not %q, which that covers", a, b, subject)
		}
		if accounts.Covers(a, subject) && !topology.Overlap(a, subject) {
			t.Errorf("%q covers %q without overlapping it", a, subject)
		}
	})
}

// TestStorageFits: what a site's accounts may store together is no more than
// what each of its servers has room for, times the replicas that an account's
// bound counts.
func TestStorageFits(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		top := loadtest.Random(t, seed)
		m := compile(t, top)
		for i := range m.Sites {
			s := &m.Sites[i]
			var store, memory topology.Bytes
			for j := range s.Accounts {
				if js := s.Accounts[j].JetStream; js != nil {
					store, memory = store+js.Store, memory+js.Memory
				}
			}
			for j := range top.NATS {
				if n := &top.NATS[j]; s.Kind == accounts.Hub && slices.Contains(s.Members, n.Name) {
					fits(t, seed, s, n.JetStream, topology.Bytes(n.Replicas), store, memory)
				}
			}
			for j := range top.Leaves {
				if l := &top.Leaves[j]; s.Kind == accounts.Leaf && l.Name == s.Name {
					fits(t, seed, s, l.JetStream, 1, store, memory)
				}
			}
		}
	}
}

func fits(t *testing.T, seed uint64, s *accounts.Site, has topology.JetStream, replicas, store, memory topology.Bytes) {
	t.Helper()
	for _, x := range []struct {
		what         string
		given, wants topology.Bytes
	}{{"disk", has.Store, store}, {"memory", has.Memory, memory}} {
		// No bound given: none for its accounts, whose sum the server then never checks.
		if x.wants > x.given*replicas || x.given > 0 && x.wants < x.given/2 {
			t.Errorf("lab %d: the accounts of %s %s may have %d bytes of %s, its servers %d with %d replicas", seed, s.Kind, s.Name, x.wants, x.what, x.given, replicas)
		}
	}
}
