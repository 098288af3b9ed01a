package topology

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// reservedNames mean something in subjects: the cell "real" is how the real
// garden asks, "boundary" is who asks minds, "state" is a verb of every organ.
var reservedNames = []string{"real", "boundary", "state"}

// spokenKinds are the blocks whose names become tokens of subjects where a
// reserved name could stand.
var spokenKinds = []string{"cell", "nerve", "gate", "organ", "cortex", "identity"}

// namedBlock is a block as far as its name goes.
type namedBlock struct {
	kind, name, of string // of: "host x" for a block inside another
	src            *Source
}

func (n namedBlock) String() string {
	if n.of != "" {
		return fmt.Sprintf("%s %q of %s", n.kind, n.name, n.of)
	}
	return fmt.Sprintf("%s %q", n.kind, n.name)
}

// names checks that names are valid, unique once "_" is read as "-", and not
// reserved.
func (c *checker) names() {
	all := allNames(c.t)
	first := map[[3]string]namedBlock{}
	for _, n := range all {
		if n.kind == "environment" && n.src == nil {
			continue // made from the lab's list, which is checked on its own
		}
		c.validName(n)
		key := [3]string{n.kind, n.of, strings.ReplaceAll(n.name, "_", "-")}
		other, taken := first[key]
		if taken && n.src.At("name").before(other.src.At("name")) {
			n, other = other, n
		}
		switch {
		case !taken:
			first[key] = n
		case other.name == n.name:
			c.clash(n.src.At("name"), other.src.At("name"), "Duplicate name", "%s exists twice. Names of one kind are different; \"name\" sets it.", n)
		default:
			c.clash(n.src.At("name"), other.src.At("name"), "Duplicate name", "%s and %q are one name: in subjects \"_\" is written \"-\".", n, other.name)
		}
	}
	c.environmentNames()
}

var (
	hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	unixName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
	fqdn     = regexp.MustCompile(`^([a-zA-Z0-9_]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)
)

func (c *checker) validName(n namedBlock) {
	at := n.src.At("name")
	switch {
	case n.kind == "host" && !hostName.MatchString(n.name):
		c.bad(at, "Invalid name", "%s is no host name: it has 1 to 63 letters a-z, digits and hyphens, and neither begins nor ends with a hyphen (RFC 1123). The domain is the lab's.", n)
		return
	case n.kind == "identity" && !unixName.MatchString(n.name):
		c.bad(at, "Invalid name", "%s is no user name: it begins with a letter and has at most 32 letters a-z, digits and hyphens.", n)
		return
	}
	if _, err := wave.Token(n.name); err != nil {
		_, why, _ := strings.Cut(err.Error(), `": `)
		c.bad(at, "Invalid name", "%s becomes part of subjects and files, but %s.", n, why)
		return
	}
	if slices.Contains(spokenKinds, n.kind) && slices.Contains(reservedNames, strings.ReplaceAll(n.name, "_", "-")) {
		c.bad(at, "Reserved name", "%s cannot have this name: %s mean something of their own in subjects.", n, quotedAll(reservedNames))
	}
}

// environmentNames checks the lab's list, and that tuned environments are in it.
func (c *checker) environmentNames() {
	lab := &c.t.Lab
	seen := map[string]bool{}
	for i, e := range lab.Environments {
		at := lab.Src.At(fmt.Sprintf("environments.%d", i))
		if _, err := wave.Token(e); err != nil {
			c.bad(at, "Invalid name", "environment %q becomes the first token of subjects: use letters a-z, digits and hyphens.", e)
		}
		if seen[e] {
			c.bad(at, "Duplicate name", "environment %q is listed twice.", e)
		}
		seen[e] = true
	}
	for i := range c.t.Environments {
		if e := &c.t.Environments[i]; !seen[e.Name] && !lab.Src.Unread("environments") {
			c.bad(e.Src.At("name"), "Unknown environment", "environment %q is not in the lab's list %s. Add it there.", e.Name, quotedAll(lab.Environments))
		}
	}
}

