package topology

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// BuiltinCells are the cells that are part of nimmer, sorted.
func BuiltinCells() []string {
	return []string{"battery", "cpu", "disk", "distance", "load", "math", "memory", "motor", "network", "process", "temperature", "text"}
}

// Sensors are those of them that feel the machine they run on, sorted: the agent of
// a host that they name runs them.
func Sensors() []string {
	return []string{"battery", "cpu", "disk", "load", "memory", "network", "process", "temperature"}
}

// speaker is what cells and nerves have in common.
type speaker struct {
	kind, name     string
	builtin, image string
	command        []string
	on             *On
	environments   []string
	src            *Source
}

func (c *checker) cellRules() {
	for i := range c.t.Cells {
		x := &c.t.Cells[i]
		c.speaker(speaker{kind: "cell", name: x.Name, builtin: x.Builtin, image: x.Image, command: x.Command, on: &x.On, environments: x.Environments, src: x.Src})
		if x.Builtin != "" && !slices.Contains(BuiltinCells(), x.Builtin) {
			c.warn(x.Src.At("builtin"), "Unknown built-in cell", "cell %q asks for the built-in cell %q. Built in are %s.", x.Name, x.Builtin, strings.Join(BuiltinCells(), ", "))
		}
	}
	for i := range c.t.Nerves {
		x := &c.t.Nerves[i]
		c.speaker(speaker{kind: "nerve", name: x.Name, builtin: x.Builtin, image: x.Image, command: x.Command, on: &x.On, environments: x.Environments, src: x.Src})
	}
}

// speaker checks what runs a cell or a nerve, and where.
func (c *checker) speaker(s speaker) {
	var ways []string
	for _, w := range []struct {
		name string
		set  bool
	}{{"builtin", s.builtin != ""}, {"image", s.image != ""}, {"command", len(s.command) > 0}} {
		if w.set {
			ways = append(ways, w.name)
		}
	}
	if len(ways) > 1 {
		c.bad(s.src.At(ways[1]), "Attributes exclude one another", "%s %q has %s: one of them runs it.", s.kind, s.name, enumerate(ways))
		return
	}
	switch {
	case s.image != "":
		c.image(s)
	case len(s.command) > 0 && s.on.empty() && !s.src.Unread("on") && !s.src.Unread("identity"):
		c.bad(s.src.At("command"), "Nowhere to run", "%s %q has a command and no host to run it: write on = [host.NAME].", s.kind, s.name)
	case len(ways) == 1 && s.image == "" && len(s.on.Kubernetes) > 0 && s.builtin == "":
		c.bad(s.src.At("on"), "Nowhere to run", "%s %q runs a command, a cluster runs images: write image.", s.kind, s.name)
	}
}

// image checks that an image finds a cluster in each of its environments.
func (c *checker) image(s speaker) {
	if s.src.Unread("on") {
		return
	}
	if len(s.on.Hosts) > 0 {
		c.bad(s.src.At("on"), "Image without a cluster", "%s %q is an image, hosts run what is built in or a command. Set on to a kubernetes block.", s.kind, s.name)
		return
	}
	for _, e := range s.environments {
		carried := slices.ContainsFunc(c.t.Kubernetes, func(k Kubernetes) bool {
			return slices.Contains(s.on.Kubernetes, k.Name) && slices.Contains(k.Environments, e)
		})
		if !carried {
			c.bad(s.src.At("image"), "Image without a cluster", "%s %q is an image and lives in environment %q, where no kubernetes block runs it.", s.kind, s.name, e)
			return
		}
	}
}

// gates checks thresholds, and that every gate can open at all.
func (c *checker) gates() {
	sources := c.sources()
	for i := range c.t.Gates {
		g := &c.t.Gates[i]
		if limit := min(g.Open, -g.Close); g.Release >= limit && !g.Src.Unread("open") && !g.Src.Unread("close") {
			c.bad(g.Src.At("release"), "Threshold out of order", "release of gate %q is %v; it must be below open (%v) and below -close (%v).", g.Name, g.Release, g.Open, -g.Close)
		}
		if !g.Src.Unread("cells") && !g.Src.Unread("environments") && g.Weight <= g.Reflex {
			c.gateSources(g, sources)
		}
	}
}

// many stands for more sources than anyone counts.
const many = 1 << 20

// gateSources checks that a gate hears two sources in every environment.
func (c *checker) gateSources(g *Gate, sources map[[2]string]int) {
	for _, e := range g.Environments {
		n := 0
		for _, cell := range g.Cells {
			if n += sources[[2]string{cell, e}]; n >= 2 {
				break
			}
		}
		if n >= 2 {
			continue
		}
		c.bad(g.Src.At("cells"), "Gate that cannot open", "gate %q hears %s in environment %q, and one source never opens a gate. Add a cell that lives there, raise replicas, or start with a weight above reflex (%v).", g.Name, sourceCount(n, g.Cells), e, g.Reflex)
		return
	}
}

