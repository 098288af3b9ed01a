package monitor_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/topology/monitor"
)

var update = flag.Bool("update", false, "write the tables of docs/monitoring.md anew")

// TestManualIsCurrent: the manual's tables are those of the code.
func TestManualIsCurrent(t *testing.T) {
	path := filepath.Join("..", "..", "..", "docs", "monitoring.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := string(data)
	for name, text := range map[string]string{"metrics": metricsTable(), "alerts": alertsChapters()} {
		before, rest, found := strings.Cut(want, "<!-- "+name+": made by")
		line, rest, _ := strings.Cut(rest, "\n")
		_, after, ended := strings.Cut(rest, "<!-- end of "+name+" -->")
		if !found || !ended {
			t.Fatalf("%s has no place for %s", path, name)
		}
		want = before + "<!-- " + name + ": made by" + line + "\n" + text + "<!-- end of " + name + " -->" + after
	}
	if want == string(data) {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: go test ./pkg/topology/monitor -run Manual -update", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// metricsTable lists what each process tells.
func metricsTable() string {
	owners := []string{}
	by := map[string][]*metric.Def{}
	for _, d := range metric.All() {
		if by[d.Owner] == nil {
			owners = append(owners, d.Owner)
		}
		by[d.Owner] = append(by[d.Owner], d)
	}
	slices.SortFunc(owners, func(a, b string) int { return strings.Compare(ownerOrder(a), ownerOrder(b)) })
	var b strings.Builder
	for _, o := range owners {
		fmt.Fprintf(&b, "### Of %s\n\n| metric | kind | labels | what it says |\n|---|---|---|---|\n", o)
		for _, d := range by[o] {
			labels := d.Labels
			if strings.HasPrefix(o, "a NATS server") && len(labels) > 6 {
				labels = append([]string{"..."}, labels[6:]...)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Name, d.Kind, strings.Join(labels, " "), d.Help)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ownerOrder puts what is said of every process first.
func ownerOrder(owner string) string {
	if strings.HasPrefix(owner, "every") {
		return "0" + owner
	}
	return "1" + owner
}

// alertsChapters has a heading for each alert: its runbook leads there.
func alertsChapters() string {
	var b strings.Builder
	for _, a := range monitor.Alerts() {
		after := "at once"
		if a.For != "" {
			after = "after " + a.For
		}
		fmt.Fprintf(&b, "### %s\n\n%s, %s. %s\n\n```promql\n%s\n```\n\n%s\n\n", a.Name, a.Severity, after, a.Description, a.Expr(), a.Do)
	}
	return strings.NewReplacer(
		"{{ $labels.", "`", "{{ $value | humanizePercentage }}", "a share", "{{ $value | humanizeDuration }}", "a time",
		"{{ $value | humanize }}", "a number of", "{{ $value }}", "a number of", " }}", "`",
	).Replace(b.String())
}
