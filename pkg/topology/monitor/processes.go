package monitor

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"

	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// process is one process of ours on one host.
type process struct {
	Host         string   `json:"host"`
	Service      string   `json:"service"` // the declared or implied service; its unit is nimmer-SERVICE
	Process      string   `json:"process"` // gate, cell, organ, host, ...
	Replica      int      `json:"replica"` // from 1
	Environments []string `json:"environments"`
	Listen       string   `json:"listen"` // what it is given as --http
	Port         int      `json:"port"`
}

// stride is the distance between the ports of two processes of one kind on a
// host.
const stride = 20

// processes lists our processes on every host, by host and service.
func processes(t *topology.Topology) []process {
	var all []process
	add := func(host, service, kind string, replicas int, environments []string, listen string) {
		for replica := 1; replica <= max(1, replicas); replica++ {
			all = append(all, process{Host: host, Service: service, Process: kind, Replica: replica, Environments: environments, Listen: listen})
		}
	}
	if len(t.Hosts) == 1 && t.Hosts[0].Implicit {
		add(t.Hosts[0].Name, "nimmer", "nimmer", 1, t.Lab.Environments, "")
	} else {
		declared(t, add)
		implied(t, add)
	}
	slices.SortStableFunc(all, func(a, b process) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Replica, b.Replica))
	})
	givePorts(t, all)
	return all
}

type adder func(host, service, kind string, replicas int, environments []string, listen string)

func declared(t *topology.Topology, add adder) {
	for i := range t.Services {
		s := &t.Services[i]
		for _, host := range s.Hosts {
			add(host, s.Name, s.Process, s.Replicas, s.Environments, s.Listen)
		}
	}
	placed := map[string][]string{} // hosts that cells and nerves name themselves
	place := func(builtin string, on topology.On, environments []string) {
		for _, host := range on.Hosts {
			if builtin != "" {
				placed[host] = union(t.Lab.Environments, placed[host], environments)
			}
		}
	}
	for i := range t.Cells {
		place(t.Cells[i].Builtin, t.Cells[i].On, t.Cells[i].Environments)
	}
	for i := range t.Nerves {
		place(t.Nerves[i].Builtin, t.Nerves[i].On, t.Nerves[i].Environments)
	}
	for host, environments := range placed {
		add(host, "cell", "cell", 1, environments, "")
	}
}

// implied adds what no block declares: the agent of every host, and the organ
// daemon where there are organs or minds.
func implied(t *topology.Topology, add adder) {
	organs := map[string][]string{}
	for i := range t.Organs {
		for _, host := range t.Organs[i].Hosts {
			organs[host] = union(t.Lab.Environments, organs[host], t.Organs[i].Environments)
		}
	}
	for i := range t.Cortexes {
		for _, host := range t.Cortexes[i].Hosts {
			organs[host] = union(t.Lab.Environments, organs[host], t.Cortexes[i].Environments)
		}
	}
	for i := range t.Hosts {
		h := &t.Hosts[i]
		add(h.Name, "host", "host", 1, h.Environments, "")
		if environments, ok := organs[h.Name]; ok {
			add(h.Name, "organ", "organ", 1, environments, "")
		}
	}
}

// givePorts gives each process the port of its kind, or the next one of the
// host that is free.
func givePorts(t *topology.Topology, all []process) {
	taken := ports(t)
	use := func(host string, port int) bool {
		if taken[host] == nil {
			taken[host] = map[int]bool{}
		}
		was := taken[host][port]
		taken[host][port] = true
		return !was
	}
	for i := range all {
		p := &all[i]
		if _, text, err := net.SplitHostPort(p.Listen); err == nil {
			if port, err := strconv.Atoi(text); err == nil {
				p.Port = port + (p.Replica-1)*stride
				p.Listen = net.JoinHostPort(hostOf(p.Listen), strconv.Itoa(p.Port))
				continue
			}
		}
		port := cmp.Or(metric.Port(p.Process), metric.Port("nimmer"))
		for !use(p.Host, port) {
			port += stride
		}
		p.Port = port
	}
}

// ports are those that the declaration gives away, by host.
func ports(t *topology.Topology) map[string]map[int]bool {
	taken := make(map[string]map[int]bool, len(t.Hosts))
	use := func(host string, ports ...int) {
		if taken[host] == nil {
			taken[host] = map[int]bool{}
		}
		for _, p := range ports {
			taken[host][p] = true
		}
	}
	for i := range t.NATS {
		for _, host := range t.NATS[i].Hosts {
			n := &t.NATS[i]
			use(host, n.Port, n.ClusterPort, n.LeafPort, n.MonitorPort, n.WebsocketPort)
		}
	}
	for i := range t.Services {
		if _, text, err := net.SplitHostPort(t.Services[i].Listen); err == nil {
			if port, err := strconv.Atoi(text); err == nil {
				for _, host := range t.Services[i].Hosts {
					use(host, port)
				}
			}
		}
	}
	for i := range t.Monitoring {
		for _, e := range t.Monitoring[i].Exporters {
			for _, host := range e.Hosts {
				use(host, e.Port)
			}
		}
	}
	return taken
}

func hostOf(listen string) string {
	host, _, _ := net.SplitHostPort(listen)
	return host
}

// union merges environments in the order of the lab.
func union(order []string, lists ...[]string) []string {
	out := []string{}
	for _, e := range order {
		if slices.ContainsFunc(lists, func(l []string) bool { return slices.Contains(l, e) }) {
			out = append(out, e)
		}
	}
	return out
}

// title is what people call a process.
func (p process) title() string {
	if p.Replica > 1 {
		return fmt.Sprintf("%s-%d", p.Service, p.Replica)
	}
	return p.Service
}
