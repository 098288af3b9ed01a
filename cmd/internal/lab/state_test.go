package lab

import (
	"os"
	"path/filepath"
	"testing"
)

// What somebody left in the way does not get to see what is written.
func TestWriteFileIntoNothingOfOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, other := filepath.Join(dir, "bus.json"), filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("theirs"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, put := range []func() error{
		func() error { return nil },
		func() error { return os.Symlink(other, path+".new") },
		func() error { return os.Link(other, path+".new") },
		func() error { return os.WriteFile(path+".new", nil, 0o666) },
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if err := writeFile(path, []byte("secret")); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(other); err != nil || string(data) != "theirs" {
			t.Errorf("the other file holds %q, %v", data, err)
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("the mode of what was written is %v, %v", info.Mode(), err)
		}
		if _, err := os.Lstat(path + ".new"); !os.IsNotExist(err) {
			t.Errorf("something was left: %v", err)
		}
	}
}
