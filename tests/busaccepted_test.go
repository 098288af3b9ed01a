package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
	"github.com/nimmerverse/nimmer/tests/buslab"
)

func TestMain(m *testing.M) {
	code := m.Run()
	buslab.Clean()
	os.Exit(code)
}

func dir(t testing.TB, path string) *topology.Topology {
	t.Helper()
	top, diags := load.Dir(path, load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}

// regions are two clusters of three that are joined, with everything on request.
const regions = `
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

// labs are all the labs whose configurations a server has to accept.
func labs(t testing.TB) map[string]*topology.Topology {
	out := map[string]*topology.Topology{
		"nimmerverse": dir(t, "../topology"),
		"cim":         dir(t, "../topology/examples/cim"),
		"home":        buslab.Source(t, string(load.InitHCL(load.Options{}))),
		"regions":     buslab.Source(t, regions),
	}
	for seed := range uint64(8) {
		out[fmt.Sprintf("random %d", seed)] = loadtest.Random(t, seed)
	}
	return out
}

// TestAccepted has nats-server itself check every configuration of every lab.
func TestAccepted(t *testing.T) {
	t.Parallel()
	server := buslab.NATSServer(t)
	for name, top := range labs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := buslab.New(t, top)
			for _, s := range natsconf.Servers(top, l.Model) {
				out, err := exec.Command(server, "-t", "-c", l.Config(s)).CombinedOutput()
				if err != nil || !strings.Contains(string(out), "is valid") {
					config, _ := os.ReadFile(l.Config(s))
					t.Errorf("%s: %v\n%s\n%s", s.Path(), err, out, config)
				}
			}
		})
	}
}

// Without the files that hold the keys no server starts.
func TestNoKeysNoServer(t *testing.T) {
	t.Parallel()
	server := buslab.NATSServer(t)
	l := buslab.New(t, buslab.Source(t, regions))
	for _, s := range natsconf.Servers(l.Topology, l.Model) {
		config := l.Config(s)
		text, err := os.ReadFile(config)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			file, ok := strings.CutPrefix(strings.TrimSpace(line), "include ")
			if !ok {
				continue
			}
			path := filepath.Join(filepath.Dir(config), strings.Trim(file, `"`))
			if err := os.Rename(path, path+".away"); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(server, "-t", "-c", config).CombinedOutput(); err == nil {
				t.Errorf("%s without %s: %s", s.Name, file, out)
			}
			if err := os.Rename(path+".away", path); err != nil {
				t.Fatal(err)
			}
		}
	}
}
