package monitor

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

// units that Grafana knows, or spells as they stand.
var units = []string{"none", "short", "bytes", "mbytes", "Bps", "percent", "percentunit", "s", "celsius", "watt", "reqps", "mps"}

// kinds of panels that every Grafana has.
var kinds = []string{"row", "stat", "timeseries", "gauge", "bargauge", "state-timeline", "heatmap", "table"}

func TestDashboardsAreSound(t *testing.T) {
	t.Parallel()
	uids := map[string]bool{}
	for _, d := range dashboards() {
		if uids[d.UID] || d.UID == "" || len(d.UID) > 40 {
			t.Errorf("uid %q", d.UID)
		}
		uids[d.UID] = true
		if d.Title == "" || d.Description == "" || !slices.Contains(d.Tags, tag) {
			t.Errorf("%s: title %q, description %q, tags %v", d.UID, d.Title, d.Description, d.Tags)
		}
		ids := map[int]bool{}
		for _, p := range d.Panels {
			if ids[p.ID] || p.ID == 0 {
				t.Errorf("%s: panel %q has the id %d", d.UID, p.Title, p.ID)
			}
			ids[p.ID] = true
			checkPanel(t, d, p)
		}
		checkGrid(t, d)
		if v := d.Templating.List[0]; v.Name != "datasource" || v.Type != "datasource" {
			t.Errorf("%s: its first choice is %+v, not the data source", d.UID, v)
		}
	}
	for _, d := range dashboards() {
		checkLinks(t, d, uids)
	}
}

func checkPanel(t *testing.T, d dashboard, p panel) {
	t.Helper()
	where := d.UID + ": " + p.Title
	if p.Title == "" || !slices.Contains(kinds, p.Type) {
		t.Errorf("%s: a panel of kind %q", where, p.Type)
	}
	if p.Type == "row" {
		return
	}
	if p.Datasource == nil || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 || p.FieldConfig == nil {
		t.Errorf("%s: data source %v, %d queries", where, p.Datasource, len(p.Targets))
		return
	}
	unit := p.FieldConfig.Defaults.Unit
	if !slices.Contains(units, unit) && !strings.HasPrefix(unit, "suffix: ") {
		t.Errorf("%s: unit %q", where, unit)
	}
	steps := p.FieldConfig.Defaults.Thresholds.Steps
	if len(steps) == 0 || steps[0].Value != nil {
		t.Errorf("%s: its first threshold must have no bound", where)
	}
	for i := 2; i < len(steps); i++ {
		if *steps[i].Value <= *steps[i-1].Value {
			t.Errorf("%s: thresholds %v, %v", where, *steps[i-1].Value, *steps[i].Value)
		}
	}
	refs := map[string]bool{}
	for _, q := range p.Targets {
		if refs[q.RefID] || q.Expr == "" || q.Datasource != here || q.Instant == q.Range {
			t.Errorf("%s: query %+v", where, q)
		}
		refs[q.RefID] = true
		if q.LegendFormat == "" && p.Type != "table" {
			t.Errorf("%s: query %s has no legend", where, q.RefID)
		}
	}
}

