package topology

import (
	"fmt"
	"strconv"
)

// gateBox is a gate: its name, where its openings go, and its scale from
// CLOSED over STABLE to OPEN.
func (p *picture) gateBox(g *gateGroup, b box) {
	c := p.c
	p.stacked(b, len(g.names))
	c.rect("card s-ner", b, 10)
	right := b.x + b.w - 12
	if k := len(g.names); k > 1 {
		label := "×" + strconv.Itoa(k)
		right -= chipWidth(label, 90)
		c.chip("count", right, b.y+19, label, 90)
		right -= 6
	}
	c.text(fontName, "", b.x+12, b.y+23, span(naturally(g.names)), right-b.x-12)
	c.text(fontSmall, "soft", b.x+12, b.y+41, details(tierText(g.gate.Tier), "window "+shortDuration(g.gate.Window)), b.w-24)
	p.scale(g.gate, box{b.x + 12, b.y + 52, b.w - 24, 10})
}

// scale draws -1..1: red from CLOSED's threshold, green from OPEN's, a mark at
// each release.
func (p *picture) scale(g *Gate, b box) {
	at := func(v float64) int { return b.x + int((v+1)*float64(b.w)/2+0.5) }
	p.c.rect("hollow", b, 5)
	if g.Close > -1 {
		p.c.rect("b-shut", box{b.x, b.y, at(g.Close) - b.x, b.h}, 5)
	}
	if g.Open < 1 {
		p.c.rect("b-open", box{at(g.Open), b.y, b.x + b.w - at(g.Open), b.h}, 5)
	}
	for _, v := range []float64{-g.Release, g.Release} {
		p.c.path("tick", fmt.Sprintf("M%d %dv%d", at(v), b.y, b.h))
	}
}

var tiers = []string{"reflex", "cells", "nerves", "organs", "cognition", "partnership"}

func tierText(tier int) string {
	if tier < 0 || tier >= len(tiers) {
		return "tier " + strconv.Itoa(tier)
	}
	return "tier " + strconv.Itoa(tier) + " " + tiers[tier]
}
