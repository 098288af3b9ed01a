package topology

import (
	"slices"
	"strconv"
	"strings"
)

// A lab of very many different machines, or gates, is drawn as tiles: small
// enough that one still sees the whole, with the rest as tooltips.
const (
	tileGap   = 8
	mostTiles = 2400 // hosts
	mostGates = 240

	tileColumns = 8
)

// hostTiles draws hosts by their first role, each as a tile with its networks
// and what its cards hold.
func (p *picture) hostTiles(groups []*group, y int) int {
	y = p.section(y, "Machines and networks", "by their first role; a tile shows its networks, its cards' memory to scale, and what runs there")
	y = p.networkNames(y)
	byRole := map[string][]*group{}
	var roles []string
	for _, g := range groups {
		role := "no role"
		if r := g.first().Roles; len(r) > 0 {
			role = r[0]
		}
		if byRole[role] == nil {
			roles = append(roles, role)
		}
		byRole[role] = append(byRole[role], g)
	}
	slices.SortStableFunc(roles, func(a, b string) int { return len(byRole[b]) - len(byRole[a]) })
	// Roles that stand alone are one heading together.
	var alone []*group
	roles = slices.DeleteFunc(roles, func(r string) bool {
		if len(byRole[r]) > 3 {
			return false
		}
		alone = append(alone, byRole[r]...)
		return true
	})
	if len(alone) > 0 {
		roles = append(roles, "")
		byRole[""] = alone
	}
	left := mostTiles
	for _, role := range roles {
		list, n := byRole[role], 0
		for _, g := range list {
			n += len(g.hosts)
		}
		switch {
		case role == "" && len(roles) == 1:
			role = "all"
		case role == "":
			role = "other roles"
		}
		p.c.flow(margin, y+14, 8, pageWidth-2*margin, phrase{fontStrong, "", role}, phrase{fontSmall, "soft", plural(n, "host")})
		y = p.tiles(list[:min(len(list), left)], tileColumns, y+24)
		left -= min(len(list), left)
		if left == 0 {
			p.c.text(fontSmall, "soft", margin, y+4, "and more, which topology.json lists", 400)
			return y + 22
		}
	}
	return y
}

// networkNames lists the networks where no trunks are drawn.
func (p *picture) networkNames(y int) int {
	for _, n := range p.lanes {
		p.c.dot("b-"+p.lane(n.Name), margin+5, y+10, 5)
		vlan := ""
		if n.VLAN != 0 {
			vlan = vlanText(n)
		}
		p.c.flow(margin+18, y+15, 12, pageWidth-2*margin-18, phrase{fontStrong, "t-" + p.lane(n.Name), n.Name},
			phrase{fontMono, "", n.Subnet}, phrase{fontSmall, "soft", details(vlan, gateway(n), n.Description)})
		y += 22
	}
	return y + 10
}

func (p *picture) tiles(groups []*group, columns, y int) int {
	const h = 44
	w := (pageWidth - 2*margin - (columns-1)*tileGap) / columns
	for i, g := range groups {
		p.tile(g, box{margin + i%columns*(w+tileGap), y + i/columns*(h+tileGap), w, h})
	}
	return y + (len(groups)+columns-1)/columns*(h+tileGap) + 8
}

// tile is one host, or several alike.
func (p *picture) tile(g *group, b box) {
	h := g.first()
	p.c.raw("<g><title>%s</title>\n", escape(p.tileText(g)))
	if len(g.hosts) > 1 {
		p.c.rect("card", box{b.x + 3, b.y + 3, b.w, b.h}, 6)
	}
	p.c.rect("card", b, 6)
	right := b.x + b.w - 8
	for _, n := range slices.Backward(p.lanes) {
		if h.Addresses[n.Name] != "" && right > b.x+b.w/2 {
			p.c.dot("b-"+p.lane(n.Name), right-3, b.y+13, 3)
			right -= 9
		}
	}
	title := g.title()
	if n := len(g.hosts); n > 1 {
		title = "×" + strconv.Itoa(n) + " " + title
	}
	p.c.text(fontSmall, "", b.x+8, b.y+17, title, right-b.x-12)
	p.tileFoot(h, box{b.x + 8, b.y + 27, b.w - 16, 10})
	p.c.raw("</g>\n")
}

