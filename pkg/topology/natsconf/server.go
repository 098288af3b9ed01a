package natsconf

import (
	"net"
	"slices"
	"strconv"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

const (
	loopback = "127.0.0.1"
	// The ports of a leaf, which only its own machine sees.
	leafPort        = 4222
	leafMonitorPort = 8222
	// maxPayload is the largest message: organ inputs above half of it travel
	// as references.
	maxPayload = 1 << 20
)

// MaxControlLine is the longest line a client may send. It logs in with one that
// holds its signed grants, and the server's own 4 KiB are too few for a host with
// a dozen organs.
const MaxControlLine = 64 << 10

func (s *Server) config(t *topology.Topology) []byte {
	p := &printer{}
	p.comment("Server %s of lab %s. Emitted from the declaration: change it there.", s.Name, t.Lab.Name)
	p.text("server_name", s.Name)
	p.number("max_control_line", MaxControlLine)
	if s.Hub != nil {
		s.hub(t, p)
	} else {
		s.leaf(t, p)
	}
	p.line("")
	p.comment("The operator and the accounts, with their keys.")
	p.include(ResolverFile)
	return p.data()
}

// jetStream says where streams are kept, how much, and when an acknowledged
// message is on the disk.
func (s *Server) jetStream(p *printer, domain, dir string, js topology.JetStream, always bool) {
	p.line("")
	p.block("jetstream", func() {
		p.text("store_dir", dir)
		p.text("domain", domain)
		p.bytes("max_mem", js.Memory)
		p.bytes("max_file", js.Store)
		if always {
			p.comment("What was acknowledged survives a power failure.")
			p.text("sync_interval", "always")
		}
	})
}

// Address is where a host is reached in a network: its address there, or its
// name when none is declared.
func Address(t *topology.Topology, host, network string) string {
	h := t.Host(host)
	if h == nil {
		return host + "." + t.Lab.Domain
	}
	if a := h.Addresses[network]; a != "" {
		return a
	}
	if h.Implicit {
		return loopback
	}
	return host + "." + t.Lab.Domain
}

func listen(address string, port int) string { return net.JoinHostPort(address, strconv.Itoa(port)) }

// monitor is where the monitoring pages are. They answer anybody, so that is
// loopback, unless an exporter that reads them is on a machine without a server
// of its own, and none is here.
func (s *Server) monitor(t *topology.Topology, address string) string {
	elsewhere := false
	for i := range t.Monitoring {
		for j := range t.Monitoring[i].Exporters {
			e := &t.Monitoring[i].Exporters[j]
			if e.Name == "nats" && slices.Contains(e.Hosts, s.Host) {
				return loopback
			}
			elsewhere = elsewhere || e.Name == "nats" && slices.ContainsFunc(e.Hosts, func(h string) bool { return !runsServer(t, h) })
		}
	}
	if elsewhere {
		return address
	}
	return loopback
}

// runsServer reports whether a hub's server or a leaf is on a host.
func runsServer(t *topology.Topology, host string) bool {
	return slices.ContainsFunc(t.NATS, func(n topology.NATS) bool { return slices.Contains(n.Hosts, host) }) ||
		slices.ContainsFunc(t.Leaves, func(l topology.Leaf) bool { return l.Host == host })
}
