package keys_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/jwt/v2"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// signed is what a server of a site reads.
type signed struct {
	operator *jwt.OperatorClaims
	accounts map[string]*jwt.AccountClaims // by name
}

var token = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]+`)

func resolver(t testing.TB, l *keystest.Lab, site *accounts.Site) signed {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(l.Folder(site), "resolver.conf"))
	if err != nil {
		t.Fatal(err)
	}
	s := signed{accounts: map[string]*jwt.AccountClaims{}}
	for _, one := range token.FindAllString(string(data), -1) {
		c, err := jwt.Decode(one)
		if err != nil {
			t.Fatal(err)
		}
		vr := jwt.CreateValidationResults()
		c.Validate(vr)
		for _, issue := range vr.Issues {
			t.Errorf("%s: %s", site.Name, issue.Description)
		}
		switch c := c.(type) {
		case *jwt.OperatorClaims:
			s.operator = c
		case *jwt.AccountClaims:
			s.accounts[c.Name] = c
		}
	}
	return s
}

func credentials(t testing.TB, l *keystest.Lab, site *accounts.Site, u *accounts.User) *jwt.UserClaims {
	t.Helper()
	return keystest.Claims(t, filepath.Join(l.Options.Out, keys.CredsFile(site, u)))
}

// What is signed says what the model says, in every site of random labs.
func TestWhatIsSignedIsTheModel(t *testing.T) {
	t.Parallel()
	seeds := uint64(25)
	if testing.Short() {
		seeds = 5
	}
	for seed := range seeds {
		l := keystest.New(t, loadtest.Random(t, seed))
		for i := range l.Model.Sites {
			compareSite(t, l, &l.Model.Sites[i])
		}
		if r := l.Apply(t); r.Files != 0 {
			t.Errorf("lab %d: the second apply wrote %d files: %+v", seed, r.Files, r.Changes)
		}
	}
}

func compareSite(t *testing.T, l *keystest.Lab, site *accounts.Site) {
	t.Helper()
	s := resolver(t, l, site)
	if !s.operator.StrictSigningKeyUsage || len(s.operator.SigningKeys) != 1 || s.operator.SystemAccount != s.accounts["SYS"].Subject {
		t.Errorf("%s: operator %+v", site.Name, s.operator)
	}
	if len(s.accounts) != len(site.Accounts) {
		t.Errorf("%s: %d accounts are signed, %d declared", site.Name, len(s.accounts), len(site.Accounts))
	}
	for i := range site.Accounts {
		a := &site.Accounts[i]
		c := s.accounts[a.Name]
		if c.Issuer != s.operator.SigningKeys[0] {
			t.Errorf("%s: %s is not signed by the operator's signing key", site.Name, a.Name)
		}
		compareAccount(t, s, c, a)
		for j := range a.Users {
			compareUser(t, c, credentials(t, l, site, &a.Users[j]), &a.Users[j])
		}
	}
}

func compareAccount(t *testing.T, s signed, c *jwt.AccountClaims, a *accounts.Account) {
	t.Helper()
	unlimited := func(n int64) int64 {
		if n == 0 {
			return -1
		}
		return n
	}
	if a.JetStream == nil {
		if c.Limits.IsJSEnabled() {
			t.Errorf("%s may store", a.Name)
		}
	} else if c.Limits.DiskStorage != unlimited(int64(a.JetStream.Store)) || c.Limits.MemoryStorage != unlimited(int64(a.JetStream.Memory)) ||
		c.Limits.Streams != -1 || c.Limits.Consumer != -1 {
		t.Errorf("%s may store %+v, declared %+v", a.Name, c.Limits.JetStreamLimits, *a.JetStream)
	}
	var want, got []string
	for _, e := range a.Exports {
		for _, to := range e.To {
			line := "export " + string(e.Kind) + " " + e.Subject + " to " + to
			if e.Kind == accounts.Service {
				line += " " + map[bool]string{true: jwt.ResponseTypeStream, false: jwt.ResponseTypeSingleton}[e.Answers == "stream"] + " " + e.Threshold.String()
			}
			want = append(want, line)
		}
	}
	for _, e := range c.Exports {
		if a.Kind == "system" {
			if e.AccountTokenPosition == 0 {
				t.Errorf("the system account lets %s out to everybody", e.Subject)
			}
			continue
		}
		if !e.TokenReq {
			t.Errorf("%s lets %s out to everybody", a.Name, e.Subject)
		}
		for _, other := range s.accounts {
			for _, in := range other.Imports {
				if in.Account != c.Subject || in.Subject != e.Subject || in.Type != e.Type {
					continue
				}
				line := "export " + e.Type.String() + " " + string(e.Subject) + " to " + other.Name
				if e.IsService() {
					line += " " + string(e.ResponseType) + " " + e.ResponseThreshold.String()
				}
				got = append(got, line)
				checkToken(t, c, other, in)
			}
		}
	}
	for _, in := range a.Imports {
		want = append(want, strings.Join([]string{"import", string(in.Kind), in.Subject, in.From, in.Local, map[bool]string{true: "shared"}[in.Share]}, " "))
	}
	names := map[string]string{}
	for name, c := range s.accounts {
		names[c.Subject] = name
	}
	for _, in := range c.Imports {
		got = append(got, strings.Join([]string{"import", in.Type.String(), string(in.Subject), names[in.Account], string(in.LocalSubject), map[bool]string{true: "shared"}[in.Share]}, " "))
	}
	for _, m := range a.Mappings {
		want = append(want, "map "+m.From+" "+m.To)
	}
	for from, to := range c.Mappings {
		for _, w := range to {
			got = append(got, "map "+string(from)+" "+string(w.Subject))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("%s (-declared +signed):\n%s", a.Name, diff)
	}
	if len(c.Revocations) > 0 || len(c.SigningKeys) != 1 || !c.Limits.DisallowBearer || c.Authorization.IsEnabled() {
		t.Errorf("%s: revocations %v, signing keys %v, %+v", a.Name, c.Revocations, c.SigningKeys, c.Limits)
	}
}

func checkToken(t *testing.T, from, to *jwt.AccountClaims, in *jwt.Import) {
	t.Helper()
	act, err := jwt.DecodeActivationClaims(in.Token)
	if err != nil {
		t.Fatalf("the token of %s at %s: %v", in.Subject, to.Name, err)
	}
	if act.Subject != to.Subject || act.IssuerAccount != from.Subject || !from.SigningKeys.Contains(act.Issuer) || act.ImportSubject != in.Subject || act.ImportType != in.Type {
		t.Errorf("the token of %s at %s is for %+v", in.Subject, to.Name, act)
	}
}

func compareUser(t *testing.T, a *jwt.AccountClaims, c *jwt.UserClaims, u *accounts.User) {
	t.Helper()
	want := jwt.Permissions{
		Pub: jwt.Permission{Allow: u.Publish.Allow(), Deny: u.Publish.Denied()},
		Sub: jwt.Permission{Allow: u.Subscribe.Allow(), Deny: u.Subscribe.Denied()},
	}
	if diff := cmp.Diff(want, c.Permissions, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-declared +signed):\n%s", u.Name, diff)
	}
	for _, p := range []jwt.Permission{c.Pub, c.Sub} {
		if len(p.Allow) == 0 && !slices.Contains(p.Deny, ">") {
			t.Errorf("%s may do everything: %+v", u.Name, p)
		}
	}
	leaf := slices.Contains(c.AllowedConnectionTypes, jwt.ConnectionTypeLeafnode)
	if len(c.AllowedConnectionTypes) == 0 || leaf != (u.Role == accounts.RoleLeaf) || leaf && slices.Contains(c.AllowedConnectionTypes, jwt.ConnectionTypeStandard) {
		t.Errorf("%s, a %s, connects as %v", u.Name, u.Role, c.AllowedConnectionTypes)
	}
	if c.Name != u.Name || c.BearerToken || c.Resp != nil || c.Expires != 0 || c.IssuerAccount != a.Subject || !a.SigningKeys.Contains(c.Issuer) {
		t.Errorf("%s: %+v", u.Name, c)
	}
}
