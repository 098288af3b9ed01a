package topology

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var capabilityForm = regexp.MustCompile(`^[0-9]{1,2}\.[0-9]$`)

// capable compares CUDA compute capabilities ("8.6" < "12.0"). What is not
// known passes.
func capable(have, want string) bool {
	if have == "" || want == "" || !capabilityForm.MatchString(have) || !capabilityForm.MatchString(want) {
		return true
	}
	h, _ := strconv.ParseFloat(have, 64)
	w, _ := strconv.ParseFloat(want, 64)
	return h >= w
}

// free is the memory of a card that models may use; known is false when the
// card's memory is not declared.
func (g *GPU) free() (b Bytes, known bool) {
	return max(g.Memory-g.Reserved, 0), g.Memory > 0
}

// parents checks guests: no circles, and they fit the machine that runs them.
func (c *checker) parents() {
	inCircle := c.circles()
	used := map[string]Bytes{}
	for i := range c.t.Hosts {
		h := &c.t.Hosts[i]
		parent := c.hosts[h.Parent]
		if parent == nil || inCircle[h.Name] {
			continue
		}
		before := used[parent.Name]
		used[parent.Name] += h.Memory
		if parent.Memory > 0 && used[parent.Name] > parent.Memory && before <= parent.Memory {
			c.clash(h.Src.At("parent"), parent.Src.At("memory"), "Guests do not fit", "with host %q the guests of host %q need %s, it has %s.", h.Name, parent.Name, used[parent.Name].Short(), parent.Memory.Short())
		}
		if parent.Cores > 0 && h.Cores > parent.Cores {
			c.clash(h.Src.At("cores"), parent.Src.At("cores"), "Guests do not fit", "host %q has %d cores, its parent %q only %d.", h.Name, h.Cores, parent.Name, parent.Cores)
		}
	}
}

// circles reports hosts that run themselves, and returns all that do.
func (c *checker) circles() map[string]bool {
	const under, over = 1, 2
	mark, in := map[string]int{}, map[string]bool{}
	for i := range c.t.Hosts {
		var path []string
		at := c.t.Hosts[i].Name
		for at != "" && c.hosts[at] != nil && mark[at] == 0 {
			mark[at] = under
			path = append(path, at)
			at = c.hosts[at].Parent
		}
		if start := slices.Index(path, at); start >= 0 {
			circle := path[start:]
			for _, name := range circle {
				in[name] = true
			}
			h := c.hosts[circle[0]]
			c.bad(h.Src.At("parent"), "Cycle", "host %q runs itself: %s. A parent is the machine below.", h.Name, strings.Join(append(slices.Clone(circle), h.Name), " runs on "))
		}
		for _, name := range path {
			mark[name] = over
		}
	}
	return in
}

// cardRules checks the cards themselves and who may use them.
func (c *checker) cardRules() {
	for i := range c.t.Hosts {
		h := &c.t.Hosts[i]
		for j := range h.GPUs {
			c.card(h, &h.GPUs[j])
		}
	}
	for i := range c.t.Identities {
		id := &c.t.Identities[i]
		for j, card := range id.GPUs {
			c.ownCard(id, card, id.Src.At(fmt.Sprintf("gpus.%d", j)))
		}
		if id.Card == nil {
			continue
		}
		c.ownCard(id, id.Card.GPU, id.Card.Src.At("gpu"))
		if g := c.cards[id.Card.GPU]; g != nil {
			if free, known := g.free(); known && id.Card.Memory > free {
				c.clash(id.Card.Src.At("memory"), g.Src.At("memory"), "Share larger than the card", "identity %q may take %s of card %s, which has %s to give.", id.Name, id.Card.Memory.Short(), id.Card.GPU, free.Short())
			}
		}
		if id.Card.Share == "limited" && id.Card.Memory == 0 && !id.Card.Src.Unread("memory") {
			c.bad(id.Card.Src.At("share"), "Limit missing", "identity %q has a limited share of card %s: write memory, how much it may take.", id.Name, id.Card.GPU)
		}
	}
}

