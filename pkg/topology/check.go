package topology

import (
	"fmt"
	"slices"
	"strings"
)

// Check returns everything that is wrong with a topology that Fill completed,
// in a fixed order. The cost grows with the size of the lab, not with its
// square.
func Check(t *Topology) []Problem {
	c := &checker{finder: newFinder(t), homeless: map[[2]string]bool{}}
	c.names()
	c.networks()
	c.addresses()
	c.dhcp()
	c.ports()
	c.parents()
	c.cardRules()
	c.cardFits()
	c.buses()
	c.leafRules()
	c.streams()
	c.grants()
	c.cellRules()
	c.gates()
	c.nerveRules()
	c.events()
	c.organRules()
	c.serviceRules()
	c.identityRules()
	c.users()
	c.rollouts()
	c.opsRules()
	return c.problems
}

// checker collects problems.
type checker struct {
	*finder
	problems []Problem
	// homeless are identities and hosts they do not live on, where that was
	// reported once.
	homeless map[[2]string]bool
}

// bad reports an error at a place.
func (c *checker) bad(at Pos, summary, format string, args ...any) {
	c.problems = append(c.problems, Problem{Severity: Error, Summary: summary, Detail: fmt.Sprintf(format, args...), Pos: at})
}

// clash reports an error that has a second place.
func (c *checker) clash(at, other Pos, summary, format string, args ...any) {
	c.problems = append(c.problems, Problem{Severity: Error, Summary: summary, Detail: fmt.Sprintf(format, args...), Pos: at, Other: other})
}

// warn reports something that may be meant.
func (c *checker) warn(at Pos, summary, format string, args ...any) {
	c.problems = append(c.problems, Problem{Severity: Warning, Summary: summary, Detail: fmt.Sprintf(format, args...), Pos: at})
}

// enumerate renders "a, b and c", cut after six.
func enumerate(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "none"
	case n == 1:
		return names[0]
	case n > 6:
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", n-5)
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// quotedAll renders names in quotes.
func quotedAll(names []string) string {
	out := slices.Clone(names)
	for i := range out {
		out[i] = fmt.Sprintf("%q", out[i])
	}
	return enumerate(out)
}
