package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/nimmerverse/nimmer/pkg/daemon"
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
	// Admins are the passwords by user. They end with the process.
	Admins map[string]string `json:"admins"`
}

// tell writes down how the bus is managed, for this user only.
func (l *Lab) tell() error {
	if l.URL() == "" {
		return nil // nobody can come
	}
	r := Running{FormatVersion: 1, Lab: l.Name, Environment: l.Env, URL: l.URL(), Admins: map[string]string{}}
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

// alive reports whether the process that a state directory names is there.
func alive(dir string) bool {
	data, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		return false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || pid <= 0 {
		return false
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, fs.ErrPermission)
}
