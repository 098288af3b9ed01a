package topology

import (
	"slices"
	"strconv"
)

const (
	laneGap   = 12 // between the trunks at the left, px
	railGap   = 9  // between the rails above a row
	cardGap   = 20
	cardPad   = 14
	gridUnits = 6 // a row is six units wide; a card takes two, three or six
)

// A placed card of the machine section.
type hostCard struct {
	g        *group
	units    int
	networks []string // those with a drop, in lane order
	blocks   []block
	x, w     int
}

// machines draws networks as coloured lanes that run down the left side, and
// hosts as cards in rows; above each row a rail of each network leads to the
// cards that are in it.
func (p *picture) machines(y int) int {
	if groups := p.manyHosts(); groups != nil {
		return p.hostTiles(groups, y)
	}
	cards := p.hostCards()
	if len(cards) == 0 {
		return y
	}
	y = p.section(y, "Machines and networks", "")
	top := y
	left := margin + len(p.t.Networks)*p.laneStep() + 14
	y = p.laneNames(y, left)
	rows := p.rows(cards, left)
	last := map[string]int{} // where each trunk ends
	for _, row := range rows {
		y = p.hostRow(row, y, last)
	}
	for i, network := range p.lanes {
		n := network.Name
		if end, ok := last[n]; ok {
			p.c.path("lane s-"+p.lane(n), "M"+strconv.Itoa(p.trunk(i))+" "+strconv.Itoa(p.laneNameY(top, i))+"V"+strconv.Itoa(end))
		}
	}
	return y
}

// manyHosts returns all hosts in groups when there are too many different ones
// for cards, else nothing.
func (p *picture) manyHosts() []*group {
	if len(p.t.Hosts) <= manyThings {
		return nil
	}
	var all []*Host
	for i := range p.t.Hosts {
		all = append(all, &p.t.Hosts[i])
	}
	if groups := groupHosts(all, p.hostShape); len(groups) > manyThings {
		return groups
	}
	return nil
}

// laneStep is the distance of the trunks: less when there are very many.
func (p *picture) laneStep() int { return max(min(laneGap, 180/max(len(p.t.Networks), 1)), 2) }

func (p *picture) trunk(i int) int { return margin + 6 + i*p.laneStep() }

func (p *picture) laneNameY(top, i int) int { return top + 10 + i*26 }

// laneNames writes the networks, each beside the start of its trunk.
func (p *picture) laneNames(y, left int) int {
	name, tag := 0, 0 // columns: as wide as their widest
	for _, n := range p.lanes {
		name = max(name, min(fontStrong.width(n.Name), 260))
		if n.VLAN != 0 {
			tag = max(tag, chipWidth(vlanText(n), 100)+14)
		}
	}
	for i, n := range p.lanes {
		at, tx := p.laneNameY(y, i), p.trunk(i)
		p.c.path("lane s-"+p.lane(n.Name), "M"+strconv.Itoa(tx)+" "+strconv.Itoa(at)+"H"+strconv.Itoa(left-4))
		p.c.dot("b-"+p.lane(n.Name), tx, at, 5)
		x := left + 4
		p.c.text(fontStrong, "t-"+p.lane(n.Name), x, at+5, n.Name, 260)
		x += name + 14
		if n.VLAN != 0 {
			p.c.chip("c-"+p.lane(n.Name), x, at, vlanText(n), 100)
		}
		x += tag
		p.c.flow(x, at+5, 14, pageWidth-margin-x, phrase{fontMono, "", n.Subnet}, phrase{fontSmall, "soft", details(gateway(n), n.Description)})
	}
	return y + 26*len(p.t.Networks) + 6
}

func vlanText(n *Network) string { return "VLAN " + strconv.Itoa(n.VLAN) }

func gateway(n *Network) string {
	if n.Gateway == "" {
		return ""
	}
	return "gateway " + n.Gateway
}

