package topology

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// NixTopology writes the lab as a module of nix-topology, which draws it with
// what the machines' own NixOS configurations add. It is a picture's input:
// nothing configures a machine from it.
func NixTopology(t *Topology) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# The lab %s for nix-topology: add this file to the modules of its topology.\n", printable(t.Lab.Name))
	b.WriteString("# Emitted by \"nimmer topology emit\". What a host defines itself wins over what is weak here.\n")
	b.WriteString("{ lib, ... }:\nlet\n  weak = lib.mkOverride 900;\nin\n")
	writeNix(&b, nixAttrs{"networks": nixNetworks(t), "nodes": nixNodes(t)}, "")
	b.WriteByte('\n')
	return b.Bytes()
}

func nixNetworks(t *Topology) nixAttrs {
	out := nixAttrs{}
	for i, n := range lanesOf(t) {
		name := n.Name
		if n.VLAN != 0 {
			name += " (VLAN " + strconv.Itoa(n.VLAN) + ")"
		}
		net := nixAttrs{
			"name": nixWeak{name},
			"style": nixAttrs{
				"primaryColor": laneShades[i%len(laneShades)].light, "secondaryColor": nil, "pattern": "solid",
			},
		}
		cidr := "cidrv4"
		if p, err := netip.ParsePrefix(n.Subnet); err == nil && p.Addr().Is6() {
			cidr = "cidrv6"
		}
		net[cidr] = nixWeak{n.Subnet}
		out[n.Name] = net
	}
	return out
}

func nixNodes(t *Topology) nixAttrs {
	networks := map[string]*Network{}
	for i := range t.Networks {
		networks[t.Networks[i].Name] = &t.Networks[i]
	}
	runs, known := runsOn(t), names(t.Hosts, func(h *Host) string { return h.Name })
	out := nixAttrs{}
	for i := range t.Hosts {
		h := &t.Hosts[i]
		kind := "nixos"
		if strings.HasSuffix(h.System, "-darwin") {
			kind = "darwin"
		}
		node := nixAttrs{
			"name":       nixWeak{h.Name},
			"deviceType": nixWeak{kind},
			"hardware":   nixAttrs{"info": nixWeak{nixHardware(h)}},
			"interfaces": nixInterfaces(h, networks),
			"services":   nixServices(runs[h.Name]),
		}
		if kind == "darwin" {
			node["deviceIcon"] = nixWeak{"devices.desktop"}
		}
		if known[h.Parent] {
			node["parent"], node["guestType"] = nixWeak{h.Parent}, nixWeak{"virtual machine"}
		}
		out[h.Name] = node
	}
	return out
}

// nixHardware is the machine and its cards, in one line.
func nixHardware(h *Host) string {
	parts := []string{hostFacts(h)}
	counts := map[string]int{}
	var cards []string
	for i := range h.GPUs {
		text := strings.TrimSpace(h.GPUs[i].Model + " " + size(h.GPUs[i].Memory))
		if h.GPUs[i].Metal || text == "" {
			continue
		}
		if counts[text]++; counts[text] == 1 {
			cards = append(cards, text)
		}
	}
	for _, c := range cards {
		if n := counts[c]; n > 1 {
			c = strconv.Itoa(n) + " × " + c
		}
		parts = append(parts, c)
	}
	return details(parts...)
}

// nixInterfaces has one interface for each network a host is in, called like
// the network: what the host's own interfaces are called, only it knows.
func nixInterfaces(h *Host, networks map[string]*Network) nixAttrs {
	out := nixAttrs{}
	for network, address := range h.Addresses {
		n := networks[network]
		if n == nil {
			continue
		}
		face := nixAttrs{"network": network, "addresses": nixList{address}}
		if mac := h.MACs[network]; mac != "" {
			face["mac"] = nixWeak{mac}
		}
		if n.Gateway != "" && n.Gateway != address {
			face["gateways"] = nixList{n.Gateway}
		}
		if h.Parent != "" {
			face["virtual"] = nixWeak{true}
		}
		out[network] = face
	}
	return out
}

// nixIcons are nix-topology's names of the pictures for what we run.
var nixIcons = []struct{ text, icon string }{
	{"PostgreSQL", "services.postgresql"}, {"Prometheus", "services.prometheus"}, {"ollama", "services.ollama"},
}

func nixServices(runs []run) nixAttrs {
	out := nixAttrs{}
	for _, r := range runs {
		id := r.name
		for i := 2; out[id] != nil; i++ {
			id = r.name + "-" + strconv.Itoa(i)
		}
		s := nixAttrs{"name": nixWeak{r.name}, "info": r.detail}
		if r.who != "" {
			s["details"] = nixAttrs{"identity": nixAttrs{"text": r.who}}
		}
		for _, i := range nixIcons {
			if strings.HasPrefix(r.detail, i.text) {
				s["icon"] = nixWeak{i.icon}
			}
		}
		out[id] = s
	}
	return out
}
