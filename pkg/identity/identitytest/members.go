package identitytest

import (
	"slices"
	"strings"
)

// memberCommand adds or removes members of one attribute.
type memberCommand struct {
	typ    string // of the entry
	attr   string // "member", "memberuser"
	takes  []string
	remove bool
	// external is where names go that the server does not know; empty: they
	// are refused.
	external string
	// category forbids single members when it is "all".
	category, forbids string
}

var memberCommands = map[string]memberCommand{
	"group_add_member":    {typ: "group", attr: "member", takes: []string{"user", "group", "service"}},
	"group_remove_member": {typ: "group", attr: "member", takes: []string{"user", "group", "service"}, remove: true},

	"hbacsvcgroup_add_member": {typ: "hbacsvcgroup", attr: "member", takes: []string{"hbacsvc"}},

	"sudorule_add_user": {
		typ: "sudorule", attr: "memberuser", takes: []string{"user", "group"}, external: "externaluser",
		category: "usercategory", forbids: "users cannot be added when user category='all'",
	},
	"sudorule_remove_user": {typ: "sudorule", attr: "memberuser", takes: []string{"user", "group"}, remove: true},
	"sudorule_add_host": {
		typ: "sudorule", attr: "memberhost", takes: []string{"host", "hostgroup"}, external: "externalhost",
		category: "hostcategory", forbids: "hosts cannot be added when host category='all'",
	},
	"sudorule_add_allow_command": {
		typ: "sudorule", attr: "memberallowcmd", takes: []string{"sudocmdgroup"},
		category: "cmdcategory", forbids: "commands cannot be added when command category='all'",
	},

	"hbacrule_add_user": {
		typ: "hbacrule", attr: "memberuser", takes: []string{"user", "group"},
		category: "usercategory", forbids: "users cannot be added when user category='all'",
	},
	"hbacrule_remove_user": {typ: "hbacrule", attr: "memberuser", takes: []string{"user", "group"}, remove: true},
	"hbacrule_add_host": {
		typ: "hbacrule", attr: "memberhost", takes: []string{"host", "hostgroup"},
		category: "hostcategory", forbids: "hosts cannot be added when host category='all'",
	},
	"hbacrule_add_service": {
		typ: "hbacrule", attr: "memberservice", takes: []string{"hbacsvc", "hbacsvcgroup"},
		category: "servicecategory", forbids: "services cannot be added when service category='all'",
	},
}

func (m memberCommand) run(c *call) (map[string]any, *fault) {
	e := c.s.state.get(m.typ, c.arg())
	if e == nil {
		return nil, notFound(m.typ, c.arg())
	}
	if m.category != "" && slices.Contains(e[m.category], "all") {
		return nil, errorf(4303, "MutuallyExclusiveError", "%s", m.forbids)
	}
	completed := 0
	failed := map[string][][]string{}
	for _, typ := range m.takes {
		failed[typ] = [][]string{}
		for _, name := range c.list(typ) {
			why := m.one(c, e, typ, name)
			if why != "" {
				failed[typ] = append(failed[typ], []string{name, why})
				continue
			}
			completed++
		}
	}
	return map[string]any{
		"completed": completed, "failed": map[string]any{m.attr: failed}, "result": rendered(m.typ, e, c.flag("no_members", false)),
	}, nil
}

// one adds or removes a single member, or says why not.
func (m memberCommand) one(c *call, e Entry, typ, name string) string {
	attr := m.attr + "_" + typ
	is := func(v string) bool { return fold(typ, v) == fold(typ, name) }
	at := slices.IndexFunc(e[attr], is)
	there := c.s.state.get(typ, name)
	switch {
	case m.remove && at < 0:
		return "This entry is not a member"
	case m.remove:
		e[attr] = slices.Delete(slices.Clone(e[attr]), at, at+1)
		if len(e[attr]) == 0 {
			delete(e, attr)
		}
	case there == nil && m.external != "" && typ != "group" && typ != "hostgroup":
		return m.outsider(e, name)
	case there == nil:
		return "no such entry"
	case at >= 0:
		return "This entry is already a member"
	default:
		e[attr] = append(slices.Clone(e[attr]), shown(typ, name))
	}
	return ""
}

// outsider takes a name that the server does not know, as sudo rules do.
func (m memberCommand) outsider(e Entry, name string) string {
	if slices.ContainsFunc(e[m.external], func(v string) bool { return strings.EqualFold(v, name) }) {
		return "This entry is already a member"
	}
	e[m.external] = append(slices.Clone(e[m.external]), name)
	return ""
}
