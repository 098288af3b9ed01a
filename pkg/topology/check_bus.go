package topology

import (
	"fmt"
	"slices"
	"strings"
)

// buses checks the hubs.
func (c *checker) buses() {
	carriers := map[string][]*NATS{}
	for i := range c.t.NATS {
		n := &c.t.NATS[i]
		for _, e := range n.Environments {
			carriers[e] = append(carriers[e], n)
		}
		c.hub(n)
	}
	for i, e := range c.t.Lab.Environments {
		if slices.Contains(c.t.Lab.Environments[:i], e) {
			continue
		}
		hubs := carriers[e]
		if len(hubs) == 0 && !c.unreadHubs() {
			c.warn(c.t.Lab.Src.At(fmt.Sprintf("environments.%d", i)), "Environment without a bus", "no nats block carries environment %q, so nothing in it can talk. Add it to the environments of one.", e)
		}
		for _, other := range hubs[min(1, len(hubs)):] {
			if other != hubs[0] && !other.peerOf(hubs[0]) && !hubs[0].peerOf(other) {
				c.clash(other.Src.At("environments"), hubs[0].Src.At("environments"), "Two buses in one environment", "nats %q and nats %q both carry environment %q and are no peers: messages of one would not reach the other. Name one in the other's peers, or separate their environments.", hubs[0].Name, other.Name, e)
			}
		}
	}
}

// peerOf reports whether n names other as its peer, or may.
func (n *NATS) peerOf(other *NATS) bool {
	return slices.Contains(n.Peers, other.Name) || n.Src.Unread("peers")
}

// unreadHubs reports whether there may be hubs, or environments of hubs, that
// could not be read.
func (c *checker) unreadHubs() bool {
	return c.t.Unread["nats"] || slices.ContainsFunc(c.t.NATS, func(n NATS) bool { return n.Src.Unread("environments") || n.Src.Unread("hosts") })
}

func (c *checker) hub(n *NATS) {
	at := n.Src.At("hosts")
	switch {
	case n.Src.Unread("hosts") || n.Src.Unread("urls"):
		return
	case len(n.Hosts) == 0 && len(n.URLs) == 0:
		c.bad(at, "Hub without a place", "nats %q needs hosts that run it, or urls of a hub that others run.", n.Name)
	case len(n.Hosts) > 0 && len(n.URLs) > 0:
		c.bad(n.Src.At("urls"), "Attributes exclude one another", "nats %q has hosts and urls: urls are for a hub that others run.", n.Name)
	}
	if len(n.Hosts) > 1 && len(n.Hosts)%2 == 0 {
		c.warn(at, "Even number of hub hosts", "nats %q runs on %d hosts: a quorum of them survives no more failures than one of %d would. Use an odd number.", n.Name, len(n.Hosts), len(n.Hosts)-1)
	}
	if len(n.Hosts) > 0 && n.Replicas > len(n.Hosts) {
		c.bad(n.Src.At("replicas"), "More replicas than hosts", "nats %q wants %d replicas and has %d hosts.", n.Name, n.Replicas, len(n.Hosts))
	}
	if slices.Contains(n.Peers, n.Name) {
		c.bad(n.Src.At("peers"), "Peer of itself", "nats %q names itself among its peers.", n.Name)
	}
	c.hubNetwork(n)
}

// hubNetwork checks that the members of a hub can reach one another.
func (c *checker) hubNetwork(n *NATS) {
	if len(n.Hosts) < 2 && !n.Src.Has("network") || n.Src.Unread("network") || len(c.t.Networks) == 0 {
		return
	}
	placed := slices.ContainsFunc(n.Hosts, func(h string) bool { return c.hosts[h] != nil && len(c.hosts[h].Addresses) > 0 })
	if n.Network == "" && !placed {
		return // no addresses are declared yet
	}
	if n.Network == "" {
		c.bad(n.Src.At("hosts"), "No shared network", "the hosts of nats %q (%s) have no network in common. A hub and its members share one.", n.Name, enumerate(n.Hosts))
		return
	}
	for i, name := range n.Hosts {
		if h := c.hosts[name]; h != nil && h.Addresses[n.Network] == "" && !h.Src.Unread("addresses") {
			c.bad(n.Src.At(fmt.Sprintf("hosts.%d", i)), "No shared network", "host %q of nats %q has no address in its network %q. Give it one, or name another network.", name, n.Name, n.Network)
		}
	}
}

