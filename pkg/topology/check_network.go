package topology

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// subnetOf is a network's prefix, invalid when it is not one.
func subnetOf(n *Network) netip.Prefix {
	if n == nil {
		return netip.Prefix{}
	}
	p, err := netip.ParsePrefix(n.Subnet)
	if err != nil {
		return netip.Prefix{}
	}
	return p.Masked()
}

// networks checks subnets, gateways and name servers, and that the subnets of
// one VLAN lie apart.
func (c *checker) networks() {
	var order []*Network
	for i := range c.t.Networks {
		n := &c.t.Networks[i]
		if n.Subnet == "" {
			continue // missing or unread, which was reported
		}
		p, err := netip.ParsePrefix(n.Subnet)
		if err != nil {
			c.bad(n.Src.At("subnet"), "Not a subnet", "subnet of network %q is %q: write an address and a length, as \"10.20.0.0/24\".", n.Name, n.Subnet)
			continue
		}
		if p.Masked() != p {
			c.bad(n.Src.At("subnet"), "Not a subnet", "subnet of network %q is %s, which is an address inside %s: write %q.", n.Name, p, p.Masked(), p.Masked().String())
		}
		order = append(order, n)
		c.networkAddress(n, "gateway", n.Gateway, p.Masked())
		for j, dns := range n.DNS {
			if _, err := netip.ParseAddr(dns); err != nil {
				c.bad(n.Src.At(fmt.Sprintf("dns.%d", j)), "Not an address", "dns of network %q lists %q: write an IP address.", n.Name, dns)
			}
		}
	}
	c.overlaps(order)
}

// overlaps sweeps over the subnets of each VLAN in the order of their first
// addresses.
func (c *checker) overlaps(order []*Network) {
	slices.SortStableFunc(order, func(a, b *Network) int {
		if a.VLAN != b.VLAN {
			return a.VLAN - b.VLAN
		}
		return subnetOf(a).Addr().Compare(subnetOf(b).Addr())
	})
	var widest *Network
	for _, n := range order {
		if widest == nil || widest.VLAN != n.VLAN {
			widest = n
			continue
		}
		if subnetOf(widest).Overlaps(subnetOf(n)) {
			vlan := fmt.Sprintf("VLAN %d", n.VLAN)
			if n.VLAN == 0 {
				vlan = "the untagged network"
			}
			c.clash(n.Src.At("subnet"), widest.Src.At("subnet"), "Overlapping subnets", "%s of network %q and %s of network %q overlap in %s. Give them separate subnets, or separate VLANs.", n.Subnet, n.Name, widest.Subnet, widest.Name, vlan)
		}
		if last(subnetOf(n)).Compare(last(subnetOf(widest))) > 0 {
			widest = n
		}
	}
}

