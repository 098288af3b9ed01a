package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// showTopology prints what people look for first: machines and cards, who runs
// where, and what the gates hear.
func showTopology(w io.Writer, t *topology.Topology) error {
	fmt.Fprintf(w, "lab %s (%s), environments %s\n", t.Lab.Name, t.Lab.Domain, strings.Join(t.Lab.Environments, ", "))
	section := func(title string, header []string, rows [][]string) error {
		if len(rows) == 0 {
			return nil
		}
		fmt.Fprintf(w, "\n%s\n", title)
		return cli.Table(w, header, rows)
	}
	var hosts, nerves, gates, minds [][]string
	for _, h := range t.Hosts {
		var cards []string
		for _, g := range h.GPUs {
			cards = append(cards, strings.TrimSpace(g.Model+" "+g.Memory.String()))
		}
		hosts = append(hosts, []string{"  " + h.Name, h.System, addresses(h), strings.Join(cards, ", ")})
	}
	for _, g := range t.Gates {
		gates = append(gates, []string{
			"  " + g.Name, strings.Join(g.Cells, " "), fmt.Sprint(g.Tier),
			fmt.Sprintf("%+.2f/%+.2f", g.Open, g.Close), g.Window.String(), strings.Join(g.Environments, " "),
		})
	}
	for _, n := range t.Nerves {
		nerves = append(nerves, []string{"  " + n.Name, n.Gate, strings.Join(n.Commands, " ")})
	}
	for _, o := range t.Organs {
		minds = append(minds, []string{"  " + o.Name, "organ", strings.Join(o.Hosts, " "), o.Identity, o.Memory.String()})
	}
	for _, c := range t.Cortexes {
		minds = append(minds, []string{"  " + c.Name, "mind", strings.Join(c.Hosts, " "), c.Identity, c.Memory.String()})
	}
	for _, s := range []struct {
		title  string
		header []string
		rows   [][]string
	}{
		{"hosts", []string{"  NAME", "SYSTEM", "ADDRESSES", "CARDS"}, hosts},
		{"gates", []string{"  NAME", "HEARS", "TIER", "OPEN/CLOSE", "WINDOW", "ENVIRONMENTS"}, gates},
		{"nerves", []string{"  NAME", "GATE", "COMMANDS"}, nerves},
		{"organs and minds", []string{"  NAME", "KIND", "HOSTS", "IDENTITY", "MEMORY"}, minds},
	} {
		if err := section(s.title, s.header, s.rows); err != nil {
			return err
		}
	}
	return nil
}

func addresses(h topology.Host) string {
	var parts []string
	for _, network := range slices.Sorted(maps.Keys(h.Addresses)) {
		parts = append(parts, h.Addresses[network])
	}
	return strings.Join(parts, ", ")
}
