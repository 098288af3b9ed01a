package ipa

import (
	"maps"
	"slices"
	"strconv"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Where the users of a lab come from.
const (
	FromFreeIPA = "freeipa"
	FromLocal   = "local"
)

// Local is the same as Desired for the machines themselves: local users of a
// lab without FreeIPA, and what every machine has to set for a user whoever
// made it (lingering, limits). The Nix modules read it.
type Local struct {
	FormatVersion int    `json:"format_version"`
	Lab           string `json:"lab"`
	// UsersFrom says who makes users and groups: "freeipa", or "local", which
	// is the machine itself.
	UsersFrom string       `json:"users_from"`
	Users     []LocalUser  `json:"users"`
	Groups    []LocalGroup `json:"groups"`
	// SudoRules and Logins are the declared rules, one for each host.
	SudoRules []LocalRule `json:"sudo_rules"`
	Logins    []LocalRule `json:"logins"`
}

// LocalUser is a user on the hosts it lives on.
type LocalUser struct {
	Name string `json:"name"`
	// UID is the declared number; absent: the machine gives one.
	UID int `json:"uid,omitzero"`
	// Group is its own group, Groups are the further ones.
	Group  string   `json:"group"`
	Groups []string `json:"groups"`
	Home   string   `json:"home"`
	Shell  string   `json:"shell"`
	Linger bool     `json:"linger"`
	// Hosts that must know it: those it lives on; a person: those on which a
	// rule names it.
	Hosts []string `json:"hosts"`
	// Slice are the properties of its systemd slice.
	Slice map[string]string `json:"slice"`
}

// LocalGroup is a group and its members.
type LocalGroup struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
	// Hosts are those that must know a member.
	Hosts []string `json:"hosts"`
}

// LocalRule lets users do something on one host; an empty host: the rule is
// for people only, and where it is valid is said elsewhere.
type LocalRule struct {
	Name  string   `json:"name"`
	Host  string   `json:"host"`
	Users []string `json:"users"`
}

// CompileLocal returns users, groups and rules as machines need them.
func CompileLocal(t *topology.Topology) (*Local, error) {
	if err := checkNames(t); err != nil {
		return nil, err
	}
	l := &Local{
		FormatVersion: FormatVersion, Lab: t.Lab.Name, UsersFrom: FromLocal,
		Users: []LocalUser{}, Groups: []LocalGroup{}, SudoRules: localRules(t, sudo), Logins: localRules(t, hbac),
	}
	if t.Lab.IPA != nil {
		l.UsersFrom = FromFreeIPA
	}
	ruled := hostsByRule(l.SudoRules, l.Logins)
	for _, id := range t.Identities {
		hosts := id.Hosts
		if len(hosts) == 0 {
			hosts = ruled[id.Name]
		}
		l.Users = append(l.Users, LocalUser{
			Name: id.Name, UID: id.UID, Group: id.Name, Groups: distinct(id.IPA.Groups),
			Home: homes + id.Name, Shell: shell, Linger: id.Linger, Hosts: distinct(hosts), Slice: slice(id.Limits),
		})
	}
	l.Groups = localGroups(t, l.Users)
	return l, nil
}

// hostsByRule are the hosts on which some rule names a user.
func hostsByRule(lists ...[]LocalRule) map[string][]string {
	hosts := map[string][]string{}
	for _, r := range slices.Concat(lists...) {
		for _, u := range r.Users {
			if r.Host != "" {
				hosts[u] = append(hosts[u], r.Host)
			}
		}
	}
	return hosts
}

func localGroups(t *topology.Topology, users []LocalUser) []LocalGroup {
	hosts := map[string][]string{}
	for _, u := range users {
		for _, g := range u.Groups {
			hosts[g] = append(hosts[g], u.Hosts...)
		}
	}
	members := membersOf(t, func(id topology.Identity) []string { return id.IPA.Groups })
	groups := []LocalGroup{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		groups = append(groups, LocalGroup{Name: name, Users: members[name], Hosts: distinct(hosts[name])})
	}
	return groups
}

func localRules(t *topology.Topology, k kindOfRule) []LocalRule {
	rules := []LocalRule{}
	for _, p := range placed(t, k) {
		rules = append(rules, LocalRule{Name: p.name, Host: p.host, Users: p.users})
	}
	return rules
}

// slice writes limits as systemd's properties.
func slice(l topology.Limits) map[string]string {
	set := map[string]string{}
	number := func(name string, n int64) {
		if n != 0 {
			set[name] = strconv.FormatInt(n, 10)
		}
	}
	number("MemoryMax", int64(l.Memory))
	number("CPUWeight", int64(l.CPUWeight))
	number("TasksMax", int64(l.Tasks))
	number("IOWeight", int64(l.IOWeight))
	if l.CPUQuota != "" {
		set["CPUQuota"] = l.CPUQuota
	}
	return set
}

// On returns what one host needs: the users it must know, their groups, and the
// rules of this host.
func (l *Local) On(host string) *Local {
	here := *l
	here.Users, here.Groups = []LocalUser{}, []LocalGroup{}
	known := map[string]bool{}
	for _, u := range l.Users {
		if slices.Contains(u.Hosts, host) {
			u.Hosts = []string{host}
			here.Users = append(here.Users, u)
			known[u.Name] = true
		}
	}
	for _, g := range l.Groups {
		if !slices.Contains(g.Hosts, host) {
			continue
		}
		g.Users = slices.DeleteFunc(slices.Clone(g.Users), func(u string) bool { return !known[u] })
		g.Hosts = []string{host}
		here.Groups = append(here.Groups, g)
	}
	elsewhere := func(r LocalRule) bool { return r.Host != host }
	here.SudoRules = slices.DeleteFunc(slices.Clone(l.SudoRules), elsewhere)
	here.Logins = slices.DeleteFunc(slices.Clone(l.Logins), elsewhere)
	return &here
}
