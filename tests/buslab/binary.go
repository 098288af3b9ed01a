package buslab

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// programs are what was built, by package.
var programs struct {
	sync.Mutex
	dir  string
	path map[string]string
}

// NATSServer is the nats-server of the module's version, built once for a test
// binary; Clean removes it.
func NATSServer(t testing.TB) string { return program(t, "github.com/nats-io/nats-server/v2") }

// Nimmer is our own program.
func Nimmer(t testing.TB) string { return program(t, "github.com/nimmerverse/nimmer/cmd/nimmer") }

func program(t testing.TB, pkg string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	if path := programs.path[pkg]; path != "" {
		return path
	}
	if programs.dir == "" {
		dir, err := os.MkdirTemp("", "buslab")
		if err != nil {
			t.Fatal(err)
		}
		programs.dir, programs.path = dir, map[string]string{}
	}
	path := filepath.Join(programs.dir, filepath.Base(filepath.Dir(pkg))+"-"+filepath.Base(pkg))
	if out, err := exec.Command("go", "build", "-trimpath", "-o", path, pkg).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", pkg, err, out)
	}
	programs.path[pkg] = path
	return path
}

// Clean removes what was built, for a TestMain.
func Clean() {
	programs.Lock()
	defer programs.Unlock()
	if programs.dir != "" {
		_ = os.RemoveAll(programs.dir)
	}
}
