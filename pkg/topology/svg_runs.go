package topology

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A run is one thing that runs on a host, as a line of its card.
type run struct {
	class  string // the domain whose colour it has
	name   string
	detail string
	who    string // the identity it runs as
}

// runsOn lists what runs on each host, minds first, plumbing last.
func runsOn(t *Topology) map[string][]run {
	out := map[string][]run{}
	put := func(hosts []string, r run) {
		for _, h := range hosts {
			out[h] = append(out[h], r)
		}
	}
	for i := range t.Cortexes {
		c := &t.Cortexes[i]
		what := backendText(c.Backend)
		if what == "" {
			what = "what answers on loopback, else simulated"
		}
		if c.Implicit && !implicitHosts(t, c.Hosts) {
			continue
		}
		put(c.Hosts, run{"cog", c.Name, details("mind", what), c.Identity})
	}
	for i := range t.Trainings {
		tr := &t.Trainings[i]
		put([]string{hostOf(tr.GPU)}, run{"cog", "training " + tr.Name, details(size(tr.Memory), whenText(tr.Schedule)), tr.Identity})
	}
	for i := range t.Organs {
		o := &t.Organs[i]
		put(o.Hosts, run{"org", o.Name, details(servedBy(o.Backend), organText(o)), o.Identity})
	}
	nervousRuns(t, put)
	for i := range t.Phoebes {
		p := &t.Phoebes[i]
		put([]string{p.Host}, run{"mem", "phoebe", details("PostgreSQL :"+strconv.Itoa(p.Port), p.Database), p.Identity})
	}
	for i := range t.Irises {
		v := &t.Irises[i]
		what := "embedded"
		if v.Kind == "chroma" {
			what = "ChromaDB :" + strconv.Itoa(v.Port)
		}
		put([]string{v.Host}, run{"mem", "iris", what, ""})
	}
	plumbingRuns(t, put)
	return out
}

// nervousRuns lists hubs, leaves, gate cores and cells.
func nervousRuns(t *Topology, put func([]string, run)) {
	for i := range t.NATS {
		n := &t.NATS[i]
		put(n.Hosts, run{"ner", hubName(n), details(":"+strconv.Itoa(n.Port), storeText(n.JetStream)), ""})
	}
	for i := range t.Leaves {
		l := &t.Leaves[i]
		put([]string{l.Host}, run{"ner", "leaf", details("to "+strings.Join(hubsOf(t, l), ", "), storeText(l.JetStream)), ""})
	}
	for i := range t.Services {
		if s := &t.Services[i]; s.Process == "gate" {
			put(s.Hosts, run{"ner", s.Name, "gate core", s.Identity})
		}
	}
	cells, nerves := map[string][]string{}, map[string][]string{}
	for i := range t.Cells {
		for _, h := range t.Cells[i].On.Hosts {
			cells[h] = append(cells[h], t.Cells[i].Name)
		}
	}
	for i := range t.Nerves {
		for _, h := range t.Nerves[i].On.Hosts {
			nerves[h] = append(nerves[h], t.Nerves[i].Name)
		}
	}
	for i := range t.Hosts {
		h := t.Hosts[i].Name
		if list := cells[h]; len(list) > 0 {
			put([]string{h}, run{"ner", plural(len(list), "cell"), strings.Join(list, " "), ""})
		}
		if list := nerves[h]; len(list) > 0 {
			put([]string{h}, run{"ner", plural(len(list), "nerve"), strings.Join(list, " "), ""})
		}
	}
}

// plumbingRuns lists clusters, monitoring, boot servers, other services and
// units.
func plumbingRuns(t *Topology, put func([]string, run)) {
	for i := range t.Kubernetes {
		k := &t.Kubernetes[i]
		put(k.Hosts, run{"ner", "kubernetes " + k.Name, clusterText(t, k.Name), ""})
	}
	for i := range t.Services {
		s := &t.Services[i]
		if s.Process == "gate" || s.Implicit && !implicitHosts(t, s.Hosts) {
			continue
		}
		class := "sys"
		if s.Process == "cell" {
			class = "ner"
		}
		put(s.Hosts, run{class, s.Name, details(serviceText(s), s.Listen), s.Identity})
	}
	for i := range t.Monitoring {
		m := &t.Monitoring[i]
		put([]string{m.Host}, run{"sys", "monitoring", fmt.Sprintf("Prometheus :%d · Grafana :%d · Loki :%d", m.PrometheusPort, m.GrafanaPort, m.LokiPort), ""})
	}
	for i := range t.PXEs {
		p := &t.PXEs[i]
		put([]string{p.Host}, run{"sys", "network boot", addressSpan([]string{p.First, p.Last}), ""})
	}
	for i := range t.Units {
		u := &t.Units[i]
		put(u.Hosts, run{"sys", u.Name, strings.Join(u.Command, " "), u.Identity})
	}
}

// details joins what is not empty.
func details(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// implicitHosts reports whether the hosts were filled in: then what was filled
// in on them is all there is to see.
func implicitHosts(t *Topology, hosts []string) bool {
	return len(hosts) > 0 && t.Host(hosts[0]) != nil && t.Host(hosts[0]).Implicit
}

// serviceText says what a service does.
func serviceText(s *Service) string {
	switch s.Process {
	case "phoebe":
		return "projection"
	case "deploy":
		return "deployer"
	case "cell":
		return strings.Join(s.Cells, " ")
	case s.Name:
		return ""
	}
	return s.Process
}

// servedBy is the kind of a backend, and its port.
func servedBy(b *Backend) string {
	switch {
	case b == nil:
		return ""
	case b.Port == 0:
		return b.Kind
	}
	return b.Kind + " :" + strconv.Itoa(b.Port)
}

// backendText is all there is to say of a backend.
func backendText(b *Backend) string {
	if b == nil {
		return ""
	}
	text := servedBy(b)
	if b.ServedAs != "" {
		text += " · as " + b.ServedAs
	}
	if n := max(b.MaxModelLen, b.Context); n != 0 {
		text += " · " + grouped(n) + " tokens"
	}
	return text
}

func organText(o *Organ) string {
	stays := "idle " + shortDuration(o.Idle)
	if o.Pinned {
		stays = "pinned"
	}
	if o.Device == "cpu" {
		stays = "on the processor"
	}
	return details(size(o.Memory), stays)
}

func storeText(j JetStream) string {
	if j.Store == 0 {
		return ""
	}
	return "JetStream " + size(j.Store)
}

// hubName is what people call a hub.
func hubName(n *NATS) string {
	if n.Name == "hub" {
		return n.Name
	}
	return "hub " + n.Name
}

// hubsOf lists the hubs a leaf joins.
func hubsOf(t *Topology, l *Leaf) []string {
	var out []string
	for i := range t.NATS {
		n := &t.NATS[i]
		if slices.ContainsFunc(n.Environments, func(e string) bool { return slices.Contains(l.Environments, e) }) {
			out = append(out, n.Name)
		}
	}
	return out
}

// clusterText says how much of the nervous system a cluster carries.
func clusterText(t *Topology, cluster string) string {
	cells, nerves := 0, 0
	for i := range t.Cells {
		cells += index(slices.Contains(t.Cells[i].On.Kubernetes, cluster))
	}
	for i := range t.Nerves {
		nerves += index(slices.Contains(t.Nerves[i].On.Kubernetes, cluster))
	}
	return details(plural(cells, "cell"), plural(nerves, "nerve"))
}

// hostOf returns the host of a card "host/name".
func hostOf(card string) string {
	host, _, _ := strings.Cut(card, "/")
	return host
}

// sharesAny reports whether the lists have an element in common.
func sharesAny(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
