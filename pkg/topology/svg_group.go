package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// enough is how many alike things are drawn as one.
const enough = 3

// A group is one thing to draw: a host, or a row of hosts that differ in
// nothing but their numbers.
type group struct {
	hosts []*Host // by number
}

// first is the host that stands for the group.
func (g *group) first() *Host { return g.hosts[0] }

// title is what the group is called.
func (g *group) title() string {
	var all []string
	for _, h := range g.hosts {
		all = append(all, h.Name)
	}
	return span(all)
}

// addresses of the group in a network, as one text.
func (g *group) addresses(network string) string {
	var all []string
	for _, h := range g.hosts {
		if a := h.Addresses[network]; a != "" {
			all = append(all, a)
		}
	}
	return addressSpan(all)
}

// groupHosts makes groups, in the order of their first members. Alike are
// hosts of one shape (which says all that a card shows besides numbers).
func groupHosts(hosts []*Host, shape func(*Host) string) []*group {
	byShape := map[string][]*Host{}
	for _, h := range hosts {
		k := numberless(h.Name) + "\x00" + shape(h)
		byShape[k] = append(byShape[k], h)
	}
	var out []*group
	for _, h := range hosts {
		k := numberless(h.Name) + "\x00" + shape(h)
		alike := byShape[k]
		switch {
		case len(alike) < enough:
			out = append(out, &group{hosts: []*Host{h}})
		case alike[0] == h:
			slices.SortStableFunc(alike, func(a, b *Host) int { return natural(a.Name, b.Name) })
			out = append(out, &group{hosts: alike})
		}
	}
	return out
}

// numberless writes every run of digits as one "#".
func numberless(s string) string {
	var b strings.Builder
	in := false
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		if digit && !in {
			b.WriteByte('#')
		} else if !digit {
			b.WriteByte(s[i])
		}
		in = digit
	}
	return b.String()
}

// natural compares names so that worker-2 comes before worker-10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, restA := number(a)
		y, restB := number(b)
		if x >= 0 && y >= 0 {
			if x != y {
				return cmp.Compare(x, y)
			}
			a, b = restA, restB
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// number takes the number at the front of s, -1 when there is none.
func number(s string) (int, string) {
	end := 0
	for end < len(s) && end < 9 && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if end == 0 {
		return -1, s
	}
	n, _ := strconv.Atoi(s[:end])
	return n, s[end:]
}

// span writes names that differ in a number as one: "worker-1 … 10". The names
// are in natural order.
func span(all []string) string {
	if len(all) == 0 {
		return ""
	}
	first, last := all[0], all[len(all)-1]
	if first == last {
		return first
	}
	stem := strings.TrimRight(first, "0123456789")
	if end := strings.TrimPrefix(last, stem); end != last && end != "" && strings.Trim(end, "0123456789") == "" {
		return first + " … " + end
	}
	return first + " … " + last
}

// addressSpan writes addresses as a range: "10.0.0.11–20".
func addressSpan(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	ips := make([]netip.Addr, 0, len(all))
	for _, a := range all {
		ip, err := netip.ParseAddr(a)
		if err != nil {
			return all[0] + " …"
		}
		ips = append(ips, ip)
	}
	slices.SortFunc(ips, netip.Addr.Compare)
	first, last := ips[0].String(), ips[len(ips)-1].String()
	cut := strings.LastIndexAny(first, ".:") + 1
	if strings.HasPrefix(last, first[:cut]) {
		return first + "–" + last[cut:]
	}
	return first + " … " + last
}

// naturally sorts a copy of the names.
func naturally(names []string) []string {
	out := slices.Clone(names)
	slices.SortStableFunc(out, natural)
	return out
}
