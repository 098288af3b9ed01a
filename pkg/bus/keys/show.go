package keys

import (
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// View is what is known of a lab's keys. It holds no seed and no JWT.
type View struct {
	Lab       string `json:"lab"`
	Keys      string `json:"keys"`
	Out       string `json:"out"`
	Encrypted bool   `json:"encrypted"`
	// Expires is for how long users' JWTs count; "": for good.
	Expires string     `json:"expires,omitempty"`
	Sites   []SiteView `json:"sites"`
}

// SiteView is one trust domain.
type SiteView struct {
	Kind        accounts.SiteKind `json:"kind"`
	Name        string            `json:"name"`
	Operator    string            `json:"operator"`
	SigningKeys []string          `json:"signing_keys"`
	Stale       string            `json:"stale,omitempty"`
	Accounts    []AccountView     `json:"accounts"`
}

// AccountView is an account as it was signed.
type AccountView struct {
	Name        string             `json:"name"`
	Key         string             `json:"key"`
	SigningKeys []string           `json:"signing_keys"`
	Signed      time.Time          `json:"signed"`
	Store       int64              `json:"store"`  // bytes; -1: no bound, 0: nothing
	Memory      int64              `json:"memory"` // the same
	Exports     []CrossView        `json:"exports"`
	Imports     []CrossView        `json:"imports"`
	Mappings    []accounts.Mapping `json:"mappings"`
	Revoked     []RevokedView      `json:"revoked"`
	Stale       string             `json:"stale,omitempty"`
	Users       []UserView         `json:"users"`
}

// CrossView is an export or an import.
type CrossView struct {
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	From    string `json:"from,omitempty"` // account
	Local   string `json:"local,omitempty"`
	Share   bool   `json:"share,omitempty"`
	Answers string `json:"answers,omitempty"`
}

// RevokedView is what is put out.
type RevokedView struct {
	Key  string    `json:"key"`
	User string    `json:"user,omitempty"`
	At   time.Time `json:"at"`
	Why  string    `json:"why"`
}

// UserView is a user as it was signed for.
type UserView struct {
	Name     string        `json:"name"`
	Role     accounts.Role `json:"role"`
	Identity string        `json:"identity,omitempty"`
	Key      string        `json:"key"`
	// State is current, stale, expired, removed, revoked or missing.
	State       string          `json:"state"`
	Why         string          `json:"why,omitempty"`
	Signed      *time.Time      `json:"signed,omitempty"`
	Expires     *time.Time      `json:"expires,omitempty"`
	Publish     *jwt.Permission `json:"publish,omitempty"`
	Subscribe   *jwt.Permission `json:"subscribe,omitempty"`
	Connections []string        `json:"connections,omitempty"`
}

// Show reads what was signed, and compares it with a declaration when there is
// one. It needs no seed, so it needs no identity. User leaves out all but one,
// or those of an identity.
func Show(m *accounts.Model, user string, o Options) (*View, error) {
	if m != nil {
		o.Lab = m.Lab
	}
	s, err := open(o, toLook)
	if err != nil {
		return nil, err
	}
	v := &View{Lab: s.Lab, Keys: s.Dir, Out: s.Out, Encrypted: len(s.file.Recipients) > 0, Sites: []SiteView{}}
	if s.expires > 0 {
		v.Expires = duration(s.expires)
	}
	for _, one := range s.sites {
		sv, err := s.viewSite(one, m, user)
		if err != nil {
			return nil, err
		}
		if user == "" || len(sv.Accounts) > 0 {
			v.Sites = append(v.Sites, sv)
		}
	}
	if m != nil && user == "" {
		v.Sites = append(v.Sites, s.unfounded(m)...)
	}
	if user != "" && len(v.Sites) == 0 {
		return nil, s.nobody(What{User: user})
	}
	return v, nil
}

// unfounded are declared sites without keys.
func (s *store) unfounded(m *accounts.Model) []SiteView {
	var out []SiteView
	for i := range m.Sites {
		if d := &m.Sites[i]; s.site(d.Kind, d.Name) == nil {
			out = append(out, SiteView{Kind: d.Kind, Name: d.Name, SigningKeys: []string{}, Accounts: []AccountView{}, Stale: "it has no operator yet"})
		}
	}
	return out
}

func (s *store) viewSite(one *site, m *accounts.Model, user string) (SiteView, error) {
	v := SiteView{Kind: one.Kind, Name: one.Name, Operator: one.Operator.Key, SigningKeys: []string{}, Accounts: []AccountView{}}
	if one.Operator.claims != nil {
		v.SigningKeys = append(v.SigningKeys, one.Operator.claims.SigningKeys...)
	}
	var declared *accounts.Site
	if m != nil {
		if declared = m.Site(one.Kind, one.Name); declared == nil {
			one.leave()
			v.Stale = "it is no longer declared"
		} else if err := one.declare(declared); err != nil {
			return v, err
		}
	}
	sg := s.signer(one)
	for _, a := range one.Accounts {
		av := viewAccount(one, a)
		if m != nil {
			av.Stale = sg.staleAccount(a)
		}
		for _, u := range a.Users {
			if user == "" || u.is(user) {
				av.Users = append(av.Users, sg.view(a, u, m != nil))
			}
		}
		if declared != nil {
			av.Users = append(av.Users, missing(a, declared.Account(a.Name), user)...)
		}
		if user == "" || len(av.Users) > 0 {
			v.Accounts = append(v.Accounts, av)
		}
	}
	if declared != nil && user == "" {
		v.Accounts = append(v.Accounts, missingAccounts(one, declared)...)
	}
	return v, nil
}

func viewAccount(one *site, a *account) AccountView {
	c := a.claims
	v := AccountView{
		Name: a.Name, Key: a.Key, SigningKeys: c.SigningKeys.Keys(), Signed: at(c.IssuedAt),
		Store: c.Limits.DiskStorage, Memory: c.Limits.MemoryStorage,
		Exports: []CrossView{}, Imports: []CrossView{}, Mappings: []accounts.Mapping{}, Revoked: []RevokedView{}, Users: []UserView{},
	}
	slices.Sort(v.SigningKeys)
	for _, e := range c.Exports {
		v.Exports = append(v.Exports, CrossView{Kind: e.Type.String(), Subject: string(e.Subject), Answers: string(e.ResponseType)})
	}
	for _, i := range c.Imports {
		from := i.Account
		if acc := one.byKey(i.Account); acc != nil {
			from = acc.Name
		}
		v.Imports = append(v.Imports, CrossView{Kind: i.Type.String(), Subject: string(i.Subject), From: from, Local: string(i.LocalSubject), Share: i.Share})
	}
	for from, to := range c.Mappings {
		for _, w := range to {
			v.Mappings = append(v.Mappings, accounts.Mapping{From: string(from), To: string(w.Subject)})
		}
	}
	slices.SortFunc(v.Mappings, func(a, b accounts.Mapping) int { return strings.Compare(a.From, b.From) })
	for _, r := range a.Revoked {
		v.Revoked = append(v.Revoked, RevokedView{Key: r.Key, User: r.User, At: at(r.At), Why: r.Why})
	}
	return v
}

func at(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }

// staleAccount says why an account's JWT is not as it is declared. Tokens are
// compared by whom they are for alone: making them takes seeds.
func (s *signer) staleAccount(a *account) string {
	if a.want == nil {
		return ""
	}
	want := again(a.want)
	want.SigningKeys, want.Revocations = a.claims.SigningKeys, a.claims.Revocations
	have := again(a.claims)
	for _, list := range []jwt.Imports{want.Imports, have.Imports} {
		for _, in := range list {
			in.Token = ""
		}
	}
	switch {
	case sameAccount(have, want):
		return ""
	case a.Gone:
		return "it is no longer declared"
	}
	return "what it stores, or what crosses it, changed"
}

func (s *signer) view(a *account, u *user, declared bool) UserView {
	c := u.claims
	signed := at(c.IssuedAt)
	v := UserView{
		Name: u.Name, Role: u.Role, Identity: u.Identity, Key: u.Key, State: "current", Signed: &signed,
		Publish: &c.Pub, Subscribe: &c.Sub, Connections: c.AllowedConnectionTypes,
	}
	if c.Expires != 0 {
		expires := at(c.Expires)
		v.Expires = &expires
	}
	switch {
	case u.Status == revoked:
		v.State = string(revoked)
	case u.Status == removed:
		v.State = string(removed)
		if a.revokedAt(u.Key) < c.IssuedAt {
			v.Why = "it is no longer declared, and may log in until the next apply"
		}
	case c.Expires != 0 && c.Expires <= s.now.Unix():
		v.State = "expired"
	case declared:
		if _, why := s.stale(a, u); why != "" {
			v.State, v.Why = "stale", why
		}
	}
	return v
}

// missing are declared users without keys.
func missing(a *account, declared *accounts.Account, user string) []UserView {
	var out []UserView
	if declared == nil {
		return nil
	}
	for i := range declared.Users {
		u := &declared.Users[i]
		if a != nil && a.user(u.Name) != nil || user != "" && u.Name != user && u.Identity != user {
			continue
		}
		out = append(out, UserView{Name: u.Name, Role: u.Role, Identity: u.Identity, State: "missing", Why: "it has no key yet"})
	}
	return out
}

func missingAccounts(one *site, declared *accounts.Site) []AccountView {
	var out []AccountView
	for i := range declared.Accounts {
		d := &declared.Accounts[i]
		if one.account(d.Name) != nil {
			continue
		}
		out = append(out, AccountView{
			Name: d.Name, SigningKeys: []string{}, Exports: []CrossView{}, Imports: []CrossView{}, Mappings: []accounts.Mapping{}, Revoked: []RevokedView{},
			Stale: "it has no key yet", Users: missing(nil, d, ""),
		})
	}
	return out
}
