package nix

import (
	"os/exec"
	"testing"
)

// TestGoldenUnitsAreWhatIsRendered: the modules make the units that are kept in golden.
func TestGoldenUnitsAreWhatIsRendered(t *testing.T) {
	t.Parallel()
	pkgs := nixpkgs(t)
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("skipped: no jq on PATH")
	}
	turns <- struct{}{}
	defer func() { <-turns }()
	if out, err := exec.Command("./golden.sh", "--check", pkgs).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
