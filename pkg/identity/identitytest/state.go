package identitytest

import (
	"maps"
	"slices"
	"sort"
	"strings"
)

// Entry is what the server holds of one thing: values by attribute. Members
// are there as names, under member_user and the like.
type Entry map[string][]string

// Clone returns a copy that shares nothing.
func (e Entry) Clone() Entry {
	c := Entry{}
	for attr, values := range e {
		c[attr] = slices.Clone(values)
	}
	return c
}

// Dump is everything the server holds: entries by type and name.
type Dump map[string]map[string]Entry

type state struct {
	types  Dump
	number int // the last uid or gid that was given
}

// The types of entries, as they begin commands.
var types = []string{"user", "group", "host", "service", "sudocmdgroup", "sudorule", "hbacsvcgroup", "hbacsvc", "hbacrule"}

func newState() state {
	st := state{types: Dump{}, number: 1_600_000_000}
	for _, t := range types {
		st.types[t] = map[string]Entry{}
	}
	for _, name := range []string{"sshd", "login", "su", "systemd-user"} {
		st.types["hbacsvc"][name] = Entry{"cn": {name}}
	}
	st.put("group", "admins", Entry{"description": {"Account administrators group"}, "gidnumber": {"1600000000"}})
	st.put("group", "ipausers", Entry{"description": {"Default group for all users"}})
	st.put("user", "admin", Entry{"sn": {"Administrator"}, "homedirectory": {"/home/admin"}, "loginshell": {"/bin/bash"}, "uidnumber": {"1600000000"}})
	st.put("hbacrule", "allow_all", Entry{"usercategory": {"all"}, "hostcategory": {"all"}, "servicecategory": {"all"}, "ipaenabledflag": {"FALSE"}})
	return st
}

// key is the attribute that holds an entry's name.
func key(typ string) string {
	switch typ {
	case "user":
		return "uid"
	case "host":
		return "fqdn"
	case "service":
		return "krbcanonicalname"
	}
	return "cn"
}

// fold is a name as it is compared: case does not count.
func fold(typ, name string) string {
	if typ == "service" {
		name, _, _ = strings.Cut(name, "@")
	}
	return strings.ToLower(name)
}

func (st *state) put(typ, name string, e Entry) {
	e = e.Clone()
	e[key(typ)] = []string{shown(typ, name)}
	st.types[typ][fold(typ, name)] = e
}

// shown is a name as the server returns it.
func shown(typ, name string) string {
	switch typ {
	case "service":
		bare, _, _ := strings.Cut(name, "@")
		return bare + "@" + Realm
	case "user", "group", "host":
		return strings.ToLower(name)
	}
	return name
}

func (st *state) get(typ, name string) Entry { return st.types[typ][fold(typ, name)] }

func (st *state) next() int {
	st.number++
	return st.number
}

// names returns the folded names of a type, sorted.
func (st *state) names(typ string) []string {
	return slices.Sorted(maps.Keys(st.types[typ]))
}

// forget takes a deleted entry out of everything it was a member of.
func (st *state) forget(typ, name string) {
	for _, entries := range st.types {
		for _, e := range entries {
			for attr, values := range e {
				if !strings.HasSuffix(attr, "_"+typ) {
					continue
				}
				if rest := drop(values, typ, name); len(rest) == 0 {
					delete(e, attr)
				} else {
					e[attr] = rest
				}
			}
		}
	}
}

func drop(values []string, typ, name string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return fold(typ, v) == fold(typ, name) })
}

// Put makes or replaces an entry, as somebody else would.
func (s *Server) Put(typ, name string, e Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.put(typ, name, e)
}

// Delete takes an entry away.
func (s *Server) Delete(typ, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.state.types[typ], fold(typ, name))
	s.state.forget(typ, name)
}

// Get returns a copy of an entry, or nil.
func (s *Server) Get(typ, name string) Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.state.get(typ, name); e != nil {
		return e.Clone()
	}
	return nil
}

// Dump returns a copy of everything.
func (s *Server) Dump() Dump {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := Dump{}
	for typ, entries := range s.state.types {
		d[typ] = map[string]Entry{}
		for name, e := range entries {
			d[typ][name] = e.Clone()
			for _, values := range d[typ][name] {
				sort.Strings(values)
			}
		}
	}
	return d
}
