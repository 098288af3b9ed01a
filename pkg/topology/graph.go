package topology

import (
	"strconv"
	"strings"
)

// A graph is the lab as nodes and edges, for the textual diagram languages.
type graph struct {
	groups []*graphGroup
	edges  []edge
}

// A graphGroup is a box of nodes; groups nest at most once.
type graphGroup struct {
	id, label string
	nodes     []node
	groups    []*graphGroup
}

type node struct {
	id, class string
	label     []string // lines
}

type edge struct {
	from, to, label string
	dashed          bool
}

// grapher builds a graph; ids are made of a letter and a number, so that no
// declared name can break a language's syntax.
type grapher struct {
	t     *Topology
	g     graph
	hosts map[string]string // host -> id of its node (or of its group's)
	nets  map[string]string
	cells map[string]string
	gates map[string]string
	minds map[string]string
	runs  map[string][]run
}

func graphOf(t *Topology) *graph {
	b := &grapher{
		t: t, hosts: map[string]string{}, nets: map[string]string{}, cells: map[string]string{},
		gates: map[string]string{}, minds: map[string]string{}, runs: runsOn(t),
	}
	b.networks()
	b.machines()
	b.hubs()
	b.models()
	b.nervous()
	return &b.g
}

// group adds a group if it holds anything.
func (b *grapher) group(g *graphGroup) {
	if len(g.nodes)+len(g.groups) > 0 {
		b.g.groups = append(b.g.groups, g)
	}
}

func (b *grapher) edge(from, to, label string, dashed bool) {
	if from != "" && to != "" {
		b.g.edges = append(b.g.edges, edge{from, to, label, dashed})
	}
}

func id(letter string, i int) string { return letter + strconv.Itoa(i) }

// lines drops empty lines of a label.
func lines(all ...string) []string {
	var out []string
	for _, l := range all {
		if l != "" {
			out = append(out, printable(l))
		}
	}
	return out
}

func (b *grapher) networks() {
	g := &graphGroup{id: "networks", label: "Networks"}
	for i := range b.t.Networks {
		n := &b.t.Networks[i]
		vlan := ""
		if n.VLAN != 0 {
			vlan = "VLAN " + strconv.Itoa(n.VLAN)
		}
		b.nets[n.Name] = id("n", i)
		g.nodes = append(g.nodes, node{id("n", i), "network", lines(n.Name, details(vlan, n.Subnet))})
	}
	b.group(g)
}

// machines adds hosts; who carries guests becomes a group.
func (b *grapher) machines() {
	top := &graphGroup{id: "machines", label: "Machines"}
	guests := map[string][]*Host{}
	var bare []*Host
	for i := range b.t.Hosts {
		h := &b.t.Hosts[i]
		if h.Parent != "" && b.t.Host(h.Parent) != nil {
			guests[h.Parent] = append(guests[h.Parent], h)
		} else {
			bare = append(bare, h)
		}
	}
	p := &picture{t: b.t, runs: b.runs}
	count := 0
	add := func(into *graphGroup, g *group) {
		n := b.hostNode(id("h", count), g)
		count++
		into.nodes = append(into.nodes, n)
		for _, h := range g.hosts {
			b.hosts[h.Name] = n.id
		}
	}
	shape := func(h *Host) string {
		if len(guests[h.Name]) > 0 {
			return h.Name
		}
		return p.hostShape(h)
	}
	for _, g := range groupHosts(bare, shape) {
		h := g.first()
		if len(guests[h.Name]) == 0 {
			add(top, g)
			b.connect(g, b.hosts[h.Name])
			continue
		}
		inner := &graphGroup{id: id("h", count), label: h.Name}
		count++
		b.hosts[h.Name] = inner.id
		b.connect(g, inner.id)
		for _, guest := range groupHosts(guests[h.Name], p.hostShape) {
			add(inner, guest)
		}
		top.groups = append(top.groups, inner)
	}
	b.group(top)
}