// leafRules checks the leaves against the hubs of their environments.
func (c *checker) leafRules() {
	hubs := map[string][]*NATS{}
	for i := range c.t.NATS {
		for _, e := range c.t.NATS[i].Environments {
			hubs[e] = append(hubs[e], &c.t.NATS[i])
		}
	}
	byHost := map[string]*Leaf{}
	for i := range c.t.Leaves {
		l := &c.t.Leaves[i]
		at := l.Src.At("host")
		if other := byHost[l.Host]; other != nil && l.Host != "" {
			c.clash(at, other.Src.At("host"), "Two leaves on one host", "leaf %q and leaf %q are on host %q; one leaf serves all environments of its host.", other.Name, l.Name, l.Host)
			continue
		}
		byHost[l.Host] = l
		if n := c.nats[l.Host]; n != nil {
			c.clash(n.Src.At("name"), at, "Name taken", "nats %q has the name of a host with a leaf, %q: both name JetStream domains. Rename the hub.", n.Name, l.Host)
		}
		c.leafHubs(l, hubs)
	}
}

func (c *checker) leafHubs(l *Leaf, hubs map[string][]*NATS) {
	host := c.hosts[l.Host]
	var apart []*NATS
	for i, e := range l.Environments {
		if len(hubs[e]) == 0 && !c.unreadHubs() {
			at := l.Src.At(fmt.Sprintf("environments.%d", i))
			c.bad(at, "Leaf without a hub", "leaf %q joins environment %q, which no nats block carries.", l.Name, e)
		}
		for _, n := range hubs[e] {
			if host == nil || n.Network == "" || len(n.Hosts) == 0 || slices.Contains(apart, n) || host.Src.Unread("addresses") {
				continue
			}
			if host.Addresses[n.Network] == "" && !slices.Contains(n.Hosts, l.Host) {
				apart = append(apart, n)
				c.clash(l.Src.At("host"), n.Src.At("network"), "No shared network", "host %q of leaf %q has no address in network %q, where nats %q listens.", l.Host, l.Name, n.Network, n.Name)
			}
		}
	}
}

// maxTokens is the most tokens a subject of a stream may have.
const maxTokens = 16

// streams checks the user's streams against what the bus needs itself.
func (c *checker) streams() {
	if len(c.t.Streams) == 0 {
		return
	}
	const env = "env"
	builtin, err := builtinStreams(env, nil)
	if err != nil {
		return
	}
	kept := filterIndex{}
	for i := range c.t.Streams {
		s := &c.t.Streams[i]
		c.streamPlace(s)
		for _, b := range builtin {
			if _, name, _ := strings.Cut(b.Name, "_"); strings.EqualFold(name, s.Name) {
				c.bad(s.Src.At("name"), "Name taken", "stream %q has the name of a stream that the bus needs itself.", s.Name)
			}
		}
		for j, subject := range s.Subjects {
			at := s.Src.At(fmt.Sprintf("subjects.%d", j))
			own, err := ofEnvironment(subject, env)
			if err == nil && strings.Count(subject, ".") >= maxTokens {
				err = fmt.Errorf("subject %q has more than %d tokens", subject, maxTokens)
			}
			if err != nil {
				c.bad(at, "Not a stream subject", "stream %q: %v. Write it as \"*.domain.service...\".", s.Name, err)
				continue
			}
			c.streamSubject(s, own, subject, at, builtin)
			f := keptFilter{own, subject, s}
			if other := kept.collides(f); other != nil {
				c.clash(at, other.by.Src.At("subjects"), "Subject kept already", "%q of stream %q overlaps %q of stream %q: a message is kept by one stream.", subject, s.Name, other.written, other.by.Name)
			}
			kept.add(f)
		}
	}
}

