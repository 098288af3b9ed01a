package identity_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/identity"
	"github.com/nimmerverse/nimmer/pkg/identity/identitytest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

// world draws declarations and server states from few names, so that they meet.
type world struct{ *rand.Rand }

func (w world) chance(n int) bool { return w.IntN(n) == 0 }

func (w world) some(names []string) []string {
	var some []string
	for _, n := range names {
		if w.chance(3) {
			some = append(some, n)
		}
	}
	return some
}

var (
	hostNames  = []string{"a", "b", "a-b"}
	groupNames = []string{"nyx", "womb", "partnership"}
	ruleNames  = []string{"shell", "gpu", "a-b"}
	userNames  = []string{"id-0", "id-1", "id-2", "id-3", "id-4", "id-5"}
)

func (w world) declaration() *topology.Topology {
	top := &topology.Topology{Lab: topology.Lab{Name: "sample", Domain: "example.test", IPA: &topology.IPA{Server: identitytest.Name, Realm: identitytest.Realm}}}
	for _, name := range w.some(userNames) {
		id := topology.Identity{Name: name, Hosts: w.some(hostNames), IPA: topology.IPARules{Groups: w.some(groupNames), Sudo: w.some(ruleNames), HBAC: w.some(ruleNames)}}
		if w.chance(3) {
			id.UID = 70000 + int(name[3])
		}
		top.Identities = append(top.Identities, id)
	}
	for _, h := range w.some(hostNames) {
		top.NATS = append(top.NATS, topology.NATS{Name: "hub-" + h, Hosts: []string{h}, TLS: &topology.TLS{}})
	}
	return top
}

// others makes what other people have on the server, names of ours among it.
func (w world) others(s *identitytest.Server) {
	for i := range 1 + w.IntN(3) {
		s.Put("user", fmt.Sprintf("guest-%d", i), identitytest.Entry{"sn": {"Guest"}, "userclass": w.some([]string{"staff", "nimmer:sampl", "nimmer:sample2"})})
	}
	for _, g := range w.some([]string{"guests", "nyx", "id-3"}) {
		s.Put("group", g, identitytest.Entry{"description": {"of others [nimmer:sample2]"}, "member_user": {"guest-0"}})
	}
	for _, r := range w.some([]string{"gpu@a", "shell@b", "theirs"}) {
		s.Put("hbacrule", r, identitytest.Entry{"memberuser_user": {"guest-0"}})
		s.Put("sudorule", r, identitytest.Entry{"externaluser": {"root"}})
	}
	if w.chance(4) {
		s.Put("user", "id-1", identitytest.Entry{"uidnumber": {"4711"}, "sn": {"Other"}})
	}
	for _, h := range w.some(hostNames) {
		enrol(s, h)
		if w.chance(3) {
			s.Put("service", "nats/"+h+".example.test", identitytest.Entry{"managedby_host": {h + ".example.test"}})
		}
	}
}

// drift changes what we made, as people do.
func (w world) drift(s *identitytest.Server) {
	edit := func(typ, name string, f func(identitytest.Entry)) {
		if e := s.Get(typ, name); e != nil && w.chance(3) {
			f(e)
			s.Put(typ, name, e)
		}
	}
	for _, u := range userNames {
		edit("user", u, func(e identitytest.Entry) { e["homedirectory"] = []string{"/srv/" + u} })
		edit("user", u, func(e identitytest.Entry) { e["nsaccountlock"] = []string{"TRUE"} })
	}
	for _, g := range groupNames {
		edit("group", g, func(e identitytest.Entry) { e["member_user"] = append(w.some(userNames), "guest-0") })
		edit("group", g, func(e identitytest.Entry) { delete(e, "gidnumber") })
	}
	for name := range s.Dump()["hbacrule"] {
		edit("hbacrule", name, func(e identitytest.Entry) { delete(e, "memberhost_host") })
		edit("hbacrule", name, func(e identitytest.Entry) { e["memberuser_user"] = append(w.some(userNames), "guest-0") })
		if w.chance(4) {
			s.Delete("hbacrule", name)
		}
	}
	for _, name := range w.some(ruleNames) {
		s.Delete("sudocmdgroup", name)
	}
}

