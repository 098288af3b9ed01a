package topology

import (
	"fmt"
	"strconv"
	"strings"
)

// fences are the four of an identity: their names, and small pictures of 14
// pixels for them (a person, a wave, a card, slices of a whole).
var fences = []struct{ name, icon string }{
	{"user", "M7 6.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M1.5 13.5c0-3 2.5-4.8 5.5-4.8s5.5 1.8 5.5 4.8"},
	{"bus", "M0.5 7h2.5l2-5.5 4 11 2-5.5h2.5"},
	{"card", "M1 3h12v7h-12zM3.5 10v2.5M6 10v2.5M8.5 10v2.5M4.5 6.5h5"},
	{"slice", "M7 0.5a6.5 6.5 0 1 0 6.5 6.5M7 7V0.5a6.5 6.5 0 0 1 6.5 6.5z"},
}

// identities draws each identity with its four fences.
func (p *picture) identities(y int) int {
	groups := p.identityGroups()
	if len(groups) == 0 {
		return y
	}
	y = p.section(y, "Identities", "one identity, four fences: a user, grants on the bus, a share of a card, a slice of the machine")
	more := 0
	if len(groups) > manyThings {
		for _, g := range groups[manyThings:] {
			more += len(g.names)
		}
		groups = groups[:manyThings]
	}
	const columns = 3
	w := (pageWidth - 2*margin - (columns-1)*16) / columns
	for i := 0; i < len(groups); i += columns {
		var row [][]block
		h := 0
		for j := i; j < min(i+columns, len(groups)); j++ {
			blocks := p.identityBlocks(groups[j], w-2*cardPad)
			row = append(row, blocks)
			h = max(h, height(blocks)+2*cardPad-4)
		}
		for j, blocks := range row {
			b := box{margin + j*(w+16), y, w, h}
			p.stacked(b, len(groups[i+j].names))
			panel(p.c, "card", b, cardPad, blocks)
			p.envEdge(b, groups[i+j].id.Environments)
		}
		y += h + 16
	}
	if more > 0 {
		p.c.text(fontSmall, "soft", margin, y+8, "and "+grouped(more)+" more identities", 400)
		y += 24
	}
	return y - 6
}

// An identityGroup is an identity, or several that differ in numbers only.
type identityGroup struct {
	names []string
	id    *Identity
}

func (p *picture) identityGroups() []*identityGroup {
	byShape := map[string]*identityGroup{}
	var out []*identityGroup
	for i := range p.t.Identities {
		id := &p.t.Identities[i]
		shape := numberless(fmt.Sprint(id.Name, id.Hosts, id.GPUs, id.Card != nil)) + fmt.Sprint(id.Environments, id.Limits, id.May, id.IPA.Groups, len(id.NATS.Publish), len(id.NATS.Subscribe))
		if g := byShape[shape]; g != nil && strings.ContainsAny(id.Name, "0123456789") {
			g.names = append(g.names, id.Name)
			continue
		}
		g := &identityGroup{[]string{id.Name}, id}
		byShape[shape] = g
		out = append(out, g)
	}
	return out
}

func (p *picture) identityBlocks(g *identityGroup, w int) []block {
	id := g.id
	out := []block{{h: 26, draw: func(c *canvas, x, y, w int) {
		right := x + w
		if n := len(g.names); n > 1 {
			label := "×" + strconv.Itoa(n)
			right -= chipWidth(label, 90)
			c.chip("count", right, y+9, label, 90)
			right -= 6
		}
		c.text(fontName, "", x, y+15, span(naturally(g.names)), right-x)
	}}}
	none := [4]string{"", "no grants of its own", "no card", "no limits"}
	for i, text := range [4]string{userText(id), busText(id), cardText(id), sliceText(id)} {
		out = append(out, fence(i, text, none[i]))
	}
	if len(id.May) > 0 {
		var labels []chipLabel
		for _, m := range id.May {
			labels = append(labels, chipLabel{"plain", m})
		}
		list := chips(labels, w-fenceIndent, false)
		out = append(out, space(4), block{h: list.h, draw: func(c *canvas, x, y, w int) {
			c.text(fontSmall, "soft", x+22, y+14, "may", 40)
			list.draw(c, x+fenceIndent, y, w-fenceIndent)
		}})
	}
	return out
}

// fenceIndent is where what is said of a fence begins.
const fenceIndent = 66

// fence is one of the four: its picture, its name, what it is.
func fence(i int, text, none string) block {
	return block{h: 21, draw: func(c *canvas, x, y, w int) {
		c.raw(`<path class="icon" transform="translate(%d %d)" d="%s"/>`+"\n", x, y+2, fences[i].icon)
		c.text(fontSmall, "soft", x+22, y+13, fences[i].name, 40)
		if text == "" {
			c.text(fontBody, "soft", x+fenceIndent, y+13, none, w-fenceIndent)
			return
		}
		c.text(fontBody, "", x+fenceIndent, y+13, text, w-fenceIndent)
	}}
}

func userText(id *Identity) string {
	if len(id.Hosts) == 0 {
		return details("a person or a client", strings.Join(id.IPA.Groups, " "))
	}
	on := strings.Join(id.Hosts, ", ")
	if len(id.Hosts) > 3 {
		on = strconv.Itoa(len(id.Hosts)) + " hosts"
	}
	uid := ""
	if id.UID != 0 {
		uid = "uid " + strconv.Itoa(id.UID)
	}
	return details("on "+on, uid, strings.Join(id.IPA.Groups, " "))
}

func busText(id *Identity) string {
	extra := ""
	if n := len(id.NATS.Publish) + len(id.NATS.Subscribe); n > 0 {
		extra = strconv.Itoa(n) + " more granted"
	}
	return details(strings.Join(id.Environments, " "), extra)
}

func cardText(id *Identity) string {
	parts := append([]string(nil), id.GPUs...)
	if len(parts) > 3 {
		parts = []string{strconv.Itoa(len(parts)) + " cards"}
	}
	text := ""
	if len(parts) > 0 {
		text = strings.Join(parts, ", ") + ", whole"
	}
	if id.Card != nil {
		text = details(text, id.Card.GPU+" "+id.Card.Share, size(id.Card.Memory))
	}
	return text
}

func sliceText(id *Identity) string {
	weight, tasks := "", ""
	if id.Limits.CPUWeight != 0 {
		weight = "cpu weight " + strconv.Itoa(id.Limits.CPUWeight)
	}
	if id.Limits.Tasks != 0 {
		tasks = grouped(id.Limits.Tasks) + " tasks"
	}
	return details(size(id.Limits.Memory), weight, id.Limits.CPUQuota, tasks)
}
