package monitor

import (
	"cmp"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// member is a built-in cell or nerve.
type member struct {
	kind, name, identity string
	environments         []string
	on                   place
	sensor               bool // the agents of the hosts that it names run it
}

type place topology.On

func (p place) empty() bool { return len(p.Kubernetes) == 0 && len(p.Hosts) == 0 }

func members(t *topology.Topology) []member {
	var all []member
	for i := range t.Cells {
		if c := &t.Cells[i]; c.Builtin != "" {
			all = append(all, member{"cell", c.Name, c.Identity, c.Environments, place(c.On), slices.Contains(topology.Sensors(), c.Builtin)})
		}
	}
	for i := range t.Nerves {
		if n := &t.Nerves[i]; n.Builtin != "" {
			all = append(all, member{"nerve", n.Name, n.Identity, n.Environments, place(n.On), false})
		}
	}
	return all
}

// placed are the cells and nerves that name a host themselves, but for sensors:
// the host's agent runs those.
func placed(t *topology.Topology, add adder) {
	known := members(t)
	for i := range t.Hosts {
		host := t.Hosts[i].Name
		here := func(m member) bool { return !m.sensor && slices.Contains(m.on.Hosts, host) }
		var envs []string
		for _, m := range known {
			if here(m) {
				envs = union(t.Lab.Environments, envs, m.environments)
			}
		}
		for _, env := range envs {
			for _, q := range (process{Host: host, Service: "cell", Process: "cell", name: "cell"}).in(env, envs).running(known, here) {
				add(q, 1)
			}
		}
	}
}

// in is the process of one environment of several.
func (p process) in(env string, of []string) process {
	p.Environments = []string{env}
	if len(of) > 1 {
		p.name += "-" + env
	}
	return p
}

// running are the processes that the chosen members of its environment need: one
// for each identity among them. There may be none.
func (p process) running(known []member, chosen func(member) bool) []process {
	var out []process
	for _, m := range known {
		if !chosen(m) || !slices.Contains(m.environments, p.Environments[0]) {
			continue
		}
		identity := cmp.Or(m.identity, p.Identity)
		i := slices.IndexFunc(out, func(q process) bool { return q.Identity == identity })
		if i < 0 {
			q := p
			if identity != p.Identity {
				q.Identity, q.name = identity, p.name+"-"+identity
			}
			out, i = append(out, q), len(out)
		}
		out[i].Runs = append(out[i].Runs, m.kind+"."+m.name)
	}
	return out
}
