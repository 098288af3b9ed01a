package k8s_test

import (
	"fmt"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s"
)

// large is a lab with n workloads, half of them built in, in two environments.
func large(n int) *topology.Topology {
	t := small()
	one := t.Cells[0]
	t.Cells = nil
	for i := range n {
		c := one
		c.Name = fmt.Sprintf("cell-%d", i)
		if i%2 == 0 {
			c.Image, c.Builtin = "", "cpu"
		}
		t.Cells = append(t.Cells, c)
	}
	return t
}

// What emitting costs grows with the lab, not with its square.
func TestScales(t *testing.T) {
	cost := func(n int) float64 {
		top := large(n)
		return testing.AllocsPerRun(1, func() {
			if _, err := k8s.Emit(top); err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := cost(100), cost(400)
	if ratio := many / few; ratio > 4.4 {
		t.Errorf("four times the cells take %.2f times the allocations (%.0f, %.0f)", ratio, few, many)
	}
}

func BenchmarkEmit1000(b *testing.B) {
	top := large(1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k8s.Emit(top); err != nil {
			b.Fatal(err)
		}
	}
}
