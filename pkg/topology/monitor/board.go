package monitor

import "github.com/nimmerverse/nimmer/pkg/topology"

// tag marks our dashboards; the menu in their heads lists what has it.
const tag = "nimmer"

// The dashboards, by the names that links use.
const (
	boardOverview  = "nimmer-overview"
	boardGates     = "nimmer-gates"
	boardOrgans    = "nimmer-organs"
	boardBus       = "nimmer-bus"
	boardHosts     = "nimmer-hosts"
	boardProcesses = "nimmer-processes"
)

// section is a row of panels with a heading.
type section struct {
	title  string
	panels []panel
}

// board lays sections out on a dashboard: panels from left to right, in lines
// as high as their highest.
func board(uid, title, description string, variables []variable, sections ...section) dashboard {
	d := dashboard{
		UID: uid, Title: title, Description: description, Tags: []string{tag}, SchemaVersion: 39, Version: 1,
		Editable: true, GraphTooltip: 1, Timezone: "browser", Refresh: "30s", Time: timeRange{"now-3h", "now"},
		Links: []dashLink{{
			Title: "nimmer", Type: "dashboards", Tags: []string{tag}, AsDropdown: true, IncludeVars: true, KeepTime: true, Icon: "external link",
		}, {
			Title: "Manual", Type: "link", Tags: []string{}, URL: manual, Icon: "doc", TargetBlank: true,
		}},
		Templating:  templating{append([]variable{datasourceVariable}, variables...)},
		Annotations: annotationList{[]annotation{alertsAsAnnotations}},
		Panels:      []panel{},
	}
	y, id := 0, 0
	place := func(p panel, x int) {
		id++
		p.ID, p.GridPos.X, p.GridPos.Y = id, x, y
		d.Panels = append(d.Panels, p)
	}
	for _, s := range sections {
		if s.title != "" {
			open := false
			place(panel{Type: "row", Title: s.title, GridPos: gridPos{H: 1, W: 24}, Collapsed: &open}, 0)
			y++
		}
		x, high := 0, 0
		for _, p := range s.panels {
			if x+p.GridPos.W > 24 {
				y += high
				x, high = 0, 0
			}
			place(p, x)
			x += p.GridPos.W
			high = max(high, p.GridPos.H)
		}
		y += high
	}
	return d
}

var datasourceVariable = variable{
	Name: "datasource", Label: "Prometheus", Type: "datasource", Query: "prometheus",
	Current: choice{true, "Prometheus", datasourceUID}, Refresh: 1, Sort: 0,
}

// alertsAsAnnotations draw when an alert began to fire.
var alertsAsAnnotations = annotation{
	Name: "Alerts", Datasource: here, Enable: true, IconColor: red, Step: "30s",
	Expr:     `ALERTS{alertname=~"Nimmer.+", alertstate="firing", severity="critical"}`,
	TitleFmt: "{{alertname}}", TextFmt: "{{host}} {{environment}} {{gate}} {{organ}}", TagKeys: "severity",
}

// choose makes a variable of the values that a label has.
func choose(name, label, from, of string, multi bool) variable {
	text := "label_values(" + from + ", " + of + ")"
	v := variable{
		Name: name, Label: label, Type: "query", Definition: text, Query: variableQuery{kindLabelValues, text, "PrometheusVariableQueryEditor-VariableQuery"}, Datasource: &here,
		Multi: multi, IncludeAll: true, AllValue: ".*", Current: choice{true, "All", "$__all"}, Refresh: 2, Sort: 1,
	}
	return v
}

// The choices that dashboards share.
var (
	chooseEnvironment = choose("environment", "Environment", "nimmer:gates:declared", "environment", true)
	chooseGate        = choose("gate", "Gate", `nimmer_gate_value{environment=~"$environment"}`, "gate", true)
	chooseHost        = choose("host", "Host", "nimmer:host:declared", "host", true)
)

// dashboards are all of them.
func dashboards() []dashboard {
	return []dashboard{overviewBoard(), gatesBoard(), organsBoard(), busBoard(), hostsBoard(), processesBoard()}
}

// grafana makes the dashboards and what brings them into Grafana.
func (w *watch) grafana() ([]topology.Artifact, error) {
	var out []topology.Artifact
	for _, d := range dashboards() {
		file, err := asJSON(w.path("grafana", "dashboards/"+d.UID+".json"), d)
		if err != nil {
			return nil, err
		}
		out = append(out, file)
	}
	provisioned, err := w.provisioning()
	return append(out, provisioned...), err
}
