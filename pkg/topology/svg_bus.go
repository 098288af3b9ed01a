package topology

import (
	"slices"
	"strconv"
	"strings"
)

const (
	hubWidth  = 330
	leafWidth = 226
)

// bus draws each hub with the leaves that join it.
func (p *picture) bus(y int) int {
	if len(p.t.NATS) == 0 {
		return y
	}
	y = p.section(y, "Bus", "each environment has accounts of its own: virtual explores, real verifies, infra deploys")
	for _, n := range p.hubsInOrder() {
		y = p.hub(n, y)
	}
	return y - 6
}

// hubsInOrder lists the hubs by their first environment, in the lab's order.
func (p *picture) hubsInOrder() []*NATS {
	var out []*NATS
	for i := range p.t.NATS {
		out = append(out, &p.t.NATS[i])
	}
	rank := func(n *NATS) int {
		if len(n.Environments) == 0 {
			return len(p.envs)
		}
		return p.envs[n.Environments[0]]
	}
	slices.SortStableFunc(out, func(a, b *NATS) int { return rank(a) - rank(b) })
	return out
}

// hub draws one hub at the left, its leaves at the right, and wires between.
func (p *picture) hub(n *NATS, y int) int {
	blocks := p.hubBlocks(n)
	leaves := p.leafGroups(n)
	const columns = 3
	rows := (len(leaves) + columns - 1) / columns
	h := max(height(blocks)+2*cardPad-4, rows*62-10)
	b := box{margin, y, hubWidth, h}
	panel(p.c, "card", b, cardPad, blocks)
	p.envEdge(b, n.Environments)
	mid, spine := y+h/2, margin+hubWidth+24
	first := y + (h-rows*62+10)/2
	for row := range rows {
		at := first + row*62 + 26
		p.c.path("wire", "M"+strconv.Itoa(margin+hubWidth)+" "+strconv.Itoa(mid)+"H"+strconv.Itoa(spine)+"V"+strconv.Itoa(at)+"H"+strconv.Itoa(spine+20))
	}
	for i, l := range leaves {
		row, col := i/columns, i%columns
		lb := box{spine + 20 + col*(leafWidth+10), first + row*62, leafWidth, 52}
		if col > 0 {
			p.c.path("wire", "M"+strconv.Itoa(lb.x-10)+" "+strconv.Itoa(lb.y+26)+"h10")
		}
		p.leaf(l, lb)
	}
	if len(leaves) == 0 {
		p.c.text(fontSmall, "soft", margin+hubWidth+20, mid+4, "no leaves: everybody connects directly", 400)
	}
	return y + h + 16
}

func (p *picture) hubBlocks(n *NATS) []block {
	where := n.Address + ":" + strconv.Itoa(n.LeafPort)
	run := "runs on " + strings.Join(n.Hosts, ", ")
	if len(n.URLs) > 0 {
		run, where = "run by others", strings.TrimPrefix(n.URLs[0], "nats://")
	}
	copies := "on disk at once"
	if n.Durable == "process" {
		copies = ""
	}
	if n.Replicas > 1 {
		copies = details(copies, strconv.Itoa(n.Replicas)+" replicas")
	}
	store := storeText(n.JetStream)
	if n.JetStream.Memory > 0 {
		store = details(store, size(n.JetStream.Memory)+" in memory")
	}
	head := block{h: 24, draw: func(c *canvas, x, y, w int) {
		right := x + w
		for i := len(n.Environments) - 1; i >= 0 && right > x+w/2; i-- {
			env := n.Environments[i]
			right -= chipWidth(env, w/3)
			c.chip("c-"+p.envClass(env), right, y+9, env, w/3)
			right -= 6
		}
		c.text(fontName, "", x, y+15, hubName(n), right-x)
	}}
	out := []block{head, line(fontMono, "", where), line(fontSmall, "soft", details(run, copies))}
	if store != "" {
		out = append(out, line(fontSmall, "soft", store))
	}
	return out
}

// A leafGroup is a leaf, or several alike.
type leafGroup struct {
	names []string
	leaf  *Leaf
}

// leafGroups lists the leaves of a hub, alike ones together.
func (p *picture) leafGroups(n *NATS) []*leafGroup {
	byShape := map[string]*leafGroup{}
	var out []*leafGroup
	for i := range p.t.Leaves {
		l := &p.t.Leaves[i]
		if !sharesAny(l.Environments, n.Environments) {
			continue
		}
		shape := numberless(l.Host) + storeText(l.JetStream) + strings.Join(l.Environments, " ")
		if g := byShape[shape]; g != nil {
			g.names = append(g.names, l.Host)
			continue
		}
		g := &leafGroup{names: []string{l.Host}, leaf: l}
		byShape[shape] = g
		out = append(out, g)
	}
	return out
}

func (p *picture) leaf(l *leafGroup, b box) {
	p.stackedLeaf(b, len(l.names))
	p.c.rect("group", b, 8)
	right := b.x + b.w - 12
	if n := len(l.names); n > 1 {
		label := "×" + strconv.Itoa(n)
		right -= chipWidth(label, 80)
		p.c.chip("count", right, b.y+18, label, 80)
		right -= 6
	}
	names := naturally(l.names)
	p.c.text(fontStrong, "", b.x+12, b.y+22, span(names), right-b.x-12)
	p.c.text(fontSmall, "soft", b.x+12, b.y+40, details("leaf", storeText(l.leaf.JetStream)), b.w-24)
}

func (p *picture) stackedLeaf(b box, n int) {
	for i := min(n-1, 2); i > 0; i-- {
		p.c.rect("group", box{b.x + 3*i, b.y + 3*i, b.w, b.h}, 8)
	}
}

// envEdge draws the colours of environments along the left edge of a box.
func (p *picture) envEdge(b box, environments []string) {
	if len(environments) == 0 {
		return
	}
	h := (b.h - 16) / len(environments)
	for i, env := range environments {
		p.c.raw(`<rect class="b-%s" x="%d" y="%d" width="4" height="%d" rx="2"/>`+"\n", p.envClass(env), b.x, b.y+8+i*h, max(h-2, 1))
	}
}
