package load

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// FuzzSource loads anything: it never panics, what it returns without errors
// can be emitted and filled again, and its diagnostics can be rendered.
func FuzzSource(f *testing.F) {
	for _, pattern := range []string{"testdata/errors/*.hcl", "testdata/valid/*.hcl", "testdata/ten/*.hcl", "../../../topology/*.hcl"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			if filepath.Base(file) == "costly.hcl" {
				continue // at its bound a declaration takes a second, which leaves the fuzzer no time
			}
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Add(InitHCL(Options{}))
	f.Fuzz(func(t *testing.T, src []byte) {
		top, diags := Source("fuzz", map[string][]byte{"fuzz.hcl": src, "schema.json": []byte("{}")}, Options{})
		_ = diags.Text(true)
		if _, err := diags.JSON(); err != nil {
			t.Fatalf("diagnostics as JSON: %v", err)
		}
		if diags.HasErrors() {
			return
		}
		before := mustJSON(t, top)
		topology.Fill(top, topology.Host{})
		if mustJSON(t, top) != before {
			t.Fatal("filled twice differs from filled once")
		}
		if _, err := topology.JSON(top); err != nil {
			t.Fatalf("emit: %v", err)
		}
	})
}
