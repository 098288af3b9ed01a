package accounts_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// BenchmarkCompile makes the model of labs of many hosts, each with a leaf, an
// identity, an organ, two cells and a gate in two environments, and writes it
// as JSON.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		top, diags := load.Source("big", loadtest.Explicit(n), load.Options{})
		if diags.HasErrors() {
			b.Fatal(diags.Text(false))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := json.Marshal(compile(b, top)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What compiling costs grows with the lab, not with its square.
func TestScales(t *testing.T) {
	cost := func(n int) float64 {
		top, _ := load.Source("big", loadtest.Explicit(n), load.Options{})
		return testing.AllocsPerRun(1, func() { compile(t, top) })
	}
	few, many := cost(200), cost(800)
	if ratio := many / few; ratio > 4.4 {
		t.Errorf("four times the hosts take %.2f times the allocations (%.0f, %.0f)", ratio, few, many)
	}
}
