package accounts

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Compile makes the account model of a declared lab. It fails, with every
// reason, when a grant could not be made or is wider than it may be; a
// topology that was loaded without errors compiles.
func Compile(t *topology.Topology) (*Model, error) {
	if err := unique(t); err != nil {
		return nil, fmt.Errorf("compile the accounts of %s: %w", t.Lab.Name, err)
	}
	c := newCompiler(t)
	for _, joined := range clusters(t.NATS) {
		c.hub(joined)
	}
	for i := range t.Leaves {
		c.leaf(&t.Leaves[i])
	}
	for _, env := range t.Lab.Environments {
		if c.hubs[env] != nil {
			c.environment(env)
		}
	}
	m := c.model()
	if err := check(m); err != nil {
		return nil, fmt.Errorf("compile the accounts of %s: %w", t.Lab.Name, err)
	}
	return m, nil
}

// unique refuses two blocks that would be one user: each would get the grants
// of both.
func unique(t *topology.Topology) error {
	var errs []error
	taken := map[string]string{}
	name := func(kind, plural, name string) {
		key := kind + "." + token(name)
		if other, ok := taken[key]; ok {
			errs = append(errs, fmt.Errorf("two %s are called %s and %s, which is one name on the bus: rename one of them", plural, other, name))
		}
		taken[key] = name
	}
	for i := range t.Identities {
		name("identity", "identities", t.Identities[i].Name)
	}
	for i := range t.Cells {
		name("cell", "cells", t.Cells[i].Name)
	}
	for i := range t.Nerves {
		name("nerve", "nerves", t.Nerves[i].Name)
	}
	for i := range t.Organs {
		name("organ", "organs", t.Organs[i].Name)
	}
	for i := range t.Cortexes {
		name("mind", "minds", t.Cortexes[i].Name)
	}
	return errors.Join(errs...)
}

// compiler gathers the model while it is being made.
type compiler struct {
	t      *topology.Topology
	sites  []*site
	hubs   map[string]*site            // by environment
	leaves map[string]map[string]*site // by host, environment
	hosts  map[string]*topology.Host
	ids    map[string]*topology.Identity
}

// site is a Site with its accounts open for writing.
type site struct {
	Site
	accounts map[string]*account // by name
}

type account struct {
	Account
	users map[string]*User
}

func newCompiler(t *topology.Topology) *compiler {
	c := &compiler{t: t, hubs: map[string]*site{}, leaves: map[string]map[string]*site{}, hosts: map[string]*topology.Host{}, ids: map[string]*topology.Identity{}}
	for i := range t.Hosts {
		c.hosts[t.Hosts[i].Name] = &t.Hosts[i]
	}
	for i := range t.Identities {
		c.ids[t.Identities[i].Name] = &t.Identities[i]
	}
	return c
}

// clusters groups hubs that are joined by gateways, each group and the groups
// sorted by name.
func clusters(hubs []topology.NATS) [][]*topology.NATS {
	group := map[string]string{} // hub to the first of its group
	for i := range hubs {
		group[hubs[i].Name] = hubs[i].Name
	}
	for changed := true; changed; {
		changed = false
		for i := range hubs {
			for _, peer := range hubs[i].Peers {
				a, b := group[hubs[i].Name], group[peer]
				if b != "" && a != b {
					first := min(a, b)
					group[hubs[i].Name], group[peer], changed = first, first, true
				}
			}
		}
	}
	joined := map[string][]*topology.NATS{}
	for i := range hubs {
		first := group[hubs[i].Name]
		joined[first] = append(joined[first], &hubs[i])
	}
	out := make([][]*topology.NATS, 0, len(joined))
	for _, first := range slices.Sorted(maps.Keys(joined)) {
		slices.SortFunc(joined[first], func(a, b *topology.NATS) int { return cmp.Compare(a.Name, b.Name) })
		out = append(out, joined[first])
	}
	return out
}

// hub opens the site of hubs that are joined, with the accounts of the
// environments that no site before it carries.
func (c *compiler) hub(hubs []*topology.NATS) {
	first := hubs[0]
	s := &site{Site: Site{Name: first.Name, Kind: Hub, Domain: first.Name, External: true, Environments: []string{}}, accounts: map[string]*account{}}
	js := room(first)
	for _, n := range hubs {
		s.Members = append(s.Members, n.Name)
		s.External = s.External && len(n.Hosts) == 0
		own := room(n)
		js.Store, js.Memory = min(js.Store, own.Store), min(js.Memory, own.Memory)
		for _, env := range n.Environments {
			if c.hubs[env] == nil {
				c.hubs[env] = s
				s.Environments = append(s.Environments, env)
			}
		}
	}
	for _, env := range s.Environments {
		c.open(s, env, js)
		c.cross(s, env)
	}
	c.system(s)
	c.sites = append(c.sites, s)
}

// room is what the accounts of a hub may store together. An account's bound
// counts every replica of a stream (measured: of 48 MiB, a stream of three
// replicas takes 16), so a hub whose streams have three has room for three
// times what one of its servers holds. However they are spread, a server then
// holds no more than its own, as long as no stream asks for fewer.
func room(n *topology.NATS) topology.JetStream {
	replicas := topology.Bytes(max(n.Replicas, 1))
	return topology.JetStream{Memory: n.JetStream.Memory * replicas, Store: n.JetStream.Store * replicas}
}

