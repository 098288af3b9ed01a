package topology

import (
	"fmt"
	"strings"
)

const (
	fieldWidth = 380 // cells, at the left
	gateWidth  = 250
	actWidth   = 340 // what an opening makes, at the right
)

// gates draws the nervous system once for each set of environments that have
// the same one.
func (p *picture) gates(y int) int {
	var sets [][]string
	var views []View
	seen := map[string]int{}
	for _, env := range p.t.Lab.Environments {
		v := p.t.In(env)
		if len(v.Gates)+len(v.Cells) == 0 {
			continue
		}
		key := nervousShape(&v)
		if i, ok := seen[key]; ok {
			sets[i] = append(sets[i], env)
			continue
		}
		seen[key] = len(views)
		views, sets = append(views, v), append(sets, []string{env})
	}
	if len(views) == 0 {
		return y
	}
	y = p.section(y, "Gates", "cells that agree about the same thing in the same moment open a gate; what contradicts closes it")
	for i := range views {
		y = p.nervous(&views[i], sets[i], y)
	}
	return y - 6
}

// nervousShape is what the gates section shows of an environment.
func nervousShape(v *View) string {
	var b strings.Builder
	for i := range v.Gates {
		fmt.Fprintf(&b, "%s %v\n", v.Gates[i].Name, v.Gates[i].Cells)
	}
	for i := range v.Cells {
		fmt.Fprintln(&b, v.Cells[i].Name)
	}
	for i := range v.Nerves {
		fmt.Fprintln(&b, v.Nerves[i].Name, v.Nerves[i].Gate)
	}
	for i := range v.Events {
		fmt.Fprintln(&b, v.Events[i].Name, v.Events[i].Gates)
	}
	return b.String()
}

// nervous draws the gates of some environments in one card.
func (p *picture) nervous(v *View, environments []string, y int) int {
	n := &nervousSystem{p: p, v: v, cells: map[string]*Cell{}}
	for i := range v.Cells {
		n.cells[v.Cells[i].Name] = &v.Cells[i]
	}
	blocks := []block{n.environmentChips(environments)}
	groups := n.gateGroups()
	if len(groups) > manyThings {
		blocks = append(blocks, n.gateTiles(groups)...)
	} else {
		for _, g := range groups {
			blocks = append(blocks, n.gate(g))
		}
	}
	if rest := n.unheard(); len(rest) > 0 {
		blocks = append(blocks, line(fontSmall, "soft", "heard by no gate"), chips(rest, pageWidth-2*margin-2*cardPad, false))
	}
	b := box{margin, y, pageWidth - 2*margin, height(blocks) + 2*cardPad - 6}
	panel(p.c, "card", b, cardPad, blocks)
	p.envEdge(b, environments)
	return y + b.h + 16
}

type nervousSystem struct {
	p     *picture
	v     *View
	cells map[string]*Cell
}

func (n *nervousSystem) environmentChips(environments []string) block {
	var labels []chipLabel
	for _, env := range environments {
		labels = append(labels, chipLabel{"c-" + n.p.envClass(env), env})
	}
	b := chips(labels, pageWidth-2*margin-2*cardPad, false)
	b.h += 6
	return b
}

// A gateGroup is a gate, or several that differ in numbers only.
type gateGroup struct {
	names []string
	gate  *Gate
}

func (n *nervousSystem) gateGroups() []*gateGroup {
	byShape := map[string]*gateGroup{}
	var out []*gateGroup
	for i := range n.v.Gates {
		g := &n.v.Gates[i]
		shape := numberless(fmt.Sprint(g.Name, g.Cells)) + fmt.Sprint(g.Tier, g.Window, g.Open, g.Close, g.Release, n.acts(g.Name))
		if strings.ContainsAny(g.Name, "0123456789") {
			if known := byShape[shape]; known != nil {
				known.names = append(known.names, g.Name)
				continue
			}
		}
		byShape[shape] = &gateGroup{names: []string{g.Name}, gate: g}
		out = append(out, byShape[shape])
	}
	return out
}

// acts lists what an opening of a gate makes: nerves that hear it, events for
// minds.
func (n *nervousSystem) acts(gate string) []act {
	var out []act
	for i := range n.v.Nerves {
		if w := &n.v.Nerves[i]; w.Gate == gate {
			to := ""
			if len(w.Commands) > 0 {
				to = "asks " + strings.Join(w.Commands, ", ")
			}
			out = append(out, act{"ner", "nerve " + w.Name, to, ""})
		}
	}
	for _, e := range n.v.EventsOf(gate) {
		to := "any mind"
		if e.Mind != "" {
			to = "asks " + e.Mind
		}
		if len(e.Actions) > 0 {
			to += ": " + strings.Join(e.Actions, ", ")
		}
		out = append(out, act{"cog", "event " + e.Name, to, "dash"})
	}
	return out
}