func (c *checker) card(h *Host, g *GPU) {
	name := h.Name + "/" + g.Name
	if g.Memory > 0 && g.Reserved >= g.Memory {
		c.bad(g.Src.At("reserved"), "Nothing left of the card", "card %s reserves %s of its %s.", name, g.Reserved.Short(), g.Memory.Short())
	}
	if g.ComputeCapability != "" && !capabilityForm.MatchString(g.ComputeCapability) {
		c.bad(g.Src.At("compute_capability"), "Not a compute capability", "compute_capability of card %s is %q: write major and minor version, as \"8.6\".", name, g.ComputeCapability)
	}
	if g.To != "" && len(g.VGPUs) > 0 {
		c.bad(g.Src.At("to"), "Card given twice", "card %s is passed whole to host %q and in slices: one or the other.", name, g.To)
	}
	c.guestOf(h, g.To, name, g.Src)
	for i := range g.VGPUs {
		c.guestOf(h, g.VGPUs[i].To, name, g.VGPUs[i].Src)
	}
	least := c.t.Lab.MinimumCard
	if least == nil || g.Metal || g.From != "" {
		return
	}
	if g.Memory > 0 && g.Memory < least.Memory {
		c.warn(g.Src.At("memory"), "Card below the lab's minimum", "card %s has %s, the lab asks for %s.", name, g.Memory.Short(), least.Memory.Short())
	}
	if !capable(g.ComputeCapability, least.ComputeCapability) {
		c.warn(g.Src.At("compute_capability"), "Card below the lab's minimum", "card %s has compute capability %s, the lab asks for %s.", name, g.ComputeCapability, least.ComputeCapability)
	}
}

func (c *checker) guestOf(parent *Host, guest, card string, src *Source) {
	if h := c.hosts[guest]; h != nil && h.Parent != parent.Name && !h.Src.Unread("parent") {
		c.clash(src.At("to"), h.Src.At("parent"), "Not a guest", "card %s goes to host %q, which is no guest of host %q. Set its parent.", card, guest, parent.Name)
	}
}

// ownCard checks that an identity lives where a card is, and that the host has
// not given the card away.
func (c *checker) ownCard(id *Identity, card string, at Pos) {
	g := c.cards[card]
	if g == nil {
		return
	}
	if host := [2]string{id.Name, cardHost(card)}; !slices.Contains(id.Hosts, host[1]) && !id.Src.Unread("hosts") && !c.homeless[host] {
		c.homeless[host] = true
		c.clash(at, g.Src.At(""), "Card of another host", "identity %q uses card %s and does not live on host %q. Add the host to its hosts.", id.Name, card, cardHost(card))
	}
	if g.To != "" {
		c.clash(at, g.Src.At("to"), "Card given away", "card %s is passed to host %q: use gpu.%s.%s there.", card, g.To, g.To, g.Name)
	}
}

// tenant is a model that wants a place on cards.
type tenant struct {
	what  string // `organ "vision"`
	need  Bytes  // on each of its cards
	cards []string
	// all: it takes a share of every one of its cards, not of one of them.
	all bool
	// stays: pinned, a cortex, or a training; the others come and go.
	stays     bool
	exclusive bool
	at        Pos
}

// cardFits checks that every model fits a card it may use, alone and together
// with those that stay.
func (c *checker) cardFits() {
	var tenants []tenant
	for i := range c.t.Cortexes {
		tenants = append(tenants, c.cortexTenants(&c.t.Cortexes[i])...)
	}
	for i := range c.t.Organs {
		if t, ok := c.organTenant(&c.t.Organs[i]); ok {
			tenants = append(tenants, t)
		}
	}
	for i := range c.t.Trainings {
		if t, ok := c.trainingTenant(&c.t.Trainings[i]); ok {
			tenants = append(tenants, t)
		}
	}
	for _, group := range groupTenants(tenants) {
		c.place(group)
	}
}

// cortexTenants are a cortex's shares, one for each host it may run on: it
// takes all of its cards there.
func (c *checker) cortexTenants(x *Cortex) []tenant {
	if x.Device == "cpu" || !c.usable("cortex", x.Name, x.Identity, x.GPUs, x.Hosts, x.Src, x.Device) {
		return nil
	}
	byHost := map[string][]string{}
	for _, card := range x.GPUs {
		byHost[cardHost(card)] = append(byHost[cardHost(card)], card)
	}
	var out []tenant
	for _, host := range x.Hosts {
		for _, card := range byHost[host] {
			g := c.cards[card]
			if g == nil {
				continue
			}
			need, at := x.Memory/Bytes(len(byHost[host])), x.Src.At("memory")
			if x.Memory == 0 && x.Backend != nil {
				need, at = Bytes(x.Backend.GPUMemoryUtilization*float64(g.Memory)), x.Backend.Src.At("gpu_memory_utilization")
			}
			if free, known := g.free(); known && need > free {
				c.clash(at, g.Src.At("memory"), "Does not fit the card", "cortex %q needs %s of card %s, which has %s to give (%s less %s reserved).", x.Name, need.Short(), card, free.Short(), g.Memory.Short(), g.Reserved.Short())
				return nil
			}
			c.capability("cortex", x.Name, x.ComputeCapability, []string{card}, x.Src)
			out = append(out, tenant{what: fmt.Sprintf("cortex %q", x.Name), need: need, cards: []string{card}, all: true, stays: true, exclusive: x.Exclusive, at: at})
		}
	}
	return out
}

