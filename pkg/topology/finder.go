package topology

import (
	"slices"
	"strings"
)

// finder finds blocks by name. It points into the lists of a Topology, so it is
// of no use once one of them has grown.
type finder struct {
	t          *Topology
	envs       map[string]int // place in the lab's list
	networks   map[string]*Network
	hosts      map[string]*Host
	cards      map[string]*GPU
	identities map[string]*Identity
	cells      map[string]*Cell
	cortexes   map[string]*Cortex
	leaves     map[string]*Leaf
	nats       map[string]*NATS
}

func newFinder(t *Topology) *finder {
	x := &finder{
		t: t, envs: map[string]int{}, cards: map[string]*GPU{},
		networks:   byName(t.Networks, func(n *Network) string { return n.Name }),
		hosts:      byName(t.Hosts, func(h *Host) string { return h.Name }),
		identities: byName(t.Identities, func(i *Identity) string { return i.Name }),
		cells:      byName(t.Cells, func(c *Cell) string { return c.Name }),
		cortexes:   byName(t.Cortexes, func(c *Cortex) string { return c.Name }),
		leaves:     byName(t.Leaves, func(l *Leaf) string { return l.Name }),
		nats:       byName(t.NATS, func(n *NATS) string { return n.Name }),
	}
	for i, e := range t.Lab.Environments {
		x.envs[e] = i
	}
	for i := range t.Hosts {
		for j := range t.Hosts[i].GPUs {
			x.cards[t.Hosts[i].Name+"/"+t.Hosts[i].GPUs[j].Name] = &t.Hosts[i].GPUs[j]
		}
	}
	return x
}

func byName[T any](list []T, name func(*T) string) map[string]*T {
	m := make(map[string]*T, len(list))
	for i := range list {
		if n := name(&list[i]); m[n] == nil {
			m[n] = &list[i]
		}
	}
	return m
}

// cardHost is the host a card is in.
func cardHost(card string) string {
	host, _, _ := strings.Cut(card, "/")
	return host
}

// union merges lists of environments, in the lab's order.
func (x *finder) union(lists ...[]string) []string {
	var out []string
	for _, list := range lists {
		for _, e := range list {
			if !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return x.envs[a] - x.envs[b] })
	return out
}

// hostEnvs are the environments of hosts together.
func (x *finder) hostEnvs(hosts []string) []string {
	var lists [][]string
	for _, h := range hosts {
		if host := x.hosts[h]; host != nil {
			lists = append(lists, host.Environments)
		}
	}
	return x.union(lists...)
}

// environments returns own, else the identity's, else the hosts', else the
// lab's.
func (x *finder) environments(own []string, identity string, hosts []string) []string {
	if len(own) > 0 {
		return own
	}
	if id := x.identities[identity]; id != nil && len(id.Environments) > 0 {
		return slices.Clone(id.Environments)
	}
	if envs := x.hostEnvs(hosts); len(envs) > 0 {
		return envs
	}
	return slices.Clone(x.t.Lab.Environments)
}

// identityCards are the cards an identity may use, whole or in part.
func (x *finder) identityCards(identity string) []string {
	id := x.identities[identity]
	if id == nil {
		return nil
	}
	cards := slices.Clone(id.GPUs)
	if id.Card != nil && id.Card.GPU != "" && !slices.Contains(cards, id.Card.GPU) {
		cards = append(cards, id.Card.GPU)
	}
	return cards
}
