package monitor_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOneProcessForEachEnvironmentAndIdentity: gate core and cells serve one
// environment each, what has an identity does not share a process with what has
// another, and nothing runs twice.
func TestOneProcessForEachEnvironmentAndIdentity(t *testing.T) {
	t.Parallel()
	lab := declare(t, `
lab "l" { environments = ["dev", "prod"] }
network "n" { subnet = "10.0.0.0/24" }
host "a" { addresses = { n = "10.0.0.1" } }
identity "eye" { hosts = [host.a] }
cell "cpu" {
  builtin = "cpu"
  on      = [host.a]
}
cell "text" { builtin = "text" }
cell "math" {
  builtin  = "math"
  identity = identity.eye
}
gate "pressure" { cells = [cell.cpu, cell.text] }
nerve "pressure" {
  builtin      = "pressure"
  gate         = gate.pressure
  environments = ["prod"]
  on           = [host.a]
}
service "cell" {
  hosts = [host.a]
  cells = [cell.text, cell.math]
}
service "cell-prod" {
  process      = "cell"
  hosts        = [host.a]
  environments = ["prod"]
  cells        = [cell.text]
}
service "gate" { hosts = [host.a] }
`)
	got := map[string]string{}
	for _, p := range read[listening](t, emitted(t, lab), "prometheus/listen.json").Processes {
		if p.Process == "cell" || p.Process == "gate" || p.Process == "host" {
			got[strings.TrimSuffix(p.Unit, ".service")] = strings.Join(p.Environments, "+") + " " + p.Identity + " " + strings.Join(p.Runs, " ")
		}
	}
	want := map[string]string{
		"nimmer-cell-dev":      "dev  cell.text",
		"nimmer-cell-dev-eye":  "dev eye cell.math",
		"nimmer-cell-prod":     "prod  cell.text",
		"nimmer-cell-prod-eye": "prod eye cell.math",
		"nimmer-cell-prod-2":   "prod  cell.text", // of the other service
		"nimmer-cell":          "prod  nerve.pressure",
		"nimmer-gate-dev":      "dev  ",
		"nimmer-gate-prod":     "prod  ",
		"nimmer-host":          "dev+prod  ", // and the sensor
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