// last is the highest address of a prefix.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(b)*8; bit++ {
		b[bit/8] |= 1 << (7 - bit%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// networkAddress checks an address that a network's own block names.
func (c *checker) networkAddress(n *Network, attr, value string, subnet netip.Prefix) {
	if value == "" {
		return
	}
	a, err := netip.ParseAddr(value)
	switch {
	case err != nil:
		c.bad(n.Src.At(attr), "Not an address", "%s of network %q is %q: write an IP address.", attr, n.Name, value)
	case !subnet.Contains(a):
		c.bad(n.Src.At(attr), "Address outside its network", "%s %s of network %q is not inside %s.", attr, a, n.Name, subnet)
	}
}

// addresses checks every host's addresses, MACs and aliases.
func (c *checker) addresses() {
	taken, macs, aliases := map[[2]string]*Host{}, map[string]*Host{}, map[string]*Host{}
	for i := range c.t.Hosts {
		h := &c.t.Hosts[i]
		for _, network := range sortedNames(h.Addresses) {
			c.address(h, network, h.Addresses[network], taken)
		}
		for _, network := range sortedNames(h.MACs) {
			c.mac(h, network, h.MACs[network], macs)
		}
		for j, alias := range h.Aliases {
			at := h.Src.At(fmt.Sprintf("aliases.%d", j))
			if !fqdn.MatchString(alias) || len(alias) > 253 {
				c.bad(at, "Not a DNS name", "alias %q of host %q is no DNS name.", alias, h.Name)
			} else if other := aliases[strings.ToLower(alias)]; other != nil {
				c.clash(at, other.Src.At("aliases"), "Duplicate alias", "alias %q of host %q belongs to host %q already.", alias, h.Name, other.Name)
			}
			aliases[strings.ToLower(alias)] = h
		}
	}
}

func (c *checker) address(h *Host, network, value string, taken map[[2]string]*Host) {
	at := h.Src.At("addresses." + network)
	a, err := netip.ParseAddr(value)
	if err != nil {
		c.bad(at, "Not an address", "address of host %q in network %q is %q: write an IP address without a length.", h.Name, network, value)
		return
	}
	n := c.finder.networks[network]
	if n == nil {
		return // reported where the reference was read
	}
	subnet := subnetOf(n)
	switch {
	case !subnet.IsValid():
		return
	case !subnet.Contains(a):
		c.bad(at, "Address outside its network", "%s of host %q is not inside %s of network %q.", a, h.Name, subnet, network)
	case a.Is4() && subnet.Bits() < 31 && (a == subnet.Addr() || a == last(subnet)):
		c.bad(at, "Address not usable", "%s of host %q is the network or broadcast address of %s.", a, h.Name, subnet)
	}
	key := [2]string{network, a.String()}
	if other := taken[key]; other != nil && !a.IsLoopback() {
		c.clash(at, other.Src.At("addresses."+network), "Duplicate address", "%s of host %q belongs to host %q already. Addresses of one network are different.", a, h.Name, other.Name)
		return
	}
	taken[key] = h
}

func (c *checker) mac(h *Host, network, value string, taken map[string]*Host) {
	at := h.Src.At("macs." + network)
	mac, err := net.ParseMAC(value)
	if err != nil || len(mac) != 6 {
		c.bad(at, "Not a MAC address", "MAC of host %q in network %q is %q: write six bytes as \"52:54:00:12:34:56\".", h.Name, network, value)
		return
	}
	if other := taken[mac.String()]; other != nil {
		c.clash(at, other.Src.At("macs"), "Duplicate MAC address", "%s of host %q belongs to host %q already.", mac, h.Name, other.Name)
	}
	taken[mac.String()] = h
}

// dhcp checks that ranges lie in their network and hold no static address.
func (c *checker) dhcp() {
	if len(c.t.PXEs) == 0 {
		return
	}
	static := map[string][]hostAddress{}
	for i := range c.t.Hosts {
		h := &c.t.Hosts[i]
		for network, value := range h.Addresses {
			if a, err := netip.ParseAddr(value); err == nil {
				static[network] = append(static[network], hostAddress{a, h})
			}
		}
	}
	for _, list := range static {
		slices.SortFunc(list, func(x, y hostAddress) int { return x.addr.Compare(y.addr) })
	}
	for i := range c.t.PXEs {
		c.dhcpRange(&c.t.PXEs[i], static)
	}
}

type hostAddress struct {
	addr netip.Addr
	host *Host
}

func (c *checker) dhcpRange(p *PXE, static map[string][]hostAddress) {
	n := c.finder.networks[p.Network]
	subnet := subnetOf(n)
	if !subnet.IsValid() {
		return
	}
	inside := func(attr, value string) (netip.Addr, bool) {
		a, err := netip.ParseAddr(value)
		switch {
		case value == "" && (attr == "router" || p.Src.Unread(attr)):
			return a, false
		case err != nil:
			c.bad(p.Src.At(attr), "Not an address", "%s of pxe %q is %q: write an IP address.", attr, p.Name, value)
		case !subnet.Contains(a):
			c.bad(p.Src.At(attr), "Address outside its network", "%s %s of pxe %q is not inside %s of network %q.", attr, a, p.Name, subnet, n.Name)
		default:
			return a, true
		}
		return a, false
	}
	first, ok1 := inside("first", p.First)
	end, ok2 := inside("last", p.Last)
	inside("router", p.Router)
	c.pxeHosts(p)
	if !ok1 || !ok2 {
		return
	}
	if end.Compare(first) < 0 {
		c.bad(p.Src.At("last"), "Empty range", "the range of pxe %q ends (%s) before it begins (%s).", p.Name, end, first)
		return
	}
	list := static[p.Network]
	at, _ := slices.BinarySearchFunc(list, first, func(h hostAddress, a netip.Addr) int { return h.addr.Compare(a) })
	if at < len(list) && list[at].addr.Compare(end) <= 0 {
		h := list[at]
		c.clash(p.Src.At("first"), h.host.Src.At("addresses."+p.Network), "Static address in a DHCP range", "the range %s to %s of pxe %q holds %s of host %q. Move the range, or the host.", first, end, p.Name, h.addr, h.host.Name)
	}
}

// pxeHosts checks that who serves and who is reserved for can be reached.
func (c *checker) pxeHosts(p *PXE) {
	if h := c.hosts[p.Host]; h != nil && h.Addresses[p.Network] == "" && !h.Src.Unread("addresses") {
		c.bad(p.Src.At("host"), "Host outside the network", "host %q of pxe %q has no address in network %q.", h.Name, p.Name, p.Network)
	}
	for i, name := range p.Reservations {
		if h := c.hosts[name]; h != nil && (h.Addresses[p.Network] == "" && !h.Src.Unread("addresses") || h.MACs[p.Network] == "" && !h.Src.Unread("macs")) {
			c.bad(p.Src.At(fmt.Sprintf("reservations.%d", i)), "Reservation incomplete", "host %q, reserved for in pxe %q, needs an address and a MAC in network %q.", name, p.Name, p.Network)
		}
	}
}

func sortedNames(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
