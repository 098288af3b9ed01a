package identity_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/identity"
	"github.com/nimmerverse/nimmer/pkg/identity/identitytest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

// lab is a small declaration with everything in it.
func lab() *topology.Topology {
	return &topology.Topology{
		Lab:   topology.Lab{Name: "sample", Domain: "example.test", IPA: &topology.IPA{Server: identitytest.Name, Realm: identitytest.Realm}},
		Hosts: []topology.Host{{Name: "dioscuri"}, {Name: "hub"}, {Name: "theia"}},
		Identities: []topology.Identity{
			{Name: "dafit", IPA: topology.IPARules{Groups: []string{"partnership"}, Sudo: []string{"gpu-admin"}, HBAC: []string{"shell"}}},
			{Name: "nyx-cognitive", UID: 70001, Hosts: []string{"theia"}, IPA: topology.IPARules{Groups: []string{"nyx", "womb"}, HBAC: []string{"shell"}}},
			{Name: "nyx-organs", Hosts: []string{"dioscuri"}, IPA: topology.IPARules{Groups: []string{"nyx"}, Sudo: []string{"gpu-admin"}, HBAC: []string{"shell"}}},
		},
		NATS: []topology.NATS{{Name: "dev", Hosts: []string{"hub"}, TLS: &topology.TLS{}}},
	}
}

func desired(t testing.TB, top *topology.Topology) *ipa.Desired {
	t.Helper()
	d, err := ipa.Compile(top)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// enrol puts hosts into the server.
func enrol(s *identitytest.Server, names ...string) {
	for _, n := range names {
		s.Put("host", n+".example.test", identitytest.Entry{})
	}
}

func plan(t testing.TB, s *identitytest.Server, d *ipa.Desired, choice identity.Choice) *identity.Plan {
	t.Helper()
	p, err := client(t, options(s)).Plan(context.Background(), d, choice)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func apply(t testing.TB, s *identitytest.Server, d *ipa.Desired, choice identity.Choice) (*identity.Report, error) {
	t.Helper()
	c := client(t, options(s))
	p, err := c.Plan(context.Background(), d, choice)
	if err != nil {
		t.Fatal(err)
	}
	return c.Apply(context.Background(), p, nil)
}

func mustApply(t testing.TB, s *identitytest.Server, d *ipa.Desired, choice identity.Choice) {
	t.Helper()
	if _, err := apply(t, s, d, choice); err != nil {
		t.Fatal(err)
	}
}

// words writes a plan's changes, one a line.
func words(p *identity.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s %s: %s\n", c.Action, c.Kind, c.Name, strings.Join(c.Details, "; "))
	}
	return b.String()
}

func TestApplyMakesTheDeclaration(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	d := desired(t, lab())
	mustApply(t, s, d, identity.Choice{})

	member := func(typ, name, attr string, want ...string) {
		t.Helper()
		if got := s.Get(typ, name)[attr]; !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Errorf("%s of %s %s is %q, want %q", attr, typ, name, got, want)
		}
	}
	member("user", "nyx-cognitive", "uidnumber", "70001")
	member("user", "nyx-cognitive", "userclass", "nimmer:sample")
	member("group", "nyx", "member_user", "nyx-cognitive", "nyx-organs")
	member("sudorule", "gpu-admin@dioscuri", "memberuser_user", "dafit", "nyx-organs")
	member("sudorule", "gpu-admin@dioscuri", "memberhost_host", "dioscuri.example.test")
	member("sudorule", "gpu-admin@dioscuri", "memberallowcmd_sudocmdgroup", "gpu-admin")
	member("hbacrule", "shell@theia", "memberuser_user", "dafit", "nyx-cognitive")
	member("hbacrule", "shell@theia", "memberservice_hbacsvcgroup", "shell")
	member("hbacsvcgroup", "shell", "member_hbacsvc", "sshd")
	member("service", "nats/hub.example.test", "krbcanonicalname", "nats/hub.example.test@"+identitytest.Realm)
	member("group", "nimmer-services-sample", "member_service", "nats/hub.example.test@"+identitytest.Realm)
	if s.Get("group", "nimmer-services-sample")["gidnumber"] != nil {
		t.Error("files may belong to the group of services")
	}

	p := plan(t, s, d, identity.Choice{})
	if len(p.Changes) != 0 {
		t.Errorf("the second plan is not empty:\n%s", words(p))
	}
	writes := s.Writes()
	mustApply(t, s, d, identity.Choice{})
	if s.Writes() != writes {
		t.Error("the second apply writes")
	}
}