// faults makes up to n commands go wrong.
func (w world) faults(s *identitytest.Server, n int) {
	kinds := []identitytest.Fault{identitytest.Deny, identitytest.Internal, identitytest.CutBefore, identitytest.CutAfter}
	s.Inject(func(identitytest.Command) identitytest.Fault {
		if n == 0 || !w.chance(6) {
			return identitytest.None
		}
		n--
		return kinds[w.IntN(len(kinds))]
	})
}

// foreign is everything on the server that is not the lab's.
func foreign(d identitytest.Dump) identitytest.Dump {
	out := identitytest.Dump{}
	ours := map[string]bool{}
	for _, name := range d["group"]["nimmer-services-sample"]["member_service"] {
		bare, _, _ := strings.Cut(name, "@")
		ours["service "+bare] = true
	}
	for typ, entries := range d {
		out[typ] = map[string]identitytest.Entry{}
		for name, e := range entries {
			marked := slices.Contains(e["userclass"], "nimmer:sample") || strings.Contains(strings.Join(e["description"], ""), "[nimmer:sample]")
			private := typ == "group" && e["private"] != nil
			if !marked && !private && !ours[typ+" "+name] {
				out[typ][name] = e
			}
		}
	}
	return out
}

// settle does what a person would about conflicts: adopt what can be adopted,
// and clear away the rest. It returns what was adopted.
func settle(t *testing.T, s *identitytest.Server, c *identity.Client, d *ipa.Desired, choice identity.Choice) {
	t.Helper()
	for range 5 {
		p, err := c.Plan(context.Background(), d, choice)
		if err != nil {
			t.Fatal(err)
		}
		if p.Count(identity.ActionConflict) == 0 {
			return
		}
		before := s.Dump()
		if _, err := c.Apply(context.Background(), p, nil); err == nil {
			t.Fatal("a plan with conflicts was applied")
		}
		if diff := cmp.Diff(before, s.Dump()); diff != "" {
			t.Fatalf("a refused apply changed something:\n%s", diff)
		}
		types := map[identity.Kind]string{identity.KindUser: "user", identity.KindGroup: "group", identity.KindSudoRule: "sudorule", identity.KindHBACRule: "hbacrule"}
		for _, ch := range p.Changes {
			switch {
			case ch.Action != identity.ActionConflict:
			case strings.Contains(ch.Remedy, "--adopt"):
				choice.Adopt[string(ch.Kind)+":"+ch.Name] = true
			case strings.Contains(ch.Details[0], "a group has this name"):
				s.Delete("group", ch.Name)
			default:
				s.Delete(types[ch.Kind], ch.Name)
				s.Delete("group", ch.Name)
			}
		}
	}
	t.Fatal("conflicts do not end")
}

// converge applies until it succeeds; each failure is one of the faults.
func converge(t *testing.T, s *identitytest.Server, c *identity.Client, d *ipa.Desired, choice identity.Choice, faults int) {
	t.Helper()
	for range faults + 1 {
		p, err := c.Plan(context.Background(), d, choice)
		if err != nil {
			continue // a fault while reading
		}
		report, err := c.Apply(context.Background(), p, nil)
		truthful(t, s, report, err)
		if err == nil {
			return
		}
	}
	t.Fatalf("%d faults, and %d applies were not enough", faults, faults+1)
}

// truthful holds what an apply says against the server.
func truthful(t *testing.T, s *identitytest.Server, r *identity.Report, err error) {
	t.Helper()
	if r == nil {
		t.Fatalf("no report: %v", err)
	}
	types := map[identity.Kind]string{
		identity.KindUser: "user", identity.KindGroup: "group", identity.KindService: "service", identity.KindSudoRule: "sudorule",
		identity.KindHBACRule: "hbacrule", identity.KindSudoCommands: "sudocmdgroup", identity.KindHBACServices: "hbacsvcgroup",
	}
	all := true
	for _, o := range r.Outcomes {
		all = all && o.State == identity.StateDone
		there := s.Get(types[o.Kind], o.Name) != nil
		switch {
		case o.State == identity.StateDone && there == (o.Action == identity.ActionDelete):
			t.Errorf("%s %s %s is said to be done, there: %v", o.Action, o.Kind, o.Name, there)
		case o.State == identity.StateLeft && there == (o.Action == identity.ActionCreate):
			t.Errorf("%s %s %s is said to be left, there: %v", o.Action, o.Kind, o.Name, there)
		}
	}
	if all != (err == nil) {
		t.Errorf("everything done is %v, the error is %v", all, err)
	}
}

