package keys

import (
	"slices"
	"strings"

	"github.com/nats-io/jwt/v2"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// declare sets what a site should sign. With a ring it makes the keys that are
// missing; without one, whoever is missing is left out.
func (s *site) declare(model *accounts.Site) error {
	s.Members = model.Members
	for i := range model.Accounts {
		if err := s.openAccount(&model.Accounts[i]); err != nil {
			return err
		}
	}
	s.Operator.want = s.operatorClaims()
	for _, a := range s.Accounts {
		m := model.Account(a.Name)
		if m == nil {
			s.close(a)
			continue
		}
		a.want = s.accountClaims(a, m)
		if err := s.declareUsers(a, m); err != nil {
			return err
		}
	}
	return nil
}

// leave shuts a whole site that is no longer declared.
func (s *site) leave() {
	s.gone = true
	s.Operator.want = s.operatorClaims()
	for _, a := range s.Accounts {
		s.close(a)
	}
}

// openAccount makes an account's keys when it has none.
func (s *site) openAccount(model *accounts.Account) error {
	if a := s.account(model.Name); a != nil {
		a.Gone = false
		return nil
	}
	if s.ring == nil {
		return nil
	}
	a := &account{Name: model.Name, Users: []*user{}}
	var err error
	if a.Key, err = s.ring.newest(keyAccount(a.Name)); err != nil {
		return err
	}
	if a.Sign, err = s.ring.newest(keyAccountSign(a.Name)); err != nil {
		return err
	}
	s.Accounts = append(s.Accounts, a)
	slices.SortFunc(s.Accounts, func(x, y *account) int { return strings.Compare(x.Name, y.Name) })
	return nil
}

// close shuts an account: nothing crosses, nobody may log in. Its JWT stays with
// the servers, which would leave those connected who are.
func (s *site) close(a *account) {
	a.Gone = true
	for _, u := range a.Users {
		u.undeclared = true
		if u.Status == active {
			u.Status = removed
		}
	}
	if a.claims == nil {
		return
	}
	c := *a.claims
	c.Imports, c.Exports, c.Mappings = nil, nil, jwt.Mapping{}
	a.want = &c
}

// declareUsers says what each user of an account may do, and which are gone.
func (s *site) declareUsers(a *account, model *accounts.Account) error {
	have := make(map[string]*user, len(a.Users))
	for _, u := range a.Users {
		have[u.Name] = u
		if model.User(u.Name) == nil {
			u.undeclared = true
			if u.Status == active {
				u.Status = removed
			}
		}
	}
	for i := range model.Users {
		m := &model.Users[i]
		u := have[m.Name]
		if u == nil {
			if s.ring == nil {
				continue
			}
			u = &user{Name: m.Name}
			var err error
			if u.Key, err = s.ring.newest(keyUser(a.Name, m.Name)); err != nil {
				return err
			}
			a.Users = append(a.Users, u)
		}
		if u.Status == removed {
			u.Status = active
			if s.ring != nil {
				if err := s.readmit(a, u); err != nil {
					return err
				}
			}
		}
		u.Role, u.Identity, u.Leaf = m.Role, m.Identity, leafOf(m)
		u.want = userClaims(a, u, m)
	}
	slices.SortFunc(a.Users, func(x, y *user) int { return strings.Compare(x.Name, y.Name) })
	return nil
}

// readmit gives a user that comes back a key, when its own was let go.
func (s *site) readmit(a *account, u *user) error {
	if _, kept := s.ring.index[u.Key]; kept {
		return nil
	}
	key, err := s.ring.newest(keyUser(a.Name, u.Name))
	u.Key = key
	return err
}

// leafOf is the leaf that logs in as a user, "" for others.
func leafOf(m *accounts.User) string {
	if m.Role != accounts.RoleLeaf || len(m.Of) == 0 {
		return ""
	}
	return strings.TrimPrefix(m.Of[0], "leaf.")
}

// keep sets that a site should sign what it has signed.
func (s *site) keep() {
	s.Operator.want = s.operatorClaims()
	for _, a := range s.Accounts {
		a.want = again(a.claims)
		for _, u := range a.Users {
			if u.Status == active && u.want == nil {
				w := *u.claims
				u.want = &w
			}
		}
	}
}

// again is a copy of an account's claims that gets tokens of its own.
func again(c *jwt.AccountClaims) *jwt.AccountClaims {
	out := *c
	out.Imports = make(jwt.Imports, len(c.Imports))
	for i, in := range c.Imports {
		one := *in
		out.Imports[i] = &one
	}
	return &out
}