func sourceCount(n int, cells []string) string {
	switch {
	case len(cells) == 0:
		return "no cell"
	case n == 0:
		return "no source"
	default:
		return "one source only"
	}
}

// sources counts who may speak for each cell, by cell and environment.
func (c *checker) sources() map[[2]string]int {
	running := map[[2]string]int{} // what services run of the built-in ones
	for i := range c.t.Services {
		s := &c.t.Services[i]
		for _, cell := range s.Cells {
			for _, e := range s.Environments {
				running[[2]string{cell, e}] += len(s.Hosts) * max(s.Replicas, 1)
			}
		}
	}
	out := make(map[[2]string]int, len(c.t.Cells))
	for i := range c.t.Cells {
		x := &c.t.Cells[i]
		for _, e := range x.Environments {
			key := [2]string{x.Name, e}
			switch {
			case x.Src.Unread("builtin") || x.Src.Unread("image") || x.Src.Unread("command") || x.Src.Unread("on") || x.Src.Unread("replicas"):
				out[key] = many
			case x.Builtin == "" && x.Image == "" && len(x.Command) == 0:
				out[key] = many // somebody else publishes it
			case len(x.On.Hosts) > 0:
				out[key] = len(x.On.Hosts) * x.Replicas
			default:
				out[key] = max(running[key], 1) * x.Replicas
			}
		}
	}
	return out
}

// nerveRules checks the state machines of nerves.
func (c *checker) nerveRules() {
	gates := byName(c.t.Gates, func(g *Gate) string { return g.Name })
	for i := range c.t.Nerves {
		n := &c.t.Nerves[i]
		for j, s := range n.States {
			if slices.Contains(n.States[:j], s) {
				c.bad(n.Src.At(fmt.Sprintf("states.%d", j)), "Duplicate name", "nerve %q lists state %q twice.", n.Name, s)
			}
		}
		if len(n.States) == 0 && len(n.Transitions) > 0 && !n.Src.Unread("states") {
			c.bad(n.Transitions[0].Src.At("from"), "Unknown state", "nerve %q has transitions and no states: write states = [...], first the initial one.", n.Name)
			continue
		}
		for j := range n.Transitions {
			tr := &n.Transitions[j]
			c.state(n, tr, "from", tr.From)
			c.state(n, tr, "to", tr.To)
		}
		if g := gates[n.Gate]; g != nil && !overlap(g.Environments, n.Environments) {
			c.clash(n.Src.At("gate"), g.Src.At("environments"), "Never in one environment", "nerve %q lives in %s, its gate %q in %s.", n.Name, enumerate(n.Environments), g.Name, enumerate(g.Environments))
		}
	}
}

func (c *checker) state(n *Nerve, tr *Transition, attr, state string) {
	if state == "" || slices.Contains(n.States, state) || n.Src.Unread("states") {
		return
	}
	c.clash(tr.Src.At(attr), n.Src.At("states"), "Unknown state", "a transition of nerve %q goes %s state %q; its states are %s.", n.Name, attr, state, quotedAll(n.States))
}

// events checks what is asked of minds.
func (c *checker) events() {
	gates := byName(c.t.Gates, func(g *Gate) string { return g.Name })
	for i := range c.t.Events {
		e := &c.t.Events[i]
		mind := c.cortexes[e.Mind]
		if e.Mind == "" && !e.Src.Unread("mind") {
			c.bad(e.Src.At("mind"), "Which mind", "event %q must name the mind that is asked: there are %d.", e.Name, len(c.t.Cortexes))
		}
		for _, name := range e.Gates {
			if g := gates[name]; g != nil && mind != nil && !overlap(g.Environments, mind.Environments) {
				c.clash(e.Src.At("gates"), mind.Src.At("environments"), "Never in one environment", "gate %q of event %q lives in %s, its mind %q in %s.", name, e.Name, enumerate(g.Environments), mind.Name, enumerate(mind.Environments))
			}
		}
		if _, err := wave.Token(e.Domain); err != nil {
			c.bad(e.Src.At("domain"), "Invalid name", "domain %q of event %q: use letters a-z, digits and hyphens.", e.Domain, e.Name)
		}
		c.actions(e)
		if len(e.Schema) > 0 {
			if _, err := wave.CompileSchema(e.Name, e.Schema); err != nil {
				c.bad(e.Src.At("schema"), "Schema does not compile", "schema of event %q: %v.", e.Name, err)
			}
		}
	}
}

func (c *checker) actions(e *Event) {
	for j, a := range e.Actions {
		if a == "" || slices.Contains(e.Actions[:j], a) {
			c.bad(e.Src.At(fmt.Sprintf("actions.%d", j)), "Duplicate name", "event %q lists action %q twice, or one without a name.", e.Name, a)
		}
	}
}
