package topology

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// hostBlocks is what the card of a host (or of a group of alike ones) says.
func (p *picture) hostBlocks(g *group, w int) []block {
	h := g.first()
	out := []block{p.hostHead(g), line(fontSmall, "soft", hostFacts(h))}
	if len(h.Addresses) > 0 {
		out = append(out, p.addressBlock(g, w))
	}
	out = append(out, space(4))
	for i := range h.GPUs {
		out = append(out, p.loads.cardBlocks(h, &h.GPUs[i], w)...)
	}
	drawn := p.turnsOf(h)
	for _, r := range p.runs[h.Name] {
		if r.class != "org" || !drawn[r.name] {
			out = append(out, runBlock(r, w))
		}
	}
	return out
}

// turnsOf lists the organs that stand on a host's cards already.
func (p *picture) turnsOf(h *Host) map[string]bool {
	out := map[string]bool{}
	for i := range h.GPUs {
		_, turns := p.loads.organsOn(h, h.Name+"/"+h.GPUs[i].Name)
		for _, o := range turns {
			out[o.Name] = true
		}
	}
	return out
}

// hostHead is the name, with what is special about it at the right.
func (p *picture) hostHead(g *group) block {
	h := g.first()
	return block{h: 24, draw: func(c *canvas, x, y, w int) {
		right := x + w
		if len(h.Environments) < len(p.t.Lab.Environments) {
			for _, env := range slices.Backward(h.Environments) {
				right -= chipWidth(env, w/3)
				c.chip("c-"+p.envClass(env), right, y+9, env, w/3)
				right -= 6
			}
		}
		marks := []chipLabel{}
		if n := len(g.hosts); n > 1 {
			marks = append(marks, chipLabel{"count", "×" + strconv.Itoa(n)})
		}
		if h.Deploy.Canary {
			marks = append(marks, chipLabel{"c-canary", "canary"})
		}
		for _, m := range marks {
			right -= chipWidth(m.text, w/3)
			c.chip(m.class, right, y+9, m.text, w/3)
			right -= 6
		}
		c.text(fontName, "", x, y+15, g.title(), right-x)
	}}
}

// hostFacts is the machine in one line.
func hostFacts(h *Host) string {
	cores := plural(h.Cores, "core")
	if h.Apple != nil {
		cores = details(h.Apple.Chip, cores)
		if h.Apple.GPUCores > 0 {
			cores += " · " + strconv.Itoa(h.Apple.GPUCores) + " GPU cores"
		}
	}
	return details(strings.Join(h.Roles, ", "), cores, size(h.Memory), h.System)
}

// addressBlock lists the addresses, each with a dot in its network's colour.
func (p *picture) addressBlock(g *group, w int) block {
	var networks []string
	for _, n := range p.lanes {
		if g.addresses(n.Name) != "" {
			networks = append(networks, n.Name)
		}
	}
	place := func(c *canvas, x, y, w int) int {
		at, row := x, y
		for _, n := range networks {
			text := g.addresses(n)
			need := min(fontMono.width(text)+14, w)
			if at > x && at+need > x+w {
				at, row = x, row+18
			}
			if c != nil {
				c.dot("b-"+p.lane(n), at+4, row+8, 4)
				c.text(fontMono, "", at+13, row+12, text, w-13)
			}
			at += need + 12
		}
		return row + 20 - y
	}
	return block{h: place(nil, 0, 0, w), draw: func(c *canvas, x, y, w int) { place(c, x, y, w) }}
}

// runBlock is one thing that runs: a dot in its domain's colour, its name,
// what there is to say, and as whom.
func runBlock(r run, w int) block {
	nameWidth := fontStrong.width(r.name)
	who := r.who
	if nameWidth+fontSmall.width(r.detail)+fontSmall.width(who)+46 > w {
		who = ""
	}
	// What does not fit beside the name goes below it.
	below := nameWidth+fontSmall.width(r.detail)+26 > w && r.detail != ""
	h := 20
	if below {
		h += 16
	}
	return block{h: h, draw: func(c *canvas, x, y, w int) {
		c.raw(`<rect class="b-%s" x="%d" y="%d" width="8" height="8" rx="2"/>`+"\n", r.class, x, y+5)
		room := w - 16
		if who != "" {
			room -= c.right(fontSmall, "t-"+r.class, x+w, y+13, who, w/3) + 10
		}
		if below {
			c.text(fontStrong, "", x+16, y+13, r.name, room)
			c.text(fontSmall, "soft", x+16, y+29, r.detail, w-16)
			return
		}
		c.flow(x+16, y+13, 8, room, phrase{fontStrong, "", r.name}, phrase{fontSmall, "soft", r.detail})
	}}
}

// hostShape is what the card of a host shows besides numbers: hosts of equal
// shape may be drawn as one.
func (p *picture) hostShape(h *Host) string {
	var b strings.Builder
	fmt.Fprint(&b, h.System, h.Roles, h.Environments, h.Memory, h.Cores, h.Parent, h.Deploy.Canary)
	for i := range h.GPUs {
		fmt.Fprint(&b, h.GPUs[i].Model, h.GPUs[i].Memory, h.GPUs[i].ComputeCapability)
	}
	for i := range p.t.Networks {
		fmt.Fprint(&b, h.Addresses[p.t.Networks[i].Name] != "")
	}
	for _, r := range p.runs[h.Name] {
		fmt.Fprint(&b, r.class, numberless(r.name+r.detail), r.who)
	}
	return b.String()
}
