package topology

import (
	"cmp"
	"slices"
)

// parentBlocks is the card of a host that carries guests: its own lines, then
// its guests as smaller cards.
func (p *picture) parentBlocks(g *group, guests map[string][]*Host) []block {
	left := margin + len(p.t.Networks)*p.laneStep() + 14
	w := pageWidth - margin - left - 2*cardPad
	out := append(p.hostBlocks(g, w), space(6))
	list := slices.Clone(guests[g.first().Name])
	slices.SortStableFunc(list, func(a, b *Host) int {
		return cmp.Or(cmp.Compare(p.guestRank(a), p.guestRank(b)), natural(a.Name, b.Name))
	})
	groups := groupHosts(list, p.hostShape)
	const columns = 3
	cw := (w - (columns-1)*12) / columns
	for len(groups) > 0 {
		n := min(columns, len(groups))
		out = append(out, p.guestRow(groups[:n], guests, cw))
		groups = groups[n:]
	}
	return out
}

// guestRank puts guests of one environment together, in the lab's order, and
// those of all environments behind.
func (p *picture) guestRank(h *Host) int {
	if len(h.Environments) == 1 && len(p.t.Lab.Environments) > 1 {
		return slices.Index(p.t.Lab.Environments, h.Environments[0])
	}
	return len(p.t.Lab.Environments)
}

// guestRow is up to three guests side by side, equally high.
func (p *picture) guestRow(groups []*group, guests map[string][]*Host, w int) block {
	const pad = 12
	var cells [][]block
	h := 0
	for _, g := range groups {
		blocks := p.hostBlocks(g, w-2*pad)
		for _, inner := range guests[g.first().Name] { // a guest's own guests
			blocks = append(blocks, runBlock(run{"sys", inner.Name, "guest", ""}, w-2*pad))
		}
		cells = append(cells, blocks)
		h = max(h, height(blocks)+2*pad-4)
	}
	return block{h: h + 16, draw: func(c *canvas, x, y, _ int) {
		for i, blocks := range cells {
			g := groups[i]
			b := box{x + i*(w+12), y, w, h}
			p.stacked(b, len(g.hosts))
			panel(c, "group", b, pad, blocks)
			if rank := p.guestRank(g.first()); rank < len(p.t.Lab.Environments) {
				c.raw(`<rect class="b-%s" x="%d" y="%d" width="4" height="%d" rx="2"/>`+"\n", p.envClass(p.t.Lab.Environments[rank]), b.x, b.y+8, b.h-16)
			}
		}
	}}
}
