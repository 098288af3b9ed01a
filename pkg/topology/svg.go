package topology

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

const (
	pageWidth = 1160 // px; the picture is made to be read at the width of a page
	margin    = 32
	// manyThings is up to how many different things of a kind each is drawn in
	// full; of more, a picture would be a list that nobody reads.
	manyThings = 30
)

// A picture is an SVG being drawn.
type picture struct {
	c     *canvas
	t     *Topology
	runs  map[string][]run // what runs on each host
	loads *loadPlan
	envs  map[string]int // environment -> its place
	lanes []*Network     // by VLAN
	nets  map[string]int // network -> its place among them
}

// SVG draws the lab for people: networks and machines, the bus, gates with
// their cells, identities, and what is planned for them. It adapts to light
// and dark pages; equal topologies give equal bytes.
func SVG(t *Topology) []byte {
	p := &picture{c: &canvas{}, t: t, runs: runsOn(t), loads: loadPlanOf(t), envs: map[string]int{}, nets: map[string]int{}}
	for i, env := range t.Lab.Environments {
		p.envs[env] = i
	}
	p.lanes = lanesOf(t)
	for i, n := range p.lanes {
		p.nets[n.Name] = i
	}
	y := p.header()
	for _, draw := range []func(int) int{p.machines, p.bus, p.gates, p.identities, p.learning, p.operations, p.legend} {
		y = draw(y)
	}
	return p.finish(y + margin/2)
}

// finish puts head and style in front of what was drawn.
func (p *picture) finish(h int) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`+"\n", pageWidth, h, pageWidth, h)
	fmt.Fprintf(&out, "<title>%s</title>\n<style>\n%s</style>\n", escape("The lab "+p.t.Lab.Name), styleSheet(p.paints()))
	fmt.Fprintf(&out, `<rect class="page" width="%d" height="%d"/>`+"\n", pageWidth, h)
	out.Write(p.c.buf.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// paints lists the colours that this picture uses.
func (p *picture) paints() []paint {
	out := []paint{
		{"cog", shadeCognitive}, {"ner", shadeNervous}, {"org", shadeOrgans}, {"mem", shadeMemory}, {"sys", shadeSystem},
		{"canary", shade{"#ca8a04", "#fde047"}}, {"open", namedShades["green"]}, {"shut", namedShades["red"]},
	}
	for i, env := range p.t.Lab.Environments {
		out = append(out, paint{p.envClass(env), environmentShade(p.t.environment(env).Colour, i)})
	}
	for i := range min(len(p.t.Networks), len(laneShades)) {
		out = append(out, paint{"n" + strconv.Itoa(i), laneShades[i]})
	}
	return out
}

// lanesOf lists the networks by their VLAN, which is how people count them.
func lanesOf(t *Topology) []*Network {
	var out []*Network
	for i := range t.Networks {
		out = append(out, &t.Networks[i])
	}
	slices.SortStableFunc(out, func(a, b *Network) int { return a.VLAN - b.VLAN })
	return out
}

func (p *picture) envClass(env string) string { return "e" + strconv.Itoa(p.envs[env]) }

func (p *picture) lane(network string) string {
	return "n" + strconv.Itoa(p.nets[network]%len(laneShades))
}

// header names the lab, its environments and its size.
func (p *picture) header() int {
	right := pageWidth - margin
	for i := len(p.t.Lab.Environments) - 1; i >= 0; i-- {
		env := p.t.Lab.Environments[i]
		w := chipWidth(env, 160)
		if right-w < pageWidth/2 {
			break
		}
		right -= w
		p.c.chip("c-"+p.envClass(env), right, 46, env, 160)
		right -= 8
	}
	p.c.flow(margin, 54, 14, right-margin-20, phrase{fontTitle, "", p.t.Lab.Name}, phrase{fontMono, "soft", p.t.Lab.Domain})
	p.c.text(fontBody, "soft", margin, 80, p.summary(), pageWidth-2*margin)
	return 84
}

// summary counts what the lab has.
func (p *picture) summary() string {
	cards := 0
	var memory Bytes
	for i := range p.t.Hosts {
		for j := range p.t.Hosts[i].GPUs {
			if g := &p.t.Hosts[i].GPUs[j]; g.From == "" {
				cards++
				memory += g.Memory
			}
		}
	}
	with := plural(cards, "card")
	if memory > 0 {
		with += " with " + size(memory)
	}
	return details(plural(len(p.t.Hosts), "host"), with, plural(len(p.t.Networks), "network"), plural(len(p.t.Identities), "identity"),
		plural(len(p.t.Cells), "cell"), plural(len(p.t.Gates), "gate"), plural(len(p.t.Organs), "organ"), plural(p.minds(), "mind"))
}

// minds counts the minds that are declared, or that a lab of one machine has.
func (p *picture) minds() int {
	n := 0
	for i := range p.t.Cortexes {
		c := &p.t.Cortexes[i]
		n += index(!c.Implicit || implicitHosts(p.t, c.Hosts))
	}
	return n
}

// section writes a heading over a thin rule and returns where its content
// begins.
func (p *picture) section(y int, text, note string) int {
	y += 26
	p.c.raw(`<path class="rule" d="M%d %dH%d"/>`+"\n", margin, y, pageWidth-margin)
	p.c.flow(margin, y+32, 14, pageWidth-2*margin, phrase{fontHead, "", text}, phrase{fontSmall, "soft", note})
	return y + 48
}
