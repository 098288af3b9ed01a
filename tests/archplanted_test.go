package tests

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sound is a small tree that breaks nothing, with each of the exemptions in it.
var sound = map[string]string{
	"pkg/wave/wave.go":              "// Package wave is planted.\npackage wave\n",
	"pkg/gate/gate.go":              "// Package gate is planted.\npackage gate\n\nimport (\n\t\"net\"\n\t\"sync\"\n\t\"time\"\n\n\t_ \"github.com/nimmerverse/nimmer/pkg/wave\"\n)\n\nvar (\n\tWindow = time.Second\n\tOnce   sync.Once\n\tMAC    = net.ParseMAC\n)\n",
	"pkg/gate/gate_test.go":         "package gate\n\nimport \"time\"\n\nvar start = time.Now()\n\nfunc run() { go func() {}() }\n",
	"pkg/gate/gatetest/gatetest.go": "// Package gatetest is planted.\npackage gatetest\n\nimport (\n\t\"math/rand/v2\"\n\n\t_ \"github.com/nimmerverse/nimmer/pkg/gate\"\n)\n\nvar N = rand.Int()\n",
	"pkg/bus/bus.go":                "// Package bus is planted.\npackage bus\n\nimport _ \"github.com/nats-io/nats.go/jetstream\"\n",
	"pkg/bus/bus_test.go":           "package bus\n\nimport (\n\t_ \"github.com/nats-io/nats-server/v2/server\"\n\t_ \"github.com/nimmerverse/nimmer/pkg/bus/embedded\"\n)\n",
	"pkg/bus/embedded/embedded.go":  "// Package embedded is planted.\npackage embedded\n\nimport (\n\t_ \"github.com/nats-io/nats-server/v2/server\"\n\t_ \"github.com/nats-io/nats.go\"\n)\n",
	"pkg/cell/cell.go":              "// Package cell is planted.\npackage cell\n\nimport _ \"github.com/nimmerverse/nimmer/pkg/wave\"\n",
	"cmd/nimmer/main.go":            "// Command nimmer is planted.\npackage main\n\nimport (\n\t\"os\"\n\n\t_ \"github.com/nimmerverse/nimmer/pkg/bus\"\n\t_ \"github.com/nimmerverse/nimmer/pkg/cell\"\n\t_ \"github.com/spf13/cobra\"\n)\n\nfunc main() { os.Exit(0) }\n",
	"tests/all_test.go":             "// Package tests is planted.\npackage tests\n\nimport _ \"github.com/nimmerverse/nimmer/pkg/cell\"\n",
	"pkg/cell/testdata/broken.go":   "not Go\n",
	"tests/other/go.mod":            "module other\n",
	"tests/other/other.go":          "package other\n",
	".hidden/hidden.go":             "package hidden\n",
}