// allNames lists every block that has a name.
func allNames(t *Topology) []namedBlock {
	out := []namedBlock{{"lab", t.Lab.Name, "", t.Lab.Src}}
	if t.Lab.Name == "" {
		out = out[:0]
	}
	add := func(kind, name string, src *Source) { out = append(out, namedBlock{kind, name, "", src}) }
	for i := range t.Environments {
		add("environment", t.Environments[i].Name, t.Environments[i].Src)
	}
	for i := range t.Networks {
		add("network", t.Networks[i].Name, t.Networks[i].Src)
	}
	for i := range t.Hosts {
		add("host", t.Hosts[i].Name, t.Hosts[i].Src)
		out = append(out, hostNames(&t.Hosts[i])...)
	}
	for i := range t.Identities {
		add("identity", t.Identities[i].Name, t.Identities[i].Src)
	}
	for i := range t.NATS {
		add("nats", t.NATS[i].Name, t.NATS[i].Src)
	}
	for i := range t.Leaves {
		add("leaf", t.Leaves[i].Name, t.Leaves[i].Src)
	}
	for i := range t.Streams {
		add("stream", t.Streams[i].Name, t.Streams[i].Src)
	}
	for i := range t.Services {
		add("service", t.Services[i].Name, t.Services[i].Src)
	}
	for i := range t.Units {
		add("unit", t.Units[i].Name, t.Units[i].Src)
	}
	nervousNames(t, add)
	moreNames(t, add)
	for i := range t.Monitoring {
		m := &t.Monitoring[i]
		add("monitoring", m.Name, m.Src)
		for j := range m.Exporters {
			out = append(out, namedBlock{"exporter", m.Exporters[j].Name, fmt.Sprintf("monitoring %q", m.Name), m.Exporters[j].Src})
		}
	}
	return out
}

func hostNames(h *Host) []namedBlock {
	var out []namedBlock
	of := fmt.Sprintf("host %q", h.Name)
	for i := range h.GPUs {
		g := &h.GPUs[i]
		out = append(out, namedBlock{"gpu", g.Name, of, g.Src})
		for j := range g.VGPUs {
			out = append(out, namedBlock{"vgpu", g.VGPUs[j].Name, fmt.Sprintf("gpu %q of %s", g.Name, of), g.VGPUs[j].Src})
		}
	}
	for i := range h.Disks {
		out = append(out, namedBlock{"disk", h.Disks[i].Name, of, h.Disks[i].Src})
	}
	return out
}

func nervousNames(t *Topology, add func(kind, name string, src *Source)) {
	for i := range t.Cells {
		add("cell", t.Cells[i].Name, t.Cells[i].Src)
	}
	for i := range t.Nerves {
		add("nerve", t.Nerves[i].Name, t.Nerves[i].Src)
	}
	for i := range t.Gates {
		add("gate", t.Gates[i].Name, t.Gates[i].Src)
	}
	for i := range t.Events {
		add("event", t.Events[i].Name, t.Events[i].Src)
	}
	for i := range t.Boundaries {
		add("boundary", t.Boundaries[i].Name, t.Boundaries[i].Src)
	}
	for i := range t.Organs {
		add("organ", t.Organs[i].Name, t.Organs[i].Src)
	}
	for i := range t.Cortexes {
		add("cortex", t.Cortexes[i].Name, t.Cortexes[i].Src)
	}
	for i := range t.Trainings {
		add("training", t.Trainings[i].Name, t.Trainings[i].Src)
	}
	for i := range t.Traits {
		add("trait", t.Traits[i].Name, t.Traits[i].Src)
	}
}

func moreNames(t *Topology, add func(kind, name string, src *Source)) {
	for i := range t.Phoebes {
		add("phoebe", t.Phoebes[i].Name, t.Phoebes[i].Src)
	}
	for i := range t.Irises {
		add("iris", t.Irises[i].Name, t.Irises[i].Src)
	}
	for i := range t.Probes {
		add("probe", t.Probes[i].Name, t.Probes[i].Src)
	}
	for i := range t.Wombs {
		add("womb", t.Wombs[i].Name, t.Wombs[i].Src)
	}
	for i := range t.Rollouts {
		add("rollout", t.Rollouts[i].Name, t.Rollouts[i].Src)
	}
	for i := range t.Kubernetes {
		add("kubernetes", t.Kubernetes[i].Name, t.Kubernetes[i].Src)
	}
	for i := range t.Egresses {
		add("egress", t.Egresses[i].Name, t.Egresses[i].Src)
	}
	for i := range t.Backups {
		add("backup", t.Backups[i].Name, t.Backups[i].Src)
	}
	for i := range t.Installers {
		add("installer", t.Installers[i].Name, t.Installers[i].Src)
	}
	for i := range t.PXEs {
		add("pxe", t.PXEs[i].Name, t.PXEs[i].Src)
	}
	for i := range t.Autoscales {
		add("autoscale", t.Autoscales[i].Name, t.Autoscales[i].Src)
	}
	for i := range t.Other {
		add(t.Other[i].Kind, t.Other[i].Name, t.Other[i].Src)
	}
}
