package metric_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

// foreign are the prefixes of names that we took over from others, with their ways.
var foreign = []string{"gnatsd_", "jetstream_"}

func isForeign(name string) bool {
	return slices.ContainsFunc(foreign, func(p string) bool { return strings.HasPrefix(name, p) })
}

// TestNames holds our names against Prometheus' conventions.
func TestNames(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^nimmer_[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	label := regexp.MustCompile(`^[a-z][a-z_]*$`)
	seen := map[string]bool{}
	for _, d := range metric.All() {
		if seen[d.Name] {
			t.Errorf("%s is declared twice", d.Name)
		}
		seen[d.Name] = true
		if d.Help == "" || !strings.HasSuffix(d.Help, ".") {
			t.Errorf("%s: its help %q is no sentence", d.Name, d.Help)
		}
		for i, l := range d.Labels {
			if !label.MatchString(l) || slices.Contains(d.Labels[:i], l) || slices.Contains([]string{"le", "job", "instance"}, l) {
				t.Errorf("%s: label %q", d.Name, l)
			}
		}
		if isForeign(d.Name) {
			continue
		}
		if !form.MatchString(d.Name) {
			t.Errorf("%s is no name of ours", d.Name)
		}
		if total := strings.HasSuffix(d.Name, "_total"); total != (d.Kind == metric.Counter) {
			t.Errorf("%s is a %s: _total is the ending of counters, and only of those", d.Name, d.Kind)
		}
		for _, bad := range []string{"_count", "_sum", "_bucket", "_ms", "_milliseconds", "_minutes", "_kb", "_mb", "_percent"} {
			if strings.HasSuffix(d.Name, bad) {
				t.Errorf("%s ends in %s", d.Name, bad)
			}
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d metrics are declared", len(seen))
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	if got := metric.Find("nimmer_gate_value"); got != metric.GateValue {
		t.Errorf("found %+v", got)
	}
	if got := metric.Find("nimmer_nothing"); got != nil {
		t.Errorf("found %+v", got)
	}
}

func TestMeter(t *testing.T) {
	t.Parallel()
	var m metric.Meter
	for _, d := range []time.Duration{0, time.Millisecond, 2 * time.Millisecond, 3 * time.Second, time.Hour} {
		m.Observe(d)
	}
	got := m.Sizes()
	if got.Count != 5 || got.Sum < 3603 || got.Sum > 3604 {
		t.Errorf("count %d, sum %v", got.Count, got.Sum)
	}
	want := map[float64]uint64{.001: 2, .0025: 3, 2.5: 3, 5: 4, 120: 4}
	for bound, n := range want {
		if got.Buckets[bound] != n {
			t.Errorf("at most %v s: %d, want %d", bound, got.Buckets[bound], n)
		}
	}
	if diff := cmp.Diff(len(metric.Seconds), len(got.Buckets)); diff != "" {
		t.Error(diff)
	}
}

func TestPorts(t *testing.T) {
	t.Parallel()
	if metric.Address("nimmer") != "127.0.0.1:7640" || metric.Port("gate") != 7641 || metric.Port("nobody") != 0 {
		t.Errorf("%s, %d, %d", metric.Address("nimmer"), metric.Port("gate"), metric.Port("nobody"))
	}
}
