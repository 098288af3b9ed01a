// Package tests holds the rules of the whole tree: who may import whom, who owns which library, and what
// the pure floor may not do. They read the source files themselves; a rule that asked the go command would
// be answered from the test cache, which does not see what a child process reads.
package tests

import (
	"testing"
)

// module is the path all our packages begin with.
const module = "github.com/nimmerverse/nimmer"

// house is the table of the tree. A package that is not listed has the floor of its nearest listed parent;
// one without any is a finding: every package has a place.
var house = rules{
	floors: map[string]int{
		"pkg/wave":   0,
		"pkg/daemon": 0,
		"pkg/metric": 0,

		"pkg/gate":     1,
		"pkg/robot":    1,
		"pkg/cortex":   1,
		"pkg/topology": 1,

		"pkg/topology/load":    2,
		"pkg/topology/emitted": 2,
		"pkg/metric/prom":      2,
		"pkg/bus":              2,
		"pkg/bus/embedded":     2,
		"pkg/bus/keys":         2,
		"pkg/phoebe":           2,
		"pkg/proc":             2,
		"pkg/gpu":              2,
		"pkg/identity":         2,

		"pkg/bus/bustest":       3, // logs in to a server for tests
		"pkg/bus/keys/keystest": 3, // the same, with signed credentials

		"pkg/cell":     3,
		"pkg/host":     3,
		"pkg/organ":    3,
		"pkg/gatecore": 3,
		"pkg/boundary": 3,
		"pkg/thalamus": 3,
		"pkg/npc":      3,
		"pkg/harness":  3,
		"pkg/probe":    3,
		"pkg/deploy":   3,
		"pkg/ops":      3,
		"pkg/console":  3,

		"cmd": 4,
	},
	pureFloor: 1,
	maxLines:  600,

	// One owner per library: replacing it, or working around its bugs, touches one folder. Tests, the
	// embedded server and key signing (nkeys, jwt: not listed) are exempt.
	owners: map[string]owner{
		"github.com/hashicorp/hcl":              {"pkg/topology/load", "the rest of the tree sees plain structs, daemons carry no HCL parser"},
		"github.com/zclconf/go-cty":             {"pkg/topology/load", "cty values end where the declaration is loaded"},
		"github.com/nats-io/nats.go":            {"pkg/bus", "services use the verbs of pkg/wave, so they run over any bus and in any test"},
		"github.com/nats-io/jsm.go":             {"pkg/bus", "streams and buckets are made, and NATS contexts read, in one place"},
		"github.com/nats-io/nats-server":        {"pkg/bus/embedded", "only who runs a server links one"},
		"filippo.io/age":                        {"pkg/bus/keys", "what opens a seed is in one place"},
		"github.com/santhosh-tekuri/jsonschema": {"pkg/wave", "schemas are compiled by wave.CompileSchema"},
		"github.com/prometheus/client_golang":   {"pkg/metric/prom", "services tell their counters to pkg/metric, under names that are declared there"},
		"github.com/jackc/pgx":                  {"pkg/phoebe", "PostgreSQL is a projection: nobody else waits for it"},
		"github.com/NVIDIA/go-nvml":             {"pkg/gpu", "cgo and the driver stay behind one interface"},
		"github.com/coreos/go-systemd":          {"pkg/proc", "processes, units and slices have one master"},
		"github.com/containerd/cgroups":         {"pkg/proc", "limits are set where processes are started"},
		"github.com/shirou/gopsutil":            {"pkg/cell", "what the machine feels arrives as waves"},
		"github.com/jcmturner":                  {"pkg/identity", "Kerberos logs in to FreeIPA, nowhere else"},
		"github.com/spf13/cobra":                {"cmd", "a service has no flags"},
		"charm.land":                            {"cmd", "a service has no terminal; views are wiring"},
	},

	// Libraries nobody imports.
	bans: map[string]string{
		"github.com/stretchr/testify": "plain testing and go-cmp: one way to write a test, and no dependency for it",
		"io/ioutil":                   "io and os have what it had",
	},
}

func TestArchitecture(t *testing.T) {
	t.Parallel()

	found, err := check("..", house)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}