// planted breaks one rule a file; the value names what must be found, and where.
var planted = map[string]struct{ content, want string }{
	"pkg/gate/up.go":          {"package gate\n\nimport _ \"github.com/nimmerverse/nimmer/pkg/bus\"\n", "3: floor: pkg/gate (floor 1) imports pkg/bus (floor 2)"},
	"pkg/topology/child.go":   {"// Package topology is planted.\npackage topology\n\nimport _ \"github.com/nimmerverse/nimmer/pkg/topology/load\"\n", "4: floor: pkg/topology (floor 1) imports pkg/topology/load (floor 2)"},
	"pkg/cell/up_test.go":     {"package cell\n\nimport _ \"github.com/nimmerverse/nimmer/cmd/nimmer\"\n", "3: floor: pkg/cell (floor 3) imports cmd/nimmer (floor 4)"},
	"pkg/cell/beside.go":      {"package cell\n\nimport _ \"github.com/nimmerverse/nimmer/pkg/organ\"\n", "3: floor: pkg/cell and pkg/organ both stand on floor 3"},
	"pkg/stray/stray.go":      {"// Package stray is planted.\npackage stray\n", "2: floor: pkg/stray stands on no floor"},
	"stray.go":                {"// Package stray is planted.\npackage stray\n", "2: floor: . stands on no floor"},
	"pkg/cell/nats.go":        {"package cell\n\nimport _ \"github.com/nats-io/nats.go\"\n", "3: owner: imports github.com/nats-io/nats.go, which only pkg/bus does"},
	"pkg/cell/hcl.go":         {"package cell\n\nimport _ \"github.com/hashicorp/hcl/v2/hclsyntax\"\n", "3: owner: imports github.com/hashicorp/hcl/v2/hclsyntax, which only pkg/topology/load does"},
	"cmd/nimmer/schema.go":    {"package main\n\nimport _ \"github.com/santhosh-tekuri/jsonschema/v6\"\n", "3: owner: imports github.com/santhosh-tekuri/jsonschema/v6, which only pkg/wave does"},
	"pkg/cell/assert_test.go": {"package cell\n\nimport _ \"github.com/stretchr/testify/assert\"\n", "3: ban: imports github.com/stretchr/testify/assert"},
	"pkg/organ/organ.go":      {"package organ\n", "1: package comment: pkg/organ has none"},
	"pkg/wave/again.go":       {"// Package wave is explained again.\npackage wave\n", "1: package comment: pkg/wave has another one in pkg/wave/"},
	"pkg/wave/long.go":        {"package wave\n" + strings.Repeat("\n", 600), "1: file size: 601 lines"},
	"pkg/gate/clock.go":       {"package gate\n\nimport clock \"time\"\n\nvar Start = clock.Now()\n", "5: pure: uses clock.Now"},
	"pkg/gate/chance.go":      {"package gate\n\nimport \"math/rand/v2\"\n\nvar N = rand.Int()\n", "3: pure: imports math/rand/v2"},
	"pkg/gate/spawn.go":       {"package gate\n\nfunc spawn() {\n\tgo spawn()\n}\n", "4: pure: starts a goroutine"},
	"pkg/gate/file.go":        {"package gate\n\nimport \"os\"\n\nvar Read = os.ReadFile\n", "3: pure: imports os"},
	"pkg/gate/lock.go":        {"package gate\n\nimport \"sync\"\n\nvar Lock sync.Mutex\n", "5: pure: uses sync.Mutex"},
	"pkg/gate/dial.go":        {"package gate\n\nimport \"net\"\n\nvar Dial = net.Dial\n", "5: pure: uses net.Dial"},
	"pkg/cell/log.go":         {"package cell\n\nimport \"log/slog\"\n\nfunc say() { slog.Info(\"x\") }\n", "5: logger: uses slog.Info"},
	"pkg/cell/exit.go":        {"package cell\n\nimport \"os\"\n\nfunc end() { os.Exit(1) }\n", "5: logger: uses os.Exit"},
	"pkg/cell/sleep_test.go":  {"package cell\n\nimport \"time\"\n\nfunc wait() { time.Sleep(1) }\n", "5: test wait: uses time.Sleep"},
}

// TestSoundTree shows that nothing is found where nothing is wrong.
func TestSoundTree(t *testing.T) {
	t.Parallel()

	if diff := cmp.Diff([]string(nil), findings(t, sound)); diff != "" {
		t.Error(diff)
	}
}

// TestPlantedViolations shows that each rule can fail: one violation is planted at a time.
func TestPlantedViolations(t *testing.T) {
	t.Parallel()

	for name, plant := range planted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			tree := maps.Clone(sound)
			tree[name] = plant.content
			got := findings(t, tree)
			if !slices.ContainsFunc(got, func(f string) bool {
				return strings.HasPrefix(f, name+":"+plant.want) || strings.Contains(f, ":"+plant.want)
			}) {
				t.Errorf("want %s:%s, got %q", name, plant.want, got)
			}
			if len(got) != 1 {
				t.Errorf("one violation gives one finding, got %q", got)
			}
		})
	}
}

// findings checks a tree written into a temporary folder.
func findings(t *testing.T, tree map[string]string) []string {
	t.Helper()

	root := t.TempDir()
	for name, content := range tree {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found, err := check(root, house)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range found {
		lines = append(lines, f.String())
	}
	return lines
}
