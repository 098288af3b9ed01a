package nix

import (
	"encoding/json"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Nix reads every file.
func TestParse(t *testing.T) {
	t.Parallel()
	nix(t)
	args := []string{"--store", "dummy://", "--parse"}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && len(entry.Name()) > 2 && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".nix" {
			args = append(args, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "nix-instantiate", args...).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	t.Logf("%d files", len(args)-3)
}

// The modules' own tests (modules/NAME/tests.nix), a subtest for each module.
func TestModules(t *testing.T) {
	t.Parallel()
	nixpkgs(t)
	found, err := filepath.Glob("../../modules/*/tests.nix")
	if err != nil || len(found) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	for _, path := range found {
		name := filepath.Base(filepath.Dir(path))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "darwin" {
				need(t, "nix-darwin")
			}
			var result struct {
				Ran      int
				Failures []struct {
					Name          string
					Got, Expected json.RawMessage
				}
			}
			evaluate(t, `import `+absolute(t, "eval-tests.nix")+` { inherit nixpkgs flake; only = "`+name+`"; }`, &result)
			if result.Ran == 0 {
				t.Error("it has no tests")
			}
			for _, f := range result.Failures {
				t.Errorf("%s: got %s, want %s", f.Name, f.Got, f.Expected)
			}
		})
	}
}
