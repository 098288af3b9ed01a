package lab

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// A lab that was killed leaves its files behind, and another process may have
// its id by now.
func TestWhatAKilledLabLeavesIsNoRunningLab(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"pid":     strconv.Itoa(os.Getpid()),
		loginFile: `{"format_version": 1, "lab": "home", "environment": "dev", "url": "nats://127.0.0.1:1"}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := FindRunning(dir); r != nil || err != nil {
		t.Errorf("found %+v, %v", r, err)
	}
	s, err := OpenState(dir, "home", "dev")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := FindRunning(dir); r == nil || err != nil {
		t.Errorf("while somebody runs there: %+v, %v", r, err)
	}
	s.Close()
	if r, err := FindRunning(dir); r != nil || err != nil {
		t.Errorf("after it ended: %+v, %v", r, err)
	}
}
