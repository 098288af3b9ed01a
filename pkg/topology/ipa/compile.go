package ipa

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

const (
	homes = "/home/"
	// shell is the one that every system has.
	shell = "/bin/sh"
	// login is the service by which people get in.
	login = "sshd"
)

// Compile returns what FreeIPA should hold. The lab must name a FreeIPA.
func Compile(t *topology.Topology) (*Desired, error) {
	if t.Lab.IPA == nil {
		return nil, errors.New("the lab declares no FreeIPA: its users are local")
	}
	if err := checkNames(t); err != nil {
		return nil, err
	}
	c := compiler{t: t, mark: "nimmer:" + t.Lab.Name}
	d := &Desired{
		FormatVersion: FormatVersion,
		Lab:           t.Lab.Name,
		Mark:          c.mark,
		Retired:       "nimmer-retired:" + t.Lab.Name,
		Server:        t.Lab.IPA.Server,
		Realm:         t.Lab.IPA.Realm,
		CAFile:        t.Lab.IPA.CAFile,
		Users:         c.users(),
		ServicesGroup: servicesGroup(t),
		Services:      c.services(),
		SudoRules:     c.rules(sudo),
		HBACRules:     c.rules(hbac),
	}
	d.Groups = c.groups(d.Services)
	for _, name := range names(t, sudo) {
		d.SudoCommandGroups = append(d.SudoCommandGroups, SudoCommandGroup{
			Name: name, Description: c.describe("commands that the sudo rules " + name + "@* allow"),
		})
	}
	for _, name := range names(t, hbac) {
		d.HBACServiceGroups = append(d.HBACServiceGroups, HBACServiceGroup{
			Name: name, Description: c.describe("services that the access rules " + name + "@* allow"), Services: []string{login},
		})
	}
	return d, nil
}

type compiler struct {
	t    *topology.Topology
	mark string
}

// describe ends a description with the mark.
func (c compiler) describe(text string) string { return text + " [" + c.mark + "]" }

// fqdn is the full name of a host.
func (c compiler) fqdn(host string) string { return strings.ToLower(host + "." + c.t.Lab.Domain) }

func (c compiler) users() []User {
	users := make([]User, 0, len(c.t.Identities))
	for _, id := range c.t.Identities {
		users = append(users, User{
			Name: id.Name, UID: id.UID,
			GivenName: id.Name, FamilyName: c.t.Lab.Name, FullName: id.Name,
			Home: homes + id.Name, Shell: shell, Person: len(id.Hosts) == 0,
		})
	}
	return users
}

func (c compiler) groups(services []ServicePrincipal) []Group {
	members := membersOf(c.t, func(id topology.Identity) []string { return id.IPA.Groups })
	groups := make([]Group, 0, len(members)+1)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		groups = append(groups, Group{
			Name: name, Description: c.describe("identities of the lab " + c.t.Lab.Name), POSIX: true,
			Users: members[name], Services: []string{},
		})
	}
	if len(services) == 0 {
		return groups
	}
	// A principal has no place for a mark: being in this group is its mark.
	ours := Group{Name: servicesGroup(c.t), Description: c.describe("services of the lab " + c.t.Lab.Name), Users: []string{}}
	for _, s := range services {
		ours.Services = append(ours.Services, s.Principal)
	}
	groups = append(groups, ours)
	slices.SortFunc(groups, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return groups
}

// servicesGroup is the group that holds the lab's service principals.
func servicesGroup(t *topology.Topology) string { return "nimmer-services-" + t.Lab.Name }

// kindOfRule selects one of the two lists of rules.
type kindOfRule struct {
	word string
	of   func(topology.Identity) []string
}

var (
	sudo = kindOfRule{"sudo", func(id topology.Identity) []string { return id.IPA.Sudo }}
	hbac = kindOfRule{"access", func(id topology.Identity) []string { return id.IPA.HBAC }}
)