// connect draws a host's networks.
func (b *grapher) connect(g *group, from string) {
	for i := range b.t.Networks {
		n := b.t.Networks[i].Name
		if a := g.addresses(n); a != "" {
			b.edge(b.nets[n], from, a, false)
		}
	}
}

func (b *grapher) hostNode(as string, g *group) node {
	h := g.first()
	title := g.title()
	if n := len(g.hosts); n > 1 {
		title += " (×" + strconv.Itoa(n) + ")"
	}
	label := lines(title, details(strings.Join(h.Roles, ", "), plural(h.Cores, "core"), size(h.Memory)))
	for i := range h.GPUs {
		label = append(label, lines(details(h.GPUs[i].Model, size(h.GPUs[i].Memory)))...)
	}
	return node{as, "host", label}
}

func (b *grapher) hubs() {
	g := &graphGroup{id: "bus", label: "Bus"}
	for i := range b.t.NATS {
		n := &b.t.NATS[i]
		g.nodes = append(g.nodes, node{id("b", i), "hub", lines(hubName(n), n.Address+":"+strconv.Itoa(n.LeafPort), strings.Join(n.Environments, " "))})
		for _, h := range n.Hosts {
			b.edge(b.hosts[h], id("b", i), "runs", true)
		}
		drawn := map[string]bool{}
		for j := range b.t.Leaves {
			l := &b.t.Leaves[j]
			from := b.hosts[l.Host]
			if sharesAny(l.Environments, n.Environments) && !drawn[from] {
				drawn[from] = true
				b.edge(from, id("b", i), "leaf", false)
			}
		}
	}
	b.group(g)
}

// models adds minds and organs, and where they live.
func (b *grapher) models() {
	g := &graphGroup{id: "models", label: "Minds and organs"}
	for i := range b.t.Cortexes {
		c := &b.t.Cortexes[i]
		b.minds[c.Name] = id("m", i)
		g.nodes = append(g.nodes, node{id("m", i), "mind", lines(c.Name, backendText(c.Backend), c.Identity)})
		b.livesOn(c.Hosts, id("m", i))
	}
	for i := range b.t.Organs {
		o := &b.t.Organs[i]
		g.nodes = append(g.nodes, node{id("o", i), "organ", lines(o.Name, details(servedBy(o.Backend), organText(o)), o.Identity)})
		b.livesOn(o.Hosts, id("o", i))
	}
	b.group(g)
}

func (b *grapher) livesOn(hosts []string, model string) {
	drawn := map[string]bool{}
	for _, h := range hosts {
		if at := b.hosts[h]; !drawn[at] {
			drawn[at] = true
			b.edge(at, model, "runs", true)
		}
	}
}

// nervous adds cells, gates, nerves and events.
func (b *grapher) nervous() {
	g := &graphGroup{id: "nervous", label: "Nervous system"}
	for i := range b.t.Cells {
		b.cells[b.t.Cells[i].Name] = id("c", i)
		g.nodes = append(g.nodes, node{id("c", i), "cell", lines(b.t.Cells[i].Name)})
	}
	for i := range b.t.Gates {
		gate := &b.t.Gates[i]
		b.gates[gate.Name] = id("g", i)
		g.nodes = append(g.nodes, node{id("g", i), "gate", lines(gate.Name, details(tierText(gate.Tier), "window "+shortDuration(gate.Window)))})
		for _, c := range gate.Cells {
			b.edge(b.cells[c], id("g", i), "", false)
		}
	}
	for i := range b.t.Nerves {
		n := &b.t.Nerves[i]
		g.nodes = append(g.nodes, node{id("v", i), "nerve", lines(n.Name)})
		b.edge(b.gates[n.Gate], id("v", i), "", false)
		for _, c := range n.Commands {
			b.edge(id("v", i), b.cells[c], "asks", true)
		}
	}
	for i := range b.t.Events {
		e := &b.t.Events[i]
		for _, gate := range e.Gates {
			b.edge(b.gates[gate], b.minds[e.Mind], e.Name, false)
		}
	}
	b.group(g)
}