// leaf opens a leaf's site: the same accounts, of its own operator, and nothing
// that crosses between them.
func (c *compiler) leaf(l *topology.Leaf) {
	s := &site{Site: Site{Name: l.Name, Kind: Leaf, Host: l.Host, Domain: l.Host, Environments: []string{}}, accounts: map[string]*account{}}
	if c.leaves[l.Host] == nil {
		c.leaves[l.Host] = map[string]*site{}
	}
	for _, env := range l.Environments {
		if c.hubs[env] != nil && c.leaves[l.Host][env] == nil {
			c.leaves[l.Host][env] = s
			s.Environments = append(s.Environments, env)
		}
	}
	for _, env := range s.Environments {
		c.open(s, env, l.JetStream)
		c.link(s, env)
	}
	c.system(s)
	c.sites = append(c.sites, s)
}

// open makes an environment's three accounts, each with its share of what the
// server stores. Shares are explicit, since a JWT's default is nothing at all,
// and their sum stays within the server's: too much is fatal to a server with
// static accounts, and leaves accounts without JetStream where JWTs are used.
func (c *compiler) open(s *site, env string, js topology.JetStream) {
	n := topology.Bytes(len(s.Environments))
	for _, kind := range kinds {
		s.add(&account{Account: Account{
			Name: AccountName(env, kind), Environment: env, Kind: kind,
			JetStream: &Storage{Memory: share(js.Memory/n, kind), Store: share(js.Store/n, kind)},
		}})
	}
}

// share is an account's part of what an environment may store: three quarters
// for virtual, where everything is journalled, an eighth for each other.
func share(all topology.Bytes, kind string) topology.Bytes {
	if kind == topology.AccountVirtual {
		return all / 4 * 3
	}
	return all / 8
}

func (c *compiler) system(s *site) {
	s.add(&account{Account: Account{Name: System, Kind: "system"}})
	s.grant(System, SystemUser, RoleSystemOps, "lab."+c.t.Lab.Name, "",
		[]string{"$SYS.REQ.>"}, []string{"$SYS.>", Inbox(SystemUser) + ".>", "_INBOX.>"})
}

func (s *site) add(a *account) {
	a.users = map[string]*User{}
	s.accounts[a.Name] = a
}

// grant gives a user of an account subjects that follow from a block, and makes
// the user when it is new.
func (s *site) grant(account, name string, role Role, of, identity string, publish, subscribe []string) *User {
	a := s.accounts[account]
	u := a.users[name]
	if u == nil {
		u = &User{Name: name, Role: role, Identity: identity}
		a.users[name] = u
	}
	u.Of = append(u.Of, of)
	u.Publish.Derived = append(u.Publish.Derived, publish...)
	u.Subscribe.Derived = append(u.Subscribe.Derived, subscribe...)
	return u
}

// model closes the sites and puts everything in order.
func (c *compiler) model() *Model {
	m := &Model{FormatVersion: FormatVersion, Lab: c.t.Lab.Name, Sites: []Site{}}
	for _, s := range c.sites {
		s.Accounts = []Account{}
		for _, name := range slices.Sorted(maps.Keys(s.accounts)) {
			a := s.accounts[name]
			a.Users = []User{}
			for _, user := range slices.Sorted(maps.Keys(a.users)) {
				a.Users = append(a.Users, finish(a.users[user]))
			}
			s.Accounts = append(s.Accounts, a.Account)
		}
		slices.SortFunc(s.Links, func(a, b Link) int { return cmp.Compare(a.User, b.User) })
		m.Sites = append(m.Sites, s.Site)
	}
	slices.SortStableFunc(m.Sites, func(a, b Site) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return m
}

// finish sorts a user's lists; a declared grant that follows anyway is derived.
func finish(u *User) User {
	for _, list := range []*[]string{
		&u.Of, &u.Hosts, &u.Publish.Derived, &u.Publish.Declared, &u.Publish.Deny,
		&u.Subscribe.Derived, &u.Subscribe.Declared, &u.Subscribe.Deny,
	} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	for _, g := range []*Grants{&u.Publish, &u.Subscribe} {
		g.Derived = lean(g.Derived)
		g.Declared = slices.DeleteFunc(lean(g.Declared), func(s string) bool {
			return slices.ContainsFunc(g.Derived, func(d string) bool { return Covers(d, s) })
		})
	}
	return *u
}

// lean leaves out what another grant of a sorted list covers.
func lean(list []string) []string {
	type wide struct{ filter, prefix string }
	var all []wide
	for _, s := range list {
		if wild(s) {
			all = append(all, wide{s, s[:strings.IndexAny(s, "*>")]})
		}
	}
	if len(all) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(s string) bool {
		return slices.ContainsFunc(all, func(w wide) bool {
			return strings.HasPrefix(s, w.prefix) && w.filter != s && Covers(w.filter, s)
		})
	})
}

// wild reports whether a filter has wildcards.
func wild(filter string) bool {
	return strings.IndexByte(filter, '*') >= 0 || strings.HasSuffix(filter, ">")
}
