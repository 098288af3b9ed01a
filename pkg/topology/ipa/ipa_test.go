package ipa

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

func sample() *topology.Topology {
	return &topology.Topology{
		Lab:   topology.Lab{Name: "sample", Domain: "Example.Test", IPA: &topology.IPA{Server: "ipa.example.test", Realm: "EXAMPLE.TEST", CAFile: "/etc/ipa/ca.crt"}},
		Hosts: []topology.Host{{Name: "dioscuri"}, {Name: "hub"}, {Name: "theia"}, {Name: "here", Implicit: true}},
		Identities: []topology.Identity{
			{Name: "dafit", IPA: topology.IPARules{Groups: []string{"partnership"}, Sudo: []string{"gpu-admin", "people"}, HBAC: []string{"shell"}}},
			{Name: "nyx-cognitive", UID: 70001, Linger: true, Hosts: []string{"theia"}, IPA: topology.IPARules{Groups: []string{"womb", "nyx", "nyx"}, HBAC: []string{"shell"}},
				Limits: topology.Limits{Memory: 1 << 30, CPUWeight: 300, CPUQuota: "150%", Tasks: 12, IOWeight: 9}},
			{Name: "nyx-organs", Hosts: []string{"dioscuri"}, IPA: topology.IPARules{Groups: []string{"nyx"}, Sudo: []string{"gpu-admin"}, HBAC: []string{"shell"}}},
		},
		NATS: []topology.NATS{
			{Name: "dev", Hosts: []string{"hub", "here"}, TLS: &topology.TLS{}},
			{Name: "plain", Hosts: []string{"theia"}},
		},
		Phoebes:    []topology.Phoebe{{Name: "phoebe", Host: "hub"}},
		Monitoring: []topology.Monitoring{{Name: "watch", Host: "theia"}},
	}
}

