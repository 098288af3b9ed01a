package topology

import (
	"fmt"
	"net"
	"strconv"
)

// Ports of a leaf node's own server.
const (
	leafClientPort  = 4222
	leafMonitorPort = 8222
)

// portUse is who listens on a port of a host.
type portUse struct {
	what string // `nats "prod"`
	at   Pos
	// shared: uses with the same mark may have one port together.
	shared string
}

// portTable finds two that want one port of one host.
type portTable struct {
	c     *checker
	taken map[string]map[int]portUse
}

func (p *portTable) use(host string, port int, u portUse) {
	if port == 0 || host == "" {
		return
	}
	if p.taken[host] == nil {
		p.taken[host] = map[int]portUse{}
	}
	first, ok := p.taken[host][port]
	if !ok {
		p.taken[host][port] = u
		return
	}
	if u.shared != "" && u.shared == first.shared || u.what == first.what {
		return
	}
	at, other := u, first
	if at.at.IsZero() {
		at, other = first, u
	}
	p.c.clash(at.at, other.at, "Port taken", "port %d of host %q is wanted by %s and by %s. Give one of them another.", port, host, first.what, u.what)
}

// ports checks that nobody wants a port that another has.
func (c *checker) ports() {
	p := &portTable{c: c, taken: make(map[string]map[int]portUse, len(c.t.Hosts))}
	for i := range c.t.Hosts {
		h := &c.t.Hosts[i]
		p.use(h.Name, h.Deploy.Port, portUse{what: fmt.Sprintf("ssh (deploy of host %q)", h.Name), at: h.Deploy.Src.At("port")})
	}
	for i := range c.t.NATS {
		p.hub(&c.t.NATS[i])
	}
	for i := range c.t.Leaves {
		l := &c.t.Leaves[i]
		// That there are two leaves on one host is a problem of its own.
		u := portUse{what: fmt.Sprintf("leaf %q", l.Name), at: l.Src.At("host"), shared: "leaf"}
		p.use(l.Host, leafClientPort, u)
		p.use(l.Host, leafMonitorPort, u)
	}
	p.models()
	p.stores()
	p.services()
}

func (p *portTable) hub(n *NATS) {
	for _, host := range n.Hosts {
		use := func(attr string, port int) {
			p.use(host, port, portUse{what: fmt.Sprintf("nats %q (%s)", n.Name, attr), at: n.Src.At(attr)})
		}
		use("port", n.Port)
		if len(n.Hosts) > 1 || len(n.Peers) > 0 {
			use("cluster_port", n.ClusterPort)
		}
		if len(n.Peers) > 0 {
			use("peers", GatewayPort)
		}
		use("leaf_port", n.LeafPort)
		use("monitor_port", n.MonitorPort)
		use("websocket_port", n.WebsocketPort)
	}
}

func (p *portTable) models() {
	backend := func(kind, name string, hosts []string, b *Backend) {
		if b == nil || b.URL != "" {
			return
		}
		u := portUse{what: fmt.Sprintf("%s %q", kind, name), at: b.Src.At("port")}
		if b.Kind == "ollama" {
			u.shared = "ollama" // one ollama serves many models
		}
		for _, host := range hosts {
			p.use(host, b.Port, u)
		}
	}
	for i := range p.c.t.Cortexes {
		x := &p.c.t.Cortexes[i]
		backend("cortex", x.Name, x.Hosts, x.Backend)
	}
	for i := range p.c.t.Organs {
		o := &p.c.t.Organs[i]
		backend("organ", o.Name, o.Hosts, o.Backend)
	}
}

func (p *portTable) stores() {
	for i := range p.c.t.Phoebes {
		x := &p.c.t.Phoebes[i]
		// One PostgreSQL serves several databases.
		p.use(x.Host, x.Port, portUse{what: fmt.Sprintf("phoebe %q", x.Name), at: x.Src.At("port"), shared: "postgresql"})
	}
	for i := range p.c.t.Irises {
		if x := &p.c.t.Irises[i]; x.Kind == "chroma" || x.Src.Has("port") {
			p.use(x.Host, x.Port, portUse{what: fmt.Sprintf("iris %q", x.Name), at: x.Src.At("port")})
		}
	}
	for i := range p.c.t.Monitoring {
		m := &p.c.t.Monitoring[i]
		for _, x := range []struct {
			attr string
			port int
		}{{"prometheus_port", m.PrometheusPort}, {"grafana_port", m.GrafanaPort}, {"loki_port", m.LokiPort}} {
			p.use(m.Host, x.port, portUse{what: fmt.Sprintf("monitoring %q (%s)", m.Name, x.attr), at: m.Src.At(x.attr)})
		}
		for j := range m.Exporters {
			e := &m.Exporters[j]
			if e.Port == 0 && !e.Src.Unread("port") {
				p.c.bad(e.Src.At("port"), "Missing attribute", "exporter %q of monitoring %q needs a port: only node, nats, nvidia and dcgm have a usual one.", e.Name, m.Name)
			}
			for _, host := range e.Hosts {
				p.use(host, e.Port, portUse{what: fmt.Sprintf("exporter %q", e.Name), at: e.Src.At("port")})
			}
		}
	}
}

func (p *portTable) services() {
	for i := range p.c.t.Services {
		s := &p.c.t.Services[i]
		if s.Listen == "" {
			continue
		}
		_, text, err := net.SplitHostPort(s.Listen)
		port, numeric := strconv.Atoi(text)
		if err != nil || numeric != nil || port < 1 || port > 65535 {
			p.c.bad(s.Src.At("listen"), "Not a listen address", "listen of service %q is %q: write an address and a port, as \"127.0.0.1:8080\".", s.Name, s.Listen)
			continue
		}
		for _, host := range s.Hosts {
			p.use(host, port, portUse{what: fmt.Sprintf("service %q", s.Name), at: s.Src.At("listen")})
		}
	}
}
