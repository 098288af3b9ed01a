package topology

import (
	"cmp"
	"slices"
)

// eventTier is the tier from which an opening is put to a mind.
const eventTier = 3

func fillNervous(x *finder) {
	t := x.t
	for i := range t.Gates {
		t.Gates[i].Environments = x.environments(t.Gates[i].Environments, "", nil)
	}
	addNerves(t)
	addEvents(t)
	for i := range t.Cells {
		c := &t.Cells[i]
		c.Environments = x.environments(c.Environments, c.Identity, c.On.Hosts)
		fillOn(x, &c.On, c.Image, c.Environments)
	}
	for i := range t.Nerves {
		n := &t.Nerves[i]
		n.Environments = x.environments(n.Environments, n.Identity, n.On.Hosts)
		fillOn(x, &n.On, n.Image, n.Environments)
	}
	for i := range t.Events {
		e := &t.Events[i]
		e.Mind = cmp.Or(e.Mind, x.onlyMind())
		e.Domain = cmp.Or(e.Domain, e.Name)
	}
}

// addNerves declares the built-in nerves for the gates they know, where no
// nerve hears those.
func addNerves(t *Topology) {
	for _, name := range builtinNerves {
		g := slices.IndexFunc(t.Gates, func(g Gate) bool { return g.Name == name })
		taken := slices.ContainsFunc(t.Nerves, func(n Nerve) bool { return n.Gate == name || n.Name == name })
		if g < 0 || taken || t.Unread["nerve"] {
			continue
		}
		n := blank[Nerve]()
		n.Name, n.Builtin, n.Gate, n.Implicit = name, name, name, true
		n.Environments = slices.Clone(t.Gates[g].Environments)
		t.Nerves = append(t.Nerves, n)
	}
	sortByName(t.Nerves, func(n *Nerve) string { return n.Name })
}

// addEvents declares an event for each gate whose openings reach a mind and
// that no event names.
func addEvents(t *Topology) {
	named, taken := map[string]bool{}, map[string]bool{}
	if t.Unread["event"] {
		return
	}
	for _, e := range t.Events {
		if e.Src.Unread("gates") {
			return // it may be the event of any gate
		}
		taken[e.Name] = true
		for _, g := range e.Gates {
			named[g] = true
		}
	}
	for _, g := range t.Gates {
		if g.Tier >= eventTier && !named[g.Name] && !taken[g.Name] {
			e := blank[Event]()
			e.Name, e.Gates, e.Implicit = g.Name, []string{g.Name}, true
			t.Events = append(t.Events, e)
		}
	}
	sortByName(t.Events, func(e *Event) string { return e.Name })
}

// fillOn places an image in every cluster that carries one of its
// environments, unless it was placed.
func fillOn(x *finder, on *On, image string, envs []string) {
	if image == "" || len(on.Kubernetes) > 0 || len(on.Hosts) > 0 {
		return
	}
	for _, k := range x.t.Kubernetes {
		if overlap(k.Environments, envs) {
			on.Kubernetes = append(on.Kubernetes, k.Name)
		}
	}
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(e string) bool { return slices.Contains(b, e) })
}
