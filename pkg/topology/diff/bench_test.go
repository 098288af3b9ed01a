package diff

import (
	"syscall"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// BenchmarkCompare compares two labs of 1,000 hosts, of which one has another
// address and another gate.
func BenchmarkCompare(b *testing.B) {
	lab, diags := load.Source("big", loadtest.ForEach(1000), load.Options{})
	if diags.HasErrors() {
		b.Fatal(diags.Text(false))
	}
	other := *lab
	other.Hosts = append(other.Hosts[:0:0], lab.Hosts...)
	other.Hosts[7].Addresses = map[string]string{"management": "10.99.0.1"}
	other.Gates = append(other.Gates[:0:0], lab.Gates...)
	other.Gates[7].Open = 0.9
	begin := processor()
	for b.Loop() {
		changes, err := Compare(lab, &other)
		if err != nil || len(changes) < 3 {
			b.Fatalf("%v, %v", changes, err)
		}
	}
	b.ReportMetric(float64(processor()-begin)/float64(b.N)/1e6, "cpu-ms/op")
}

// processor is the time that this process took of all processors so far: it
// does not depend on what else the machine is doing.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