// checkGrid: panels lie inside of 24 columns, beside each other, and fill their
// lines: nothing on a dashboard looks torn.
func checkGrid(t *testing.T, d dashboard) {
	t.Helper()
	taken := map[[2]int]string{}
	widths, heights := map[int]int{}, map[int]int{}
	for _, p := range d.Panels {
		g := p.GridPos
		if g.W < 1 || g.H < 1 || g.X < 0 || g.X+g.W > 24 {
			t.Errorf("%s: %s lies at %+v", d.UID, p.Title, g)
		}
		widths[g.Y] += g.W
		if h := heights[g.Y]; h != 0 && h != g.H {
			t.Errorf("%s: %s is %d high, its neighbour %d", d.UID, p.Title, g.H, h)
		}
		heights[g.Y] = g.H
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other, ok := taken[[2]int{x, y}]; ok {
					t.Fatalf("%s: %s lies over %s", d.UID, p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	for y, w := range widths {
		if w != 24 {
			t.Errorf("%s: the line at %d is %d of 24 columns wide", d.UID, y, w)
		}
	}
}

var (
	dashURL   = regexp.MustCompile(`/d/([^?/"]+)`)
	variables = regexp.MustCompile(`\$(?:\{(\w+)(?::\w+)?\}|(\w+))`)
)

// checkLinks: what a link or a query names is there.
func checkLinks(t *testing.T, d dashboard, uids map[string]bool) {
	t.Helper()
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range dashURL.FindAllStringSubmatch(string(data), -1) {
		if !uids[m[1]] {
			t.Errorf("%s: a link leads to %s, which is not there", d.UID, m[1])
		}
	}
	known := []string{"__url_time_range", "__rate_interval", "__all", "1"}
	for _, v := range d.Templating.List {
		known = append(known, v.Name)
	}
	for _, m := range variables.FindAllStringSubmatch(string(data), -1) {
		if name := m[1] + m[2]; !slices.Contains(known, name) {
			t.Errorf("%s: %s is no choice of this dashboard", d.UID, m[0])
		}
	}
	for _, v := range d.Templating.List {
		if uses := strings.Count(string(data), "$"+v.Name) + strings.Count(string(data), "${"+v.Name); uses == 0 {
			t.Errorf("%s: the choice %s changes nothing", d.UID, v.Name)
		}
	}
}

// selector finds a name with its matchers, if any, in an expression.
var selector = regexp.MustCompile(`\b((?:nimmer|gnatsd|jetstream)_\w+)(?:\{([^}]*)\})?`)
var matching = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)`)

// targetLabels are those that the target gives to every series.
var targetLabels = []string{"job", "instance", "host", "environment", "roles", "service", "process"}

// TestQueriesNameWhatIsDeclared: each metric of ours in a query is declared, and
// has the labels that it is asked by.
func TestQueriesNameWhatIsDeclared(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for where, expr := range everyQuery() {
		expr = regexp.MustCompile(`[\w]+(:\w+)+`).ReplaceAllString(expr, "") // recorded ones
		for _, m := range selector.FindAllStringSubmatch(expr, -1) {
			name := m[1]
			d := metric.Find(name)
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				if cut, ok := strings.CutSuffix(name, suffix); ok && d == nil {
					if d = metric.Find(cut); d != nil && d.Kind != metric.Histogram {
						d = nil
					}
				}
			}
			if d == nil {
				t.Errorf("%s: %s is not declared", where, name)
				continue
			}
			found[d.Name] = true
			for _, l := range matching.FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(d.Labels, l[1]) && !slices.Contains(targetLabels, l[1]) {
					t.Errorf("%s: %s has no label %s", where, name, l[1])
				}
			}
		}
	}
	for _, d := range metric.All() {
		if strings.HasPrefix(d.Name, "nimmer_") && !found[d.Name] && !unwatched[d.Name] {
			t.Errorf("%s is declared, and no dashboard or rule asks for it", d.Name)
		}
		if found[d.Name] && unwatched[d.Name] {
			t.Errorf("%s is watched now: take it off the list", d.Name)
		}
	}
}

// unwatched are metrics for people who look closely; no dashboard shows them.
var unwatched = map[string]bool{
	"nimmer_bus_received_bytes_total": true, "nimmer_bus_sent_bytes_total": true, "nimmer_bus_slow_consumers_total": true,
	"nimmer_bus_errors_total": true, "nimmer_bus_subscriptions": true, "nimmer_cell_rejects_total": true, "nimmer_cell_answers_total": true,
	"nimmer_nerve_transitions_total": true, "nimmer_organ_memory_bytes": true, "nimmer_host_heartbeats_total": true,
	"nimmer_nerve_info":     true,
	"nimmer_rollouts_total": true, "nimmer_rollout_running": true,
}

// everyQuery lists all expressions, by where they stand.
func everyQuery() map[string]string {
	out := map[string]string{}
	for _, d := range dashboards() {
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				out[d.UID+": "+p.Title+" "+q.RefID] = q.Expr
			}
		}
		for _, v := range d.Templating.List {
			out[d.UID+": choice "+v.Name] = v.Definition
		}
	}
	for _, g := range recorded.Groups {
		for _, r := range g.Rules {
			out["recorded "+r.Record] = r.Expr
		}
	}
	for _, a := range Alerts() {
		out["alert "+a.Name] = a.Expr()
	}
	return out
}
