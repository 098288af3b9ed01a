package k8s

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// busAddress is where the bus of an environment is, as clients and as network
// policies name it.
type busAddress struct {
	urls  []string
	peers []allowed
	// authority says that the hub's certificate is signed by an authority of
	// the lab's own, which the system's list does not have.
	authority bool
}

// allowed is one address and port that pods may talk to.
type allowed struct {
	addr netip.Addr
	port int
}

// busOf finds the bus of an environment: every hub that carries it.
func busOf(t *topology.Topology, env string) (busAddress, error) {
	var b busAddress
	for i := range t.NATS {
		n := &t.NATS[i]
		if !slices.Contains(n.Environments, env) {
			continue
		}
		var err error
		if len(n.URLs) > 0 {
			err = b.addURLs(t, n)
		} else {
			err = b.addHosts(t, n)
		}
		if err != nil {
			return busAddress{}, err
		}
		b.authority = b.authority || n.TLS != nil && n.TLS.CA != ""
	}
	if len(b.urls) == 0 {
		return busAddress{}, &daemon.Error{
			Op: "find the bus of environment", Subject: env, Err: errors.New("no nats block carries it"),
			Hint: "add " + env + " to the environments of a nats block, or keep it off the cluster",
		}
	}
	slices.SortFunc(b.peers, func(x, y allowed) int {
		if c := x.addr.Compare(y.addr); c != 0 {
			return c
		}
		return x.port - y.port
	})
	b.peers = slices.Compact(b.peers)
	return b, nil
}

// addHosts adds a hub that hosts of the lab run.
func (b *busAddress) addHosts(t *topology.Topology, n *topology.NATS) error {
	scheme := "nats"
	if n.TLS != nil {
		scheme = "tls"
	}
	for _, name := range n.Hosts {
		h := t.Host(name)
		if h == nil {
			continue // reported where the reference was read
		}
		addr, err := netip.ParseAddr(h.Addresses[n.Network])
		switch {
		case err != nil:
			return hubError(n, fmt.Errorf("host %s has no address in network %q", name, n.Network),
				"give host "+name+" an address in the network of nats \""+n.Name+"\": a network policy lets pods out to addresses only")
		case addr.IsLoopback() || addr.IsUnspecified():
			return hubError(n, fmt.Errorf("host %s is %s, which in a pod is the pod itself", name, addr),
				"give host "+name+" an address that the cluster's nodes reach")
		}
		b.peers = append(b.peers, allowed{addr.Unmap(), n.Port})
	}
	b.urls = append(b.urls, scheme+"://"+hostPort(n.Address, n.Port))
	return nil
}

// addURLs adds a hub that others run. A name in a URL must belong to a host of
// the lab, which says the address.
func (b *busAddress) addURLs(t *topology.Topology, n *topology.NATS) error {
	for _, raw := range n.URLs {
		u, err := url.Parse(raw)
		switch {
		case err != nil || u.Hostname() == "":
			return hubError(n, fmt.Errorf("%q is no URL of a bus", raw), "write it as \"nats://10.0.0.5:4222\"")
		case u.User != nil:
			return hubError(n, errors.New("its URL holds a login"), "leave it out of urls: pods log in with their credentials file")
		}
		port, err := urlPort(u)
		if err != nil {
			return hubError(n, fmt.Errorf("%q: %w", raw, err), "write it as \"nats://10.0.0.5:4222\"")
		}
		addrs := addressesOf(t, u.Hostname())
		if len(addrs) == 0 {
			return hubError(n, fmt.Errorf("the address of %s is not declared", u.Hostname()),
				"write an address in urls, or declare a host with this name among its aliases: a network policy lets pods out to addresses only")
		}
		for _, a := range addrs {
			b.peers = append(b.peers, allowed{a, port})
		}
		b.urls = append(b.urls, raw)
	}
	return nil
}

func urlPort(u *url.URL) (int, error) {
	if u.Port() == "" {
		switch u.Scheme {
		case "ws":
			return 80, nil
		case "wss":
			return 443, nil
		}
		return 4222, nil
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil || port < 1 || port > 65535 {
		return 0, fmt.Errorf("%q is no port", u.Port())
	}
	return port, nil
}

// addressesOf are the addresses behind a name: itself when it is one, else
// those of the host that is called so.
func addressesOf(t *topology.Topology, name string) []netip.Addr {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a.Unmap()}
	}
	for i := range t.Hosts {
		h := &t.Hosts[i]
		if strings.EqualFold(h.Name+"."+t.Lab.Domain, name) || h.Name == name ||
			slices.ContainsFunc(h.Aliases, func(a string) bool { return strings.EqualFold(a, name) }) {
			return hostAddresses(h)
		}
	}
	return nil
}

// hostAddresses are a host's addresses that others can reach, in the order of
// its networks.
func hostAddresses(h *topology.Host) []netip.Addr {
	var out []netip.Addr
	for _, network := range sorted(h.Addresses) {
		if a, err := netip.ParseAddr(h.Addresses[network]); err == nil && !a.IsLoopback() && !a.IsUnspecified() {
			out = append(out, a.Unmap())
		}
	}
	return out
}

func hubError(n *topology.NATS, err error, hint string) error {
	return &daemon.Error{Op: "let pods out to the bus", Subject: n.Name, Err: err, Hint: hint}
}

func hostPort(host string, port int) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}
