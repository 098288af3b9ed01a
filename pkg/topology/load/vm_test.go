package load_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology/emit"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// machines are the declarations of the NixOS tests that have one of their own.
// Only what the modules read is kept beside it.
var machines = []string{"../../../tests/vm/bus"}

// kept reports whether modules read a file.
func kept(path string) bool {
	return path == "topology.json" || path == "prometheus/listen.json" || strings.HasPrefix(path, "nats/") || strings.HasPrefix(path, "ipa/")
}

// TestMachines holds what lies beside those declarations against what would be
// emitted today.
func TestMachines(t *testing.T) {
	for _, dir := range machines {
		lab, diags := load.Dir(dir, load.Options{})
		clean(t, diags)
		files, err := emit.Files(lab)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !kept(f.Path) {
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
