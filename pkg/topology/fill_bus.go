package topology

import (
	"cmp"
	"slices"
)

func fillBus(t *Topology) {
	if len(t.NATS) == 0 && !t.Unread["nats"] {
		hub := blank[NATS]()
		hub.Name, hub.Hosts, hub.Implicit = ImpliedHub, []string{t.Hosts[0].Name}, true
		hub.Environments = slices.Clone(t.Lab.Environments)
		t.NATS = []NATS{hub}
	}
	x := newFinder(t)
	for i := range t.NATS {
		fillHub(x, &t.NATS[i])
	}
	for i := range t.Leaves {
		l := &t.Leaves[i]
		l.Environments = x.environments(l.Environments, "", []string{l.Host})
		if l.JetStream.Memory == 0 {
			l.JetStream.Memory, _ = ParseBytes("1GiB")
		}
	}
	for i := range t.Streams {
		s := &t.Streams[i]
		if at := x.leaves[s.At]; at != nil && len(s.Environments) == 0 {
			s.Environments = slices.Clone(at.Environments)
		}
		s.Environments = x.environments(s.Environments, "", nil)
	}
}

func fillHub(x *finder, n *NATS) {
	n.Environments = x.environments(n.Environments, "", n.Hosts)
	n.Address = cmp.Or(n.Address, n.Name+"."+x.t.Lab.Domain)
	if n.Replicas == 0 {
		n.Replicas = 1
		if len(n.Hosts) >= 3 {
			n.Replicas = 3
		}
	}
	if n.Network == "" {
		n.Network = cmp.Or(x.sharedNetwork(append(x.leafHosts(n), n.Hosts...)), x.sharedNetwork(n.Hosts))
	}
}

// leafHosts are the hosts whose leaves join a hub.
func (x *finder) leafHosts(n *NATS) []string {
	var hosts []string
	for i := range x.t.Leaves {
		l := &x.t.Leaves[i]
		envs := l.Environments
		if host := x.hosts[l.Host]; len(envs) == 0 && host != nil {
			envs = host.Environments
		}
		if overlap(envs, n.Environments) && !slices.Contains(n.Hosts, l.Host) {
			hosts = append(hosts, l.Host)
		}
	}
	return hosts
}

// sharedNetwork is a network that all hosts have an address in: management if
// they do, else the first by name; "" if there is none.
func (x *finder) sharedNetwork(hosts []string) string {
	count := map[string]int{}
	for _, h := range hosts {
		if host := x.hosts[h]; host != nil {
			for network := range host.Addresses {
				count[network]++
			}
		}
	}
	best := ""
	for network, n := range count {
		switch {
		case n < len(hosts) || x.networks[network] == nil:
		case network == "management":
			return network
		case best == "" || network < best:
			best = network
		}
	}
	return best
}
