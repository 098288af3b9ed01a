package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// State is a locked state directory: one process, one lab, one environment.
type State struct {
	Dir  string
	lock *flock.Flock
}

// owner is what a state directory remembers of whom it belongs to.
type owner struct {
	Lab         string `json:"lab"`
	Environment string `json:"environment"`
}

// lockFile is held by the process that uses a state directory.
const lockFile = "lock"

// OpenState makes and locks a state directory. One that another process uses,
// or that holds another lab's state, is refused.
func OpenState(dir, labName, env string) (*State, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, stateError("make", dir, err)
	}
	lock := flock.New(filepath.Join(dir, lockFile))
	// Who only asks whether somebody runs here holds it for a moment.
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	locked, err := lock.TryLockContext(ctx, 10*time.Millisecond)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, stateError("lock", dir, err)
	}
	if !locked {
		return nil, &daemon.Error{
			Op: "lock", Subject: "state directory " + dir, Err: errors.New("a running nimmer" + holder(dir) + " uses it"),
			Hint: "stop that one, or give this one a directory of its own with --state",
		}
	}
	s := &State{Dir: dir, lock: lock}
	if err := s.claim(owner{labName, env}); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// claim checks whose state this is, and writes it down in a new directory.
func (s *State) claim(me owner) error {
	path := filepath.Join(s.Dir, "lab.json")
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		data, err := json.Marshal(me)
		if err == nil {
			err = writeFile(path, append(data, '\n'))
		}
		if err != nil {
			return stateError("write to", s.Dir, err)
		}
	case err != nil:
		return stateError("read", s.Dir, err)
	default:
		var there owner
		if err := json.Unmarshal(data, &there); err != nil {
			return stateError("read "+path+" of", s.Dir, err)
		}
		if there != me {
			return &daemon.Error{
				Op: "open", Subject: "state directory " + s.Dir,
				Err:  fmt.Errorf("it holds the lab %q, environment %q, not %q, %q", there.Lab, there.Environment, me.Lab, me.Environment),
				Hint: "give this lab a directory of its own with --state",
			}
		}
	}
	if err := writeFile(filepath.Join(s.Dir, "pid"), fmt.Appendf(nil, "%d\n", os.Getpid())); err != nil {
		return stateError("write to", s.Dir, err)
	}
	return nil
}

// Close lets another process have the directory.
func (s *State) Close() {
	_ = os.Remove(filepath.Join(s.Dir, "pid"))
	_ = s.lock.Unlock()
}

// holder names the process that holds the lock, when it said so.
func holder(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		return ""
	}
	return " (process " + strings.TrimSpace(string(data)) + ")"
}

// writeFile replaces a small file whole or not at all. Some hold passwords: what
// lies where it is written first, a link or a file of somebody else's, is not
// written into.
func writeFile(path string, data []byte) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
	}
	return err
}

// stateError says what a person can do about a directory that cannot be used.
func stateError(op, dir string, err error) error {
	hint := "choose another directory with --state"
	switch {
	case errors.Is(err, fs.ErrPermission):
		hint = "this user may not write there: " + hint
	case isFull(err):
		hint = "the disk is full: make room, or " + hint
	}
	return &daemon.Error{Op: op, Subject: "state directory " + dir, Err: err, Hint: hint}
}
