//go:build !linux

package keys

// flushAll is for systems that can flush a whole file system.
func flushAll([]string) (done bool, err error) { return false, nil }
