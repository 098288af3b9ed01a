package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"
)

// storeLock holds a store directory for one server.
type storeLock struct {
	dir   string
	limit int64 // bytes the server may store
	bound int64 // bytes its streams were promised before, when that is more
	lock  *flock.Flock
	owner owner
}

// owner is what nimmer.json in a store directory says about its server.
type owner struct {
	Server string `json:"server"`
	PID    int    `json:"pid,omitempty"`
	URL    string `json:"url,omitempty"`
}

const (
	lockFile  = "nimmer.lock"
	ownerFile = "nimmer.json"
)

// openStore makes the directory, checks that a server can use it and locks it.
// limit 0 asks for the default.
func openStore(dir, name string, limit int64) (*storeLock, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	s := &storeLock{dir: dir, lock: flock.New(filepath.Join(dir, lockFile))}
	locked, err := s.lock.TryLock()
	if err != nil {
		return nil, storeError(dir, err)
	}
	if !locked {
		_ = s.lock.Close()
		return nil, fail("open bus store", dir, "stop that one, or give this one a directory of its own with --state", heldBy(s.read()))
	}
	s.owner = owner{Server: name, PID: os.Getpid()}
	if err := s.admit(limit); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// lockStore makes the directory and locks it for a server that runs from a file.
func lockStore(dir, name string) (*storeLock, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	s := &storeLock{dir: dir, lock: flock.New(filepath.Join(dir, lockFile)), owner: owner{Server: name, PID: os.Getpid()}}
	locked, err := s.lock.TryLock()
	if err != nil {
		return nil, storeError(dir, err)
	}
	if !locked {
		_ = s.lock.Close()
		return nil, fail("open bus store", dir, "stop that one, or give this one a store_dir of its own", heldBy(s.read()))
	}
	return s, s.write()
}

// admit checks whose store it is and whether there is room, and signs it.
func (s *storeLock) admit(limit int64) error {
	if before := s.read(); before.Server != "" && before.Server != s.owner.Server {
		return fail("open bus store", s.dir, fmt.Sprintf("use another directory with --state, or the name %q to take it over", before.Server),
			fmt.Errorf("it belongs to server %q, this one is %q", before.Server, s.owner.Server))
	}
	free, known := diskFree(s.dir)
	var err error
	s.limit, err = storeLimit(limit, free, known, func() int64 { return dirSize(jetstreamDir(s.dir)) })
	if err != nil {
		return fail("open bus store", s.dir, "make room, or put the store elsewhere with --state", err)
	}
	s.bound = promised(jetstreamDir(s.dir))
	return s.write()
}

// storeLimit decides how much may be stored, with so much of the disk free
// (when that is known) and so much used already.
func storeLimit(asked, free int64, known bool, used func() int64) (int64, error) {
	switch {
	case known && free < minFree:
		return 0, fmt.Errorf("the disk is full: %d MiB are free, %d MiB are needed to start", free>>20, minFree>>20)
	case asked > 0:
		return asked, nil
	case known:
		return min(defaultMaxStore, free/5*4+used()), nil
	}
	return defaultMaxStore, nil
}

// promised adds up the bounds of the streams that a store holds. A server that
// may store less than that refuses every change to a stream, also one to a
// smaller bound. What cannot be read counts 0.
func promised(dir string) int64 {
	files, err := filepath.Glob(filepath.Join(dir, "*", "streams", "*", "meta.inf"))
	if err != nil {
		return 0
	}
	var total int64
	for _, f := range files {
		var stream struct {
			MaxBytes int64  `json:"max_bytes"`
			Storage  string `json:"storage"`
		}
		if data, err := os.ReadFile(f); err == nil && json.Unmarshal(data, &stream) == nil && stream.Storage != "memory" {
			total += max(stream.MaxBytes, 0)
		}
	}
	return total
}

// note adds where the server listens, for whoever finds the store locked.
func (s *storeLock) note(url string) {
	if s != nil {
		s.owner.URL = url
		_ = s.write() // only helps a later message
	}
}

// release unlocks the store. The owner file stays and names the server.
func (s *storeLock) release() {
	if s != nil {
		_ = s.lock.Close()
	}
}

func (s *storeLock) read() owner {
	var o owner
	if data, err := os.ReadFile(filepath.Join(s.dir, ownerFile)); err == nil {
		_ = json.Unmarshal(data, &o)
	}
	return o
}

func (s *storeLock) write() error {
	data, err := json.Marshal(s.owner)
	if err != nil {
		return storeError(s.dir, err)
	}
	path := filepath.Join(s.dir, ownerFile)
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return storeError(s.dir, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return storeError(s.dir, err)
	}
	return nil
}

func heldBy(o owner) error {
	switch {
	case o.PID == 0:
		return errors.New("another server is using it")
	case o.URL == "":
		return fmt.Errorf("server %s (process %d) is using it", o.Server, o.PID)
	}
	return fmt.Errorf("server %s (process %d, %s) is using it", o.Server, o.PID, o.URL)
}

func makeDir(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return storeError(dir, err)
	}
	return nil
}

// storeError says in plain words why a directory cannot be used.
func storeError(dir string, err error) error {
	hint := "choose another directory with --state"
	switch {
	case errors.Is(err, fs.ErrPermission):
		hint = fmt.Sprintf("user id %d may not write there: give it to that user (chown), or choose another directory with --state", os.Getuid())
	case errors.Is(err, syscall.EROFS):
		hint = "that file system is read-only: choose another directory with --state"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "make room, or put the store elsewhere with --state"
	case errors.Is(err, syscall.ENOTDIR):
		hint = "a file is in the way: choose another directory with --state"
	}
	if pe := new(fs.PathError); errors.As(err, &pe) {
		err = pe.Err
	}
	return fail("open bus store", dir, hint, err)
}

// dirSize adds up the files below a directory; what cannot be read counts 0.
func dirSize(dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil
	})
	return total
}
