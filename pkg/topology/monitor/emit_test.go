package monitor_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/monitor"
)

// labs are those that everything is held against: the one that is built in,
// and the two of this repository.
func labs(t testing.TB) map[string]*topology.Topology {
	t.Helper()
	opts := load.Options{Host: topology.Host{
		Name: "box", System: "x86_64-linux", Addresses: map[string]string{"loopback": "127.0.0.1"}, Cores: 4,
	}}
	builtin, diags := load.Source("the built-in lab", map[string][]byte{"lab.hcl": load.InitHCL(opts)}, opts)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	all := map[string]*topology.Topology{"built-in": builtin}
	for name, dir := range map[string]string{"nimmerverse": "topology", "cim": "topology/examples/cim"} {
		lab, diags := load.Dir(filepath.Join("..", "..", "..", dir), load.Options{})
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		all[name] = lab
	}
	return all
}

// emitted writes what a lab emits into a folder.
func emitted(t testing.TB, lab *topology.Topology) string {
	t.Helper()
	files, err := monitor.Emit(lab)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// promtool runs it, or skips the test where there is none.
func promtool(t *testing.T, dir string, args ...string) {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("skipped: promtool is not installed (apt-get install prometheus)")
	}
	cmd := exec.Command(tool, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("WARNING")) {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestPrometheusAcceptsWhatIsEmitted(t *testing.T) {
	t.Parallel()
	for name, lab := range labs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := emitted(t, lab)
			promtool(t, dir, "check", "config", "prometheus/prometheus.yml")
			promtool(t, dir, "check", "rules", "prometheus/rules/alerts.yml", "prometheus/rules/recorded.yml", "prometheus/rules/declared.yml")
		})
	}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	for name, lab := range labs(t) {
		first, err := monitor.Emit(lab)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			again, err := monitor.Emit(lab)
			if err != nil {
				t.Fatal(err)
			}
			same := func(a, b topology.Artifact) bool { return a.Path == b.Path && bytes.Equal(a.Data, b.Data) }
			if !slices.EqualFunc(first, again, same) {
				t.Fatalf("%s: other files than before", name)
			}
		}
	}
}
