package topology

import (
	"strconv"
	"strings"
)

// identities draws each identity with its four fences.
func (p *picture) identities(y int) int {
	if len(p.t.Identities) == 0 {
		return y
	}
	y = p.section(y, "Identities", "one identity, four fences: a user, grants on the bus, a share of a card, a slice of the machine")
	const columns = 3
	w := (pageWidth - 2*margin - (columns-1)*16) / columns
	for i := 0; i < len(p.t.Identities); i += columns {
		var row [][]block
		h := 0
		for j := i; j < min(i+columns, len(p.t.Identities)); j++ {
			blocks := p.identityBlocks(&p.t.Identities[j], w-2*cardPad)
			row = append(row, blocks)
			h = max(h, height(blocks)+2*cardPad-4)
		}
		for j, blocks := range row {
			b := box{margin + j*(w+16), y, w, h}
			panel(p.c, "card", b, cardPad, blocks)
			p.envEdge(b, p.t.Identities[i+j].Environments)
		}
		y += h + 16
	}
	return y - 6
}

func (p *picture) identityBlocks(id *Identity, w int) []block {
	out := []block{block{h: 24, draw: func(c *canvas, x, y, w int) { c.text(fontName, "", x, y+15, id.Name, w) }}}
	for _, f := range [][2]string{{"user", userText(id)}, {"bus", busText(id)}, {"card", cardText(p.t, id)}, {"slice", sliceText(id)}} {
		if f[1] != "" {
			out = append(out, fence(f[0], f[1]))
		}
	}
	if len(id.May) > 0 {
		var labels []chipLabel
		for _, m := range id.May {
			labels = append(labels, chipLabel{"plain", m})
		}
		out = append(out, line(fontSmall, "soft", "may"), chips(labels, w, false))
	}
	return out
}

func fence(label, text string) block {
	return block{h: 20, draw: func(c *canvas, x, y, w int) {
		c.text(fontSmall, "soft", x, y+13, label, 40)
		c.text(fontBody, "", x+44, y+13, text, w-44)
	}}
}

func userText(id *Identity) string {
	if len(id.Hosts) == 0 {
		return "a person or a client"
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

func cardText(t *Topology, id *Identity) string {
	var parts []string
	for _, card := range id.GPUs {
		parts = append(parts, card)
	}
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
