package monitor

import (
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// rule is a recording or an alert rule, in Prometheus' form.
type rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

type ruleGroup struct {
	Name  string `yaml:"name"`
	Rules []rule `yaml:"rules"`
}

type ruleFile struct {
	Groups []ruleGroup `yaml:"groups"`
}

// Severity says who has to hear of an alert, and how soon.
type Severity string

// The severities.
const (
	Critical Severity = "critical" // something is lost or about to be: now
	Warning  Severity = "warning"  // something is about to fail: today
)

// Alert is one alert rule, and what a person is told.
type Alert struct {
	Name     string
	Group    string
	Severity Severity
	Of       string // the value that is watched
	Is       string // what it must not be: "> 0", and perhaps further conditions
	For      string // how long it must be so; "" fires at once
	Summary  string
	// Description says what it means, with the values that are at hand.
	Description string
	// Do is what to do about it, for the manual.
	Do string
}

// manual is where people read what to do.
const manual = "https://github.com/nimmerverse/nimmer/blob/main/docs/monitoring.md"

// Anchor is the alert's heading in the manual.
func (a Alert) Anchor() string { return strings.ToLower(a.Name) }

// Expr is what Prometheus evaluates.
func (a Alert) Expr() string { return a.Of + " " + a.Is }

func (a Alert) rule() rule {
	return rule{
		Alert: a.Name, Expr: a.Expr(), For: a.For,
		Labels: map[string]string{"severity": string(a.Severity)},
		Annotations: map[string]string{
			"summary": a.Summary, "description": a.Description, "runbook_url": manual + "#" + a.Anchor(),
		},
	}
}

// Alerts are all alert rules, by group.
func Alerts() []Alert {
	var all []Alert
	for _, list := range [][]Alert{labAlerts, gateAlerts, busAlerts, organAlerts, hostAlerts} {
		all = append(all, list...)
	}
	return all
}

// rules makes what is recorded, what is declared, and when somebody is told.
func (w *watch) rules() ([]topology.Artifact, error) {
	var alerts ruleFile
	for _, a := range Alerts() {
		if n := len(alerts.Groups); n == 0 || alerts.Groups[n-1].Name != a.Group {
			alerts.Groups = append(alerts.Groups, ruleGroup{Name: a.Group})
		}
		g := &alerts.Groups[len(alerts.Groups)-1]
		g.Rules = append(g.Rules, a.rule())
	}
	var out []topology.Artifact
	for _, f := range []struct {
		name, what string
		rules      ruleFile
	}{
		{"alerts.yml", "When somebody is told.", alerts},
		{"declared.yml", "What is declared, as series to compare with.", w.declaredSeries()},
		{"recorded.yml", "What dashboards and alerts ask often.", recorded},
	} {
		file, err := asYAML(w.path("prometheus", "rules/"+f.name), f.what, f.rules)
		if err != nil {
			return nil, err
		}
		out = append(out, file)
	}
	return out, nil
}
