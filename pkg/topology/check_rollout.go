package topology

import (
	"fmt"
	"slices"
)

// rollouts checks that each can be put in an order: canaries first, never two
// members of one JetStream quorum together.
func (c *checker) rollouts() {
	for i := range c.t.Rollouts {
		r := &c.t.Rollouts[i]
		if r.Src.Unread("hosts") || r.Src.Unread("order") {
			continue
		}
		in := map[string]bool{}
		canaries := 0
		for _, h := range r.Hosts {
			in[h] = true
			if host := c.hosts[h]; host != nil && host.Deploy.Canary {
				canaries++
			}
		}
		c.rolloutOrder(r, in)
		c.rolloutQuorums(r, in)
		if canaries == len(r.Hosts) && canaries > 1 {
			c.warn(r.Src.At("hosts"), "Canaries only", "every host of rollout %q is a canary, so none goes first.", r.Name)
		}
		if r.Batch > r.MaxUnavailable {
			c.bad(r.Src.At("batch"), "Rollout cannot be ordered", "rollout %q takes batches of %d and lets at most %d be unavailable. Lower batch, or raise max_unavailable.", r.Name, r.Batch, r.MaxUnavailable)
		}
	}
}

// rolloutOrder checks the written order against the canaries and the parents.
func (c *checker) rolloutOrder(r *Rollout, in map[string]bool) {
	place := map[string]int{}
	firstPlain := ""
	for i, name := range r.Order {
		at := r.Src.At(fmt.Sprintf("order.%d", i))
		place[name] = i
		host := c.hosts[name]
		switch {
		case host == nil:
		case !in[name]:
			c.bad(at, "Rollout cannot be ordered", "order of rollout %q lists host %q, which is not among its hosts.", r.Name, name)
		case host.Deploy.Canary && firstPlain != "":
			c.clash(at, host.Deploy.Src.At("canary"), "Rollout cannot be ordered", "order of rollout %q puts host %q before host %q, which is a canary and goes first.", r.Name, firstPlain, name)
		case !host.Deploy.Canary && firstPlain == "":
			firstPlain = name
		}
	}
}

// rolloutQuorums checks that the canaries, which go together before all
// others, do not take a quorum with them.
func (c *checker) rolloutQuorums(r *Rollout, in map[string]bool) {
	for i := range c.t.NATS {
		n := &c.t.NATS[i]
		if len(n.Hosts) < 2 {
			continue
		}
		var canaries []string
		for _, h := range n.Hosts {
			if host := c.hosts[h]; host != nil && in[h] && host.Deploy.Canary && !slices.Contains(canaries, h) {
				canaries = append(canaries, h)
			}
		}
		if len(canaries) > 1 {
			second := c.hosts[canaries[1]]
			c.clash(second.Deploy.Src.At("canary"), n.Src.At("hosts"), "Rollout cannot be ordered", "hosts %s are canaries of rollout %q and members of nats %q: canaries go first, and two members of one quorum never go together. Make one of them a canary.", quotedAll(canaries), r.Name, n.Name)
		}
	}
}
