package k8stest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Wild returns a random lab, always the same one for a seed, that uses
// everything the emitter knows, with names at the edge of what may be declared:
// as long as a subject's token, with "_", ending in "-", alike but for the end.
func Wild(seed uint64) *topology.Topology {
	w := &wild{Rand: rand.New(rand.NewPCG(seed, 0x6b3873)), taken: map[string]bool{}}
	t := &topology.Topology{FormatVersion: topology.FormatVersion, Lab: topology.Lab{Name: w.name("lab"), Domain: "example.test"}}
	for range 1 + w.IntN(4) {
		t.Lab.Environments = append(t.Lab.Environments, w.name("e"))
	}
	w.envs = t.Lab.Environments
	for _, e := range w.envs {
		t.Environments = append(t.Environments, topology.Environment{Name: e, Clock: "wall", Trace: "full"})
	}
	w.hosts(t)
	w.hubs(t)
	w.identities(t)
	for i := range 1 + w.IntN(3) {
		t.Kubernetes = append(t.Kubernetes, topology.Kubernetes{
			Name: w.name("k"), Environments: w.some(w.envs), Hosts: []string{"h0"},
			Namespace: w.pick("nimmerverse-ENV", "ENV", fmt.Sprintf("lab%d-ENV-pods", i)),
			Registry:  w.pick("", "registry.example.test/lab", "hub:5000"),
			Image:     w.pick("", "nimmer-cell", "nimmer-cell:1.2", "ghcr.io/own/cells"),
		})
		w.clusters = append(w.clusters, t.Kubernetes[i].Name)
	}
	for range 2 + w.IntN(8) {
		w.cell(t)
	}
	for range w.IntN(5) {
		w.nerve(t)
	}
	return t
}

// wild is a source of chance, and what was made with it.
type wild struct {
	*rand.Rand
	taken                 map[string]bool
	envs, clusters, named []string // named: identities, "" for none
}

func (w *wild) pick(from ...string) string { return from[w.IntN(len(from))] }

func (w *wild) chance(percent int) bool { return w.IntN(100) < percent }

// some are members of a list, at least one.
func (w *wild) some(list []string) []string {
	var out []string
	for _, s := range list {
		if w.chance(60) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = append(out, list[w.IntN(len(list))])
	}
	return out
}

// name is a name that nothing else of the lab has, as subjects write it.
func (w *wild) name(prefix string) string {
	for {
		n := prefix
		switch w.IntN(4) {
		case 0: // short
			n += fmt.Sprint(w.IntN(1000))
		case 1: // as long as may be, different at the end only
			n += strings.Repeat("long-", 13)
			n = n[:60] + fmt.Sprintf("%04d", w.IntN(1000))
		case 2: // ends in what no object may end in
			n += fmt.Sprint(w.IntN(100)) + strings.Repeat("-", 1+w.IntN(3))
		case 3: // a hyphen in subjects
			n += fmt.Sprintf("_%d_x", w.IntN(1000))
		}
		if key := strings.ReplaceAll(n, "_", "-"); !w.taken[key] {
			w.taken[key] = true
			return n
		}
	}
}

func (w *wild) hosts(t *topology.Topology) {
	t.Networks = []topology.Network{{Name: "management", Subnet: "10.20.0.0/24"}, {Name: "nervous", Subnet: "10.20.1.0/24"}, {Name: "six", Subnet: "fd00:20::/64"}}
	for i := range 8 {
		t.Hosts = append(t.Hosts, topology.Host{Name: fmt.Sprintf("h%d", i), Addresses: map[string]string{
			"management": fmt.Sprintf("10.20.0.%d", 10+i), "nervous": fmt.Sprintf("10.20.1.%d", 10+i), "six": fmt.Sprintf("fd00:20::%x", 10+i),
		}, Aliases: []string{fmt.Sprintf("Alias%d.example.org", i)}})
	}
	for i := range w.IntN(3) {
		t.Monitoring = append(t.Monitoring, topology.Monitoring{Name: fmt.Sprintf("m%d", i), Host: fmt.Sprintf("h%d", w.IntN(8))})
	}
}

