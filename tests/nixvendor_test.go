package tests

import (
	"encoding/json"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// packaging is cmd/vendor.json: what cmd/package.nix cannot find out by itself.
type packaging struct {
	VendorHash string `json:"vendorHash"`
	Go         string `json:"go"`
}

func readPackaging(t *testing.T) packaging {
	t.Helper()
	data, err := os.ReadFile("../cmd/vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	var p packaging
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// The hash in cmd/vendor.json is that of the vendor folder which buildGoModule makes of the package's source:
// go.mod, go.sum, cmd and pkg.
func TestNixVendorHash(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"cmd", "pkg"} {
		if err := os.CopyFS(filepath.Join(root, name), os.DirFS(filepath.Join("..", name))); err != nil {
			t.Fatal(err)
		}
	}
	vendor := exec.CommandContext(t.Context(), "go", "mod", "vendor")
	vendor.Dir = root
	vendor.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := vendor.CombinedOutput(); err != nil {
		t.Fatalf("go mod vendor: %v\n%s(make deps downloads what go.mod names)", err, out)
	}
	got, err := narHash(filepath.Join(root, "vendor"))
	if err != nil {
		t.Fatal(err)
	}
	if want := readPackaging(t).VendorHash; got != want {
		t.Errorf("the dependencies changed: set vendorHash in cmd/vendor.json to %s (it is %s)", got, want)
	}
}

// nixpkgs builds with its own Go and downloads none: go.mod must not ask for a newer one. cmd/vendor.json says
// which it has.
func TestNixGoDirective(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	have := readPackaging(t).Go
	if !version.IsValid("go" + have) {
		t.Fatalf("cmd/vendor.json: go %q is no version", have)
	}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) == 2 && (words[0] == "go" || words[0] == "toolchain") {
			asked := "go" + strings.TrimPrefix(words[1], "go")
			if version.Compare(asked, "go"+have) > 0 {
				t.Errorf("go.mod asks for %s, nixpkgs has %s", asked, have)
			}
		}
	}
}
