package nix

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A mistake that ends the evaluation says in a sentence which host or folder it is about, and what to do. Those
// that are assertions of a module are among its own tests.
func TestMistakes(t *testing.T) {
	t.Parallel()
	nixpkgs(t)
	empty := t.TempDir()
	lab := func(topology string) string {
		return "(flake.lib.lab { topology = " + topology + "; hosts = " + empty + "; }).nixosConfigurations"
	}
	nimmerverse := absolute(t, "../../topology")
	for _, test := range []struct {
		name, expr string
		want       []string
	}{
		{
			"a host that is not declared",
			`(lib.nixosSystem { modules = [ flake.nixosModules.default {
			  nimmer.topology = ` + nimmerverse + `; nimmer.host = "thea"; nixpkgs.hostPlatform = "x86_64-linux";
			} ]; }).config.networking.hostName`,
			[]string{"nimmer.host: thea is not in topology.json of lab nimmerverse", "declare `host \"thea\"`", "theia"},
		},
		{
			"a system that nimmer does not build for",
			"lib.attrNames " + lab(changed(t, func(lab map[string]any) {
				lab["hosts"].([]any)[0].(map[string]any)["system"] = "x86_64-freebsd"
			})),
			[]string{"host dioscuri has system x86_64-freebsd", "nimmer builds for x86_64-linux"},
		},
		{
			"a declaration of another format",
			"lib.attrNames " + lab(changed(t, func(lab map[string]any) { lab["format_version"] = 99 })),
			[]string{"nimmer.topology: ", "has format version 99, these modules read 1", "emit it"},
		},
		{
			"a folder where nothing was emitted",
			"lib.attrNames " + lab(empty),
			[]string{"nimmer.topology: " + empty + " has no topology.json", "run `nimmer topology emit`"},
		},
		{
			"a machine whose hardware nobody wrote down",
			lab(nimmerverse) + ".theia.config.networking.hostName",
			[]string{"host theia has no folder hosts/theia", "nixos-generate-config"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			value, said, err := try(t, test.expr)
			if err == nil {
				t.Fatalf("it is taken, and is %s", value)
			}
			for _, want := range test.want {
				if !strings.Contains(reason(said), want) {
					t.Errorf("it does not say %q:\n%s", want, reason(said))
				}
			}
		})
	}
}

// changed is a folder with a declaration that differs from the nimmerverse's.
func changed(t *testing.T, change func(map[string]any)) string {
	t.Helper()
	data, err := os.ReadFile("../../topology/topology.json")
	if err != nil {
		t.Fatal(err)
	}
	var lab map[string]any
	if err := json.Unmarshal(data, &lab); err != nil {
		t.Fatal(err)
	}
	change(lab)
	if data, err = json.Marshal(lab); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "topology.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
