package identity

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

// comparer holds what is declared against what is there. It is pure.
type comparer struct {
	d      *ipa.Desired
	live   *live
	choice Choice
	plan   *Plan
	wanted map[*kind]map[string]bool
	// services are those of our principals that are ours.
	services map[string]bool
}

func compare(d *ipa.Desired, all []*wanted, l *live, choice Choice) *Plan {
	c := &comparer{
		d: d, live: l, choice: choice, wanted: map[*kind]map[string]bool{}, services: map[string]bool{},
		plan: &Plan{Server: d.Server, Realm: d.Realm, Lab: d.Lab, Changes: []Change{}},
	}
	for _, k := range kinds {
		c.wanted[k] = map[string]bool{}
	}
	for _, w := range all {
		c.wanted[w.kind][w.name] = true
	}
	c.ownServices()
	for _, w := range all {
		c.entry(w)
	}
	if l.allowAll {
		c.found(ActionNote, hbacRuleKind, allowAll, "once the declared rules are what you want: `ipa hbacrule-disable "+allowAll+"`",
			"it lets everybody in everywhere: as long as it is on, access rules restrict nothing")
	}
	for _, k := range kinds {
		c.extras(k)
	}
	c.extraServices()
	return c.plan
}

// ownServices finds which principals are ours: those in the lab's group of
// them, those that are made now, and those that are adopted.
func (c *comparer) ownServices() {
	if g := c.live.entries[groupKind][c.d.ServicesGroup]; g != nil && g.marked {
		for _, s := range g.members["service"] {
			c.services[s] = true
		}
	}
	for _, s := range c.d.Services {
		there := c.live.entries[serviceKind][s.Principal] != nil
		if !there && c.live.hosts[s.Host] || there && c.adopts(serviceKind, s.Principal) {
			c.services[s.Principal] = true
		}
	}
}

func (c *comparer) adopts(k *kind, name string) bool {
	return c.choice.Adopt[string(k.kind)+":"+name]
}

// found adds a change that does nothing by itself.
func (c *comparer) found(a Action, k *kind, name, remedy string, details ...string) {
	c.plan.Changes = append(c.plan.Changes, Change{Action: a, Kind: k.kind, Name: name, Details: details, Remedy: remedy})
}

// entry compares one entry that should be there.
func (c *comparer) entry(w *wanted) {
	x := c.live.entries[w.kind][w.name]
	switch {
	case w.kind == serviceKind:
		c.service(w, x)
	case x == nil && w.kind == userKind && c.live.taken[w.name]:
		c.found(ActionConflict, w.kind, w.name, "rename the group in FreeIPA (`ipa group-mod "+w.name+" --rename=...`), or the identity",
			"a group has this name, and every user needs a group of its own name")
	case x == nil:
		c.create(w)
	case x.preserved:
		c.found(ActionConflict, w.kind, w.name, "bring it back with `ipa user-undel "+w.name+"`, or delete it for good with `ipa user-del "+w.name+"`",
			"a deleted user of this name is preserved")
	case !x.marked && !c.adopts(w.kind, w.name):
		c.found(ActionConflict, w.kind, w.name,
			fmt.Sprintf("if it is meant, make it ours with --adopt %s:%s; else rename it, or what is declared", w.kind.kind, w.name),
			"it exists and was made by somebody else")
	default:
		c.update(w, x)
	}
}

// service compares a principal: that it exists is all that is declared.
func (c *comparer) service(w *wanted, x *existing) {
	switch {
	case x != nil && !c.services[w.name]:
		c.found(ActionNote, w.kind, w.name, "", "it exists and was made by somebody else: left as it is")
	case x != nil:
		c.plan.Same++
	case !c.live.hosts[w.host]:
		c.found(ActionWaiting, w.kind, w.name, notEnrolled(w.host), "host "+w.host+" is not enrolled")
	default:
		c.create(w)
	}
}

func notEnrolled(host string) string {
	return "enrol it (`ipa-client-install` on " + host + "), then apply again"
}

func (c *comparer) create(w *wanted) {
	ch := Change{Action: ActionCreate, Kind: w.kind.kind, Name: w.name, Details: about(w)}
	options := maps.Clone(w.add)
	options["no_members"] = true
	ch.steps = append(ch.steps, step{stage: stageOf(w.kind), req: Request{Method: w.kind.prefix + "_add", Args: []string{w.name}, Options: options}})
	for _, r := range w.kind.relations {
		add := c.possible(w, r, w.members[r.name])
		ch.add(w, r, append(add, w.first[r.name]...))
	}
	c.plan.Changes = append(c.plan.Changes, ch)
}

// about says in words what a new entry will be.
func about(w *wanted) []string {
	switch w.kind {
	case userKind:
		text := "home " + w.add["homedirectory"].(string) + ", shell " + w.add["loginshell"].(string)
		if w.uid != "" {
			text = "number " + w.uid + ", " + text
		}
		return []string{text}
	case groupKind:
		if w.posix {
			return []string{"files may belong to it"}
		}
		return []string{"no files can belong to it"}
	}
	return []string{}
}

func stageOf(k *kind) int { return stageMake + slices.Index(kinds, k) }

// possible drops members that cannot be added yet, and says so.
func (c *comparer) possible(w *wanted, r relation, names []string) []string {
	var can []string
	for _, name := range names {
		switch {
		case r.name == "host" && !c.live.hosts[name]:
			c.found(ActionWaiting, w.kind, w.name, notEnrolled(name), "host "+name+" is not enrolled")
		case r.name == "service" && !c.services[name]:
		default:
			can = append(can, name)
		}
	}
	return can
}

// memberChunk is how many members one command adds: each costs the server a
// write of its own.
const memberChunk = 100

func (ch *Change) add(w *wanted, r relation, names []string) {
	ch.member(w.kind, w.name, r, "add", r.add, stageMembers, names)
}

func (ch *Change) remove(w *wanted, r relation, names []string) {
	ch.member(w.kind, w.name, r, "remove", r.remove, stageWithdraw, names)
}

func (ch *Change) member(_ *kind, name string, r relation, verb, method string, stage int, members []string) {
	if len(members) == 0 {
		return
	}
	for part := range slices.Chunk(members, memberChunk) {
		ch.steps = append(ch.steps, step{stage: stage, req: Request{
			Method: method, Args: []string{name}, Options: map[string]any{r.option: slices.Clone(part), "no_members": true},
		}})
	}
	ch.Details = append(ch.Details, verb+" "+counted(r.name, members))
}

// counted writes a list of names that stays readable.
func counted(what string, names []string) string {
	const most = 6
	if len(names) == 1 {
		return what + " " + names[0]
	}
	text := what + "s " + strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}
