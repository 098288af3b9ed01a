package emit_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/emit"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

func labs(t *testing.T) []*topology.Topology {
	t.Helper()
	var out []*topology.Topology
	for _, dir := range []string{"../../../topology", "../../../topology/examples/cim"} {
		lab, diags := load.Dir(dir, load.Options{})
		if diags.HasErrors() {
			t.Fatal(diags.Text(false))
		}
		out = append(out, lab)
	}
	for seed := range uint64(8) {
		out = append(out, loadtest.Random(t, seed))
	}
	return out
}

// One declaration gives the same bytes again and again, whether it is read from
// HCL or from topology.json, and nothing of this machine is in them.
func TestTheSameBytesOnEveryMachine(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, lab := range labs(t) {
		first, err := emit.Files(lab)
		if err != nil {
			t.Fatal(err)
		}
		data, err := topology.JSON(lab)
		if err != nil {
			t.Fatal(err)
		}
		read, err := topology.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			again, err := emit.Files(read)
			if err != nil {
				t.Fatal(err)
			}
			same(t, first, again)
		}
		root := filepath.Dir(filepath.Dir(filepath.Dir(here)))
		for _, f := range first {
			if bytes.Contains(f.Data, []byte(root)) || len(name) > 3 && bytes.Contains(f.Data, []byte(name)) {
				t.Errorf("%s knows where it was made", f.Path)
			}
		}
	}
}

func same(t *testing.T, a, b []emit.File) {
	t.Helper()
	if len(a) != len(b) {
		t.Errorf("%d files, then %d", len(a), len(b))
		return
	}
	for i := range a {
		if a[i].Path != b[i].Path || !bytes.Equal(a[i].Data, b[i].Data) {
			t.Errorf("%s differs the second time", a[i].Path)
		}
	}
}

// Each part emits below its own folders, so that people find it.
func TestLayout(t *testing.T) {
	t.Parallel()
	folders := map[string][]string{
		"declaration": {"topology.json", "topology.schema.json"}, "pictures": {"topology."}, "k8s": {"k8s/"}, "nats": {"nats/"},
		"monitoring": {"prometheus/", "grafana/", "loki/"}, "identity": {"ipa/"},
	}
	for _, p := range emit.Parts() {
		if folders[p.Name] == nil {
			t.Errorf("part %s has no folders here", p.Name)
		}
	}
	for _, lab := range labs(t) {
		files, err := emit.Files(lab)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			ok := false
			for _, folder := range folders[f.Part] {
				ok = ok || strings.HasPrefix(f.Path, folder)
			}
			if !ok || len(f.Data) == 0 {
				t.Errorf("%s of %s: %d bytes", f.Path, f.Part, len(f.Data))
			}
		}
	}
}

func large(tb testing.TB, n int) *topology.Topology {
	tb.Helper()
	lab, diags := load.Source("big", loadtest.ForEach(n), load.Options{})
	if diags.HasErrors() {
		tb.Fatal(diags.Text(false))
	}
	return lab
}

// What emitting costs grows with the lab, not with its square: allocations do
// not depend on what else this machine is doing.
func TestScales(t *testing.T) {
	if testing.Short() {
		t.Skip("two large labs")
	}
	small, big := large(t, 50), large(t, 200)
	for _, p := range emit.Parts() {
		few := testing.AllocsPerRun(1, func() { must(t, small, p.Name) })
		many := testing.AllocsPerRun(1, func() { must(t, big, p.Name) })
		if ratio := many / few; ratio > 5 {
			t.Errorf("%s: four times the hosts take %.2f times the allocations (%.0f, %.0f)", p.Name, ratio, few, many)
		}
	}
}

func must(tb testing.TB, lab *topology.Topology, names ...string) []emit.File {
	files, err := emit.Files(lab, names...)
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// BenchmarkFiles emits labs of many hosts, whole and part by part.
func BenchmarkFiles(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		lab := large(b, n)
		names := [][]string{nil}
		for _, p := range emit.Parts() {
			names = append(names, []string{p.Name})
		}
		for _, part := range names {
			what := "all"
			if part != nil {
				what = part[0]
			}
			b.Run(fmt.Sprintf("%s/%d", what, n), func(b *testing.B) {
				size, begin := 0, processor()
				for b.Loop() {
					size = 0
					for _, f := range must(b, lab, part...) {
						size += len(f.Data)
					}
				}
				b.ReportMetric(float64(size)/1e6, "MB")
				b.ReportMetric(float64(processor()-begin)/float64(b.N)/1e6, "cpu-ms/op")
			})
		}
	}
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
