package topology

import "slices"

// View is what lives in one environment: the blocks of a Topology that serve
// it, in the Topology's order. References inside a block to something that
// does not live here are left out of the lists below (a gate's cells, an
// event's gates, a nerve's commands); single references stay as declared.
type View struct {
	Lab         Lab
	Environment Environment

	Hosts      []Host
	Identities []Identity
	// Hub is the bus of this environment, nil when none is declared.
	Hub        *NATS
	Leaves     []Leaf
	Streams    []UserStream
	Services   []Service
	Units      []Unit
	Cells      []Cell
	Nerves     []Nerve
	Gates      []Gate
	Events     []Event
	Boundaries []Boundary
	Organs     []Organ
	Minds      []Cortex
	Phoebes    []Phoebe
	Irises     []Iris
	Kubernetes []Kubernetes
}

// In returns what lives in an environment. An environment that the lab does
// not have gives an empty View; see HasEnvironment.
func (t *Topology) In(env string) View {
	v := View{
		Lab:         t.Lab,
		Environment: t.environment(env),
		Hosts:       within(t.Hosts, env, func(h *Host) []string { return h.Environments }),
		Identities:  within(t.Identities, env, func(i *Identity) []string { return i.Environments }),
		Leaves:      within(t.Leaves, env, func(l *Leaf) []string { return l.Environments }),
		Streams:     within(t.Streams, env, func(s *UserStream) []string { return s.Environments }),
		Services:    within(t.Services, env, func(s *Service) []string { return s.Environments }),
		Units:       within(t.Units, env, func(u *Unit) []string { return u.Environments }),
		Cells:       within(t.Cells, env, func(c *Cell) []string { return c.Environments }),
		Nerves:      within(t.Nerves, env, func(n *Nerve) []string { return n.Environments }),
		Gates:       within(t.Gates, env, func(g *Gate) []string { return g.Environments }),
		Organs:      within(t.Organs, env, func(o *Organ) []string { return o.Environments }),
		Minds:       within(t.Cortexes, env, func(c *Cortex) []string { return c.Environments }),
		Phoebes:     within(t.Phoebes, env, func(p *Phoebe) []string { return p.Environments }),
		Kubernetes:  within(t.Kubernetes, env, func(k *Kubernetes) []string { return k.Environments }),
	}
	if hub := t.HubOf(env); hub != nil {
		own := *hub
		v.Hub = &own
	}
	v.resolve(t)
	return v
}

// resolve fills what follows from what lives here.
func (v *View) resolve(t *Topology) {
	cells := names(v.Cells, func(c *Cell) string { return c.Name })
	gates := names(v.Gates, func(g *Gate) string { return g.Name })
	organs := names(v.Organs, func(o *Organ) string { return o.Name })
	hosts := names(v.Hosts, func(h *Host) string { return h.Name })
	for i := range v.Gates {
		v.Gates[i].Cells = known(v.Gates[i].Cells, cells)
	}
	for i := range v.Nerves {
		v.Nerves[i].Commands = known(v.Nerves[i].Commands, cells)
	}
	for _, e := range t.Events {
		if e.Gates = known(e.Gates, gates); len(e.Gates) > 0 {
			v.Events = append(v.Events, e)
		}
	}
	for _, b := range t.Boundaries {
		if b.Organ == "" || organs[b.Organ] {
			v.Boundaries = append(v.Boundaries, b)
		}
	}
	for _, i := range t.Irises {
		if hosts[i.Host] {
			v.Irises = append(v.Irises, i)
		}
	}
}

// Cell returns the cell of this name, nil when none lives here.
func (v *View) Cell(name string) *Cell {
	return find(v.Cells, func(c *Cell) bool { return c.Name == name })
}

// Gate returns the gate of this name, nil when none lives here.
func (v *View) Gate(name string) *Gate {
	return find(v.Gates, func(g *Gate) bool { return g.Name == name })
}

// Heard returns the cells a gate hears here, in the gate's order.
func (v *View) Heard(g *Gate) []Cell {
	out := make([]Cell, 0, len(g.Cells))
	for _, name := range g.Cells {
		if c := v.Cell(name); c != nil {
			out = append(out, *c)
		}
	}
	return out
}

// EventsOf returns the events that an opening of this gate makes.
func (v *View) EventsOf(gate string) []Event {
	var out []Event
	for _, e := range v.Events {
		if slices.Contains(e.Gates, gate) {
			out = append(out, e)
		}
	}
	return out
}

// HasEnvironment reports whether the lab has this environment.
func (t *Topology) HasEnvironment(env string) bool { return slices.Contains(t.Lab.Environments, env) }

// HubOf returns the bus of an environment, nil when none is declared.
func (t *Topology) HubOf(env string) *NATS {
	return find(t.NATS, func(n *NATS) bool { return slices.Contains(n.Environments, env) })
}

// Host returns the host of this name, nil when there is none.
func (t *Topology) Host(name string) *Host {
	return find(t.Hosts, func(h *Host) bool { return h.Name == name })
}

// environment returns the declared environment, or one of that name with the
// defaults of the catalogue.
func (t *Topology) environment(env string) Environment {
	if e := find(t.Environments, func(e *Environment) bool { return e.Name == env }); e != nil {
		return *e
	}
	return Environment{Name: env, Clock: "wall", Trace: "full"}
}

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

func within[T any](list []T, env string, environments func(*T) []string) []T {
	var out []T
	for i := range list {
		if slices.Contains(environments(&list[i]), env) {
			out = append(out, list[i])
		}
	}
	return out
}

func names[T any](list []T, name func(*T) string) map[string]bool {
	out := make(map[string]bool, len(list))
	for i := range list {
		out[name(&list[i])] = true
	}
	return out
}

// known returns the elements of list that are in set, as a list of its own.
func known(list []string, set map[string]bool) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if set[s] {
			out = append(out, s)
		}
	}
	return out
}
