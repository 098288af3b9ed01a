package nix

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// machine is what one host evaluates to.
type machine struct {
	Toplevel string         `json:"toplevel"`
	Warnings []string       `json:"warnings"`
	Node     map[string]any `json:"node"`
}

// Every NixOS host of the example labs is a whole system, warns of nothing, and deploy-rs takes its node.
func TestHosts(t *testing.T) {
	t.Parallel()
	need(t, "deploy-rs", "disko")
	for _, name := range names(t, "flake.nixosConfigurations") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkMachine(t, "nixosConfigurations", name)
		})
	}
}

// Every Mac, too.
func TestMacs(t *testing.T) {
	t.Parallel()
	need(t, "deploy-rs", "nix-darwin")
	for _, name := range names(t, "flake.darwinConfigurations") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkMachine(t, "darwinConfigurations", name)
		})
	}
}

func checkMachine(t *testing.T, output, name string) {
	t.Helper()
	var m machine
	start := time.Now()
	// A derivation becomes its path, as in what deploy-rs reads.
	said := evaluate(t, fmt.Sprintf(`let
	  inherit (flake.%s.%q) config;
	  node = flake.deploy.nodes.%q;
	in {
	  toplevel = config.system.build.toplevel.drvPath;
	  inherit (config) warnings;
	  node = node // { profiles = lib.mapAttrs (_: p: p // { path = p.path.drvPath; }) node.profiles; };
	}`, output, name, name), &m)
	t.Logf("%s (%.1f s)", m.Toplevel, time.Since(start).Seconds())
	for _, w := range append(warnings(said), m.Warnings...) {
		t.Errorf("it warns: %s", w)
	}

	dir := given(t)["deploy-rs"]
	data, err := os.ReadFile(filepath.Join(dir, "interface.json"))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := wave.CompileSchema("deploy-rs", data)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(map[string]any{"nodes": map[string]any{name: m.Node}})
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("deploy-rs refuses its node: %v", err)
	}
}

func names(t *testing.T, set string) []string {
	t.Helper()
	var found []string
	evaluate(t, "builtins.attrNames ("+set+")", &found)
	if len(found) == 0 {
		t.Errorf("%s is empty", set)
	}
	return found
}