// holds checks the server against the declaration, without asking a plan.
func holds(t *testing.T, s *identitytest.Server, d *ipa.Desired) {
	t.Helper()
	dump := s.Dump()
	ours := func(names []string) []string {
		list := []string{}
		for _, n := range names {
			if slices.Contains(dump["user"][n]["userclass"], d.Mark) {
				list = append(list, n)
			}
		}
		slices.Sort(list)
		return list
	}
	equal := func(what string, want, got []string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, want...), append([]string{}, got...)); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	for _, u := range d.Users {
		e := dump["user"][u.Name]
		if !slices.Contains(e["userclass"], d.Mark) || slices.Contains(e["userclass"], d.Retired) {
			t.Errorf("user %s is %v", u.Name, e)
		}
		if !u.Person && e["homedirectory"][0] != u.Home {
			t.Errorf("home of %s is %q", u.Name, e["homedirectory"])
		}
	}
	for _, g := range d.Groups {
		equal("users of "+g.Name, g.Users, ours(dump["group"][g.Name]["member_user"]))
	}
	rules := func(typ string, list []ipa.Rule) {
		for _, r := range list {
			e := dump[typ][strings.ToLower(r.Name)]
			equal("users of "+r.Name, r.Users, ours(e["memberuser_user"]))
			var enrolled []string
			for _, h := range r.Hosts {
				if dump["host"][h] != nil {
					enrolled = append(enrolled, h)
				}
			}
			equal("hosts of "+r.Name, enrolled, e["memberhost_host"])
		}
	}
	rules("sudorule", d.SudoRules)
	rules("hbacrule", d.HBACRules)
}

// Any declaration on any server, whatever went on there before, and whatever
// goes wrong meanwhile: applying again gets there, then a plan is empty, and
// nothing of others has changed.
func TestApplyConverges(t *testing.T) {
	t.Parallel()
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	for seed := range uint64(rounds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := world{rand.New(rand.NewPCG(seed, 7))}
			s := identitytest.New(t)
			s.SessionCalls = w.IntN(4)
			opts := options(s)
			opts.Batch = 1 + w.IntN(8)
			c := client(t, opts)
			choice := identity.Choice{Adopt: map[string]bool{}, Prune: w.chance(2)}

			w.others(s)
			first := desired(t, w.declaration())
			settle(t, s, c, first, choice)
			converge(t, s, c, first, choice, 0)
			w.drift(s)

			d := desired(t, w.declaration())
			settle(t, s, c, d, choice)
			untouched := foreign(s.Dump())
			for entry := range choice.Adopt {
				kind, name, _ := strings.Cut(entry, ":")
				typ := map[string]string{"user": "user", "group": "group", "sudo-rule": "sudorule", "hbac-rule": "hbacrule"}[kind]
				delete(untouched[typ], name)
			}
			faults := w.IntN(6)
			w.faults(s, faults)
			converge(t, s, c, d, choice, faults)
			s.Inject(nil)

			p, err := c.Plan(context.Background(), d, choice)
			if err != nil {
				t.Fatal(err)
			}
			if !p.Empty() {
				t.Errorf("the plan after is not empty:\n%s", words(p))
			}
			holds(t, s, d)
			now := s.Dump()
			for typ, entries := range untouched {
				for name, e := range entries {
					if diff := cmp.Diff(e, now[typ][name]); diff != "" {
						t.Errorf("%s %s is not ours and changed:\n%s", typ, name, diff)
					}
				}
			}
		})
	}
}
