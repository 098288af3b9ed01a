package natsconf

import "github.com/nimmerverse/nimmer/pkg/topology"

// leaf writes the configuration of a leaf: a server for its own machine, joined
// to its hubs by remotes that hold credentials.
func (s *Server) leaf(t *topology.Topology, p *printer) {
	p.text("listen", listen(loopback, leafPort))
	p.text("http", listen(s.monitor(t, s.address(t)), leafMonitorPort))
	p.number("max_payload", maxPayload)
	p.list("server_tags", []string{"leaf:" + s.Leaf.Name, "host:" + s.Host})
	s.jetStream(p, s.Site.Domain, "/var/lib/nats/leaf-"+s.Leaf.Name, s.Leaf.JetStream, false)
	p.line("")
	p.block("leafnodes", func() {
		p.comment("One remote for each environment and account.")
		p.include(RemotesFile)
	})
}

// address is the leaf's host in the network of the first hub it joins.
func (s *Server) address(t *topology.Topology) string {
	for _, env := range s.Site.Environments {
		if hub := t.HubOf(env); hub != nil {
			return Address(t, s.Host, hub.Network)
		}
	}
	return loopback
}
