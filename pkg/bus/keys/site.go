package keys

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// FormatVersion is the version of the stored files.
const FormatVersion = 1

// site is what is known of a trust domain without any seed: what was signed, for
// whom, what was revoked. What is not stored is what should be signed.
type site struct {
	FormatVersion int               `json:"format_version"`
	Lab           string            `json:"lab"`
	Kind          accounts.SiteKind `json:"kind"`
	Name          string            `json:"name"`
	Members       []string          `json:"members,omitempty"`
	Operator      operator          `json:"operator"`
	Accounts      []*account        `json:"accounts"` // by name
	// Servers are those that an apply last saw declared: who must hear of what
	// is rotated or revoked without a declaration.
	Servers []server `json:"servers,omitempty"`

	ring *ring
	gone bool // no longer declared
}

// server is one that reads a site's files.
type server struct {
	Name string `json:"name"`
	Host string `json:"host"`
}

// operator signs accounts, with its signing key.
type operator struct {
	Key     string    `json:"key"`
	Sign    string    `json:"sign"`
	Retired []retired `json:"retired,omitempty"`
	JWT     string    `json:"jwt"`

	claims, want *jwt.OperatorClaims
}

// retired is a key that was replaced and counts until then. What was signed for
// it expires by itself at a second; 0: never.
type retired struct {
	Key     string    `json:"key"`
	Until   time.Time `json:"until"`
	Expires int64     `json:"expires,omitempty"`
}

// account signs users, with its signing key.
type account struct {
	Name    string       `json:"name"`
	Key     string       `json:"key"`
	Sign    string       `json:"sign"`
	Retired []retired    `json:"retired,omitempty"`
	Gone    bool         `json:"gone,omitempty"` // no longer declared: shut
	Revoked []revocation `json:"revoked,omitempty"`
	JWT     string       `json:"jwt"`
	Users   []*user      `json:"users"` // by name

	claims, want *jwt.AccountClaims
	index        map[string]int // of Revoked, by key
}

// revocation puts out what was signed for a key up to a second.
type revocation struct {
	Key  string `json:"key"`
	At   int64  `json:"at"`
	User string `json:"user,omitempty"`
	Why  string `json:"why"`
	// Until is when all it puts out has expired; 0: never.
	Until int64 `json:"until,omitempty"`
}

// status says whether a user may log in.
type status string

const (
	active  status = ""
	removed status = "removed" // no longer declared
	revoked status = "revoked" // put out by a person
)

// user logs in.
type user struct {
	Name     string        `json:"name"`
	Role     accounts.Role `json:"role"`
	Identity string        `json:"identity,omitempty"`
	// Leaf is the leaf that logs in with it.
	Leaf    string    `json:"leaf,omitempty"`
	Status  status    `json:"status,omitempty"`
	Retired []retired `json:"retired,omitempty"`
	Key     string    `json:"key"`
	JWT     string    `json:"jwt"`

	claims, want *jwt.UserClaims
	undeclared   bool
}

// title is how a site is called: "hub dev".
func title(kind accounts.SiteKind, name string) string { return string(kind) + " " + name }

func (s *site) title() string { return title(s.Kind, s.Name) }

func (s *site) account(name string) *account {
	i := slices.IndexFunc(s.Accounts, func(a *account) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return s.Accounts[i]
}

func (a *account) user(name string) *user {
	i, ok := slices.BinarySearchFunc(a.Users, name, func(u *user, n string) int { return strings.Compare(u.Name, n) })
	if !ok {
		return nil
	}
	return a.Users[i]
}

// revokedAt is the second up to which what was signed for a key is revoked.
func (a *account) revokedAt(key string) int64 {
	a.look()
	var at int64
	for _, k := range []string{key, jwt.All} {
		if i, ok := a.index[k]; ok {
			at = max(at, a.Revoked[i].At)
		}
	}
	return at
}

// revoke puts out what was signed for a key up to a second, for good or until
// the last of it has expired.
func (a *account) revoke(r revocation) {
	a.look()
	i, ok := a.index[r.Key]
	if !ok {
		a.index[r.Key] = len(a.Revoked)
		a.Revoked = append(a.Revoked, r)
		return
	}
	old := &a.Revoked[i]
	if old.Until == 0 || r.Until == 0 {
		r.Until = 0 // something that was put out before never expires
	} else {
		r.Until = max(r.Until, old.Until)
	}
	if old.At >= r.At {
		old.Until = r.Until
		return
	}
	*old = r
}

// revokeAll is revoke for a user's key and for those it had before.
func (a *account) revokeAll(u *user, at int64, why string) {
	r := revocation{Key: u.Key, At: at, User: u.Name, Why: why}
	if u.claims != nil {
		r.At, r.Until = max(at, u.claims.IssuedAt), u.claims.Expires
	}
	a.revoke(r)
	for _, old := range u.Retired {
		a.revoke(revocation{Key: old.Key, At: r.At, User: u.Name, Why: why, Until: old.Expires})
	}
	u.Retired = nil
}

// look makes the index of what is revoked.
func (a *account) look() {
	if a.index != nil {
		return
	}
	a.index = make(map[string]int, len(a.Revoked))
	for i := range a.Revoked {
		a.index[a.Revoked[i].Key] = i
	}
}

// order sorts what is revoked by key, without what puts out nothing any more.
func (a *account) order(now int64) {
	a.Revoked = slices.DeleteFunc(a.Revoked, func(r revocation) bool { return r.Until != 0 && r.Until < now })
	slices.SortFunc(a.Revoked, func(x, y revocation) int { return strings.Compare(x.Key, y.Key) })
	a.index = nil
}

// parseSite reads a site's file. Whether its signatures hold is for verify.
func parseSite(data []byte, lab string, kind accounts.SiteKind, name string) (*site, error) {
	s := &site{}
	if err := strict(data, s); err != nil {
		return nil, err
	}
	switch {
	case s.FormatVersion != FormatVersion:
		return nil, fmt.Errorf("its format is %d, and this nimmer knows %d", s.FormatVersion, FormatVersion)
	case s.Lab != lab || s.Kind != kind || s.Name != name:
		return nil, fmt.Errorf("it belongs to %.80q of the lab %.80q, not to %q of the lab %q", title(s.Kind, s.Name), s.Lab, title(kind, name), lab)
	}
	seen := map[string]bool{}
	for i, a := range s.Accounts {
		if a == nil || i > 0 && s.Accounts[i-1].Name >= a.Name {
			return nil, fmt.Errorf("it is damaged: its accounts are not in order")
		}
		for j, u := range a.Users {
			if u == nil || j > 0 && a.Users[j-1].Name >= u.Name {
				return nil, fmt.Errorf("it is damaged: the users of %.80q are not in order", a.Name)
			}
			if u.Status == active && seen[u.Name] {
				return nil, fmt.Errorf("two users are called %.80q", u.Name)
			}
			seen[u.Name] = seen[u.Name] || u.Status == active
		}
	}
	return s, nil
}
