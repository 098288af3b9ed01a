package monitor

import (
	"fmt"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// The series of what is declared. Their labels are those of the metrics that
// they are compared with.
const (
	declaredGates = "nimmer:gates:declared" // by environment
	declaredLeaf  = "nimmer:leaf:declared"  // connections that a leaf node should have, by leaf and host
	declaredCards = "nimmer:cards:declared" // by host
	declaredHost  = "nimmer:host:declared"  // 1, by host
)

// accountsPerEnvironment is how many connections a leaf node makes for each of
// its environments: one for each account.
const accountsPerEnvironment = 3

// declaredSeries are rules that say what should be there. A number that no
// rule says is 0, so a lab without leaf nodes misses none.
func (w *watch) declaredSeries() ruleFile {
	var rules []rule
	say := func(name string, value int, labels map[string]string) {
		rules = append(rules, rule{Record: name, Expr: fmt.Sprintf("vector(%d)", value), Labels: labels})
	}
	for _, env := range w.t.Lab.Environments {
		say(declaredGates, len(w.t.In(env).Gates), map[string]string{"environment": env})
	}
	for i := range w.t.Leaves {
		l := &w.t.Leaves[i]
		say(declaredLeaf, len(l.Environments)*accountsPerEnvironment, map[string]string{"leaf": l.Name, "host": l.Host})
	}
	for i := range w.t.Hosts {
		h := &w.t.Hosts[i]
		say(declaredHost, 1, map[string]string{"host": h.Name})
		if n := cards(h); n > 0 {
			say(declaredCards, n, map[string]string{"host": h.Name})
		}
	}
	return ruleFile{[]ruleGroup{{Name: "declared", Rules: rules}}}
}

// cards is how many NVIDIA cards a host itself sees: those handed through to a
// guest, and the GPU of Apple silicon, are seen by no exporter there.
func cards(h *topology.Host) int {
	n := 0
	for i := range h.GPUs {
		if g := &h.GPUs[i]; !g.Metal && g.To == "" {
			n++
		}
	}
	return n
}
