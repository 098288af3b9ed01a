package accounts

import (
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Allow is what the server is told to allow: derived and declared grants
// together, sorted, without doubles.
func (g *Grants) Allow() []string {
	out := slices.Concat(g.Derived, g.Declared)
	slices.Sort(out)
	return slices.Compact(out)
}

// Denied is what the server is told to deny. A server takes an empty list of
// what is allowed for "everything": then everything is denied.
func (g *Grants) Denied() []string {
	if len(g.Derived)+len(g.Declared) == 0 {
		return []string{">"}
	}
	return g.Deny
}

// Allows reports whether a subject without wildcards is granted, as the server
// decides it.
func (g *Grants) Allows(subject string) bool {
	covers := func(filter string) bool { return Covers(filter, subject) }
	return slices.ContainsFunc(g.Allow(), covers) && !slices.ContainsFunc(g.Deny, covers)
}

// AllowsFilter reports whether a server lets somebody subscribe to a filter.
// It compares tokens: those of the filter, wildcards too, stand for themselves.
// So a grant of "a.*" lets "a.>" through, and with it everything below: see
// Reaches. Of what it lets through, it still does not deliver what is denied.
func (g *Grants) AllowsFilter(filter string) bool {
	stands := strings.NewReplacer("*", "?", ">", "?").Replace(filter)
	return g.Allows(stands)
}

// Reaches lists what can really be heard with these grants, given what
// AllowsFilter lets through: a last "*" is as good as ">".
func (g *Grants) Reaches() []string {
	out := slices.Clone(g.Allow())
	for i, s := range out {
		if parent, ok := strings.CutSuffix(s, ".*"); ok {
			out[i] = parent + ".>"
		}
	}
	return out
}

// Covers reports whether every subject that matches the filter b also matches a.
func Covers(a, b string) bool {
	for {
		x, restA, moreA := strings.Cut(a, ".")
		y, restB, moreB := strings.Cut(b, ".")
		switch {
		case x == ">":
			return true
		case y == ">", x != "*" && (x != y || y == "*"):
			return false
		}
		if !moreA || !moreB {
			return moreA == moreB
		}
		a, b = restA, restB
	}
}

// Inbox is where the answers to a user's questions come in, without the final dot.
func Inbox(user string) string { return "_IN." + user }

// Site returns the hub or leaf of this name, nil when there is none.
func (m *Model) Site(kind SiteKind, name string) *Site {
	i := slices.IndexFunc(m.Sites, func(s Site) bool { return s.Kind == kind && s.Name == name })
	if i < 0 {
		return nil
	}
	return &m.Sites[i]
}

// HubOf returns the hub that carries an environment, nil when none does.
func (m *Model) HubOf(env string) *Site {
	i := slices.IndexFunc(m.Sites, func(s Site) bool { return s.Kind == Hub && slices.Contains(s.Environments, env) })
	if i < 0 {
		return nil
	}
	return &m.Sites[i]
}

// Account returns a site's account, nil when it has none of this name.
func (s *Site) Account(name string) *Account {
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Accounts[i]
}

// User returns an account's user, nil when it has none of this name.
func (a *Account) User(name string) *User {
	i, ok := slices.BinarySearchFunc(a.Users, name, func(u User, n string) int { return strings.Compare(u.Name, n) })
	if !ok {
		return nil
	}
	return &a.Users[i]
}

// For returns the user that a block ("cell.math") has in an account of an
// environment's site, nil when it has none.
func (s *Site) For(env, kind, block string) *User {
	a := s.Account(AccountName(env, kind))
	if a == nil {
		return nil
	}
	i := slices.IndexFunc(a.Users, func(u User) bool { return slices.Contains(u.Of, block) })
	if i < 0 {
		return nil
	}
	return &a.Users[i]
}

// AccountName is what an account of an environment is called: "DEV_VIRTUAL".
func AccountName(env, kind string) string {
	return topology.StreamName(env, strings.ToUpper(kind))
}
