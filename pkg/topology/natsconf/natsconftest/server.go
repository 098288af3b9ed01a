package natsconftest

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "nats-server")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "nats-server")
	out, err := exec.Command("go", "build", "-trimpath", "-o", path, "github.com/nats-io/nats-server/v2").CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return path, nil
})

// Binary is the nats-server of the module's version, built once for a test
// binary; Clean removes it.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatalf("build nats-server: %v\n%s", err, path)
	}
	return path
}

// Clean removes what Binary built, for a TestMain.
func Clean() {
	if path, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
}