func TestPlanInWords(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "theia", "hub")
	want := `create group nimmer-services-sample: no files can belong to it; add service nats/hub.example.test
create group nyx: files may belong to it; add users nyx-cognitive, nyx-organs
create group partnership: files may belong to it; add user dafit
create group womb: files may belong to it; add user nyx-cognitive
create sudo-commands gpu-admin: 
create hbac-services shell: add login service sshd
create user dafit: home /home/dafit, shell /bin/sh
create user nyx-cognitive: number 70001, home /home/nyx-cognitive, shell /bin/sh
create user nyx-organs: home /home/nyx-organs, shell /bin/sh
create service nats/hub.example.test: 
waiting sudo-rule gpu-admin@dioscuri: host dioscuri.example.test is not enrolled
create sudo-rule gpu-admin@dioscuri: add users dafit, nyx-organs; add command group gpu-admin
waiting hbac-rule shell@dioscuri: host dioscuri.example.test is not enrolled
create hbac-rule shell@dioscuri: add users dafit, nyx-organs; add service group shell
create hbac-rule shell@theia: add users dafit, nyx-cognitive; add host theia.example.test; add service group shell
`
	p := plan(t, s, desired(t, lab()), identity.Choice{})
	if diff := cmp.Diff(want, words(p)); diff != "" {
		t.Error(diff)
	}
	if s.Writes() != 0 {
		t.Error("a plan writes")
	}
}

// Hosts are enrolled one by one; what needs them follows.
func TestHostsComeLater(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	d := desired(t, lab())
	mustApply(t, s, d, identity.Choice{})
	p := plan(t, s, d, identity.Choice{})
	if !p.Empty() || p.AsDeclared() || p.Count(identity.ActionWaiting) != 4 {
		t.Errorf("want four that wait and nothing to do:\n%s", words(p))
	}
	if s.Get("sudorule", "gpu-admin@dioscuri")["externalhost"] != nil {
		t.Error("a host that is not enrolled became a name that FreeIPA does not know")
	}
	enrol(s, "dioscuri", "hub", "theia")
	mustApply(t, s, d, identity.Choice{})
	if p := plan(t, s, d, identity.Choice{}); len(p.Changes) != 0 {
		t.Errorf("not empty:\n%s", words(p))
	}
}

