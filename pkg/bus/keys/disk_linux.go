package keys

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// flushAll flushes the file systems of some folders. That is one wait, where
// flushing thousands of files one by one would be thousands.
func flushAll(dirs []string) (done bool, err error) {
	seen := map[uint64]bool{}
	for _, dir := range dirs {
		f, err := os.Open(dir)
		if err != nil {
			return true, err
		}
		var st unix.Stat_t
		err = unix.Fstat(int(f.Fd()), &st)
		if err == nil && !seen[st.Dev] {
			seen[st.Dev] = true
			err = unix.Syncfs(int(f.Fd()))
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return true, err
		}
	}
	return true, nil
}
