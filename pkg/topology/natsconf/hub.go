package natsconf

import (
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// hub writes the configuration of a hub's server.
func (s *Server) hub(t *topology.Topology, p *printer) {
	n := s.Hub
	at := Address(t, s.Host, n.Network)
	p.text("listen", listen(at, n.Port))
	p.text("http", listen(s.monitor(t, at), n.MonitorPort))
	p.number("max_payload", maxPayload)
	p.list("server_tags", tags(n, s.Host))
	s.certificates(p, n.TLS)
	s.jetStream(p, s.Site.Domain, "/var/lib/nats/hub-"+n.Name, n.JetStream, n.Durable == "power-loss")
	joined := len(s.Site.Members) > 1
	if len(n.Hosts) > 1 || joined {
		s.cluster(p, at)
	}
	if joined {
		s.gateway(p, at)
	}
	if leaves(t, s.Site.Environments) {
		s.leafnodes(p, at)
	}
	if n.WebsocketPort != 0 {
		s.websocket(p, at)
	}
}

// tags are for placing streams, and for people.
func tags(n *topology.NATS, host string) []string {
	out := []string{"hub:" + n.Name, "host:" + host}
	if n.Region != "" {
		out = append(out, "region:"+n.Region)
	}
	return out
}

// leaves reports whether any joins one of these environments.
func leaves(t *topology.Topology, envs []string) bool {
	return slices.ContainsFunc(t.Leaves, func(l topology.Leaf) bool {
		return slices.ContainsFunc(l.Environments, func(e string) bool { return slices.Contains(envs, e) })
	})
}

// cluster lists no routes: they hold the password that members share. A hub
// that is one server is a cluster of one when gateways lead to it.
func (s *Server) cluster(p *printer, at string) {
	n := s.Hub
	p.line("")
	p.block("cluster", func() {
		p.text("name", n.Name)
		p.text("listen", listen(at, n.ClusterPort))
		s.certificates(p, n.TLS) // both sides show theirs
		p.comment("Its routes, and the password its members share.")
		p.include(ClusterFile(n.Name))
	})
}

func (s *Server) gateway(p *printer, at string) {
	n := s.Hub
	p.line("")
	p.block("gateway", func() {
		p.text("name", n.Name)
		p.text("listen", listen(at, topology.GatewayPort))
		p.flag("reject_unknown_cluster", true)
		s.certificates(p, n.TLS) // both sides show theirs
		p.comment("Its peers, and the password they share.")
		p.include(GatewaysFile)
	})
}

// leafnodes lets leaves in. A hub of one server does not tell them other ways to
// reach it: there are none, and behind a proxy its own address leads nowhere.
func (s *Server) leafnodes(p *printer, at string) {
	p.line("")
	p.block("leafnodes", func() {
		p.text("listen", listen(at, s.Hub.LeafPort))
		if len(s.Hub.Hosts) == 1 {
			p.flag("no_advertise", true)
		}
		s.certificates(p, s.Hub.TLS)
	})
}

func (s *Server) websocket(p *printer, at string) {
	p.line("")
	p.block("websocket", func() {
		p.text("listen", listen(at, s.Hub.WebsocketPort))
		p.flag("compression", true)
		if s.Hub.TLS == nil {
			p.flag("no_tls", true)
		} else {
			s.certificates(p, s.Hub.TLS)
		}
	})
}

// certificates are those a server shows. Who connects proves itself with its
// credentials.
func (s *Server) certificates(p *printer, tls *topology.TLS) {
	if tls == nil {
		return
	}
	p.block("tls", func() {
		p.text("cert_file", tls.Cert)
		p.text("key_file", tls.Key)
		if tls.CA != "" {
			p.text("ca_file", tls.CA)
		}
	})
}