func TestConflictStopsEverything(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	s.Put("user", "dafit", identitytest.Entry{"sn": {"Other"}, "uidnumber": {"1234"}, "userclass": {"staff"}})
	s.Put("group", "nyx", identitytest.Entry{"description": {"somebody's"}, "gidnumber": {"99"}})
	s.Put("group", "nyx-organs", identitytest.Entry{})
	before := s.Dump()
	d := desired(t, lab())

	report, err := apply(t, s, d, identity.Choice{})
	says(t, err, "group nyx: it exists and was made by somebody else; nothing was changed (3 conflicts)", "--adopt group:nyx")
	if report != nil {
		t.Error("there is a report of changes")
	}
	if diff := cmp.Diff(before, s.Dump()); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}

	// Renamed, and adopted: it goes through, and what the others had stays.
	s.Delete("group", "nyx-organs")
	mustApply(t, s, d, identity.Choice{Adopt: map[string]bool{"user:dafit": true, "group:nyx": true}})
	dafit, nyx := s.Get("user", "dafit"), s.Get("group", "nyx")
	if !slices.Equal(dafit["userclass"], []string{"staff", "nimmer:sample"}) || dafit["sn"][0] != "Other" || dafit["uidnumber"][0] != "1234" {
		t.Errorf("the adopted user is %v", dafit)
	}
	if nyx["description"][0] != "somebody's [nimmer:sample]" || nyx["gidnumber"][0] != "99" {
		t.Errorf("the adopted group is %v", nyx)
	}
	if p := plan(t, s, d, identity.Choice{}); !p.Empty() {
		t.Errorf("not empty:\n%s", words(p))
	}
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change       func(*identitytest.Server)
		text, remedy string
	}{
		"another number": {func(s *identitytest.Server) {
			e := s.Get("user", "nyx-cognitive")
			e["uidnumber"] = []string{"70002"}
			s.Put("user", "nyx-cognitive", e)
		}, "its number is 70002, declared is 70001", "uid = 70002"},
		"preserved": {func(s *identitytest.Server) {
			e := s.Get("user", "dafit")
			e["preserved"] = []string{"TRUE"}
			s.Put("user", "dafit", e)
		}, "deleted user of this name is preserved", "ipa user-undel dafit"},
		"opened to all users": {func(s *identitytest.Server) {
			e := s.Get("hbacrule", "shell@theia")
			e["usercategory"] = []string{"all"}
			s.Put("hbacrule", "shell@theia", e)
		}, "opened to every user", "ipa hbacrule-mod shell@theia --usercat="},
		"mark removed": {func(s *identitytest.Server) {
			s.Put("sudorule", "gpu-admin@dioscuri", identitytest.Entry{"description": {"mine now"}})
		}, "made by somebody else", "--adopt sudo-rule:gpu-admin@dioscuri"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := identitytest.New(t)
			enrol(s, "dioscuri", "hub", "theia")
			d := desired(t, lab())
			mustApply(t, s, d, identity.Choice{})
			test.change(s)
			before := s.Dump()
			_, err := apply(t, s, d, identity.Choice{})
			says(t, err, test.text, test.remedy)
			if diff := cmp.Diff(before, s.Dump()); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
		})
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	d := desired(t, lab())
	mustApply(t, s, d, identity.Choice{})

	s.Put("user", "guest", identitytest.Entry{"sn": {"Guest"}})
	edit := func(typ, name string, f func(identitytest.Entry)) {
		e := s.Get(typ, name)
		f(e)
		s.Put(typ, name, e)
	}
	edit("user", "nyx-organs", func(e identitytest.Entry) { e["homedirectory"] = []string{"/srv/nyx"} })
	edit("user", "dafit", func(e identitytest.Entry) {
		e["homedirectory"], e["nsaccountlock"] = []string{"/home/d"}, []string{"TRUE"}
	})
	edit("group", "nyx", func(e identitytest.Entry) { e["member_user"] = []string{"guest", "dafit", "nyx-organs"} })
	edit("hbacrule", "shell@theia", func(e identitytest.Entry) {
		e["ipaenabledflag"] = []string{"FALSE"}
		e["memberhost_host"] = append(e["memberhost_host"], "hub.example.test")
	})
	edit("sudorule", "gpu-admin@dioscuri", func(e identitytest.Entry) { e["externaluser"] = []string{"root"} })

	want := `note group nyx: others have added user guest: left as it is
update group nyx: add user nyx-cognitive; remove user dafit
note user dafit: somebody has locked it: left so
update user nyx-organs: homedirectory: /srv/nyx becomes /home/nyx-organs
note sudo-rule gpu-admin@dioscuri: others have added names that FreeIPA does not know: name root
note hbac-rule shell@theia: others have added host hub.example.test: left as it is
note hbac-rule shell@theia: somebody has switched it off: left so
`
	p := plan(t, s, d, identity.Choice{})
	if diff := cmp.Diff(want, words(p)); diff != "" {
		t.Error(diff)
	}
	mustApply(t, s, d, identity.Choice{})
	if p := plan(t, s, d, identity.Choice{}); !p.Empty() || !p.AsDeclared() {
		t.Errorf("not as declared:\n%s", words(p))
	}
	if got := s.Get("group", "nyx")["member_user"]; !slices.Contains(got, "guest") {
		t.Errorf("members of nyx are %q, without the guest", got)
	}
}

