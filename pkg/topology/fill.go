package topology

import (
	"cmp"
	"slices"
	"strings"
)

// Names of what is filled in where nothing is declared.
const (
	ImpliedNetwork = "loopback"
	ImpliedHub     = "hub"
	ImpliedMind    = "mind"
	// MetalCard is the card of Apple silicon.
	MetalCard = "metal"
)

// builtinNerves act on gates of the same name unless another nerve does.
var builtinNerves = []string{"math", "pressure"}

// Fill completes what a declaration leaves out: first the blocks that nobody
// declared (one host, a hub, services, nerves, events, a mind), then every
// attribute whose default depends on other blocks. this is the machine that
// becomes the only host when none is declared. Filling twice changes nothing.
func Fill(t *Topology, this Host) {
	t.FormatVersion = FormatVersion
	fillLab(t)
	fillHosts(t, this)
	x := newFinder(t)
	fillIdentities(x)
	fillBus(t)
	fillMinds(t)
	x = newFinder(t)
	for i := range t.Kubernetes {
		k := &t.Kubernetes[i]
		k.Environments = x.environments(k.Environments, "", k.Hosts)
	}
	fillOrgans(x)
	fillNervous(x)
	fillServices(x)
	fillMemory(x)
	fillOps(x)
}

func fillLab(t *Topology) {
	if t.Lab.Domain == "" {
		t.Lab.Domain = "internal"
	}
	if len(t.Lab.Environments) == 0 {
		t.Lab.Environments = []string{"dev"}
	}
	order := map[string]int{}
	for i, name := range t.Lab.Environments {
		order[name] = i + 1
		if !slices.ContainsFunc(t.Environments, func(e Environment) bool { return e.Name == name }) {
			e := blank[Environment]()
			e.Name = name
			t.Environments = append(t.Environments, e)
		}
	}
	slices.SortStableFunc(t.Environments, func(a, b Environment) int {
		return cmp.Compare(order[a.Name]-1&0xffff, order[b.Name]-1&0xffff)
	})
}

func fillHosts(t *Topology, this Host) {
	if len(t.Hosts) == 0 {
		t.Hosts = []Host{implicitHost(t, this)}
	}
	for i := range t.Hosts {
		fillHost(t, &t.Hosts[i])
	}
	guests := byName(t.Hosts, func(h *Host) string { return h.Name })
	for i := range t.Hosts {
		for j := range t.Hosts[i].GPUs {
			passThrough(&t.Hosts[i], &t.Hosts[i].GPUs[j], guests)
		}
	}
}

// implicitHost is the machine we are on, with loopback as its network.
func implicitHost(t *Topology, this Host) Host {
	h := blank[Host]()
	h.Name, h.Memory, h.Cores = cmp.Or(this.Name, "localhost"), this.Memory, this.Cores
	h.System = cmp.Or(this.System, h.System)
	h.Addresses, h.GPUs, h.Disks, h.Apple = this.Addresses, slices.Clone(this.GPUs), this.Disks, this.Apple
	h.Implicit = true
	if len(h.Addresses) == 0 {
		h.Addresses = map[string]string{ImpliedNetwork: "127.0.0.1"}
	}
	_, loopback := h.Addresses[ImpliedNetwork]
	if loopback && !slices.ContainsFunc(t.Networks, func(n Network) bool { return n.Name == ImpliedNetwork }) {
		t.Networks = append(t.Networks, Network{Name: ImpliedNetwork, Subnet: "127.0.0.0/8", Implicit: true})
		sortByName(t.Networks, func(n *Network) string { return n.Name })
	}
	return h
}

func fillHost(t *Topology, h *Host) {
	if h.Apple != nil {
		if !h.Src.Has("system") && !h.Implicit {
			h.System = "aarch64-darwin"
		}
		if h.Apple.Memory == 0 {
			h.Apple.Memory = h.Memory
		}
		if !slices.ContainsFunc(h.GPUs, func(g GPU) bool { return g.Name == MetalCard }) {
			reserved, _ := ParseBytes("512MiB")
			h.GPUs = append(h.GPUs, GPU{Name: MetalCard, Model: h.Apple.Chip, Memory: h.Apple.Memory, Reserved: reserved, Metal: true, Src: h.Apple.Src})
		}
	}
	if strings.HasSuffix(h.System, "-darwin") && !h.Deploy.Src.Has("engine") {
		h.Deploy.Engine = "darwin"
	}
	if len(h.Environments) == 0 {
		h.Environments = slices.Clone(t.Lab.Environments)
	}
	if h.Deploy.Network == "" {
		if _, ok := h.Addresses["management"]; ok {
			h.Deploy.Network = "management"
		} else if len(h.Addresses) == 1 {
			for name := range h.Addresses {
				h.Deploy.Network = name
			}
		}
	}
}

// passThrough gives a card, or slices of it, to the guests that have them.
func passThrough(parent *Host, g *GPU, hosts map[string]*Host) {
	give := func(to string, card GPU) {
		guest := hosts[to]
		if guest == nil || slices.ContainsFunc(guest.GPUs, func(have GPU) bool { return have.Name == card.Name && have.From == card.From }) {
			return
		}
		guest.GPUs = append(guest.GPUs, card)
	}
	from := parent.Name + "/" + g.Name
	if g.To != "" && g.From == "" {
		card := *g
		card.To, card.VGPUs, card.From, card.PCI = "", nil, from, ""
		give(g.To, card)
	}
	for _, v := range g.VGPUs {
		if v.To != "" {
			give(v.To, GPU{Name: v.Name, Model: strings.TrimSpace(g.Model + " " + v.Profile), Reserved: g.Reserved, ComputeCapability: g.ComputeCapability, UUID: v.UUID, From: from, Src: v.Src})
		}
	}
}

func fillIdentities(x *finder) {
	for i := range x.t.Identities {
		id := &x.t.Identities[i]
		id.Environments = x.environments(id.Environments, "", id.Hosts)
	}
}

func sortByName[T any](list []T, name func(*T) string) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(name(&a), name(&b)) })
}