// hostCards makes the cards: hosts with cards first, those that carry guests,
// then the rest; guests are inside their parent.
func (p *picture) hostCards() []*hostCard {
	var tops []*Host
	guests := map[string][]*Host{}
	for i := range p.t.Hosts {
		h := &p.t.Hosts[i]
		if h.Parent != "" && p.t.Host(h.Parent) != nil {
			guests[h.Parent] = append(guests[h.Parent], h)
			continue
		}
		tops = append(tops, h)
	}
	var out []*hostCard
	for _, g := range groupHosts(tops, func(h *Host) string {
		if len(guests[h.Name]) > 0 {
			return h.Name // who carries guests stands alone
		}
		return p.hostShape(h)
	}) {
		card := &hostCard{g: g, units: 2, networks: p.networksOf(g, guests)}
		h := g.first()
		switch {
		case len(guests[h.Name]) > 0:
			card.units = gridUnits
			card.blocks = p.parentBlocks(g, guests)
		case len(h.GPUs) > 0 || len(p.runs[h.Name]) > 3:
			card.units = 3
		}
		out = append(out, card)
	}
	rank := map[int]int{3: 0, gridUnits: 1, 2: 2}
	slices.SortStableFunc(out, func(a, b *hostCard) int { return rank[a.units] - rank[b.units] })
	return out
}

// networksOf lists the networks a card is in, guests included.
func (p *picture) networksOf(g *group, guests map[string][]*Host) []string {
	var out []string
	for _, network := range p.lanes {
		n := network.Name
		in := g.addresses(n) != "" || slices.ContainsFunc(guests[g.first().Name], func(h *Host) bool { return h.Addresses[n] != "" })
		if in {
			out = append(out, n)
		}
	}
	return out
}

// rows packs cards into rows and gives them their places.
func (p *picture) rows(cards []*hostCard, left int) [][]*hostCard {
	var rows [][]*hostCard
	used := gridUnits
	for _, card := range cards {
		if used+card.units > gridUnits {
			rows, used = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], card)
		used += card.units
	}
	room := pageWidth - margin - left
	for _, row := range rows {
		sum := 0
		for _, card := range row {
			sum += card.units
		}
		if len(row) == 1 && sum < 3 {
			sum = 3 // one small card alone does not fill the page
		}
		if len(row) == 1 && row[0].units == 3 {
			sum = 4
		}
		x := left
		for i, card := range row {
			card.x = x
			card.w = (room+cardGap)*card.units/sum - cardGap
			if i == len(row)-1 && sum == gridUnits {
				card.w = left + room - x
			}
			x += card.w + cardGap
			if card.blocks == nil {
				card.blocks = p.hostBlocks(card.g, card.w-2*cardPad)
			}
		}
	}
	return rows
}

// hostRow draws the rails, the drops and the cards of one row.
func (p *picture) hostRow(row []*hostCard, y int, last map[string]int) int {
	rail := map[string]int{}
	at := y + 6
	for i, network := range p.lanes {
		n := network.Name
		end := 0
		for _, card := range row {
			if k := slices.Index(card.networks, n); k >= 0 {
				end = max(end, drop(card, k))
			}
		}
		if end > 0 {
			rail[n], last[n] = at, at
			p.c.path("lane s-"+p.lane(n), "M"+strconv.Itoa(p.trunk(i))+" "+strconv.Itoa(at)+"H"+strconv.Itoa(end))
			at += railGap
		}
	}
	top, tallest := at+10, 0
	for _, card := range row {
		h := height(card.blocks) + 2*cardPad - 2
		tallest = max(tallest, h)
		for k, n := range card.networks {
			p.c.path("lane s-"+p.lane(n), "M"+strconv.Itoa(drop(card, k))+" "+strconv.Itoa(rail[n])+"V"+strconv.Itoa(top))
			p.c.dot("b-"+p.lane(n), drop(card, k), rail[n], 4)
		}
		p.stacked(box{card.x, top, card.w, h}, len(card.g.hosts))
		panel(p.c, "card", box{card.x, top, card.w, h}, cardPad, card.blocks)
	}
	return top + tallest + 18
}

// drop is where the k-th network of a card comes down.
func drop(card *hostCard, k int) int {
	return card.x + 24 + k*max(min(18, (card.w-48)/max(len(card.networks), 1)), 2)
}

// stacked draws the edges of the cards that lie below the first of a group.
func (p *picture) stacked(b box, n int) {
	for i := min(n-1, 2); i > 0; i-- {
		p.c.rect("card", box{b.x + 4*i, b.y + 4*i, b.w, b.h}, 8)
	}
}
