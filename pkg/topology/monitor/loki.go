package monitor

import (
	"fmt"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// logsOf is which labels the journal of one host carries into Loki.
type logsOf struct {
	Host string `json:"host"`
	// Push is where its shipper sends them.
	Push string `json:"push"`
	// Labels are the same for every line of the host.
	Labels map[string]string `json:"labels"`
	// Rules give labels by what the journal knows of a line; the last that fits
	// wins.
	Rules []logRule `json:"rules"`
}

// logRule copies a field of the journal into a label, or, with a pattern, puts
// a value where the pattern fits the whole field.
type logRule struct {
	Field   string `json:"field"` // of the journal, as _SYSTEMD_UNIT
	Pattern string `json:"pattern,omitempty"`
	Label   string `json:"label"`
	Value   string `json:"value,omitempty"` // "$1" is what the pattern's bracket holds
}

type logFile struct {
	FormatVersion int      `json:"format_version"`
	Hosts         []logsOf `json:"hosts"`
}

// loki says which labels logs have, as data and as a configuration of Grafana
// Alloy for each host that has a journal. Without a monitoring block there is
// nobody to send them to.
func (w *watch) loki() ([]topology.Artifact, error) {
	if w.block.Host == "" {
		return nil, nil
	}
	all := logFile{FormatVersion: 1, Hosts: []logsOf{}}
	var out []topology.Artifact
	by := w.logRules()
	for i := range w.t.Hosts {
		h := &w.t.Hosts[i]
		if !strings.HasSuffix(h.System, "-linux") {
			continue
		}
		logs := w.logs(h, by)
		all.Hosts = append(all.Hosts, logs)
		out = append(out, topology.Artifact{Path: w.path("loki", "alloy/"+h.Name+".alloy"), Data: logs.alloy()})
	}
	labels, err := asJSON(w.path("loki", "labels.json"), all)
	return append(out, labels), err
}

func (w *watch) logs(h *topology.Host, by map[string][]logRule) logsOf {
	l := logsOf{
		Host: h.Name, Labels: w.labels(h, nil),
		Push: fmt.Sprintf("http://%s/loki/api/v1/push", w.lokiFrom(h)),
		Rules: []logRule{
			{Field: "_SYSTEMD_UNIT", Label: "unit"},
			{Field: "_SYSTEMD_USER_UNIT", Pattern: "(.+)", Label: "unit", Value: "$1"},
			{Field: "PRIORITY", Label: "level"},
			{Field: "_SYSTEMD_SLICE", Pattern: `nimmer-(.+)\.slice`, Label: "identity", Value: "$1"},
		},
	}
	delete(l.Labels, "roles")
	l.Rules = append(l.Rules, by[h.Name]...)
	return l
}

// logRules tell identity and environment of what the declaration knows, by
// host.
func (w *watch) logRules() map[string][]logRule {
	by := map[string][]logRule{}
	for i := range w.t.Identities {
		id := &w.t.Identities[i]
		for _, host := range id.Hosts {
			if id.UID != 0 {
				by[host] = append(by[host], logRule{Field: "_UID", Pattern: fmt.Sprint(id.UID), Label: "identity", Value: id.Name})
			}
		}
	}
	of := func(host, unit, identity string, environments []string) {
		for _, x := range [][2]string{{"environment", strings.Join(environments, ",")}, {"identity", identity}} {
			if x[1] != "" {
				by[host] = append(by[host], logRule{Field: "_SYSTEMD_UNIT", Pattern: quoted(unit), Label: x[0], Value: x[1]})
			}
		}
	}
	for _, p := range w.processes {
		of(p.Host, p.unit(), p.Identity, p.Environments)
	}
	for i := range w.t.Units {
		for _, host := range w.t.Units[i].Hosts {
			of(host, w.t.Units[i].Name+".service", w.t.Units[i].Identity, w.t.Units[i].Environments)
		}
	}
	return by
}

// quoted makes a unit's name a pattern: of what names may have, only the dot
// means more than itself.
func quoted(unit string) string { return strings.ReplaceAll(unit, ".", `\.`) }

// lokiFrom is where a host finds Loki.
func (w *watch) lokiFrom(h *topology.Host) string {
	from := *w
	from.from = h
	return from.reach(w.from, w.block.LokiPort)
}
