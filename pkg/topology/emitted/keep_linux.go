package emitted

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// many is from how many files on the whole file system is synced at once. That
// waits for what others have written there too, so a few are synced by name.
const many = 128

// keep waits until the disk has all of these files and folders.
func keep(root *os.Root, names []string) error {
	if len(names) < many {
		return each(names, func(name string) error { return fsync(root, name) })
	}
	f, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(os.NewSyscallError("syncfs", unix.Syncfs(int(f.Fd()))), f.Close())
}
