package monitor

import (
	"cmp"
	"net"
	"slices"
	"strconv"

	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// process is one process of ours on one host.
type process struct {
	Host         string   `json:"host"`
	Service      string   `json:"service"` // the declared or implied service
	Process      string   `json:"process"` // gate, cell, organ, host, ...
	Replica      int      `json:"replica"` // from 1
	Environments []string `json:"environments"`
	Identity     string   `json:"identity"`       // "": a user of its own
	Runs         []string `json:"runs,omitempty"` // of a cell process: cell.NAME, nerve.NAME
	Listen       string   `json:"listen"`         // what it is given as --http
	Port         int      `json:"port"`
	name         string   // on its host; its unit is nimmer-NAME
}

// stride is the distance between the ports of two processes of one kind on a
// host.
const stride = 20

// processes lists our processes on every host, by host and service.
func processes(t *topology.Topology) []process {
	var all []process
	taken := map[string]bool{}
	add := func(p process, replicas int) {
		for p.Replica = 1; p.Replica <= max(1, replicas); p.Replica++ {
			one := p
			for n := p.Replica; n > 1 && one.name == p.name || taken[one.Host+" "+one.name]; n++ {
				one.name = p.name + "-" + strconv.Itoa(max(2, n))
			}
			taken[one.Host+" "+one.name] = true
			all = append(all, one)
		}
	}
	if len(t.Hosts) == 1 && t.Hosts[0].Implicit {
		add(process{Host: t.Hosts[0].Name, Service: "nimmer", Process: "nimmer", Environments: t.Lab.Environments, name: "nimmer"}, 1)
	} else {
		declared(t, add)
		placed(t, add)
		implied(t, add)
	}
	slices.SortStableFunc(all, func(a, b process) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Service, b.Service), cmp.Compare(a.name, b.name), cmp.Compare(a.Replica, b.Replica))
	})
	givePorts(t, all)
	return all
}

type adder func(p process, replicas int)

// declared are the services. Gate core and cells serve one environment in each
// process.
func declared(t *topology.Topology, add adder) {
	known := members(t)
	for i := range t.Services {
		s := &t.Services[i]
		for _, host := range s.Hosts {
			p := process{Host: host, Service: s.Name, Process: s.Process, Environments: s.Environments, Identity: s.Identity, Listen: s.Listen, name: s.Name}
			switch s.Process {
			case "gate":
				for _, env := range s.Environments {
					add(p.in(env, s.Environments), s.Replicas)
				}
			case "cell":
				for _, env := range s.Environments {
					for _, q := range p.in(env, s.Environments).running(known, func(m member) bool {
						return m.on.empty() && slices.Contains(s.Cells, m.name)
					}) {
						add(q, s.Replicas)
					}
				}
			default:
				add(p, s.Replicas)
			}
		}
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
		add(process{Host: h.Name, Service: "host", Process: "host", Environments: h.Environments, name: "host"}, 1)
		if environments, ok := organs[h.Name]; ok {
			add(process{Host: h.Name, Service: "organ", Process: "organ", Environments: environments, name: "organ"}, 1)
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
func (p process) title() string { return p.name }
