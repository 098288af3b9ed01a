package accounts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// check finds what no model may hold: a broken or boundless subject, one name
// for two users of a site, and a grant that opens another's fence.
func check(m *Model) error {
	var errs []error
	for i := range m.Sites {
		s := &m.Sites[i]
		seen := map[string]string{}
		for j := range s.Accounts {
			a := &s.Accounts[j]
			errs = append(errs, a.check())
			for k := range a.Users {
				u := &a.Users[k]
				if other, taken := seen[u.Name]; taken {
					errs = append(errs, fmt.Errorf("two users of %s are called %s: %s and %s", s.Name, u.Name, other, strings.Join(u.Of, ", ")))
				}
				seen[u.Name] = strings.Join(u.Of, ", ")
				errs = append(errs, a.checkUser(u))
			}
		}
	}
	return errors.Join(errs...)
}

func (a *Account) check() error {
	var errs []error
	for i := range a.Exports {
		errs = append(errs, bounded(a.Exports[i].Subject, "an export of "+a.Name))
	}
	for i := range a.Imports {
		errs = append(errs, bounded(a.Imports[i].Subject, "an import of "+a.Name))
	}
	return errors.Join(errs...)
}

// bounded refuses a subject that begins with a wildcard or was never made.
func bounded(subject, what string) error {
	switch {
	case strings.HasPrefix(subject, broken):
		return fmt.Errorf("%s cannot be made: %s", what, strings.TrimPrefix(subject, broken))
	case subject == "" || subject[0] == '*' || subject[0] == '>':
		return fmt.Errorf("%s, %q, begins with a wildcard: it would reach into every environment", what, subject)
	}
	return nil
}

// checkUser refuses grants that are too wide whoever has them.
func (a *Account) checkUser(u *User) error {
	var errs []error
	who := fmt.Sprintf("user %s (%s)", u.Name, strings.Join(u.Of, ", "))
	what := "a grant of " + who
	for _, list := range [][]string{u.Publish.Derived, u.Publish.Declared, u.Subscribe.Derived, u.Subscribe.Declared} {
		for _, s := range list {
			if err := bounded(s, what); err != nil {
				errs = append(errs, err)
			}
		}
	}
	if a.Environment == "" || u.Role == RoleLeaf {
		return errors.Join(errs...)
	}
	for _, s := range u.Publish.Declared {
		if what := topology.Reserved(s, a.Environment); what != "" {
			errs = append(errs, fmt.Errorf("%s may not publish %q: it reaches %s, which only gate core says", who, s, what))
		}
	}
	for _, list := range [][]string{u.Publish.Derived, u.Publish.Declared} {
		for _, s := range list {
			if why := a.tooWide(u, s); why != "" {
				errs = append(errs, fmt.Errorf("%s may not publish %q: %s", who, s, why))
			}
		}
	}
	return errors.Join(errs...)
}

// tooWide says which fence a grant to publish opens, or "".
func (a *Account) tooWide(u *User, subject string) string {
	env := a.Environment
	if !strings.HasPrefix(subject, env) || len(subject) == len(env) || subject[len(env)] != '.' {
		if strings.Contains(subject, ".") && foreign(subject) {
			return "it belongs to no environment"
		}
		return ""
	}
	rest := subject[len(env)+1:]
	reaches := func(filter string) bool { return topology.Overlap(rest, filter) }
	virtual := a.Kind == topology.AccountVirtual
	switch {
	case reaches("real.gates.*.verified") && (!virtual || !u.isGate(env)):
		return "only gate core hands openings over, from the virtual account"
	case virtual && reaches("real.gates.*.transition"):
		return "the real garden's transitions come from the real account only"
	case virtual && reaches("infra.hosts.>"):
		return "heartbeats of hosts come from the infra account only"
	case a.Kind == topology.AccountInfra && reaches("infra.deploy.*"):
		return "commands are given from the virtual account, where the server says by whom"
	}
	return ""
}

// isGate reports whether a user is gate core's, by what follows from its
// service.
func (u *User) isGate(env string) bool {
	return slices.ContainsFunc(u.Of, func(of string) bool { return strings.HasPrefix(of, "service.") }) &&
		slices.Contains(u.Publish.Derived, env+".real.gates.*.verified")
}

// foreign reports whether a subject is neither the server's own nor an inbox
// nor of the CIM.
func foreign(subject string) bool {
	return subject[0] != '$' && subject[0] != '_' && !strings.HasPrefix(subject, "cim.")
}