// What is no longer declared loses its memberships at once; the rest goes when
// it is asked for, and users are locked and come back as they were.
func TestPrune(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	full := lab()
	mustApply(t, s, desired(t, full), identity.Choice{})
	number := s.Get("user", "nyx-organs")["uidnumber"]

	less := lab()
	less.Identities = less.Identities[:2]
	less.NATS = nil
	d := desired(t, less)
	mustApply(t, s, d, identity.Choice{})
	if got := s.Get("group", "nyx")["member_user"]; !slices.Equal(got, []string{"nyx-cognitive"}) {
		t.Errorf("members of nyx are %q", got)
	}
	p := plan(t, s, d, identity.Choice{})
	if !p.Empty() || p.AsDeclared() {
		t.Errorf("want extras and nothing to do:\n%s", words(p))
	}

	shell := s.Get("hbacrule", "shell@dioscuri")
	shell["memberuser_user"] = append(shell["memberuser_user"], "admin")
	s.Put("hbacrule", "shell@dioscuri", shell)
	if text := words(plan(t, s, d, identity.Choice{Prune: true})); !strings.Contains(text, "delete hbac-rule shell@dioscuri: it is no longer declared; others have added user admin\n") {
		t.Errorf("the plan does not say that others are in it:\n%s", text)
	}

	mustApply(t, s, d, identity.Choice{Prune: true})
	organs := s.Get("user", "nyx-organs")
	if organs["nsaccountlock"][0] != "TRUE" || !slices.Contains(organs["userclass"], "nimmer-retired:sample") {
		t.Errorf("the retired user is %v", organs)
	}
	for typ, name := range map[string]string{"sudorule": "gpu-admin@dioscuri", "hbacrule": "shell@dioscuri", "group": "nimmer-services-sample", "service": "nats/hub.example.test"} {
		if s.Get(typ, name) != nil {
			t.Errorf("%s %s is still there", typ, name)
		}
	}
	if p := plan(t, s, d, identity.Choice{Prune: true}); len(p.Changes) != 0 {
		t.Errorf("not empty:\n%s", words(p))
	}

	mustApply(t, s, desired(t, full), identity.Choice{Prune: true})
	organs = s.Get("user", "nyx-organs")
	if organs["nsaccountlock"][0] != "FALSE" || !slices.Equal(organs["uidnumber"], number) || slices.Contains(organs["userclass"], "nimmer-retired:sample") {
		t.Errorf("the user that came back is %v", organs)
	}
	if p := plan(t, s, desired(t, full), identity.Choice{Prune: true}); len(p.Changes) != 0 {
		t.Errorf("not empty:\n%s", words(p))
	}
}

func TestForeignPrincipal(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	s.Put("service", "nats/hub.example.test", identitytest.Entry{"managedby_host": {"hub.example.test"}})
	d := desired(t, lab())
	mustApply(t, s, d, identity.Choice{})
	p := plan(t, s, d, identity.Choice{})
	if !p.AsDeclared() || p.Count(identity.ActionNote) != 1 {
		t.Errorf("want one note:\n%s", words(p))
	}
	if got := s.Get("group", "nimmer-services-sample")["member_service"]; got != nil {
		t.Errorf("somebody else's principal is in our group: %q", got)
	}
	mustApply(t, s, d, identity.Choice{Adopt: map[string]bool{"service:nats/hub.example.test": true}})
	if p := plan(t, s, d, identity.Choice{}); len(p.Changes) != 0 {
		t.Errorf("not empty:\n%s", words(p))
	}
}

// One who may not do this is told at the first command, with nothing changed.
func TestNotPermitted(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	s.SetAccount("admin", identitytest.Account{Password: "secret", ReadOnly: true})
	before := s.Dump()
	report, err := apply(t, s, desired(t, lab()), identity.Choice{})
	says(t, err, "Insufficient access", "log in as a user that may do this")
	if s.Writes() != 1 {
		t.Errorf("%d commands were tried, want 1", s.Writes())
	}
	if diff := cmp.Diff(before, s.Dump()); diff != "" {
		t.Error(diff)
	}
	if report.Count(identity.StateFailed) != 1 || report.Count(identity.StateDone) != 0 {
		t.Errorf("outcomes are %+v", report.Outcomes)
	}
}

func TestHalfFailedApply(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	d := desired(t, lab())
	s.Inject(func(c identitytest.Command) identitytest.Fault {
		switch c.Write {
		case 4:
			return identitytest.Deny
		}
		return identitytest.None
	})
	report, err := apply(t, s, d, identity.Choice{})
	says(t, err, "group_add womb: Insufficient access", "")
	states := map[string]identity.State{}
	for _, o := range report.Outcomes {
		states[string(o.Kind)+" "+o.Name] = o.State
	}
	for name, want := range map[string]identity.State{
		"group nyx": identity.StatePartly, "group womb": identity.StateFailed, "user dafit": identity.StateLeft,
	} {
		if states[name] != want {
			t.Errorf("%s is %q, want %q", name, states[name], want)
		}
	}

	// The connection dies within a batch: what was sent is unknown, and says so.
	s.Inject(func(c identitytest.Command) identitytest.Fault {
		if c.Method == "user_add" && c.Args[0] == "nyx-cognitive" {
			return identitytest.CutAfter
		}
		return identitytest.None
	})
	report, err = apply(t, s, d, identity.Choice{})
	says(t, err, "reach FreeIPA", "")
	if report.Count(identity.StateUnknown) == 0 || report.Count(identity.StateLeft) == 0 || report.Count(identity.StateFailed) != 0 {
		t.Errorf("outcomes are %+v", report.Outcomes)
	}

	s.Inject(nil)
	mustApply(t, s, d, identity.Choice{})
	if p := plan(t, s, d, identity.Choice{}); len(p.Changes) != 0 {
		t.Errorf("not empty:\n%s", words(p))
	}
}

