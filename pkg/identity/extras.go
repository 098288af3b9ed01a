package identity

import (
	"maps"
	"slices"
)

// extras deals with what is ours and no longer declared.
func (c *comparer) extras(k *kind) {
	if k == serviceKind {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.live.entries[k])) {
		x := c.live.entries[k][name]
		if c.wanted[k][name] || !x.marked || x.retired {
			continue
		}
		if !c.choice.Prune {
			c.found(ActionExtra, k, name, pruneHint(k), "it is no longer declared")
			continue
		}
		if k == userKind {
			c.retire(name)
			continue
		}
		c.delete(k, name)
	}
}

func pruneHint(k *kind) string {
	if k == userKind {
		return "lock it with `nimmer identity apply --prune`"
	}
	return "delete it with `nimmer identity apply --prune`"
}

// retire locks a user: files and a number on every host belong to it.
func (c *comparer) retire(name string) {
	ch := Change{Action: ActionRetire, Kind: KindUser, Name: name, Details: []string{"it is no longer declared: lock it"}}
	ch.steps = append(ch.steps, step{stage: stageWithdraw, fine: []int{CodeNoChange, CodeNotFound}, req: Request{
		Method: "user_mod", Args: []string{name},
		Options: map[string]any{"nsaccountlock": true, "addattr": []string{"userclass=" + c.d.Retired}, "no_members": true},
	}})
	c.plan.Changes = append(c.plan.Changes, ch)
}

func (c *comparer) delete(k *kind, name string) {
	stage := stageDelete
	if k == sudoRuleKind || k == hbacRuleKind || k == serviceKind {
		stage = stageDeleteFirst // before what it refers to, or what marks it
	}
	ch := Change{Action: ActionDelete, Kind: k.kind, Name: name, Details: []string{"it is no longer declared"}}
	if x := c.live.entries[k][name]; x != nil {
		ch.Details = append(ch.Details, c.othersIn(k, x)...)
	}
	ch.steps = append(ch.steps, step{stage: stage, fine: []int{CodeNotFound}, req: Request{Method: k.prefix + "_del", Args: []string{name}}})
	c.plan.Changes = append(c.plan.Changes, ch)
}

// extraServices are principals in our group that are no longer declared.
func (c *comparer) extraServices() {
	for _, name := range slices.Sorted(maps.Keys(c.services)) {
		switch {
		case c.wanted[serviceKind][name]:
		case c.choice.Prune:
			c.delete(serviceKind, name)
		default:
			c.found(ActionExtra, serviceKind, name, pruneHint(serviceKind), "it is no longer declared")
		}
	}
}

// othersIn says what others have put into an entry of ours.
func (c *comparer) othersIn(k *kind, x *existing) []string {
	var found []string
	for _, r := range k.relations {
		others := slices.DeleteFunc(slices.Clone(x.members[r.name]), func(name string) bool { return c.isOurs(r, name) })
		if len(others) > 0 && r.remove != "" && r.name == "user" {
			slices.Sort(others)
			found = append(found, "others have added "+counted(r.name, others))
		}
	}
	return found
}
