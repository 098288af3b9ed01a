package tests

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flakeLock is as much of flake.lock as is checked. An input is the name of a node, or a path of names to follow.
type flakeLock struct {
	Version int    `json:"version"`
	Root    string `json:"root"`
	Nodes   map[string]struct {
		Inputs map[string]any `json:"inputs"`
		Locked struct {
			Rev     string `json:"rev"`
			NarHash string `json:"narHash"`
			Type    string `json:"type"`
		} `json:"locked"`
	} `json:"nodes"`
}

// flake.lock locks what flake.nix names, and there is one nixpkgs.
func TestNixLock(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	var lock flakeLock
	if err := json.Unmarshal(data, &lock); err != nil {
		t.Fatal(err)
	}
	if lock.Version != 7 {
		t.Errorf("version %d, not 7", lock.Version)
	}

	locked := slices.Sorted(maps.Keys(lock.Nodes[lock.Root].Inputs))
	if diff := cmp.Diff(declaredInputs(t), locked); diff != "" {
		t.Errorf("inputs of flake.nix (-) and flake.lock (+): %s", diff)
	}
	for name, node := range lock.Nodes {
		for input, target := range node.Inputs {
			follows, _ := target.([]any)
			if name != lock.Root && regexp.MustCompile(`^nixpkgs`).MatchString(input) && !cmp.Equal(follows, []any{"nixpkgs"}) {
				t.Errorf("%s: its %s does not follow ours", name, input)
			}
			if to, ok := target.(string); ok && lock.Nodes[to].Locked.NarHash == "" {
				t.Errorf("%s: its %s is not locked", name, input)
			}
		}
		if l := node.Locked; name != lock.Root && (l.Type != "github" || len(l.Rev) != 40) {
			t.Errorf("%s is locked to %s %q", name, l.Type, l.Rev)
		}
	}
}

// declaredInputs reads the names out of flake.nix: in its inputs, what is indented by two steps.
func declaredInputs(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)\n  inputs = \{\n(.*?)\n  \};`).FindSubmatch(text)
	if block == nil {
		t.Fatal("flake.nix has no inputs = { ... };")
	}
	var found []string
	for _, m := range regexp.MustCompile(`(?m)^    ([a-z-]+)[.\s]`).FindAllSubmatch(block[1], -1) {
		found = append(found, string(m[1]))
	}
	slices.Sort(found)
	return slices.Compact(found)
}
