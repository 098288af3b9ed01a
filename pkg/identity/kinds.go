package identity

import (
	"slices"
	"strings"
)

// Kind names a kind of entry in plans and on the command line.
type Kind string

// The kinds of entries.
const (
	KindUser         Kind = "user"
	KindGroup        Kind = "group"
	KindSudoCommands Kind = "sudo-commands"
	KindSudoRule     Kind = "sudo-rule"
	KindHBACServices Kind = "hbac-services"
	KindHBACRule     Kind = "hbac-rule"
	KindService      Kind = "service"
)

// Known reports whether k is one of the kinds.
func (k Kind) Known() bool {
	return slices.ContainsFunc(kinds, func(x *kind) bool { return x.kind == k })
}

// KindNames lists the kinds for messages.
func KindNames() string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k.kind))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// kind is how one kind of entry is made, read and changed.
type kind struct {
	kind Kind
	// prefix begins its commands: "group" of group_add.
	prefix string
	// key is the attribute that holds its name.
	key       string
	relations []relation
}

// relation is one list of members of a kind.
type relation struct {
	name   string // in plans
	option string // of the commands
	attr   string // in what the server returns
	add    string // command
	remove string // command; empty: members are never taken away
}

var (
	userKind  = &kind{kind: KindUser, prefix: "user", key: "uid"}
	groupKind = &kind{kind: KindGroup, prefix: "group", key: "cn", relations: []relation{
		{name: "user", option: "user", attr: "member_user", add: "group_add_member", remove: "group_remove_member"},
		{name: "service", option: "service", attr: "member_service", add: "group_add_member", remove: "group_remove_member"},
	}}
	sudoCommandsKind = &kind{kind: KindSudoCommands, prefix: "sudocmdgroup", key: "cn"}
	sudoRuleKind     = &kind{kind: KindSudoRule, prefix: "sudorule", key: "cn", relations: []relation{
		{name: "user", option: "user", attr: "memberuser_user", add: "sudorule_add_user", remove: "sudorule_remove_user"},
		{name: "host", option: "host", attr: "memberhost_host", add: "sudorule_add_host"},
		{name: "command group", option: "sudocmdgroup", attr: "memberallowcmd_sudocmdgroup", add: "sudorule_add_allow_command"},
	}}
	hbacServicesKind = &kind{kind: KindHBACServices, prefix: "hbacsvcgroup", key: "cn", relations: []relation{
		{name: "login service", option: "hbacsvc", attr: "member_hbacsvc", add: "hbacsvcgroup_add_member"},
	}}
	hbacRuleKind = &kind{kind: KindHBACRule, prefix: "hbacrule", key: "cn", relations: []relation{
		{name: "user", option: "user", attr: "memberuser_user", add: "hbacrule_add_user", remove: "hbacrule_remove_user"},
		{name: "host", option: "host", attr: "memberhost_host", add: "hbacrule_add_host"},
		{name: "service group", option: "hbacsvcgroup", attr: "memberservice_hbacsvcgroup", add: "hbacrule_add_service"},
	}}
	serviceKind = &kind{kind: KindService, prefix: "service", key: "krbcanonicalname"}
)

// kinds are in the order in which they are made: what others refer to first.
var kinds = []*kind{groupKind, sudoCommandsKind, hbacServicesKind, userKind, serviceKind, sudoRuleKind, hbacRuleKind}

// categories are the attributes that open a rule to everything of one kind,
// by the relation that they make pointless.
var categories = map[string]string{
	"user": "usercategory", "host": "hostcategory", "command group": "cmdcategory", "service group": "servicecategory",
}
