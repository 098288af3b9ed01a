//go:build !linux

package emitted

import "os"

// keep waits until the disk has all of these files and folders.
func keep(root *os.Root, names []string) error {
	return each(names, func(name string) error { return fsync(root, name) })
}
