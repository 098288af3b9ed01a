package nix

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/nixos-options.md")

// docs/nixos-options.md is what the modules say. `make nix-docs` writes it.
func TestOptionsPage(t *testing.T) {
	t.Parallel()
	need(t, "nix-darwin", "deploy-rs")
	var want string
	quiet(t, evaluate(t, "import "+absolute(t, "options.nix")+" { inherit nixpkgs flake; }", &want))
	const page = "../../docs/nixos-options.md"
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/nixos-options.md is stale: run make nix-docs (-modules +page): %s", diff)
	}
}