func (c *checker) organTenant(o *Organ) (tenant, bool) {
	if o.Device == "cpu" || !c.usable("organ", o.Name, o.Identity, o.GPUs, o.Hosts, o.Src, o.Device) {
		return tenant{}, false
	}
	fits, ok := c.fitting("organ", o.Name, o.Memory, o.Identity, o.GPUs, o.Src)
	ok = c.capability("organ", o.Name, o.ComputeCapability, o.GPUs, o.Src) && ok
	return tenant{what: fmt.Sprintf("organ %q", o.Name), need: o.Memory, cards: fits, stays: o.Pinned, exclusive: o.Exclusive, at: o.Src.At("memory")}, ok
}

func (c *checker) trainingTenant(t *Training) (tenant, bool) {
	if t.GPU == "" {
		if !t.Src.Unread("gpu") && !t.Src.Unread("identity") {
			c.bad(t.Src.At("gpu"), "No card", "training %q needs a gpu: its identity %q does not have exactly one.", t.Name, t.Identity)
		}
		return tenant{}, false
	}
	if !c.usable("training", t.Name, t.Identity, []string{t.GPU}, nil, t.Src, "gpu") {
		return tenant{}, false
	}
	fits, ok := c.fitting("training", t.Name, t.Memory, t.Identity, []string{t.GPU}, t.Src)
	return tenant{what: fmt.Sprintf("training %q", t.Name), need: t.Memory, cards: fits, stays: true, at: t.Src.At("memory")}, ok
}

// usable checks that a model has cards, and only ones that it may use.
func (c *checker) usable(kind, name, identity string, cards, hosts []string, src *Source, device string) bool {
	if src.Unread("gpus") || src.Unread("gpu") || src.Unread("device") || src.Unread("identity") || src.Unread("host") || src.Unread("hosts") {
		return false
	}
	if len(cards) == 0 {
		c.bad(src.At("device"), "No card", "%s %q computes on %s and has no card it may use. Give its identity one, or set device = \"cpu\".", kind, name, device)
		return false
	}
	allowed := c.identityCards(identity)
	if id := c.identities[identity]; id != nil && (id.Src.Unread("gpus") || id.Card != nil && id.Card.Src.Unread("gpu")) {
		return false
	}
	for i, card := range cards {
		at := src.At(fmt.Sprintf("gpus.%d", i))
		if kind == "training" {
			at = src.At("gpu")
		}
		switch {
		case identity != "" && !slices.Contains(allowed, card):
			c.bad(at, "Card of another identity", "%s %q uses card %s, which its identity %q does not have.", kind, name, card, identity)
			return false
		case hosts != nil && !slices.Contains(hosts, cardHost(card)):
			c.bad(at, "Card of another host", "%s %q uses card %s and does not run on host %q.", kind, name, card, cardHost(card))
			return false
		}
	}
	return true
}

// fitting returns the cards that have room for a model, or reports that none
// has.
func (c *checker) fitting(kind, name string, need Bytes, identity string, cards []string, src *Source) ([]string, bool) {
	var fits []string
	largest, best := Bytes(-1), ""
	for _, card := range cards {
		g := c.cards[card]
		if g == nil {
			continue
		}
		free, known := g.free()
		if id := c.identities[identity]; id != nil && id.Card != nil && id.Card.GPU == card && id.Card.Memory > 0 && !slices.Contains(id.GPUs, card) {
			free, known = min(free, id.Card.Memory), true
			if g.Memory == 0 {
				free = id.Card.Memory
			}
		}
		if !known || need <= free {
			fits = append(fits, card)
		} else if free > largest {
			largest, best = free, card
		}
	}
	if len(fits) == 0 && best != "" {
		c.clash(src.At("memory"), c.cards[best].Src.At("memory"), "Does not fit the card", "%s %q needs %s; the most it may use is %s of card %s.", kind, name, need.Short(), largest.Short(), best)
	}
	return fits, len(fits) > 0
}

// capability checks that one of the cards is new enough.
func (c *checker) capability(kind, name, want string, cards []string, src *Source) bool {
	if want == "" {
		return true
	}
	at := src.At("compute_capability")
	if !capabilityForm.MatchString(want) {
		c.bad(at, "Not a compute capability", "compute_capability of %s %q is %q: write major and minor version, as \"8.6\".", kind, name, want)
		return false
	}
	best := ""
	for _, card := range cards {
		g := c.cards[card]
		if g == nil || capable(g.ComputeCapability, want) {
			return true
		}
		best = cmp.Or(best, fmt.Sprintf("card %s has %s", card, g.ComputeCapability))
	}
	c.bad(at, "Does not fit the card", "%s %q needs compute capability %s; %s.", kind, name, want, best)
	return false
}