// keptFilter is a subject that a declared stream keeps.
type keptFilter struct {
	filter, written string
	by              *UserStream
}

// filterIndex finds the filters that may overlap one without looking at all:
// by their tokens before the first wildcard, and by each beginning of those.
type filterIndex map[string][]keptFilter

// stem returns the tokens of a filter before its first wildcard.
func stem(filter string) []string {
	tokens := strings.Split(filter, ".")
	for i, t := range tokens {
		if t == "*" || t == ">" {
			return tokens[:i]
		}
	}
	return tokens
}

func (x filterIndex) add(f keptFilter) {
	tokens := stem(f.filter)
	whole := strings.Join(tokens, ".")
	x["="+whole] = append(x["="+whole], f)
	for i := range tokens {
		below := strings.Join(tokens[:i+1], ".")
		x[below] = append(x[below], f)
	}
}

// collides returns a filter of another stream of the same account and a common
// environment that overlaps f.
func (x filterIndex) collides(f keptFilter) *keptFilter {
	tokens := stem(f.filter)
	lists := [][]keptFilter{x[strings.Join(tokens, ".")]}
	for i := range tokens {
		lists = append(lists, x["="+strings.Join(tokens[:i+1], ".")])
	}
	for _, list := range lists {
		for i := range list {
			o := &list[i]
			if o.by != f.by && o.by.Account == f.by.Account && Overlap(o.filter, f.filter) && overlap(o.by.Environments, f.by.Environments) {
				return o
			}
		}
	}
	return nil
}

// accountDomains are the domains whose messages an account holds.
var accountDomains = map[string]string{
	"nervous": AccountVirtual, "cognitive": AccountVirtual, "organs": AccountVirtual, "probes": AccountVirtual,
	"work": AccountVirtual, "journal": AccountVirtual, "snapshot": AccountVirtual,
	"real": AccountReal, "infra": AccountInfra,
}

func (c *checker) streamSubject(s *UserStream, own, subject string, at Pos, builtin []Stream) {
	domain := strings.Split(own, ".")[1]
	if account, known := accountDomains[domain]; known && account != s.Account {
		c.bad(at, "Subject of another account", "stream %q is in account %s, %q is published in account %s. Set account = %q.", s.Name, s.Account, subject, account, account)
		return
	}
	for _, b := range builtin {
		for _, kept := range b.Subjects {
			if b.Account == s.Account && Overlap(own, kept) {
				_, name, _ := strings.Cut(b.Name, "_")
				c.bad(at, "Subject kept already", "%q of stream %q overlaps what the stream %s keeps, so messages would be stored twice. Read that one instead.", subject, s.Name, name)
				return
			}
		}
	}
	for _, f := range replyFilters() {
		if Overlap(own, f) {
			c.bad(at, "Subject of requests", "%q of stream %q overlaps %q, which carries requests: the stream's acknowledgement would be their first answer. Keep the events that follow instead.", subject, s.Name, "*"+strings.TrimPrefix(f, "env"))
			return
		}
	}
}

func (c *checker) streamPlace(s *UserStream) {
	leaf := c.leaves[s.At]
	if leaf == nil {
		return
	}
	for _, e := range s.Environments {
		if !slices.Contains(leaf.Environments, e) {
			c.bad(s.Src.At("at"), "Leaf outside the environment", "stream %q lives in environment %q, leaf %q does not join it.", s.Name, e, leaf.Name)
			break
		}
	}
	if s.Replicas > 1 {
		c.bad(s.Src.At("replicas"), "More replicas than hosts", "stream %q is kept on leaf %q, which is one server: it has 1 replica.", s.Name, leaf.Name)
	}
}
