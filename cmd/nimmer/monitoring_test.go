package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/monitor"
)

// TestEveryQueryHasData lets a real Prometheus, configured by what is emitted
// for this repository's lab, scrape that lab played by `nimmer up`. Every query
// of every dashboard, every variable, every recording rule and what every alert
// watches must then return data. Parts that `nimmer up` does not have are
// played from recorded series, which may not contain what it tells itself.
func TestEveryQueryHasData(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: starts a lab and a Prometheus")
	}
	if _, err := exec.LookPath("prometheus"); err != nil {
		t.Skip("skipped: prometheus is not installed (apt-get install prometheus)")
	}
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	lab, diags := load.Dir(filepath.Join(repo, "topology"), load.Options{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	files, err := monitor.Emit(lab)
	if err != nil {
		t.Fatal(err)
	}
	recording := playRecording(t, "testdata/recorded.prom")
	played := startLab(t, filepath.Join(repo, "topology"), "dev")
	played.askAll(t)
	checkRecorded(t, recording, played.scrape(t))
	p := startPrometheus(t, files, played, recording)

	asked := append(dashboardQueries(t, files), ruleQueries(t, files)...)
	if len(asked) < 150 {
		t.Errorf("only %d queries were found", len(asked))
	}
	empty := p.untilData(t, asked, 30*time.Second)
	for _, a := range empty {
		t.Errorf("no data: %s\n\t%s", a.what, a.expr)
	}
	t.Logf("%d queries", len(asked))
}

// asking is one query and where it stands.
type asking struct{ what, expr string }

var macros = regexp.MustCompile(`\$(\w+|\{\w+\})`)

// expand puts in what Grafana would.
func expand(t *testing.T, what, expr string, variables map[string]string) string {
	t.Helper()
	return macros.ReplaceAllStringFunc(expr, func(m string) string {
		name := strings.Trim(m, "${}")
		if name == "__rate_interval" {
			return "8s"
		}
		value, ok := variables[name]
		if !ok && name != "1" { // of label_replace
			t.Errorf("%s: there is no variable %s", what, m)
		}
		if name == "1" {
			return m
		}
		return value
	})
}

// dashboardFile is what we read of a dashboard.
type dashboardFile struct {
	Title      string
	Templating struct {
		List []struct {
			Name, Type, Definition string
		}
	}
	Annotations struct{ List []struct{ Name, Expr string } }
	Panels      []struct {
		Title   string
		Targets []struct{ RefID, Expr string }
	}
}

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

func dashboardQueries(t *testing.T, files []artifact) []asking {
	t.Helper()
	var out []asking
	for _, f := range files {
		if !strings.HasPrefix(f.Path, "grafana/dashboards/") {
			continue
		}
		var d dashboardFile
		if err := json.Unmarshal(f.Data, &d); err != nil {
			t.Fatal(err)
		}
		variables := map[string]string{}
		add := func(what, expr string) {
			what = d.Title + ": " + what
			out = append(out, asking{what, expand(t, what, expr, variables)})
		}
		for _, v := range d.Templating.List {
			if v.Type != "query" {
				continue
			}
			m := labelValues.FindStringSubmatch(v.Definition)
			if m == nil {
				t.Fatalf("%s: variable %s is %q", d.Title, v.Name, v.Definition)
			}
			add("variable "+v.Name, fmt.Sprintf(`group by (%s) (%s) unless on (%s) label_replace(vector(1), "%s", "", "", "")`, m[2], m[1], m[2], m[2]))
			variables[v.Name] = ".*"
		}
		for _, a := range d.Annotations.List {
			add("annotation "+a.Name, a.Expr)
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				add(p.Title+" "+q.RefID, q.Expr)
			}
		}
	}
	return out
}

// ruleQueries are all recording rules, and what alerts watch: whether they
// should fire is what the rules' own unit tests say.
func ruleQueries(t *testing.T, files []artifact) []asking {
	t.Helper()
	var out []asking
	for _, f := range files {
		if !strings.HasPrefix(f.Path, "prometheus/rules/") || strings.HasSuffix(f.Path, "/alerts.yml") {
			continue
		}
		var rules struct {
			Groups []struct {
				Rules []struct{ Record, Expr string }
			}
		}
		if err := yaml.Unmarshal(f.Data, &rules); err != nil {
			t.Fatal(err)
		}
		for _, g := range rules.Groups {
			for _, r := range g.Rules {
				out = append(out, asking{f.Path + ": " + r.Record, r.Expr}, asking{f.Path + ", as recorded", r.Record})
			}
		}
	}
	for _, a := range monitor.Alerts() {
		out = append(out, asking{"alert " + a.Name, a.Of})
	}
	return out
}

// checkRecorded holds recorded series of ours against their declaration, and
// against what the lab tells: a recording must not stand in for that.
func checkRecorded(t *testing.T, recording *recording, told string) {
	t.Helper()
	for _, s := range recording.series {
		if !strings.HasPrefix(s.name, "nimmer_") {
			continue
		}
		d := metric.Find(s.family)
		if d == nil {
			t.Errorf("recorded series %s is not declared", s.name)
			continue
		}
		if got := slices.Sorted(maps.Keys(s.labels)); !slices.Equal(got, slices.Sorted(slices.Values(d.Labels))) {
			t.Errorf("recorded series %s has the labels %v, declared are %v", s.name, got, d.Labels)
		}
		if strings.Contains(told, "\n"+s.name+"{") || strings.Contains(told, "\n"+s.name+" ") {
			t.Errorf("%s is recorded, and told by the lab", s.name)
		}
	}
}

// link makes this test binary the command nimmer in a folder of its own.
func link(t *testing.T) string {
	t.Helper()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "nimmer")
	if err := os.Symlink(me, path); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	return path
}
