package monitor_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
	"github.com/nimmerverse/nimmer/pkg/topology/monitor"
)

type targetGroup struct {
	Targets []string
	Labels  map[string]string
}

func read[T any](t *testing.T, dir, name string) (out T) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// declare loads a lab of a few lines.
func declare(t *testing.T, hcl string) *topology.Topology {
	t.Helper()
	lab, diags := load.Source("the lab", map[string][]byte{"lab.hcl": []byte(hcl)}, load.Options{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return lab
}

func TestTargetsOfTheNimmerverse(t *testing.T) {
	t.Parallel()
	dir := emitted(t, labs(t)["nimmerverse"])
	ours := read[[]targetGroup](t, dir, "prometheus/targets/nimmer.json")
	at := map[string][]string{}
	for _, g := range ours {
		at[g.Labels["host"]+" "+g.Labels["service"]] = append(g.Targets, g.Labels["environment"])
	}
	for name, want := range map[string][]string{
		"theia organ": {"10.20.0.10:7643", "dev,prod"}, "theia host": {"10.20.0.10:7644", "dev,staging,prod"},
		"prometheus deploy": {"127.0.0.1:7645", "dev,staging,prod"}, "prometheus console": {"10.20.0.5:8080", "dev,staging,prod"},
	} {
		if diff := cmp.Diff(want, at[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	dcgm := read[[]targetGroup](t, dir, "prometheus/targets/dcgm.json")
	if len(dcgm) != 2 || dcgm[0].Targets[0] != "10.20.0.10:9400" || dcgm[0].Labels["roles"] == "" {
		t.Errorf("cards: %+v", dcgm)
	}
}

type listening struct {
	Processes []struct {
		Host, Service, Process, Identity, Listen, Unit string
		Environments, Runs                             []string
		Port                                           int
		Scraped                                        bool
	}
}

// TestPortsAreNobodyElses: in random labs, no two processes of a host share a
// port, and none has one that the declaration gives away.
func TestPortsAreNobodyElses(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		lab := loadtest.Random(t, seed)
		dir := emitted(t, lab)
		taken := map[string]map[int]bool{}
		use := func(host string, port int, what string) {
			if taken[host] == nil {
				taken[host] = map[int]bool{}
			}
			if port != 0 && taken[host][port] {
				t.Errorf("seed %d: port %d of %s is given twice, to %s", seed, port, host, what)
			}
			taken[host][port] = true
		}
		for _, n := range lab.NATS {
			for _, h := range n.Hosts {
				use(h, n.Port, "nats")
				use(h, n.MonitorPort, "nats monitoring")
			}
		}
		for _, p := range read[listening](t, dir, "prometheus/listen.json").Processes {
			use(p.Host, p.Port, p.Service)
		}
	}
}

func TestProcessesKeepOutOfEachOthersWay(t *testing.T) {
	t.Parallel()
	lab := declare(t, `
lab "l" { environments = ["dev", "prod"] }
network "n" { subnet = "10.0.0.0/24" }
host "a" { addresses = { n = "10.0.0.1" } }
host "b" { addresses = { n = "10.0.0.2" } }
cell "x" {}
cell "y" {}
gate "g" { cells = [cell.x, cell.y] }
service "gate-dev" {
  process      = "gate"
  hosts        = [host.a]
  environments = ["dev"]
}
service "gate-prod" {
  process      = "gate"
  hosts        = [host.a]
  environments = ["prod"]
}
service "console" {
  hosts  = [host.a]
  listen = "127.0.0.1:7661"
}
monitoring "m" {
  host = host.b
  exporter "dcgm" { hosts = [host.a] }
}
`)
	dir := emitted(t, lab)
	got := map[string]string{}
	for _, p := range read[listening](t, dir, "prometheus/listen.json").Processes {
		got[p.Unit+" of "+p.Host] = p.Listen
		if p.Service == "console" && p.Scraped {
			t.Error("b scrapes what listens on the loopback of a")
		}
	}
	want := map[string]string{
		"nimmer-gate-dev.service of a":  "10.0.0.1:7641",
		"nimmer-gate-prod.service of a": "10.0.0.1:7681", // 7661 is the console's
		"nimmer-console.service of a":   "127.0.0.1:7661",
		"nimmer-host.service of a":      "10.0.0.1:7644",
		"nimmer-host.service of b":      "127.0.0.1:7644",
		"nimmer-organ.service of a":     "10.0.0.1:7643", // of the mind that is implied
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, g := range read[[]targetGroup](t, dir, "prometheus/targets/nimmer.json") {
		if g.Labels["service"] == "console" {
			t.Errorf("target %+v", g)
		}
	}
}

// TestSeveralBlocks: each has its own folder, and none takes itself for the
// only one.
func TestSeveralBlocks(t *testing.T) {
	t.Parallel()
	lab := declare(t, `
lab "l" {}
host "a" {}
host "b" {}
monitoring "one" { host = host.a }
monitoring "two" {
  host = host.b
  exporter "node" {}
}
`)
	files, err := monitor.Emit(lab)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, f.Path)
	}
	for _, want := range []string{"prometheus/one/prometheus.yml", "prometheus/two/targets/node.json", "grafana/two/dashboards/nimmer-bus.json", "loki/one/labels.json"} {
		if !slices.Contains(paths, want) {
			t.Errorf("no %s in %v", want, paths)
		}
	}
	dir := emitted(t, lab)
	for _, g := range read[[]targetGroup](t, dir, "prometheus/one/targets/nimmer.json") {
		if strings.HasPrefix(g.Targets[0], "127.") {
			t.Errorf("%v cannot be reached from the other", g)
		}
	}
	promtool(t, dir, "check", "config", "prometheus/one/prometheus.yml")
	promtool(t, dir, "check", "config", "prometheus/two/prometheus.yml")
}

type logLabels struct {
	Hosts []struct {
		Host, Push string
		Labels     map[string]string
		Rules      []struct{ Field, Pattern, Label, Value string }
	}
}

func TestLogsHaveLabels(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nimmerverse", "cim"} {
		lab := labs(t)[name]
		dir := emitted(t, lab)
		logs := read[logLabels](t, dir, "loki/labels.json")
		if len(logs.Hosts) == 0 {
			t.Fatalf("%s: no host has logs", name)
		}
		for _, h := range logs.Hosts {
			if h.Labels["host"] != h.Host || !strings.HasSuffix(h.Push, ":3100/loki/api/v1/push") {
				t.Errorf("%s: %+v", name, h)
			}
			for _, r := range h.Rules {
				if _, err := regexp.Compile(r.Pattern); err != nil || !slices.Contains([]string{"unit", "level", "identity", "environment"}, r.Label) {
					t.Errorf("%s, %s: rule %+v: %v", name, h.Host, r, err)
				}
			}
			data, err := os.ReadFile(filepath.Join(dir, "loki", "alloy", h.Host+".alloy"))
			if err != nil {
				t.Fatal(err)
			}
			text := string(data)
			if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "rule {") != len(h.Rules) ||
				strings.Contains(text, `source_labels = [""]`) || !strings.Contains(text, `url = "`+h.Push+`"`) {
				t.Errorf("%s, %s:\n%s", name, h.Host, text)
			}
		}
	}
	logs := read[logLabels](t, emitted(t, labs(t)["nimmerverse"]), "loki/labels.json")
	found := false
	for _, h := range logs.Hosts {
		for _, r := range h.Rules {
			found = found || r.Pattern == `nimmer-gate-prod\.service` && r.Label == "environment" && r.Value == "prod"
		}
	}
	if !found {
		t.Error("the lines of gate-prod do not say that they are of prod")
	}
}
