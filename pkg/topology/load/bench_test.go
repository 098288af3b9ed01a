package load_test

import (
	"fmt"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// BenchmarkHosts loads, checks and emits labs of many hosts. 1,000 take under a
// second, 4,000 less than five times as long.
func BenchmarkHosts(b *testing.B) {
	for _, kind := range []struct {
		name string
		make func(int) map[string][]byte
	}{{"explicit", loadtest.Explicit}, {"for_each", loadtest.ForEach}} {
		for _, n := range []int{1000, 4000} {
			files := kind.make(n)
			b.Run(fmt.Sprintf("%s/%d", kind.name, n), func(b *testing.B) {
				for b.Loop() {
					loadAndEmit(b, files, n)
				}
			})
		}
	}
}

func loadAndEmit(tb testing.TB, files map[string][]byte, n int) {
	tb.Helper()
	top, diags := load.Source("big", files, load.Options{})
	if len(diags) > 0 {
		tb.Fatalf("%d diagnostics, first:\n%s", len(diags), diags[:1].Text(false))
	}
	if len(top.Hosts) != n+1 {
		tb.Fatalf("%d hosts, want %d", len(top.Hosts), n+1)
	}
	if _, err := topology.JSON(top); err != nil {
		tb.Fatal(err)
	}
}
