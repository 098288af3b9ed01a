// Package nix evaluates the flake of this checkout with a whole nixpkgs at hand: every machine of the example
// labs, packages, checks, what deploy-rs and nix-topology are given. Nothing is built, fetched or stored.
//
// NIMMER_REF_NIXPKGS names a checkout of nixpkgs; NIMMER_REF_NIX_INPUTS a folder that holds those of the
// flake's other inputs that are at hand, each under its name. `make nix-check` sets both.
//
// The units that the modules make are kept in golden; what they must have is looked at without Nix.
package nix

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// evaluation is what a machine needs for one of them at a time, with room for the collector.
const evaluation = 3 << 30

// turns bounds how many evaluations run at a time: as many as there are processors and memory for.
var turns = make(chan struct{}, min(runtime.GOMAXPROCS(0), max(1, int(available()/evaluation))))

// inputs are the flake's inputs beside nixpkgs.
var inputs = []string{"deploy-rs", "disko", "nix-darwin", "nix-topology"}

// nixpkgs returns the checkout to evaluate with.
func nixpkgs(t *testing.T) string {
	t.Helper()
	nix(t)
	dir := os.Getenv("NIMMER_REF_NIXPKGS")
	if dir == "" {
		t.Skip("skipped: NIMMER_REF_NIXPKGS does not name a checkout of nixpkgs (make nix-check NIXPKGS=DIR)")
	}
	return absolute(t, dir)
}

// nix skips a test where there is no Nix.
func nix(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		t.Skip("skipped: no nix-instantiate on PATH")
	}
}

// given returns those inputs that are at hand.
func given(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	root := os.Getenv("NIMMER_REF_NIX_INPUTS")
	for _, name := range inputs {
		dir := filepath.Join(root, name)
		if _, err := os.Stat(filepath.Join(dir, "flake.nix")); root != "" && err == nil {
			found[name] = absolute(t, dir)
		}
	}
	return found
}

// need skips a test whose inputs are not at hand.
func need(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if given(t)[name] == "" {
			t.Skipf("skipped: NIMMER_REF_NIX_INPUTS names no folder that holds a checkout of %s", name)
		}
	}
}

// evaluate puts the value of an expression, in which "flake" is ours and "nixpkgs" the checkout, into a Go
// value, and returns what Nix said beside it.
func evaluate(t *testing.T, expr string, into any) string {
	t.Helper()
	stdout, stderr, err := try(t, expr)
	if err != nil {
		t.Fatalf("%v\n%s", err, reason(stderr))
	}
	if err := json.Unmarshal([]byte(stdout), into); err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return stderr
}

// try evaluates an expression and returns its value as JSON, what Nix said beside it, and whether it failed.
func try(t *testing.T, expr string) (value, said string, err error) {
	t.Helper()
	pkgs := nixpkgs(t)
	var dirs strings.Builder
	for name, dir := range given(t) {
		dirs.WriteString(name + " = " + dir + "; ")
	}
	whole := "let nixpkgs = " + pkgs + "; inputs = { " + dirs.String() + "}; " +
		"flake = import " + absolute(t, ".") + " { inherit nixpkgs inputs; }; inherit (flake.inputs.nixpkgs) lib; in " + expr

	turns <- struct{}{}
	defer func() { <-turns }()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "nix-instantiate", "--eval", "--strict", "--json", "--readonly-mode", "--store", "dummy://", "--expr", whole)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

// reason is the end of what Nix says about an error, without the way there.
func reason(said string) string {
	if i := strings.LastIndex(said, "\n       error:"); i >= 0 {
		return said[i+1:]
	}
	return said
}

// warnings returns what Nix warned of.
func warnings(said string) []string {
	var found []string
	for line := range strings.Lines(said) {
		if strings.Contains(line, "warning: ") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// available is the memory of this machine that is free, where that can be read.
func available() int64 {
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 2 * evaluation
	}
	for line := range strings.Lines(string(data)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "MemAvailable: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 2 * evaluation
}
