package load_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology/emit"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// machines are the declarations of the NixOS tests that have one of their own,
// and the files and folders of what they emit that the modules read there.
var machines = map[string][]string{
	"../../../tests/vm/bus":     {"topology.json", "prometheus/listen.json", "nats/", "ipa/"},
	"../../../tests/nix/fences": {"topology.json", "ipa/"},
}

// kept reports whether a path is one of these or below one.
func kept(path string, all []string) bool {
	return slices.ContainsFunc(all, func(one string) bool {
		return path == one || strings.HasSuffix(one, "/") && strings.HasPrefix(path, one)
	})
}

// TestMachines holds what lies beside those declarations against what would be
// emitted today.
func TestMachines(t *testing.T) {
	for dir, read := range machines {
		lab, diags := load.Dir(dir, load.Options{})
		clean(t, diags)
		files, err := emit.Files(lab)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !kept(f.Path, read) {
				continue
			}
			path := filepath.Join(dir, f.Path)
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if there, err := os.ReadFile(path); err != nil || !bytes.Equal(there, f.Data) {
				t.Errorf("%s is stale or missing; look at what changed, then: go test ./pkg/topology/load -run TestMachines -update", path)
			}
		}
	}
}