func TestTruncatedSearch(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	d := desired(t, lab())
	mustApply(t, s, d, identity.Choice{})
	s.SizeLimit = 2
	_, err := client(t, options(s)).Plan(context.Background(), d, identity.Choice{})
	says(t, err, "the server returned only 2", "searchrecordslimit")
}

// A person who stops an apply waits for the batch that is under way, and reads
// what was done.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	d := desired(t, lab())
	c := client(t, options(s))
	p, err := c.Plan(context.Background(), d, identity.Choice{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.Inject(func(c identitytest.Command) identitytest.Fault {
		if c.Method == "user_add" {
			cancel()
		}
		return identitytest.None
	})
	report, err := c.Apply(ctx, p, nil)
	says(t, err, "interrupted after", "")
	truthful(t, s, report, err)
	if report.Count(identity.StateUnknown) != 0 || report.Count(identity.StateDone) == 0 || report.Count(identity.StateLeft) == 0 {
		t.Errorf("outcomes are %+v", report.Outcomes)
	}
	s.Inject(nil)
	mustApply(t, s, d, identity.Choice{})
	if p := plan(t, s, d, identity.Choice{}); !p.Empty() {
		t.Errorf("not empty:\n%s", words(p))
	}
}

// Rules restrict nothing while FreeIPA's first rule is on; a plan says so, and
// leaves it on.
func TestAllowAll(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	e := s.Get("hbacrule", "allow_all")
	e["ipaenabledflag"] = []string{"TRUE"}
	s.Put("hbacrule", "allow_all", e)
	d := desired(t, lab())
	mustApply(t, s, d, identity.Choice{})
	p := plan(t, s, d, identity.Choice{})
	if len(p.Changes) != 1 || p.Changes[0].Name != "allow_all" || p.Changes[0].Action != identity.ActionNote || !p.AsDeclared() {
		t.Errorf("want one note:\n%s", words(p))
	}
	if diff := cmp.Diff(e, s.Get("hbacrule", "allow_all")); diff != "" {
		t.Error(diff)
	}
}

// Whatever is taken away goes before whatever is granted.
func TestWithdrawnFirst(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	mustApply(t, s, desired(t, lab()), identity.Choice{})
	before := len(s.Calls())

	other := lab()
	other.Identities[0].IPA = topology.IPARules{Groups: []string{"womb"}, HBAC: []string{"other"}}
	other.Identities = slices.Delete(other.Identities, 2, 3)
	mustApply(t, s, desired(t, other), identity.Choice{Prune: true})
	granted := ""
	for _, c := range s.Calls()[before:] {
		switch {
		case c.Write == 0:
		case strings.Contains(c.Method, "_remove_"), strings.HasSuffix(c.Method, "_del"), c.Options["nsaccountlock"] == true:
			if granted != "" {
				t.Errorf("%s %s comes after %s", c.Method, c.Args[0], granted)
			}
		default:
			granted = c.Method + " " + c.Args[0]
		}
	}
	if granted == "" {
		t.Error("nothing was granted")
	}
}

// A member that is gone by the time it is added is a failure, with a remedy.
func TestMemberGone(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	enrol(s, "dioscuri", "hub", "theia")
	d := desired(t, lab())
	c := client(t, options(s))
	p, err := c.Plan(context.Background(), d, identity.Choice{})
	if err != nil {
		t.Fatal(err)
	}
	s.Delete("host", "theia.example.test")
	_, err = c.Apply(context.Background(), p, nil)
	says(t, err, "hbacrule_add_host shell@theia: host theia.example.test: no such entry", "identity plan")

	// What appears in between is not taken over.
	s2 := identitytest.New(t)
	c2 := client(t, options(s2))
	if p, err = c2.Plan(context.Background(), d, identity.Choice{}); err != nil {
		t.Fatal(err)
	}
	s2.Put("user", "dafit", identitytest.Entry{"sn": {"Other"}})
	before := s2.Get("user", "dafit")
	_, err = c2.Apply(context.Background(), p, nil)
	says(t, err, `user with name "dafit" already exists (4002)`, "identity plan")
	if diff := cmp.Diff(before, s2.Get("user", "dafit")); diff != "" {
		t.Error(diff)
	}
}
