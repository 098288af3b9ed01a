package identity

import (
	"strconv"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

// wanted is one entry that should be there.
type wanted struct {
	kind *kind
	name string
	// add are the options of its add command, mark included.
	add map[string]any
	// keep are attributes that have to stay as they are declared.
	keep map[string]string
	// uid is the declared number of a user; "": any.
	uid string
	// posix wants a group that files may belong to.
	posix bool
	// members are those of each relation that should be there.
	members map[string][]string
	// first are members that a new entry gets; later they are left alone.
	first map[string][]string
	// host is what has to be enrolled before the entry can be made.
	host string
}

// wants lists everything that d asks for, kind by kind.
func wants(d *ipa.Desired) []*wanted {
	var all []*wanted
	for _, g := range d.Groups {
		all = append(all, wantGroup(g))
	}
	for _, g := range d.SudoCommandGroups {
		all = append(all, &wanted{kind: sudoCommandsKind, name: g.Name, add: described(g.Description)})
	}
	for _, g := range d.HBACServiceGroups {
		all = append(all, &wanted{
			kind: hbacServicesKind, name: g.Name, add: described(g.Description),
			first: map[string][]string{"login service": g.Services},
		})
	}
	for _, u := range d.Users {
		all = append(all, wantUser(u, d.Mark))
	}
	for _, s := range d.Services {
		all = append(all, &wanted{kind: serviceKind, name: s.Principal, host: s.Host, add: map[string]any{"force": true}})
	}
	for _, r := range d.SudoRules {
		all = append(all, wantRule(sudoRuleKind, "command group", r))
	}
	for _, r := range d.HBACRules {
		all = append(all, wantRule(hbacRuleKind, "service group", r))
	}
	return all
}

func described(text string) map[string]any { return map[string]any{"description": text} }

func wantGroup(g ipa.Group) *wanted {
	w := &wanted{
		kind: groupKind, name: g.Name, posix: g.POSIX, add: described(g.Description),
		members: map[string][]string{"user": g.Users, "service": g.Services},
	}
	if !g.POSIX {
		w.add["nonposix"] = true
	}
	return w
}

func wantUser(u ipa.User, mark string) *wanted {
	w := &wanted{kind: userKind, name: u.Name, add: map[string]any{
		"givenname": u.GivenName, "sn": u.FamilyName, "cn": u.FullName, "displayname": u.FullName, "gecos": u.FullName,
		"homedirectory": u.Home, "loginshell": u.Shell, "userclass": []string{mark},
	}}
	if u.UID != 0 {
		w.add["uidnumber"], w.uid = u.UID, strconv.Itoa(u.UID)
	}
	if !u.Person {
		w.keep = map[string]string{"homedirectory": u.Home, "loginshell": u.Shell}
	}
	return w
}

func wantRule(k *kind, allows string, r ipa.Rule) *wanted {
	return &wanted{
		kind: k, name: r.Name, add: described(r.Description),
		members: map[string][]string{"user": r.Users, "host": r.Hosts, allows: {r.Allows}},
	}
}

// existing is one entry as the server has it.
type existing struct {
	name   string
	marked bool
	// retired: a user of ours that was locked because nobody declared it.
	retired, locked bool
	// preserved: a user that was deleted but is kept.
	preserved bool
	uid       string
	posix     bool
	// disabled: a rule that was switched off.
	disabled    bool
	description string
	keep        map[string]string
	members     map[string][]string
	// open are relations that a category makes pointless.
	open map[string]bool
	// external are names in a rule that FreeIPA does not know.
	external []string
}

// marks are the signs of what is ours.
type marks struct{ mark, retired string }

// brackets is the mark as it stands in a description.
func (m marks) brackets() string { return "[" + m.mark + "]" }

// read turns what the server returned into an existing entry.
func (m marks) read(k *kind, e Entry) *existing {
	x := &existing{
		name: canonical(k, e.One(k.key)), description: e.One("description"), uid: e.One("uidnumber"),
		locked: e.True("nsaccountlock"), preserved: e.True("preserved"), posix: e.One("gidnumber") != "",
		disabled: strings.EqualFold(e.One("ipaenabledflag"), "false"),
		keep:     map[string]string{}, members: map[string][]string{}, open: map[string]bool{},
		external: append(e.All("externaluser"), e.All("externalhost")...),
	}
	for _, class := range e.All("userclass") {
		x.marked = x.marked || strings.EqualFold(class, m.mark)
		x.retired = x.retired || strings.EqualFold(class, m.retired)
	}
	if k != userKind && strings.Contains(x.description, m.brackets()) {
		x.marked = true
	}
	for _, attr := range []string{"homedirectory", "loginshell"} {
		x.keep[attr] = e.One(attr)
	}
	for _, r := range k.relations {
		for _, name := range e.All(r.attr) {
			x.members[r.name] = append(x.members[r.name], bareMember(r, name))
		}
		if attr := categories[r.name]; attr != "" {
			x.open[r.name] = strings.EqualFold(e.One(attr), "all")
		}
	}
	return x
}

// canonical is a name as we write it: FreeIPA ignores case and adds the realm
// to principals.
func canonical(k *kind, name string) string {
	if k == serviceKind {
		return withoutRealm(name)
	}
	return name
}

func bareMember(r relation, name string) string {
	if r.name == "service" {
		return withoutRealm(name)
	}
	return name
}

func withoutRealm(principal string) string {
	bare, _, _ := strings.Cut(principal, "@")
	return bare
}
