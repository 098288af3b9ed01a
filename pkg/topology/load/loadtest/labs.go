package loadtest

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// Regions are two clusters of three that are joined, with everything on request.
const Regions = `
lab "regions" { environments = ["dev", "prod"] }
network "bus" { subnet = "10.7.0.0/16" }
host "east" {
  for_each  = range(1, 4)
  name      = "east-${each.value}"
  addresses = { bus = "10.7.1.${each.value}" }
}
host "west" {
  for_each  = range(1, 4)
  name      = "west-${each.value}"
  addresses = { bus = "10.7.2.${each.value}" }
}
host "robot" { addresses = { bus = "10.7.3.1" } }
host "watch" { addresses = { bus = "10.7.4.1" } }
nats "east" {
  hosts          = host.east
  region         = "east \"coast\""
  peers          = [nats.west]
  durable        = "power-loss"
  websocket_port = 8443
  jetstream {
    memory = "1GiB"
    store  = "10GiB"
  }
}
nats "west" { hosts = host.west }
leaf "robot" {
  host         = host.robot
  environments = ["prod"]
  jetstream { store = "5GiB" }
}
monitoring "watch" {
  host = host.watch
  exporter "nats" { hosts = [host.watch] }
}
`

// Labs are labs of every kind: those of the repository, whose root is named, the
// built-in one, Regions and some random ones.
func Labs(t testing.TB, root string) map[string]*topology.Topology {
	t.Helper()
	out := map[string]*topology.Topology{
		"nimmerverse": Dir(t, filepath.Join(root, "topology")),
		"cim":         Dir(t, filepath.Join(root, "topology", "examples", "cim")),
		"home":        Source(t, string(load.InitHCL(load.Options{}))),
		"regions":     Source(t, Regions),
	}
	for seed := range uint64(8) {
		out[fmt.Sprintf("random %d", seed)] = Random(t, seed)
	}
	return out
}

// Dir reads the lab of a folder. It fails the test when that has errors.
func Dir(t testing.TB, path string) *topology.Topology {
	t.Helper()
	top, diags := load.Dir(path, load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}

// Source reads a lab from its declaration. It fails the test when that has
// errors.
func Source(t testing.TB, hcl string) *topology.Topology {
	t.Helper()
	top, diags := load.Source("test", map[string][]byte{"lab.hcl": []byte(hcl)}, load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}
