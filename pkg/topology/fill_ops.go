package topology

import (
	"cmp"
	"slices"
)

// exporterPorts are where the exporters that people usually mean listen.
var exporterPorts = map[string]int{"node": 9100, "nats": 7777, "nvidia": 9835, "dcgm": 9400}

func fillServices(x *finder) {
	t := x.t
	for i := range t.Services {
		s := &t.Services[i]
		s.Process = cmp.Or(s.Process, s.Name)
		host := ""
		fillPlace(x, &host, &s.Hosts, s.Identity)
		s.Environments = x.environments(s.Environments, s.Identity, s.Hosts)
	}
	addService(x, "gate", gatesNeeding(t))
	addService(x, "cell", cellsNeeding(t))
	for i := range t.Services {
		if s := &t.Services[i]; s.Process == "cell" && len(s.Cells) == 0 {
			s.Cells = builtinNames(t, s.Environments)
		}
	}
	for i := range t.Units {
		u := &t.Units[i]
		host := ""
		fillPlace(x, &host, &u.Hosts, u.Identity)
		u.Environments = x.environments(u.Environments, u.Identity, u.Hosts)
	}
}

// gatesNeeding returns, by environment, whether gates live there that no
// service runs.
func gatesNeeding(t *Topology) map[string][]string {
	served := map[string]bool{}
	for _, s := range t.Services {
		if s.Process == "gate" {
			for _, e := range s.Environments {
				served[e] = true
			}
		}
	}
	need := map[string][]string{}
	for _, g := range t.Gates {
		for _, e := range g.Environments {
			if !served[e] {
				need[e] = nil
			}
		}
	}
	return need
}

// cellsNeeding returns, by environment, the built-in cells and nerves that no
// service runs.
func cellsNeeding(t *Topology) map[string][]string {
	all, some := map[string]bool{}, map[[2]string]bool{}
	for _, s := range t.Services {
		for _, e := range s.Environments {
			if s.Process == "cell" && len(s.Cells) == 0 {
				all[e] = true
			}
			for _, c := range s.Cells {
				some[[2]string{e, c}] = true
			}
		}
	}
	need := map[string][]string{}
	for _, e := range t.Lab.Environments {
		for _, name := range builtinNames(t, []string{e}) {
			if !all[e] && !some[[2]string{e, name}] {
				need[e] = append(need[e], name)
			}
		}
	}
	return need
}

// builtinNames are the names of the built-in cells and nerves that live in one of
// the environments and were not placed elsewhere, sorted.
func builtinNames(t *Topology, envs []string) []string {
	names := []string{}
	for i := range t.Cells {
		if c := &t.Cells[i]; c.Builtin != "" && c.On.empty() && overlap(c.Environments, envs) {
			names = append(names, c.Name)
		}
	}
	for i := range t.Nerves {
		if n := &t.Nerves[i]; n.Builtin != "" && n.On.empty() && overlap(n.Environments, envs) {
			names = append(names, n.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (o On) empty() bool { return len(o.Kubernetes) == 0 && len(o.Hosts) == 0 }

// addService declares services for the environments that need a process, one
// for each host that runs it.
func addService(x *finder, process string, need map[string][]string) {
	t := x.t
	byHost := map[string]*Service{}
	var hosts []string
	for _, e := range t.Lab.Environments {
		cells, ok := need[e]
		if !ok {
			continue
		}
		host := x.busHost(e)
		s := byHost[host]
		if s == nil {
			blank := blank[Service]()
			s = &blank
			s.Process, s.Hosts, s.Implicit, s.Cells = process, []string{host}, true, []string{}
			byHost[host], hosts = s, append(hosts, host)
		}
		s.Environments = append(s.Environments, e)
		s.Cells = append(s.Cells, cells...)
	}
	for _, host := range hosts {
		s := byHost[host]
		s.Name = process
		if len(hosts) > 1 {
			s.Name = process + "-" + s.Environments[0]
		}
		for slices.ContainsFunc(t.Services, func(o Service) bool { return o.Name == s.Name }) {
			s.Name += "-implied"
		}
		slices.Sort(s.Cells)
		s.Cells = slices.Compact(s.Cells)
		t.Services = append(t.Services, *s)
	}
	sortByName(t.Services, func(s *Service) string { return s.Name })
}

// busHost is where an environment's hub runs, else its first host.
func (x *finder) busHost(env string) string {
	for i := range x.t.NATS {
		if n := &x.t.NATS[i]; slices.Contains(n.Environments, env) && len(n.Hosts) > 0 {
			return n.Hosts[0]
		}
	}
	for i := range x.t.Hosts {
		if slices.Contains(x.t.Hosts[i].Environments, env) {
			return x.t.Hosts[i].Name
		}
	}
	return x.t.Hosts[0].Name
}

func fillMemory(x *finder) {
	for i := range x.t.Phoebes {
		p := &x.t.Phoebes[i]
		p.Environments = x.environments(p.Environments, p.Identity, []string{p.Host})
		p.Database = cmp.Or(p.Database, p.Name)
	}
	for i := range x.t.Probes {
		x.t.Probes[i].Mind = cmp.Or(x.t.Probes[i].Mind, x.onlyMind())
	}
}

func fillOps(x *finder) {
	t := x.t
	all := make([]string, len(t.Hosts))
	for i := range t.Hosts {
		all[i] = t.Hosts[i].Name
	}
	orAll := func(hosts *[]string) {
		if len(*hosts) == 0 {
			*hosts = all // shared: a list of hosts is never changed in place
		}
	}
	for i := range t.Rollouts {
		r := &t.Rollouts[i]
		orAll(&r.Hosts)
		r.Batch = cmp.Or(r.Batch, r.MaxUnavailable)
	}
	for i := range t.Installers {
		orAll(&t.Installers[i].Hosts)
	}
	for i := range t.Monitoring {
		for j := range t.Monitoring[i].Exporters {
			e := &t.Monitoring[i].Exporters[j]
			orAll(&e.Hosts)
			e.Port = cmp.Or(e.Port, exporterPorts[e.Name])
		}
	}
	for i := range t.Egresses {
		e := &t.Egresses[i]
		for _, name := range e.Identities {
			if id := x.identities[name]; id != nil && !e.Src.Has("hosts") {
				for _, h := range id.Hosts {
					if !slices.Contains(e.Hosts, h) {
						e.Hosts = append(e.Hosts, h)
					}
				}
			}
		}
	}
	for i := range t.PXEs {
		if n := x.networks[t.PXEs[i].Network]; n != nil {
			t.PXEs[i].Router = cmp.Or(t.PXEs[i].Router, n.Gateway)
		}
	}
}
