package load_test

import (
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// What loading costs grows with the lab, not with its square: allocations do
// not depend on what else this machine is doing.
func TestScales(t *testing.T) {
	for name, lab := range map[string]func(int) map[string][]byte{"explicit": loadtest.Explicit, "for_each": loadtest.ForEach} {
		small, large := lab(200), lab(800)
		few := testing.AllocsPerRun(1, func() { loadAndEmit(t, small, 200) })
		many := testing.AllocsPerRun(1, func() { loadAndEmit(t, large, 800) })
		if ratio := many / few; ratio > 4.4 {
			t.Errorf("%s: four times the hosts take %.2f times the allocations (%.0f, %.0f)", name, ratio, few, many)
		}
	}
}
