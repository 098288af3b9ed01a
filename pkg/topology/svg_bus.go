package topology

import (
	"slices"
	"strconv"
	"strings"
)

const (
	hubWidth   = 330
	leafWidth  = 226
	leafHeight = 52
	crossbar   = 4  // up to so many kinds of leaves, each link is a line of its own
	fewLeaves  = 24 // more kinds of leaves than that are counted only
	linkGap    = 9  // between the lines of one leaf's environments
)

// bus draws each hub with the leaves that join it.
func (p *picture) bus(y int) int {
	if len(p.t.NATS) == 0 {
		return y
	}
	y = p.section(y, "Bus", "each environment has accounts of its own: virtual explores, real verifies, infra deploys")
	leaves := p.leafGroups(p.t.Leaves)
	if len(leaves) > 0 && len(leaves) <= crossbar {
		return p.crossbar(leaves, y)
	}
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

// crossbar draws the leaves in a row above the hubs; each environment of a hub
// is a lane in its colour, and each link comes down to it from its leaf.
func (p *picture) crossbar(leaves []*leafGroup, y int) int {
	left := margin + hubWidth + 40
	step := min((pageWidth-margin-left+10)/len(leaves), leafWidth+10)
	p.c.text(fontSmall, "soft", margin, y+22, "leaf nodes keep working alone,", hubWidth)
	p.c.text(fontSmall, "soft", margin, y+39, "and join the hub of each environment they serve", hubWidth)
	foot := y + leafHeight
	for i, l := range leaves {
		p.leaf(l, box{left + i*step, y, step - 10, leafHeight})
	}
	y = foot + 22
	for _, n := range p.hubsInOrder() {
		blocks := p.hubBlocks(n)
		if !slices.ContainsFunc(leaves, func(l *leafGroup) bool { return sharesAny(l.leaf.Environments, n.Environments) }) {
			blocks = append(blocks, line(fontSmall, "soft", "no leaves: everybody connects directly"))
		}
		b := box{margin, y, hubWidth, height(blocks) + 2*cardPad - 4}
		p.links(n, leaves, b, left, step, foot)
		panel(p.c, "card", b, cardPad, blocks)
		p.envEdge(b, n.Environments)
		y += b.h + 16
	}
	return y - 6
}

// links draws a hub's lanes, one for each environment that a leaf joins.
func (p *picture) links(n *NATS, leaves []*leafGroup, b box, left, step, foot int) {
	for k, env := range n.Environments {
		at, end := b.y+b.h/2+(2*k-len(n.Environments)+1)*linkGap/2, 0
		for i, l := range leaves {
			if !slices.Contains(l.leaf.Environments, env) {
				continue
			}
			x := left + i*step + 24 + p.envs[env]*linkGap*2
			x = min(x, left+i*step+step-24)
			p.c.path("lane s-"+p.envClass(env), "M"+strconv.Itoa(x)+" "+strconv.Itoa(foot)+"V"+strconv.Itoa(at))
			p.c.dot("b-"+p.envClass(env), x, at, 5)
			end = x
		}
		if end > 0 {
			p.c.path("lane s-"+p.envClass(env), "M"+strconv.Itoa(b.x+b.w)+" "+strconv.Itoa(at)+"H"+strconv.Itoa(end))
		}
	}
}

// hub draws one hub at the left, its leaves at the right, and wires between.
func (p *picture) hub(n *NATS, y int) int {
	blocks := p.hubBlocks(n)
	var joined []Leaf
	for i := range p.t.Leaves {
		if sharesAny(p.t.Leaves[i].Environments, n.Environments) {
			joined = append(joined, p.t.Leaves[i])
		}
	}
	leaves := p.leafGroups(joined)
	more := 0
	if len(leaves) > fewLeaves {
		for _, l := range leaves[fewLeaves-1:] {
			more += len(l.names)
		}
		leaves = leaves[:fewLeaves-1]
	}
	const columns = 3
	rows := (len(leaves) + index(more > 0) + columns - 1) / columns
	h := max(height(blocks)+2*cardPad-4, rows*62-10)
	top := height(blocks) + 2*cardPad - 4
	b := box{margin, y + (h-top)/2, hubWidth, top}
	wire := "wire"
	if len(n.Environments) == 1 {
		wire = "wire s-" + p.envClass(n.Environments[0])
	}
	mid, spine := y+h/2, margin+hubWidth+24
	first := y + (h-rows*62+10)/2
	for row := range rows {
		at := first + row*62 + leafHeight/2
		p.c.path(wire, "M"+strconv.Itoa(margin+hubWidth)+" "+strconv.Itoa(mid)+"H"+strconv.Itoa(spine)+"V"+strconv.Itoa(at)+"H"+strconv.Itoa(spine+20))
	}
	place := func(i int) box {
		row, col := i/columns, i%columns
		lb := box{spine + 20 + col*(leafWidth+10), first + row*62, leafWidth, leafHeight}
		if col > 0 {
			p.c.path(wire, "M"+strconv.Itoa(lb.x-10)+" "+strconv.Itoa(lb.y+leafHeight/2)+"h10")
		}
		return lb
	}
	for i, l := range leaves {
		p.leaf(l, place(i))
	}
	if more > 0 {
		lb := place(len(leaves))
		p.c.rect("group", lb, 8)
		p.c.centred(fontStrong, "", lb.x+lb.w/2, lb.y+31, "and "+grouped(more)+" more leaves", lb.w-16)
	}
	if len(leaves) == 0 {
		p.c.text(fontSmall, "soft", margin+hubWidth+20, mid+4, "no leaves: everybody connects directly", 400)
	}
	panel(p.c, "card", b, cardPad, blocks)
	p.envEdge(b, n.Environments)
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
	if len(n.Peers) > 0 {
		out = append(out, line(fontSmall, "soft", "joined to "+strings.Join(n.Peers, ", ")))
	}
	return out
}

// A leafGroup is a leaf, or several alike.
type leafGroup struct {
	names []string
	leaf  *Leaf
}

// leafGroups lists leaves, alike ones together.
func (p *picture) leafGroups(leaves []Leaf) []*leafGroup {
	byShape := map[string]*leafGroup{}
	var out []*leafGroup
	for i := range leaves {
		l := &leaves[i]
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