// An act is what an opening makes; line is "dash" for what is asked and answered
// in its own time.
type act struct{ class, name, detail, line string }

const actHeight = 42

// gate draws the cells, the gate and what it makes, in one row.
func (n *nervousSystem) gate(g *gateGroup) block {
	labels := n.cellChips(g.gate.Cells)
	if more := len(labels) - manyThings; more > 0 {
		labels = append(labels[:manyThings], chipLabel{"count", "and " + grouped(more) + " more"})
	}
	field := chips(labels, fieldWidth, true)
	acts := n.acts(g.gate.Name)
	h := max(field.h-6, 74, len(acts)*(actHeight+6)-6)
	return block{h: h + 16, draw: func(c *canvas, x, y, _ int) {
		mid := y + h/2
		top := mid - (field.h-6)/2
		field.draw(c, x, top, fieldWidth)
		gx := x + fieldWidth + 40
		c.path("wire s-ner", fmt.Sprintf("M%d %dH%dV%dH%d", x+fieldWidth+4, top, x+fieldWidth+12, top+field.h-6, x+fieldWidth+4))
		c.path("wire s-ner", fmt.Sprintf("M%d %dH%d", x+fieldWidth+12, mid, gx))
		arrow(c, gx, mid)
		n.p.gateBox(g, box{gx, mid - 37, gateWidth, 74})
		ax := gx + gateWidth + 48
		at := mid - (len(acts)*(actHeight+6)-6)/2
		for _, a := range acts {
			c.path(join("wire", a.line), fmt.Sprintf("M%d %dH%dV%dH%d", gx+gateWidth, mid, gx+gateWidth+22, at+actHeight/2, ax))
			arrowIn(c, ax, at+actHeight/2)
			c.rect("c-"+a.class, box{ax, at, actWidth, actHeight}, 8)
			if a.detail == "" {
				c.text(fontStrong, "", ax+12, at+actHeight/2+5, a.name, actWidth-24)
			} else {
				c.text(fontStrong, "", ax+12, at+17, a.name, actWidth-24)
				c.text(fontSmall, "soft", ax+12, at+33, a.detail, actWidth-24)
			}
			at += actHeight + 6
		}
		if len(acts) == 0 {
			c.text(fontSmall, "soft", gx+gateWidth+16, mid+4, tierText(g.gate.Tier), 200)
		}
	}}
}

func arrow(c *canvas, x, y int) {
	c.raw(`<path class="b-ner" d="M%d %dl-8 -5v10z"/>`+"\n", x, y)
}

func arrowIn(c *canvas, x, y int) {
	c.raw(`<path class="tip" d="M%d %dl-8 -5v10z"/>`+"\n", x, y)
}

// cellChips labels cells: filled when they are built in, outlined when they
// come as an image or a command, dashed when somebody else publishes them.
// Cells that differ in a number only share a chip.
func (n *nervousSystem) cellChips(names []string) []chipLabel {
	var out []chipLabel
	byShape := map[string][]string{}
	for _, name := range names {
		byShape[numberless(name)] = append(byShape[numberless(name)], name)
	}
	for _, name := range names {
		alike := byShape[numberless(name)]
		label := name
		if len(alike) > enough {
			if alike[0] != name {
				continue
			}
			label = span(naturally(alike))
		}
		out = append(out, chipLabel{cellClass(n.cells[name]), label})
	}
	return out
}

func cellClass(c *Cell) string {
	switch {
	case c == nil || (c.Builtin == "" && c.Image == "" && len(c.Command) == 0):
		return "o-ner dot"
	case c.Builtin != "":
		return "c-ner"
	}
	return "o-ner"
}

// unheard lists the cells that no gate hears.
func (n *nervousSystem) unheard() []chipLabel {
	heard := map[string]bool{}
	for i := range n.v.Gates {
		for _, c := range n.v.Gates[i].Cells {
			heard[c] = true
		}
	}
	var rest []string
	for i := range n.v.Cells {
		if !heard[n.v.Cells[i].Name] {
			rest = append(rest, n.v.Cells[i].Name)
		}
	}
	labels := n.cellChips(rest)
	if more := len(labels) - manyThings; more > 0 {
		labels = append(labels[:manyThings], chipLabel{"count", "and " + grouped(more) + " more"})
	}
	return labels
}
