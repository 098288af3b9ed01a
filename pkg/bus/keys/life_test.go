package keys_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
)

// small is a lab of one hub with keys, in folders of the test.
type small struct {
	t *testing.T
	o keys.Options
}

func newSmall(t *testing.T) *small {
	t.Helper()
	root := t.TempDir()
	s := &small{t, keys.Options{Dir: filepath.Join(root, "keys"), Out: filepath.Join(root, "out")}}
	_, m := source(t, smallHCL)
	if _, err := keys.Init(t.Context(), m, s.o); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *small) apply(hcl string, change func(*keys.Options)) *keys.Report {
	s.t.Helper()
	top, m := source(s.t, hcl)
	o := s.o
	if change != nil {
		change(&o)
	}
	r, err := keys.Apply(s.t.Context(), top, m, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *small) view(hcl string) map[string]keys.UserView {
	s.t.Helper()
	_, m := source(s.t, hcl)
	o := s.o
	v, err := keys.Show(m, "", o)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, word := range []string{"SU", "SA", "SO", "eyJ"} {
		for _, field := range strings.Split(string(text), `"`) {
			if strings.HasPrefix(field, word) && len(field) > 50 {
				s.t.Errorf("show tells a secret: %.20s...", field)
			}
		}
	}
	out := map[string]keys.UserView{}
	for _, site := range v.Sites {
		for _, a := range site.Accounts {
			for _, u := range a.Users {
				out[u.Name] = u
			}
		}
	}
	return out
}

func days(n int) func(*keys.Options) {
	d := time.Duration(n) * 24 * time.Hour
	return func(o *keys.Options) { o.Expires = &d }
}

func (s *small) later(d time.Duration) { s.o.Now = func() time.Time { return time.Now().Add(d) } }

func TestExpiry(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	s.apply(smallHCL, nil)
	const user = "dev_cell_a"
	if u := s.view(smallHCL)[user]; u.Expires != nil || u.State != "current" {
		t.Errorf("%+v", u)
	}
	// To expire is to be less than before: the older ones are revoked.
	r := s.apply(smallHCL, days(90))
	all := len(s.view(smallHCL))
	if r.Count(keys.DidNarrow) != all || len(r.Servers) != 1 {
		t.Errorf("from now on they expire: %d of %d, servers %+v", r.Count(keys.DidNarrow), all, r.Servers)
	}
	u := s.view(smallHCL)[user]
	if u.Expires == nil || time.Until(*u.Expires) < 89*24*time.Hour || time.Until(*u.Expires) > 90*24*time.Hour {
		t.Errorf("it expires %v", u.Expires)
	}
	// How long is remembered, and renewed under a third.
	s.later(59 * 24 * time.Hour)
	if r := s.apply(smallHCL, nil); r.Files != 0 {
		t.Errorf("with a third left: %+v", r.Changes)
	}
	s.later(61 * 24 * time.Hour)
	if u := s.view(smallHCL)[user]; u.State != "stale" || !strings.Contains(u.Why, "expires on") {
		t.Errorf("with less left: %+v", u)
	}
	r = s.apply(smallHCL, nil)
	if r.Count(keys.DidRenew) != all || r.Count(keys.DidNarrow) != 0 || len(r.Servers) != 0 {
		t.Errorf("with less left: %+v, servers %+v", r.Changes[0], r.Servers)
	}
	s.later(200 * 24 * time.Hour)
	if u := s.view(smallHCL)[user]; u.State != "expired" {
		t.Errorf("after its end: %+v", u)
	}
	if r := s.apply(smallHCL, days(30)); r.Count(keys.DidRenew) != all {
		t.Errorf("after its end: %+v", r.Changes)
	}
	if r := s.apply(smallHCL, days(0)); r.Count(keys.DidSign) != all {
		t.Errorf("no longer: %+v", r.Changes)
	}
	if u := s.view(smallHCL)[user]; u.Expires != nil {
		t.Errorf("no longer: %+v", u)
	}
}

// Who is no longer declared is revoked, and its keys are kept until --prune.
func TestRemoved(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	s.apply(smallHCL, nil)
	const user = "dev_identity_someone_virtual"
	key := s.view(smallHCL)[user].Key
	creds := filepath.Join(s.o.Out, "nats", "hub", "hub", "creds", user+".creds")
	without := strings.Split(smallHCL, "identity")[0]
	if u := s.view(without)[user]; u.State != "removed" || !strings.Contains(u.Why, "until the next apply") {
		t.Errorf("before apply: %+v", u)
	}
	r := s.apply(without, nil)
	if gone := r.Revoked(); len(gone) != 2 || gone[1].User != user || r.Count(keys.DidRevoke) != 2 {
		t.Errorf("%+v", gone)
	}
	if _, err := os.Stat(creds); !errors.Is(err, fs.ErrNotExist) {
		t.Error("its credentials still lie there")
	}
	if r := s.apply(without, nil); r.Files != 0 {
		t.Errorf("the apply after that wrote %d files", r.Files)
	}
	// It comes back with its key, in a later second than the revocation's.
	s.apply(smallHCL, nil)
	back := s.view(smallHCL)[user]
	if back.Key != key || back.State != "current" {
		t.Errorf("when it comes back: %+v", back)
	}
	claims := keystest.Claims(t, creds)
	if at := s.revokedAt(key); at == 0 || claims.IssuedAt <= at {
		t.Errorf("it was signed for in second %d, and all up to %d is revoked", claims.IssuedAt, at)
	}
	// Pruned, it comes back with another key; what was revoked stays so.
	s.apply(without, func(o *keys.Options) { o.Prune = true })
	if u, there := s.view(without)[user]; there {
		t.Errorf("pruned: %+v", u)
	}
	if s.revokedAt(key) == 0 {
		t.Error("the revocation was forgotten with the key")
	}
	if r := s.apply(without, func(o *keys.Options) { o.Prune = true }); r.Files != 0 {
		t.Errorf("to prune twice wrote %d files", r.Files)
	}
	s.apply(smallHCL, nil)
	if u := s.view(smallHCL)[user]; u.Key == key {
		t.Error("it came back with the key that was forgotten")
	}
}

// revokedAt is up to when a server takes a key's credentials for revoked.
func (s *small) revokedAt(key string) int64 {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.o.Out, "nats", "hub", "hub", "resolver.conf"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, one := range token.FindAllString(string(data), -1) {
		if c, err := jwt.DecodeAccountClaims(one); err == nil && c.Revocations[key] != 0 {
			return c.Revocations[key]
		}
	}
	return 0
}

// An environment that goes is shut: its accounts stay with the servers, without
// anything that crosses, and all that was signed in them is revoked.
func TestAccountsGo(t *testing.T) {
	t.Parallel()
	both := strings.Replace(smallHCL, `lab "small" {}`, `lab "small" { environments = ["dev", "prod"] }`, 1)
	s := newSmall(t)
	s.apply(both, nil)
	s.apply(smallHCL, nil)
	shut := 0
	data := read(t, filepath.Join(s.o.Out, "nats", "hub", "hub", "resolver.conf"))
	for _, one := range token.FindAllString(data, -1) {
		c, err := jwt.DecodeAccountClaims(one)
		if err != nil || !strings.HasPrefix(c.Name, "PROD") {
			continue
		}
		shut++
		if len(c.Imports)+len(c.Exports)+len(c.Mappings) > 0 || c.Revocations[jwt.All] == 0 {
			t.Errorf("%s is not shut: %+v", c.Name, c.Account)
		}
	}
	if shut != 3 {
		t.Errorf("%d accounts are shut, want 3", shut)
	}
	if r := s.apply(smallHCL, nil); r.Files != 0 {
		t.Errorf("the apply after that wrote %d files", r.Files)
	}
	s.apply(both, nil)
	if u := s.view(both)["prod_cell_a"]; u.State != "current" {
		t.Errorf("when it comes back: %+v", u)
	}
	s.apply(smallHCL, func(o *keys.Options) { o.Prune = true })
	if data := read(t, filepath.Join(s.o.Out, "nats", "hub", "hub", "resolver.conf")); strings.Contains(data, "PROD") {
		t.Error("the account is still there after --prune")
	}
	if r := s.apply(smallHCL, nil); r.Files != 0 {
		t.Errorf("the apply after --prune wrote %d files", r.Files)
	}
}

func TestShowTellsWhatIsStale(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	if u := s.view(smallHCL)["dev_cell_a"]; u.State != "missing" {
		t.Errorf("before the first apply: %+v", u)
	}
	s.apply(smallHCL, nil)
	for name, u := range s.view(smallHCL) {
		if u.State != "current" || u.Why != "" {
			t.Errorf("%s: %s, %s", name, u.State, u.Why)
		}
	}
	more := s.view(strings.Replace(smallHCL, "*.nervous.gates.*.lean", "*.nervous.gates.*.transition", 1) + "cell \"c\" {}\n")
	if u := more["dev_identity_someone_virtual"]; u.State != "stale" || u.Why != "what it may do changed" {
		t.Errorf("%+v", u)
	}
	if u := more["dev_cell_c"]; u.State != "missing" {
		t.Errorf("%+v", u)
	}
	if _, err := keys.Show(nil, "nobody", s.o); err == nil {
		t.Error("nobody is shown")
	}
	v, err := keys.Show(nil, "someone", s.o)
	if err != nil || len(v.Sites) != 1 || len(v.Sites[0].Accounts) != 2 {
		t.Errorf("the users of an identity: %+v, %v", v, err)
	}
}

func TestNarrowedClaims(t *testing.T) {
	t.Parallel()
	claims := func(change func(*jwt.UserClaims)) *jwt.UserClaims {
		c := jwt.NewUserClaims("U")
		c.Pub.Allow, c.Sub.Allow = jwt.StringList{"a.*", "b"}, jwt.StringList{"c.>"}
		c.Pub.Deny = jwt.StringList{"a.x"}
		c.AllowedConnectionTypes = jwt.StringList{"STANDARD"}
		if change != nil {
			change(c)
		}
		return c
	}
	for name, tc := range map[string]struct {
		old, now *jwt.UserClaims
		want     bool
	}{
		"the same":        {claims(nil), claims(nil), false},
		"one more":        {claims(nil), claims(func(c *jwt.UserClaims) { c.Pub.Allow.Add("d") }), false},
		"one wider":       {claims(nil), claims(func(c *jwt.UserClaims) { c.Pub.Allow = jwt.StringList{"a.>", "b"} }), false},
		"one less":        {claims(nil), claims(func(c *jwt.UserClaims) { c.Pub.Allow = jwt.StringList{"a.*"} }), true},
		"one narrower":    {claims(nil), claims(func(c *jwt.UserClaims) { c.Sub.Allow = jwt.StringList{"c.*"} }), true},
		"another denied":  {claims(nil), claims(func(c *jwt.UserClaims) { c.Pub.Deny.Add("a.y") }), true},
		"denied no more":  {claims(nil), claims(func(c *jwt.UserClaims) { c.Pub.Deny = nil }), false},
		"nothing at all":  {claims(nil), claims(func(c *jwt.UserClaims) { c.Pub.Allow, c.Pub.Deny = nil, jwt.StringList{">"} }), true},
		"from nothing":    {claims(func(c *jwt.UserClaims) { c.Pub.Allow, c.Pub.Deny = nil, jwt.StringList{">"} }), claims(nil), false},
		"from everything": {claims(func(c *jwt.UserClaims) { c.Pub.Allow, c.Pub.Deny = nil, nil }), claims(nil), true},
		"as a leaf":       {claims(func(c *jwt.UserClaims) { c.AllowedConnectionTypes.Add("LEAFNODE") }), claims(nil), true},
		"in any way":      {claims(func(c *jwt.UserClaims) { c.AllowedConnectionTypes = nil }), claims(nil), true},
		"to expire":       {claims(nil), claims(func(c *jwt.UserClaims) { c.Expires = 5 }), true},
		"for longer":      {claims(func(c *jwt.UserClaims) { c.Expires = 5 }), claims(func(c *jwt.UserClaims) { c.Expires = 6 }), false},
		"to any reply":    {claims(func(c *jwt.UserClaims) { c.Resp = &jwt.ResponsePermission{} }), claims(nil), true},
		"without a proof": {claims(func(c *jwt.UserClaims) { c.BearerToken = true }), claims(nil), true},
	} {
		if got := keys.Narrowed(tc.old, tc.now); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