func TestCompile(t *testing.T) {
	t.Parallel()
	d, err := Compile(sample())
	if err != nil {
		t.Fatal(err)
	}
	const mark = " [nimmer:sample]"
	want := &Desired{
		FormatVersion: 1, Lab: "sample", Mark: "nimmer:sample", Retired: "nimmer-retired:sample",
		Server: "ipa.example.test", Realm: "EXAMPLE.TEST", CAFile: "/etc/ipa/ca.crt",
		Users: []User{
			{Name: "dafit", GivenName: "dafit", FamilyName: "sample", FullName: "dafit", Home: "/home/dafit", Shell: "/bin/sh", Person: true},
			{Name: "nyx-cognitive", UID: 70001, GivenName: "nyx-cognitive", FamilyName: "sample", FullName: "nyx-cognitive", Home: "/home/nyx-cognitive", Shell: "/bin/sh"},
			{Name: "nyx-organs", GivenName: "nyx-organs", FamilyName: "sample", FullName: "nyx-organs", Home: "/home/nyx-organs", Shell: "/bin/sh"},
		},
		Groups: []Group{
			{Name: "nimmer-services-sample", Description: "services of the lab sample" + mark, Users: []string{}, Services: []string{
				"HTTP/theia.example.test", "nats/hub.example.test", "postgres/hub.example.test"}},
			{Name: "nyx", Description: "identities of the lab sample" + mark, POSIX: true, Users: []string{"nyx-cognitive", "nyx-organs"}, Services: []string{}},
			{Name: "partnership", Description: "identities of the lab sample" + mark, POSIX: true, Users: []string{"dafit"}, Services: []string{}},
			{Name: "womb", Description: "identities of the lab sample" + mark, POSIX: true, Users: []string{"nyx-cognitive"}, Services: []string{}},
		},
		SudoCommandGroups: []SudoCommandGroup{
			{Name: "gpu-admin", Description: "commands that the sudo rules gpu-admin@* allow" + mark},
			{Name: "people", Description: "commands that the sudo rules people@* allow" + mark},
		},
		SudoRules: []Rule{
			{Name: "gpu-admin@dioscuri", Description: "sudo rule gpu-admin on dioscuri" + mark, Hosts: []string{"dioscuri.example.test"}, Users: []string{"dafit", "nyx-organs"}, Allows: "gpu-admin"},
			{Name: "people", Description: "sudo rule people, for people" + mark, Hosts: []string{}, Users: []string{"dafit"}, Allows: "people"},
		},
		HBACServiceGroups: []HBACServiceGroup{{Name: "shell", Description: "services that the access rules shell@* allow" + mark, Services: []string{"sshd"}}},
		HBACRules: []Rule{
			{Name: "shell@dioscuri", Description: "access rule shell on dioscuri" + mark, Hosts: []string{"dioscuri.example.test"}, Users: []string{"dafit", "nyx-organs"}, Allows: "shell"},
			{Name: "shell@theia", Description: "access rule shell on theia" + mark, Hosts: []string{"theia.example.test"}, Users: []string{"dafit", "nyx-cognitive"}, Allows: "shell"},
		},
		ServicesGroup: "nimmer-services-sample",
		Services: []ServicePrincipal{
			{Principal: "HTTP/theia.example.test", Host: "theia.example.test"},
			{Principal: "nats/hub.example.test", Host: "hub.example.test"},
			{Principal: "postgres/hub.example.test", Host: "hub.example.test"},
		},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
}

func TestCompileLocal(t *testing.T) {
	t.Parallel()
	l, err := CompileLocal(sample())
	if err != nil {
		t.Fatal(err)
	}
	want := &Local{
		FormatVersion: 1, Lab: "sample", UsersFrom: FromFreeIPA,
		Users: []LocalUser{
			{Name: "dafit", Group: "dafit", Groups: []string{"partnership"}, Home: "/home/dafit", Shell: "/bin/sh", Hosts: []string{"theia"}, Slice: map[string]string{}},
			{Name: "nyx-cognitive", UID: 70001, Group: "nyx-cognitive", Groups: []string{"nyx", "womb"}, Home: "/home/nyx-cognitive", Shell: "/bin/sh", Linger: true, Hosts: []string{"theia"},
				Slice: map[string]string{"MemoryMax": "1073741824", "CPUWeight": "300", "CPUQuota": "150%", "TasksMax": "12", "IOWeight": "9"}},
		},
		Groups: []LocalGroup{
			{Name: "nyx", Users: []string{"nyx-cognitive"}, Hosts: []string{"theia"}},
			{Name: "partnership", Users: []string{"dafit"}, Hosts: []string{"theia"}},
			{Name: "womb", Users: []string{"nyx-cognitive"}, Hosts: []string{"theia"}},
		},
		SudoRules: []LocalRule{},
		Logins:    []LocalRule{{Name: "shell", Host: "theia", Users: []string{"dafit", "nyx-cognitive"}}},
	}
	if diff := cmp.Diff(want, l.On("theia")); diff != "" {
		t.Error(diff)
	}
	if got := l.Users[0].Hosts; !slices.Equal(got, []string{"dioscuri", "theia"}) {
		t.Errorf("dafit is known on %q", got)
	}
	if none := l.On("hub"); len(none.Users)+len(none.Groups)+len(none.SudoRules)+len(none.Logins) != 0 {
		t.Errorf("hub needs %+v", none)
	}
}

func TestEmit(t *testing.T) {
	t.Parallel()
	top := sample()
	files, err := Emit(top)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Emit(top)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files, again); diff != "" {
		t.Errorf("the same input gives other bytes:\n%s", diff)
	}
	if len(files) != 2 || files[0].Path != "ipa/desired.json" || files[1].Path != "ipa/local.json" {
		t.Fatalf("files are %v", files)
	}
	for _, f := range files {
		var head struct {
			FormatVersion int `json:"format_version"`
		}
		if err := json.Unmarshal(f.Data, &head); err != nil || head.FormatVersion != FormatVersion {
			t.Errorf("%s: format_version %d, %v", f.Path, head.FormatVersion, err)
		}
		if strings.Contains(string(f.Data), "null") {
			t.Errorf("%s has a null:\n%s", f.Path, f.Data)
		}
	}
	top.Lab.IPA = nil
	files, err = Emit(top)
	if err != nil || len(files) != 1 || !strings.Contains(string(files[0].Data), `"users_from": "local"`) {
		t.Errorf("without FreeIPA: %v, %v", files, err)
	}
	if _, err := Compile(top); err == nil {
		t.Error("compiled without FreeIPA")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	top := sample()
	top.Identities[1].IPA.Groups = []string{"nyx-organs", "nimmer-services-sample", "Upper", "", "42", "-x", strings.Repeat("y", 40)}
	top.Identities[2].IPA.Sudo = []string{"a b"}
	_, err := Emit(top)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`group "nyx-organs" of identity "nyx-cognitive" has the name of an identity`, `names that begin with "nimmer-"`,
		`group "Upper" of identity "nyx-cognitive" has a character`, "is empty", `group "42"`, `group "-x"`, "has 40 characters", `sudo rule "a b"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not say %q:\n%v", want, err)
		}
	}
}

// No rule lets an identity onto a host that is not its own: people aside,
// FreeIPA's "every user onto every host of the rule" equals what is declared.
func TestRulesWidenNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		top := random(r)
		d, err := Compile(top)
		if err != nil {
			t.Fatal(err)
		}
		declared, granted := map[string]bool{}, map[string]bool{}
		for _, id := range top.Identities {
			for _, name := range id.IPA.HBAC {
				for _, h := range id.Hosts {
					declared[id.Name+" "+name+" "+h+".example.test"] = true
				}
			}
		}
		people := map[string]bool{}
		for _, u := range d.Users {
			people[u.Name] = u.Person
		}
		names := map[string]bool{}
		for _, rule := range d.HBACRules {
			if names[rule.Name] {
				t.Fatalf("seed %d: two rules are called %s", seed, rule.Name)
			}
			names[rule.Name] = true
			for _, u := range rule.Users {
				for _, h := range rule.Hosts {
					if !people[u] {
						granted[u+" "+rule.Allows+" "+h] = true
					}
				}
			}
		}
		if diff := cmp.Diff(declared, granted); diff != "" {
			t.Fatalf("seed %d: declared and granted differ:\n%s", seed, diff)
		}
	}
}

// random makes identities on hosts whose names and rules invite confusion.
func random(r *rand.Rand) *topology.Topology {
	top := &topology.Topology{Lab: topology.Lab{Name: "sample", Domain: "example.test", IPA: &topology.IPA{Server: "ipa.example.test", Realm: "EXAMPLE.TEST"}}}
	hosts := []string{"a", "a-b", "b", "b-a"}
	rules := []string{"a", "a-b", "b-a", "x"}
	pick := func(from []string) []string {
		var some []string
		for _, s := range from {
			if r.IntN(3) == 0 {
				some = append(some, s)
			}
		}
		return some
	}
	for i := range 1 + r.IntN(6) {
		top.Identities = append(top.Identities, topology.Identity{
			Name: fmt.Sprintf("id-%d", i), Hosts: pick(hosts), IPA: topology.IPARules{HBAC: pick(rules), Sudo: pick(rules)},
		})
	}
	return top
}

// Emitting a lab with an identity and a rule of its own on every host.
func BenchmarkEmit(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		top := sample()
		for i := range n {
			name := fmt.Sprintf("host-%d", i)
			top.Hosts = append(top.Hosts, topology.Host{Name: name})
			top.Identities = append(top.Identities, topology.Identity{
				Name: fmt.Sprintf("id-%d", i), Hosts: []string{name},
				IPA: topology.IPARules{Groups: []string{"all"}, Sudo: []string{"gpu-admin"}, HBAC: []string{"shell", fmt.Sprintf("own-%d", i)}},
			})
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Emit(top); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
