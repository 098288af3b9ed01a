package topology

import "strconv"

// legend explains colours and forms.
func (p *picture) legend(y int) int {
	y = p.section(y, "Legend", "")
	labels := []chipLabel{}
	for _, env := range p.t.Lab.Environments {
		labels = append(labels, chipLabel{"c-" + p.envClass(env), "environment " + env})
	}
	b := chips(labels, pageWidth-2*margin, false)
	b.draw(p.c, margin, y, pageWidth-2*margin)
	y += b.h
	x := margin
	for _, k := range []struct{ class, text string }{
		{"cog", "cognition, learning"}, {"org", "organs"}, {"ner", "nervous system: bus, cells, gates"}, {"mem", "memory"}, {"sys", "plumbing"},
	} {
		p.c.raw(`<rect class="b-%s" x="%d" y="%d" width="10" height="10" rx="2"/>`+"\n", k.class, x, y+5)
		x += p.c.text(fontSmall, "", x+16, y+14, k.text, 300) + 40
	}
	y += 26
	x = margin
	for _, k := range []chipLabel{{"c-ner", "cell, built in"}, {"o-ner", "cell in a container"}, {"o-ner dot", "somebody else's cell"}, {"count", "×3"}} {
		x += p.c.chip(k.class, x, y+10, k.text, 200) + 8
	}
	x += p.c.text(fontSmall, "soft", x, y+14, "alike things, drawn once", 200) + 24
	p.c.rect("b-org", box{x, y + 3, 26, 14}, 3)
	x += 32 + p.c.text(fontSmall, "soft", x+32, y+14, "stays on the card", 200) + 18
	p.c.rect("turn", box{x, y + 8, 26, 4}, 2)
	x += 32 + p.c.text(fontSmall, "soft", x+32, y+14, "takes turns on it", 200) + 18
	p.c.rect("reserved", box{x, y + 3, 14, 14}, 3)
	p.c.text(fontSmall, "soft", x+20, y+14, "reserved", 100)
	y += 30
	p.scale(&Gate{Open: 0.6, Close: -0.6, Release: 0.3}, box{margin, y + 4, 160, 10})
	p.c.text(fontSmall, "soft", margin+172, y+13, "a gate's scale: CLOSED at the left, STABLE, OPEN at the right; the marks are where it comes back to STABLE", 800)
	y += 26
	x = margin
	for _, k := range []struct{ class, text string }{{"", "at once"}, {"dash", "asked, and answered in its own time"}, {"dot", "perhaps: somebody else decides"}} {
		p.c.path(join("wire", k.class), "M"+strconv.Itoa(x)+" "+strconv.Itoa(y+9)+"h30")
		x += 38 + p.c.text(fontSmall, "soft", x+38, y+13, k.text, 300) + 24
	}
	return y + 26
}
