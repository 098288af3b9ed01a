package topology

import (
	"slices"
	"strconv"
)

// A share is a part of a card's memory.
type share struct {
	class string
	label string
	bytes Bytes
	swaps bool // in and out: only the largest is drawn, as a possibility
}

// sharesOf lists what a host's card is given to: what stays, then the largest
// of what takes turns.
func sharesOf(t *Topology, host *Host, card *GPU) []share {
	key := host.Name + "/" + card.Name
	var out []share
	if card.Reserved > 0 && !card.Metal {
		out = append(out, share{class: "reserved", label: "reserved", bytes: card.Reserved})
	}
	for i := range t.Cortexes {
		c := &t.Cortexes[i]
		if slices.Contains(c.GPUs, key) {
			out = append(out, share{"cog", c.Name, cortexShare(c, card), false})
		}
	}
	for i := range t.Trainings {
		if tr := &t.Trainings[i]; tr.GPU == key {
			out = append(out, share{"cog", "training", tr.Memory, false})
		}
	}
	for i := range t.Identities {
		id := &t.Identities[i]
		if id.Card != nil && id.Card.GPU == key && id.Card.Share == "limited" {
			out = append(out, share{"sys", id.Name, id.Card.Memory, false})
		}
	}
	return append(out, organShares(t, host, key)...)
}

// cortexShare is what a mind takes of one of its cards.
func cortexShare(c *Cortex, card *GPU) Bytes {
	if c.Backend != nil && c.Backend.GPUMemoryUtilization > 0 {
		thousandths := Bytes(c.Backend.GPUMemoryUtilization*1000 + 0.5)
		return card.Memory / 1000 * thousandths
	}
	return c.Memory / Bytes(max(len(c.GPUs), 1))
}

func organShares(t *Topology, host *Host, key string) []share {
	var out []share
	var turns []*Organ
	for i := range t.Organs {
		o := &t.Organs[i]
		if o.Device == "cpu" || !slices.Contains(o.Hosts, host.Name) || (len(o.GPUs) > 0 && !slices.Contains(o.GPUs, key)) {
			continue
		}
		if o.Pinned {
			out = append(out, share{"org", o.Name, o.Memory, false})
			continue
		}
		turns = append(turns, o)
	}
	if len(turns) == 0 {
		return out
	}
	largest := slices.MaxFunc(turns, func(a, b *Organ) int { return int(min(max(a.Memory-b.Memory, -1), 1)) })
	label := largest.Name
	if n := len(turns) - 1; n > 0 {
		label += " or " + strconv.Itoa(n) + " more"
	}
	return append(out, share{"org", label, largest.Memory, true})
}

const barHeight = 22

// cardBlock draws one card: its name, its memory as a bar, who has which part.
func cardBlock(t *Topology, host *Host, card *GPU) block {
	shares := sharesOf(t, host, card)
	return block{h: 20 + barHeight + 12, draw: func(c *canvas, x, y, w int) {
		facts := details(size(card.Memory), capability(card))
		room := w - c.right(fontSmall, "soft", x+w, y+13, facts, w/2) - 8
		model := card.Model
		if model == "" {
			model = "card"
		}
		c.text(fontStrong, "", x, y+13, model, room)
		bar := box{x, y + 20, w, barHeight}
		c.rect("hollow", bar, 5)
		drawShares(c, bar, card.Memory, shares)
	}}
}

func capability(card *GPU) string {
	switch {
	case card.Metal:
		return "unified memory"
	case card.ComputeCapability != "":
		return "compute " + card.ComputeCapability
	}
	return ""
}

// drawShares fills a bar from the left; a label is written where it fits.
func drawShares(c *canvas, bar box, total Bytes, shares []share) {
	if total <= 0 {
		return
	}
	x := bar.x + 2
	for _, s := range shares {
		w := int(s.bytes / 1024 * Bytes(bar.w-4) / max(total/1024, 1))
		w = min(w, bar.x+bar.w-2-x)
		if w < 2 {
			continue
		}
		b := box{x, bar.y + 2, w - 1, bar.h - 4}
		switch {
		case s.class == "reserved":
			c.raw(`<rect class="reserved" x="%d" y="%d" width="%d" height="%d" rx="3"><title>%s %s</title></rect>`+"\n", b.x, b.y, b.w, b.h, s.label, size(s.bytes))
		case s.swaps:
			c.raw(`<rect class="c-%s dash" x="%d" y="%d" width="%d" height="%d" rx="3"><title>%s %s</title></rect>`+"\n", s.class, b.x, b.y, b.w, b.h, escape(s.label), size(s.bytes))
			labelShare(c, b, s, "t-"+s.class)
		default:
			c.raw(`<rect class="b-%s" x="%d" y="%d" width="%d" height="%d" rx="3"><title>%s %s</title></rect>`+"\n", s.class, b.x, b.y, b.w, b.h, escape(s.label), size(s.bytes))
			labelShare(c, b, s, "inv")
		}
		x += w
	}
}

// labelShare writes name and amount into a share, or the name alone, or
// nothing: a label is never cut.
func labelShare(c *canvas, b box, s share, class string) {
	for _, label := range []string{details(s.label, size(s.bytes)), s.label, size(s.bytes)} {
		if label != "" && fontSmall.width(label) <= b.w-8 {
			c.centred(fontSmall, class, b.x+b.w/2, b.y+b.h/2+4, label, b.w-8)
			return
		}
	}
}
