package monitor_test

import (
	"fmt"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
	"github.com/nimmerverse/nimmer/pkg/topology/monitor"
)

// BenchmarkEmit emits labs of so many hosts, each with its own identity, leaf,
// organ and gate.
func BenchmarkEmit(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			lab, diags := load.Source("a large lab", loadtest.Explicit(n), load.Options{})
			if err := diags.Err(); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := monitor.Emit(lab); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
