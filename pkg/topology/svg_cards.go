package topology

import (
	"cmp"
	"slices"
)

// A share is a part of a card's memory.
type share struct {
	class string
	label string
	bytes Bytes
}

// A loadPlan is who uses the cards of the lab, by card and by host.
type loadPlan struct {
	stays  map[string][]share // by "host/card"
	organs map[string][]*Organ
}

// loadPlanOf indexes a lab once, since a picture asks for every card.
func loadPlanOf(t *Topology) *loadPlan {
	l := &loadPlan{stays: map[string][]share{}, organs: map[string][]*Organ{}}
	cards := map[string]*GPU{}
	for i := range t.Hosts {
		h := &t.Hosts[i]
		for j := range h.GPUs {
			cards[h.Name+"/"+h.GPUs[j].Name] = &h.GPUs[j]
		}
	}
	for i := range t.Cortexes {
		c := &t.Cortexes[i]
		for _, key := range c.GPUs {
			if card := cards[key]; card != nil {
				l.stays[key] = append(l.stays[key], share{"cog", c.Name, cortexShare(c, card)})
			}
		}
	}
	for i := range t.Trainings {
		tr := &t.Trainings[i]
		l.stays[tr.GPU] = append(l.stays[tr.GPU], share{"cog", "training", tr.Memory})
	}
	for i := range t.Identities {
		id := &t.Identities[i]
		if id.Card != nil && id.Card.Share == "limited" {
			l.stays[id.Card.GPU] = append(l.stays[id.Card.GPU], share{"sys", id.Name, id.Card.Memory})
		}
	}
	for i := range t.Organs {
		o := &t.Organs[i]
		for _, h := range o.Hosts {
			l.organs[h] = append(l.organs[h], o)
		}
	}
	return l
}

// sharesOf lists what stays on a host's card.
func (l *loadPlan) sharesOf(host *Host, card *GPU) []share {
	key := host.Name + "/" + card.Name
	var out []share
	if card.Reserved > 0 && !card.Metal {
		out = append(out, share{class: "reserved", label: "reserved", bytes: card.Reserved})
	}
	out = append(out, l.stays[key]...)
	stay, _ := l.organsOn(host, key)
	for _, o := range stay {
		out = append(out, share{"org", o.Name, o.Memory})
	}
	return out
}

// cortexShare is what a mind takes of one of its cards.
func cortexShare(c *Cortex, card *GPU) Bytes {
	if c.Backend != nil && c.Backend.GPUMemoryUtilization > 0 {
		thousandths := Bytes(c.Backend.GPUMemoryUtilization*1000 + 0.5)
		return card.Memory / 1000 * thousandths
	}
	return c.Memory / Bytes(max(len(c.GPUs), 1))
}

// organsOn lists the organs that may be on a host's card: those that stay, and
// those that take turns.
func (l *loadPlan) organsOn(host *Host, key string) (stay, turns []*Organ) {
	for _, o := range l.organs[host.Name] {
		if o.Device == "cpu" || (len(o.GPUs) > 0 && !slices.Contains(o.GPUs, key)) {
			continue
		}
		if o.Pinned {
			stay = append(stay, o)
		} else {
			turns = append(turns, o)
		}
	}
	return stay, turns
}

// firstCard reports whether a card is the first of those an organ may use on
// its host: there it is drawn.
func firstCard(o *Organ, host *Host, card *GPU) bool {
	for i := range host.GPUs {
		g := &host.GPUs[i]
		if len(o.GPUs) == 0 || slices.Contains(o.GPUs, host.Name+"/"+g.Name) {
			return g.Name == card.Name
		}
	}
	return false
}

const (
	barHeight  = 24
	turnHeight = 26
)

// cardBlocks draw one card: its name, its memory as a bar with what stays in
// it, and below, on the same scale, each organ that takes turns there.
func (l *loadPlan) cardBlocks(host *Host, card *GPU, w int) []block {
	shares := l.sharesOf(host, card)
	out := []block{{h: 20 + barHeight + 6, draw: func(c *canvas, x, y, w int) {
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
	}}}
	var taken Bytes
	for _, s := range shares {
		taken += s.bytes
	}
	_, turns := l.organsOn(host, host.Name+"/"+card.Name)
	slices.SortStableFunc(turns, func(a, b *Organ) int { return cmp.Compare(b.Memory, a.Memory) })
	for _, o := range turns {
		if firstCard(o, host, card) {
			out = append(out, turnBlock(o, host, card, taken, w))
		}
	}
	return append(out, space(10))
}

// turnBlock is an organ that comes and goes: what there is to say, over a line
// as long as the memory it takes, which begins where the card is free.
func turnBlock(o *Organ, host *Host, card *GPU, taken Bytes, w int) block {
	text := details(servedBy(o.Backend), organText(o), elsewhere(o, host))
	who := o.Identity
	if fontStrong.width(o.Name)+fontSmall.width(text)+fontSmall.width(who)+30 > w {
		who = ""
	}
	return block{h: turnHeight, draw: func(c *canvas, x, y, w int) {
		long := max(toScale(o.Memory, card.Memory, w-4), 3)
		from := min(toScale(taken, card.Memory, w-4), max(w-4-long, 0))
		room := w
		if who != "" {
			room -= c.right(fontSmall, "t-org", x+w, y+13, who, w/3) + 10
		}
		c.flow(x, y+13, 8, room, phrase{fontStrong, "", o.Name}, phrase{fontSmall, "soft", text})
		c.rect("track", box{x, y + 18, w, 4}, 2)
		c.raw(`<rect class="turn" x="%d" y="%d" width="%d" height="4" rx="2"><title>%s %s</title></rect>`+"\n",
			x+2+from, y+18, min(long, w-4), escape(o.Name), size(o.Memory))
	}}
}

// elsewhere says that an organ may also be on other cards of its host.
func elsewhere(o *Organ, host *Host) string {
	n := 0
	for i := range host.GPUs {
		n += index(len(o.GPUs) == 0 || slices.Contains(o.GPUs, host.Name+"/"+host.GPUs[i].Name))
	}
	if n > 1 {
		return "or on " + plural(n-1, "other card")
	}
	return ""
}

// toScale is how many of w pixels an amount takes of a whole.
func toScale(part, whole Bytes, w int) int {
	if whole <= 0 || part <= 0 {
		return 0
	}
	return min(int(float64(part)/float64(whole)*float64(w)+0.5), w)
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
		w := min(toScale(s.bytes, total, bar.w-4), bar.x+bar.w-2-x)
		if w < 2 {
			continue
		}
		b := box{x, bar.y + 2, w - 1, bar.h - 4}
		switch {
		case s.class == "reserved":
			c.raw(`<rect class="reserved" x="%d" y="%d" width="%d" height="%d" rx="3"><title>%s %s</title></rect>`+"\n", b.x, b.y, b.w, b.h, s.label, size(s.bytes))
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
