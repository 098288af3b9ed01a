package identity

import (
	"maps"
	"slices"
)

// update compares an entry that is ours, or becomes ours.
func (c *comparer) update(w *wanted, x *existing) {
	if c.refused(w, x) {
		return
	}
	ch := Change{Action: ActionUpdate, Kind: w.kind.kind, Name: w.name, Details: []string{}}
	c.own(&ch, w, x)
	c.attributes(&ch, w, x)
	for _, r := range w.kind.relations {
		c.members(&ch, w, x, r)
	}
	c.remarks(w, x)
	if len(ch.steps) == 0 {
		c.plan.Same++
		return
	}
	c.plan.Changes = append(c.plan.Changes, ch)
}

// refused reports what a person has to put right first.
func (c *comparer) refused(w *wanted, x *existing) bool {
	if w.uid != "" && x.uid != w.uid {
		c.found(ActionConflict, w.kind, w.name,
			"declare uid = "+x.uid+", or move its files on every host and run `ipa user-mod "+w.name+" --uid="+w.uid+"`",
			"its number is "+x.uid+", declared is "+w.uid+": its files would stay with the old one")
		return true
	}
	for _, relation := range []string{"user", "host"} {
		if x.open[relation] {
			c.found(ActionConflict, w.kind, w.name, "close it: `ipa "+w.kind.prefix+"-mod "+w.name+" --"+relation+"cat=`",
				"it was opened to every "+relation+" in FreeIPA, which is more than is declared")
			return true
		}
	}
	return false
}

// own sets the mark of what is adopted, and brings retired users back.
func (c *comparer) own(ch *Change, w *wanted, x *existing) {
	options := map[string]any{"no_members": true}
	switch {
	case !x.marked && w.kind == userKind:
		options["addattr"] = []string{"userclass=" + c.d.Mark}
	case !x.marked:
		text := marks{mark: c.d.Mark}.brackets()
		if x.description != "" {
			text = x.description + " " + text
		}
		options["description"] = text
	case x.retired:
		options["delattr"] = []string{"userclass=" + c.d.Retired}
		if x.locked {
			options["nsaccountlock"] = false
		}
		ch.Action = ActionRestore
		ch.Details = append(ch.Details, "it is declared again: unlock it")
		ch.mod(w.kind, w.name, options)
		return
	default:
		return
	}
	ch.Action = ActionAdopt
	ch.Details = append(ch.Details, "it is marked as ours")
	ch.mod(w.kind, w.name, options)
}

func (ch *Change) mod(k *kind, name string, options map[string]any) {
	ch.steps = append(ch.steps, step{stage: stageOf(k), fine: []int{CodeNoChange}, req: Request{Method: k.prefix + "_mod", Args: []string{name}, Options: options}})
}

func (c *comparer) attributes(ch *Change, w *wanted, x *existing) {
	options := map[string]any{}
	for _, attr := range slices.Sorted(maps.Keys(w.keep)) {
		if want := w.keep[attr]; x.keep[attr] != want {
			options[attr] = want
			ch.Details = append(ch.Details, attr+": "+x.keep[attr]+" becomes "+want)
		}
	}
	if w.posix && !x.posix {
		options["posix"] = true
		ch.Details = append(ch.Details, "files may belong to it")
	}
	if len(options) > 0 {
		options["no_members"] = true
		ch.mod(w.kind, w.name, options)
	}
}

// members compares one relation. What we have put there and is no longer
// declared is taken away; what others have put there stays.
func (c *comparer) members(ch *Change, w *wanted, x *existing, r relation) {
	want, declared := w.members[r.name]
	if !declared || x.open[r.name] {
		return
	}
	have := x.members[r.name]
	ch.add(w, r, c.possible(w, r, without(want, have)))
	var ours, others []string
	for _, name := range without(have, want) {
		if r.remove != "" && c.isOurs(r, name) {
			ours = append(ours, name)
		} else {
			others = append(others, name)
		}
	}
	if r.name == "service" {
		return // see extraServices
	}
	ch.remove(w, r, ours)
	if len(others) > 0 {
		c.found(ActionNote, w.kind, w.name, "", "others have added "+counted(r.name, others)+": left as it is")
	}
}

// isOurs says whether a member is a user that we made, or make now: such a user
// is in our groups and rules where that is declared, and nowhere else.
func (c *comparer) isOurs(r relation, name string) bool {
	if r.name != "user" {
		return false
	}
	x := c.live.entries[userKind][name]
	return c.wanted[userKind][name] || x != nil && x.marked
}

// remarks reports what others did to an entry of ours, and we leave.
func (c *comparer) remarks(w *wanted, x *existing) {
	if x.locked && !x.retired {
		c.found(ActionNote, w.kind, w.name, "unlock it with `ipa user-enable "+w.name+"`", "somebody has locked it: left so")
	}
	if x.disabled {
		c.found(ActionNote, w.kind, w.name, "switch it on with `ipa "+w.kind.prefix+"-enable "+w.name+"`", "somebody has switched it off: left so")
	}
	if len(x.external) > 0 {
		c.found(ActionNote, w.kind, w.name, "", "others have added names that FreeIPA does not know: "+counted("name", x.external))
	}
}

// without returns the names of a that are not in b, sorted.
func without(a, b []string) []string {
	drop := map[string]bool{}
	for _, name := range b {
		drop[name] = true
	}
	var rest []string
	for _, name := range a {
		if !drop[name] {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return slices.Compact(rest)
}