// names returns the declared names of rules, sorted.
func names(t *topology.Topology, k kindOfRule) []string {
	return slices.Sorted(maps.Keys(membersOf(t, k.of)))
}

// rules makes one rule for each declared name and host.
func (c compiler) rules(k kindOfRule) []Rule {
	rules := []Rule{}
	for _, p := range placed(c.t, k) {
		r := Rule{Name: p.name, Users: p.users, Hosts: []string{}, Allows: p.name, Description: c.describe(k.word + " rule " + p.name + ", for people")}
		if p.host != "" {
			r.Name = p.name + "@" + p.host
			r.Hosts = append(r.Hosts, c.fqdn(p.host))
			r.Description = c.describe(k.word + " rule " + p.name + " on " + p.host)
		}
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	return rules
}

// placedRule is a declared rule on one host; host is empty where only people
// are in it.
type placedRule struct {
	name, host string
	users      []string
}

func placed(t *topology.Topology, k kindOfRule) []placedRule {
	people, onHost := map[string][]string{}, map[string]map[string][]string{}
	for _, id := range t.Identities {
		for _, name := range distinct(k.of(id)) {
			if onHost[name] == nil {
				onHost[name] = map[string][]string{}
			}
			if len(id.Hosts) == 0 {
				people[name] = append(people[name], id.Name)
			}
			for _, h := range id.Hosts {
				onHost[name][h] = append(onHost[name][h], id.Name)
			}
		}
	}
	var all []placedRule
	for _, name := range slices.Sorted(maps.Keys(onHost)) {
		if len(onHost[name]) == 0 {
			all = append(all, placedRule{name: name, users: distinct(people[name])})
		}
		for _, h := range slices.Sorted(maps.Keys(onHost[name])) {
			all = append(all, placedRule{name: name, host: h, users: distinct(slices.Concat(onHost[name][h], people[name]))})
		}
	}
	return all
}

// membersOf turns "names of an identity" around: the identities of each name.
func membersOf(t *topology.Topology, of func(topology.Identity) []string) map[string][]string {
	members := map[string][]string{}
	for _, id := range t.Identities {
		for _, name := range of(id) {
			members[name] = append(members[name], id.Name)
		}
	}
	for name, list := range members {
		members[name] = distinct(list)
	}
	return members
}

// distinct returns a sorted copy without repetitions; it is never nil.
func distinct(list []string) []string {
	list = append([]string{}, list...)
	slices.Sort(list)
	return slices.Compact(list)
}

// services are the principals that parts of the lab need: a hub with TLS gets
// its certificate as nats/HOST, PostgreSQL logs in as postgres/HOST, and what
// people watch in a browser is HTTP/HOST.
func (c compiler) services() []ServicePrincipal {
	// This machine, when it is the only one, has no name of its own.
	nameless := map[string]bool{}
	for _, h := range c.t.Hosts {
		nameless[h.Name] = h.Implicit
	}
	need := map[string]string{}
	add := func(service, host string) {
		if host != "" && !nameless[host] {
			need[service+"/"+c.fqdn(host)] = c.fqdn(host)
		}
	}
	for _, n := range c.t.NATS {
		for _, h := range n.Hosts {
			if n.TLS != nil {
				add("nats", h)
			}
		}
	}
	for _, p := range c.t.Phoebes {
		add("postgres", p.Host)
	}
	for _, m := range c.t.Monitoring {
		add("HTTP", m.Host)
	}
	list := []ServicePrincipal{}
	for _, principal := range slices.Sorted(maps.Keys(need)) {
		list = append(list, ServicePrincipal{Principal: principal, Host: need[principal]})
	}
	return list
}

// checkNames reports every name that cannot become a user, a group or a rule.
func checkNames(t *topology.Topology) error {
	var errs []error
	for _, p := range topology.UserProblems(t) {
		errs = append(errs, errors.New(strings.TrimSuffix(p.Detail, ".")))
	}
	return errors.Join(errs...)
}