func (w *wild) hubs(t *topology.Topology) {
	for _, env := range w.envs {
		n := topology.NATS{Name: w.name("n"), Environments: []string{env}, Port: 4222 + w.IntN(3)*1000, Address: "bus.example.test"}
		if w.chance(30) {
			n.TLS = &topology.TLS{Cert: "/c", Key: "/k", CA: w.pick("", "/ca.pem")}
		}
		if w.chance(30) {
			n.URLs = w.some([]string{"nats://10.9.8.7", "tls://10.9.8.6:7000", "nats://[fd00::1]:4222", "nats://alias3.EXAMPLE.org:5000", "wss://h2.example.test"})
		} else {
			n.Hosts, n.Network = w.some([]string{"h1", "h2", "h3"}), w.pick("management", "nervous", "six")
		}
		t.NATS = append(t.NATS, n)
	}
}

func (w *wild) identities(t *topology.Topology) {
	w.named = []string{"", ""}
	for range w.IntN(3) {
		id := topology.Identity{Name: w.name("i"), Environments: w.envs}
		id.Limits.Memory = topology.Bytes(w.IntN(3)) << (10 + 10*w.IntN(3))
		id.Limits.CPUWeight = w.IntN(3) * 50
		id.Limits.CPUQuota = w.pick("", "150%", "1%")
		id.UID = w.IntN(2) * 1234
		t.Identities = append(t.Identities, id)
		w.named = append(w.named, id.Name)
	}
}

func (w *wild) on() topology.On { return topology.On{Kubernetes: w.some(w.clusters)} }

// texts are what people put into variables: what YAML, shells and Kubernetes
// each read as something else.
var texts = []string{"", "yes", "null", "~", "0x10", "1e3", "0440", "12:30:45", "2024-05-12", "a: b", "# no comment", "- x", "$(HOME)", "$$", "`'\"", "ä\tö", "two\nlines\n", " spaced ", "{a}", "[b]", "*c", "&d", "!e", "%f", "@g", "on", "N", ".inf", "\\n"}

func (w *wild) env() map[string]string {
	out := map[string]string{}
	for range w.IntN(4) {
		out[w.pick("SIDE", "_X", "camera.port", "LEVEL_2")] = texts[w.IntN(len(texts))]
	}
	return out
}

func (w *wild) cell(t *topology.Topology) {
	c := topology.Cell{
		Name: w.name("c"), On: w.on(), Identity: w.pick(w.named...), Replicas: 1 + w.IntN(3), Environments: w.some(w.envs),
		Env: w.env(), Version: w.pick("", "v1", "1.2.3_x"),
	}
	switch w.IntN(5) {
	case 0: // somebody else speaks
	case 1, 2:
		c.Builtin = w.pick("text", "math", "cpu")
	default:
		c.Image = w.pick("battery-cell", "eyes/camera:1.2", "ghcr.io/eyes/camera", "localhost:5000/a/b/c")
	}
	t.Cells = append(t.Cells, c)
}

func (w *wild) nerve(t *topology.Topology) {
	g := topology.Gate{Name: w.name("g"), Cells: []string{t.Cells[w.IntN(len(t.Cells))].Name}, Environments: w.envs}
	n := topology.Nerve{
		Name: w.pick(w.name("v"), t.Cells[w.IntN(len(t.Cells))].Name), On: w.on(), Identity: w.pick(w.named...), Replicas: 1 + w.IntN(2),
		Environments: w.some(w.envs), Env: w.env(), Gate: g.Name, Commands: []string{t.Cells[0].Name},
	}
	for _, o := range t.Nerves {
		if o.Name == n.Name {
			return
		}
	}
	if w.chance(50) {
		n.Builtin = "pressure"
	} else {
		n.Image = "a/nerve"
	}
	t.Gates, t.Nerves = append(t.Gates, g), append(t.Nerves, n)
}
