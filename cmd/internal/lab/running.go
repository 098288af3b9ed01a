package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// loginFile is where a running lab tells its owner how to manage its bus.
const loginFile = "bus.json"

// Running is a lab that is played on this machine, and how its owner logs in as
// the admins of its accounts.
type Running struct {
	FormatVersion int    `json:"format_version"`
	Lab           string `json:"lab"`
	Environment   string `json:"environment"`
	URL           string `json:"url"`
	// Folder is where it is declared, "" for the built-in lab.
	Folder string `json:"folder"`
	// Store is how many bytes its bus may store.
	Store int64 `json:"store"`
	// Admins are the passwords by user. They end with the process.
	Admins map[string]string `json:"admins"`
}

// tell writes down how the bus is managed, for this user only.
func (l *Lab) tell() error {
	if l.URL() == "" {
		return nil // nobody can come
	}
	r := Running{FormatVersion: 1, Lab: l.Name, Environment: l.Env, URL: l.URL(), Folder: whole(l.Declaration.Folder), Store: l.server.MaxStore(), Admins: map[string]string{}}
	for _, kind := range Kinds {
		user := accounts.AdminUser(l.Env, kind)
		r.Admins[user] = l.logins.secret[user]
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = writeFile(filepath.Join(l.state.Dir, loginFile), append(data, '\n'))
	}
	if err != nil {
		return stateError("write to", l.state.Dir, err)
	}
	return nil
}

// untell takes it back: the passwords are good for nothing any more.
func (l *Lab) untell() {
	if l.server != nil {
		_ = os.Remove(filepath.Join(l.state.Dir, loginFile))
	}
}

// FindRunning reads how the lab is managed that runs with a state directory.
// It is nil when none does, or when it listens nowhere.
func FindRunning(dir string) (*Running, error) {
	if !alive(dir) {
		return nil, nil
	}
	data, err := os.ReadFile(filepath.Join(dir, loginFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	r := new(Running)
	if err == nil {
		err = json.Unmarshal(data, r)
	}
	if err == nil && r.FormatVersion != 1 {
		err = fmt.Errorf("it has format version %d, this nimmer knows 1", r.FormatVersion)
	}
	if err != nil {
		return nil, &daemon.Error{
			Op: "read", Subject: "the logins of the lab in " + dir, Err: err,
			Hint: "run this as the user who started `nimmer up`, with the same nimmer",
		}
	}
	return r, nil
}

// RunningAt looks for a lab that this user plays on a bus, in the state
// directories that labs have by default. It is nil when there is none.
func RunningAt(bus func(url string) bool) *Running {
	base, err := stateBase()
	if err != nil {
		return nil
	}
	found, _ := filepath.Glob(filepath.Join(base, "*", "*", loginFile))
	for _, path := range found {
		if r, err := FindRunning(filepath.Dir(path)); err == nil && r != nil && bus(r.URL) {
			return r
		}
	}
	return nil
}

// Streams returns what it keeps when it is declared as t: what this machine has
// room for.
func (r *Running) Streams(t *topology.Topology) (Stored, error) {
	want, err := Streams(played(t, r.Environment), r.Environment)
	if err != nil {
		return want, err
	}
	want.Streams, want.Buckets, err = fit(want.Streams, want.Buckets, r.Store)
	return want, err
}

// DeclaredIn reports whether it was declared in a folder, "" for the built-in
// lab.
func (r *Running) DeclaredIn(folder string) bool { return r.Folder == whole(folder) }

// whole is a folder's path wherever it is read from, by whatever link.
func whole(folder string) string {
	if folder == "" {
		return ""
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	if abs, err := filepath.Abs(folder); err == nil {
		folder = abs
	}
	return folder
}

// alive reports whether a process holds a state directory. Its lock says so: a
// process id may be somebody else's by now.
func alive(dir string) bool {
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	_ = lock.Close() // which unlocks
	return err == nil && !free
}
