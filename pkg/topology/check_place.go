package topology

import (
	"cmp"
	"slices"
)

// placeSteps bounds the search for places on one group of cards.
const placeSteps = 20_000

// groupTenants splits tenants into groups that share no card, in the order of
// their first members.
func groupTenants(tenants []tenant) [][]tenant {
	leader := map[string]string{}
	var find func(card string) string
	find = func(card string) string {
		for leader[card] != "" && leader[card] != card {
			leader[card] = cmp.Or(leader[leader[card]], leader[card])
			card = leader[card]
		}
		return card
	}
	for i := range tenants {
		for _, card := range tenants[i].cards[1:] {
			if a, b := find(tenants[i].cards[0]), find(card); a != b {
				leader[b] = a
			}
		}
	}
	at := map[string]int{}
	var groups [][]tenant
	for _, t := range tenants {
		root := find(t.cards[0])
		i, ok := at[root]
		if !ok {
			i = len(groups)
			at[root] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], t)
	}
	return groups
}

// placement is a search for places of those that stay, such that everybody who
// comes and goes still finds one.
type placement struct {
	c      *checker
	stays  []tenant
	visits []tenant
	used   map[string]Bytes
	count  map[string]int
	alone  map[string]bool // held by an exclusive one that stays
	steps  int
	// stuck is who found no place in the attempt that got furthest.
	stuck *tenant
	depth int
}

// place reports the tenants of one group that cannot be together.
func (c *checker) place(group []tenant) {
	p := &placement{c: c, used: map[string]Bytes{}, count: map[string]int{}, alone: map[string]bool{}, depth: -1}
	for _, t := range group {
		if t.stays {
			p.stays = append(p.stays, t)
		} else {
			p.visits = append(p.visits, t)
		}
	}
	// Those with the fewest cards, then the largest, are the hardest to place.
	slices.SortStableFunc(p.stays, func(a, b tenant) int {
		return cmp.Or(cmp.Compare(len(a.cards), len(b.cards)), cmp.Compare(b.need, a.need))
	})
	slices.SortStableFunc(p.visits, func(a, b tenant) int { return cmp.Compare(b.need, a.need) })
	if p.settle(0) || p.steps > placeSteps {
		return
	}
	t := p.stuck
	switch {
	case t.exclusive:
		c.bad(t.at, "Exclusive organ is never alone", "%s wants a card for itself while it is loaded, and on every card it may use (%s) something stays: %s. Unpin that, or give one of them another card.", t.what, enumerate(t.cards), p.names(t))
	case p.besideExclusive(t):
		c.bad(t.at, "Exclusive organ is never alone", "%s may use %s, where something exclusive stays: %s. Give one of them another card.", t.what, enumerate(t.cards), p.names(t))
	default:
		c.bad(t.at, "Does not fit beside the others", "%s needs %s; on the cards it may use (%s) what stays there (%s) leaves too little. Shrink one of them, or give it another card.", t.what, t.need.Short(), p.room(t), p.names(t))
	}
}

// settle places the staying tenants from i on, then looks at the visitors.
func (p *placement) settle(i int) bool {
	if p.steps++; p.steps > placeSteps {
		return false
	}
	if i == len(p.stays) {
		for j := range p.visits {
			p.steps++
			if !p.admits(&p.visits[j]) {
				p.note(&p.visits[j], i+j)
				return false
			}
		}
		return true
	}
	t := &p.stays[i]
	for _, card := range t.cards {
		if !p.takes(card, t) {
			continue
		}
		p.used[card] += t.need
		p.count[card]++
		p.alone[card] = t.exclusive
		if p.settle(i + 1) {
			return true
		}
		p.used[card] -= t.need
		p.count[card]--
		p.alone[card] = false
	}
	p.note(t, i)
	return false
}

func (p *placement) note(t *tenant, depth int) {
	if depth > p.depth {
		p.stuck, p.depth = t, depth
	}
}

// takes reports whether a card has room for one more.
func (p *placement) takes(card string, t *tenant) bool {
	g := p.c.cards[card]
	if p.alone[card] || t.exclusive && p.count[card] > 0 {
		return false
	}
	free, known := g.free()
	return !known || p.used[card]+t.need <= free
}

func (p *placement) admits(t *tenant) bool {
	return slices.ContainsFunc(t.cards, func(card string) bool { return p.takes(card, t) })
}

// besideExclusive reports whether t fails because of an exclusive neighbour.
func (p *placement) besideExclusive(t *tenant) bool {
	return slices.ContainsFunc(p.stays, func(s tenant) bool { return s.exclusive && s.what != t.what && overlap(s.cards, t.cards) })
}

// names are those that stay on the cards t may use.
func (p *placement) names(t *tenant) string {
	var names []string
	for i := range p.stays {
		if s := &p.stays[i]; s.what != t.what && overlap(s.cards, t.cards) {
			name := s.what
			if s.need > 0 {
				name += " with " + s.need.Short()
			}
			names = append(names, name)
		}
	}
	return enumerate(names)
}

// room lists the cards t may use with what they have to give.
func (p *placement) room(t *tenant) string {
	var out []string
	for _, card := range t.cards {
		if free, known := p.c.cards[card].free(); known {
			card += " with " + free.Short()
		}
		out = append(out, card)
	}
	return enumerate(out)
}