// tileFoot is a bar of the host's cards, and squares for what else runs there.
func (p *picture) tileFoot(h *Host, b box) {
	seen := map[string]bool{}
	var classes []string
	for _, r := range p.runs[h.Name] {
		if !seen[r.class] {
			seen[r.class] = true
			classes = append(classes, r.class)
		}
	}
	x := b.x
	for _, class := range classes {
		p.c.raw(`<rect class="b-%s" x="%d" y="%d" width="8" height="8" rx="2"/>`+"\n", class, x, b.y+1)
		x += 11
	}
	room := b.x + b.w - x - 4
	if len(h.GPUs) == 0 || room < 30 {
		return
	}
	each := (room+3)/len(h.GPUs) - 3
	for i := range h.GPUs {
		card := &h.GPUs[i]
		bar := box{x + 4 + i*(each+3), b.y, each, 10}
		if each < 4 {
			return
		}
		p.c.rect("hollow", bar, 3)
		at := bar.x + 1
		for _, s := range p.loads.sharesOf(h, card) {
			w := min(toScale(s.bytes, card.Memory, bar.w-2), bar.x+bar.w-1-at)
			class := "b-" + s.class
			if s.class == "reserved" {
				class = s.class
			}
			if w > 0 {
				p.c.rect(class, box{at, bar.y + 1, w, 8}, 1)
				at += w
			}
		}
		if largest := p.largestTurn(h, card); largest > 0 {
			if w := min(toScale(largest, card.Memory, bar.w-2), bar.x+bar.w-1-at); w > 0 {
				p.c.rect("turn", box{at, bar.y + 3, w, 4}, 1)
			}
		}
	}
}

// largestTurn is the memory of the largest organ that takes turns on a card.
func (p *picture) largestTurn(h *Host, card *GPU) Bytes {
	_, turns := p.loads.organsOn(h, h.Name+"/"+card.Name)
	var most Bytes
	for _, o := range turns {
		most = max(most, o.Memory)
	}
	return most
}

// tileText is everything about a host that a tile has no room for.
func (p *picture) tileText(g *group) string {
	h := g.first()
	parts := []string{g.title(), hostFacts(h)}
	for _, n := range p.lanes {
		if a := g.addresses(n.Name); a != "" {
			parts = append(parts, n.Name+" "+a)
		}
	}
	for i := range h.GPUs {
		parts = append(parts, strings.TrimSpace(h.GPUs[i].Model+" "+size(h.GPUs[i].Memory)))
	}
	for _, r := range p.runs[h.Name] {
		parts = append(parts, r.name)
	}
	return details(parts...)
}

// gateTiles draws very many gates: each its name and its scale.
func (n *nervousSystem) gateTiles(groups []*gateGroup) []block {
	more := 0
	if len(groups) > mostGates {
		for _, g := range groups[mostGates:] {
			more += len(g.names)
		}
		groups = groups[:mostGates]
	}
	const columns, h = 6, 46
	var out []block
	for len(groups) > 0 {
		row := groups[:min(columns, len(groups))]
		groups = groups[len(row):]
		out = append(out, block{h: h + tileGap, draw: func(c *canvas, x, y, w int) {
			each := (w - (columns-1)*tileGap) / columns
			for i, g := range row {
				b := box{x + i*(each+tileGap), y, each, h}
				c.raw("<g><title>%s</title>\n", escape(details(span(naturally(g.names)), "hears "+strings.Join(g.gate.Cells, ", "), tierText(g.gate.Tier), "window "+shortDuration(g.gate.Window))))
				c.rect("card s-ner", b, 6)
				name := span(naturally(g.names))
				if k := len(g.names); k > 1 {
					name = "×" + strconv.Itoa(k) + " " + name
				}
				c.text(fontSmall, "", b.x+8, b.y+17, name, b.w-16)
				n.p.scale(g.gate, box{b.x + 8, b.y + 28, b.w - 16, 8})
				c.raw("</g>\n")
			}
		}})
	}
	if more > 0 {
		out = append(out, line(fontSmall, "soft", "and "+grouped(more)+" more gates"))
	}
	return out
}
