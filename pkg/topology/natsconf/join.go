package natsconf

import (
	"net/url"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Remote joins one account of a leaf to a hub.
type Remote struct {
	Link accounts.Link
	// Account is the public key of the leaf's account.
	Account string
	// Credentials is the path of the link's credentials on the leaf's host.
	Credentials string
}

// Remotes writes a leaf's remotes.conf.
func Remotes(t *topology.Topology, m *accounts.Model, remotes []Remote) []byte {
	p := &printer{}
	p.open("remotes: [")
	for _, r := range remotes {
		hub := m.Site(accounts.Hub, r.Link.Hub)
		p.open("{")
		p.comment("%s at %s", r.Link.Account, r.Link.Hub)
		p.list("urls", LeafURLs(t, hub))
		p.text("account", r.Account)
		p.text("credentials", r.Credentials)
		// What streams of this leaf keep stays here, in both directions: nothing
		// is stored twice.
		p.list("deny_imports", r.Link.Deny)
		p.list("deny_exports", r.Link.Deny)
		if ca := authority(t, hub); ca != "" {
			p.block("tls", func() { p.text("ca_file", ca) })
		}
		p.close("}")
	}
	p.close("]")
	return p.data()
}

// LeafURLs are where leaves reach a hub: its name, then the addresses of its
// servers, which a certificate would not fit.
func LeafURLs(t *topology.Topology, hub *accounts.Site) []string {
	var out []string
	for i := range t.NATS {
		n := &t.NATS[i]
		if !slices.Contains(hub.Members, n.Name) {
			continue
		}
		if len(n.Hosts) == 0 {
			out = append(out, n.URLs...)
			continue
		}
		scheme := "nats://"
		if n.TLS != nil {
			scheme = "tls://"
		}
		out = append(out, scheme+listen(n.Address, n.LeafPort))
		for _, host := range n.Hosts {
			if n.TLS == nil {
				out = append(out, scheme+listen(Address(t, host, n.Network), n.LeafPort))
			}
		}
	}
	return slices.Compact(out)
}

// authority is the file that a hub's certificates are checked with, "" for the
// system's.
func authority(t *topology.Topology, hub *accounts.Site) string {
	for i := range t.NATS {
		if n := &t.NATS[i]; slices.Contains(hub.Members, n.Name) && n.TLS != nil {
			return n.TLS.CA
		}
	}
	return ""
}

// memberUser is who a server is to the other servers of its cluster.
const memberUser = "member"

// Routes writes the cluster-{hub}.conf of a hub with several servers or with
// peers. Servers are strangers to each other without it: who joins as a member
// may say everything in every account.
func Routes(t *topology.Topology, n *topology.NATS, password string) []byte {
	p := &printer{}
	login(p, password)
	p.list("routes", memberURLs(t, n, n.ClusterPort, password))
	return p.data()
}

// Gateways writes the gateways.conf of hubs that are peers.
func Gateways(t *topology.Topology, hub *accounts.Site, password string) []byte {
	p := &printer{}
	login(p, password)
	p.open("gateways: [")
	for i := range t.NATS {
		n := &t.NATS[i]
		if !slices.Contains(hub.Members, n.Name) {
			continue
		}
		p.open("{")
		p.text("name", n.Name)
		p.list("urls", memberURLs(t, n, topology.GatewayPort, password))
		p.close("}")
	}
	p.close("]")
	return p.data()
}

func login(p *printer, password string) {
	p.block("authorization", func() {
		p.text("user", memberUser)
		p.text("password", password)
	})
}

func memberURLs(t *topology.Topology, n *topology.NATS, port int, password string) []string {
	var at []string
	for _, host := range n.Hosts {
		at = append(at, Address(t, host, n.Network))
	}
	for _, text := range n.URLs { // others run it: the same machines, at our port
		if u, err := url.Parse(text); err == nil && u.Hostname() != "" {
			at = append(at, u.Hostname())
		}
	}
	var out []string
	for _, address := range at {
		u := url.URL{Scheme: "nats", User: url.UserPassword(memberUser, password), Host: listen(address, port)}
		out = append(out, u.String())
	}
	return out
}

// Keys are what a site's resolver.conf holds.
type Keys struct {
	Operator string // JWT
	System   string // public key of the system account
	Accounts []AccountJWT
}

// AccountJWT is an account as its operator signed it.
type AccountJWT struct{ Name, Key, JWT string }

// Resolver writes the resolver.conf of a site.
func Resolver(k Keys) []byte {
	p := &printer{}
	p.text("operator", k.Operator)
	p.text("system_account", k.System)
	p.word("resolver", "MEMORY")
	p.block("resolver_preload", func() {
		for _, a := range k.Accounts {
			p.comment("%s", a.Name)
			p.text(a.Key, a.JWT)
		}
	})
	return p.data()
}
