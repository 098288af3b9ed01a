package accounts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

func static(t testing.TB, site *accounts.Site, o accounts.StaticOptions) *server.Options {
	t.Helper()
	text, err := accounts.Static(site, func(user string) string { return "secret-" + user }, o)
	if err != nil {
		t.Fatal(err)
	}
	var opts server.Options
	if err := opts.ProcessConfigString(string(text)); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return &opts
}

// TestStaticSaysTheModel holds what the server understood against the model.
func TestStaticSaysTheModel(t *testing.T) {
	t.Parallel()
	m := compile(t, lab(t))
	for i := range m.Sites {
		site := &m.Sites[i]
		opts := static(t, site, accounts.StaticOptions{})
		if opts.SystemAccount != accounts.System || opts.NoAuthUser != "" {
			t.Errorf("%s: system account %q, no_auth_user %q", site.Name, opts.SystemAccount, opts.NoAuthUser)
		}
		understood := map[string]*server.User{}
		for _, u := range opts.Users {
			understood[u.Username] = u
		}
		users := 0
		for j := range site.Accounts {
			a := &site.Accounts[j]
			for k := range a.Users {
				users++
				u, got := &a.Users[k], understood[a.Users[k].Name]
				if got == nil || got.Account.Name != a.Name || got.Password != "secret-"+u.Name {
					t.Errorf("%s: user %s of %s is understood as %+v", site.Name, u.Name, a.Name, got)
					continue
				}
				want := &server.Permissions{
					Publish:   &server.SubjectPermission{Allow: u.Publish.Allow(), Deny: u.Publish.Denied()},
					Subscribe: &server.SubjectPermission{Allow: u.Subscribe.Allow(), Deny: u.Subscribe.Denied()},
				}
				for _, p := range []*server.SubjectPermission{want.Publish, want.Subscribe} {
					if len(p.Allow) == 0 && len(p.Deny) == 0 {
						t.Errorf("%s: a server would allow %s everything", site.Name, u.Name)
					}
				}
				if diff := cmp.Diff(want, got.Permissions, emptyIsNil); diff != "" {
					t.Errorf("%s: user %s (-model +server):\n%s", site.Name, u.Name, diff)
				}
			}
		}
		if len(understood) != users {
			t.Errorf("%s: %d users of %d were understood", site.Name, len(understood), users)
		}
	}
}

var emptyIsNil = cmp.FilterValues(func(a, b []string) bool { return len(a)+len(b) == 0 }, cmp.Ignore())

// TestStaticOfOneEnvironment leaves the others out, and says who comes without
// a login.
func TestStaticOfOneEnvironment(t *testing.T) {
	t.Parallel()
	top := lab(t)
	for i := range top.NATS { // one hub for all
		top.NATS[i].Environments = nil
	}
	top.NATS[0].Environments = top.Lab.Environments
	top.Leaves = nil
	site := compile(t, top).HubOf("dev")
	opts := static(t, site, accounts.StaticOptions{Environments: []string{"dev"}, Anonymous: accounts.OperatorUser("dev"), Unbounded: true})
	var names []string
	for _, a := range opts.Accounts {
		names = append(names, a.Name)
	}
	if got := strings.Join(names, " "); len(names) != 4 || !strings.Contains(got, "DEV_INFRA") || strings.Contains(got, "PROD") {
		t.Errorf("accounts: %s", got)
	}
	if opts.NoAuthUser != "dev_operator" {
		t.Errorf("no_auth_user is %q", opts.NoAuthUser)
	}
}

func TestStaticRefuses(t *testing.T) {
	t.Parallel()
	site := compile(t, lab(t)).HubOf("dev")
	for name, tc := range map[string]struct {
		password, anonymous, want string
	}{
		"no password":        {"", "", "has no password"},
		"a hash":             {"$2a$11$x", "", "a server would take it for a hash"},
		"an unknown visitor": {"x", "nobody", `no account of dev has the user "nobody"`},
	} {
		_, err := accounts.Static(site, func(string) string { return tc.password }, accounts.StaticOptions{Anonymous: tc.anonymous})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q in it", name, err, tc.want)
		}
	}
	site.Accounts[0].Name = `A" { }`
	if _, err := accounts.Static(site, func(string) string { return "x" }, accounts.StaticOptions{}); err == nil {
		t.Error("an account's name that ends the setting was rendered")
	}
}

// crossed is a site with every kind of crossing, its strings as given.
func crossed(text string) *accounts.Site {
	return &accounts.Site{Name: "s", Accounts: []accounts.Account{
		{
			Name: "A", JetStream: &accounts.Storage{Memory: 1, Store: 2},
			Exports:  []accounts.Export{{Kind: accounts.Service, Subject: "ask.*", To: []string{"B"}, Answers: "stream", Threshold: topology.Duration(10 * time.Minute)}},
			Mappings: []accounts.Mapping{{From: "old", To: "new"}},
			Users:    []accounts.User{{Name: "u", Publish: accounts.Grants{Declared: []string{"a." + text}}}},
		},
		{
			Name: "B", JetStream: &accounts.Storage{},
			Imports: []accounts.Import{{Kind: accounts.Service, From: "A", Subject: "ask.*", Local: "local.*", Share: true}},
			Users:   []accounts.User{{Name: "v", Subscribe: accounts.Grants{Derived: []string{"b"}, Deny: []string{text}}}},
		},
	}}
}

func TestStaticCrossings(t *testing.T) {
	t.Parallel()
	text, err := accounts.Static(crossed("x"), func(string) string { return "p" }, accounts.StaticOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := `accounts {
  "A" {
    jetstream: { max_memory: 1, max_store: 2 }
    exports: [
      { service: "ask.*", accounts: ["B"], response_type: "stream", response_threshold: "10m0s" }
    ]
    mappings {
      "old": "new"
    }
    users: [
      { user: "u", password: "p", permissions: {
          publish: { allow: ["a.x"] }
          subscribe: { deny: [">"] }
      } }
    ]
  }
  "B" {
    jetstream: enabled
    imports: [
      { service: { account: "A", subject: "ask.*" }, to: "local.*", share: true }
    ]
    users: [
      { user: "v", password: "p", permissions: {
          publish: { deny: [">"] }
          subscribe: { allow: ["b"], deny: ["x"] }
      } }
    ]
  }
}
`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
}

// FuzzStaticQuoting has the server's own parser read what is quoted.
func FuzzStaticQuoting(f *testing.F) {
	for _, s := range []string{"plain", `q"uote`, `back\slash`, "new\nline", "zero\x00byte", "\xff\xfe", "ünïcode", "$VAR", "{", "#", "' '", `\x41`, "include"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, secret string) {
		site := crossed("x")
		text, err := accounts.Static(site, func(string) string { return secret }, accounts.StaticOptions{})
		if err != nil {
			if secret == "" || strings.HasPrefix(secret, "$2") {
				return
			}
			t.Fatal(err)
		}
		var opts server.Options
		if err := opts.ProcessConfigString(string(text)); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		for _, u := range opts.Users {
			if u.Password != secret {
				t.Errorf("%q is understood as %q", secret, u.Password)
			}
		}
	})
}
