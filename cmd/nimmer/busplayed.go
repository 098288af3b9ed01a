package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// meant is the declaration that a bus is compared with.
type meant struct {
	lab.Declaration
	asked string // environment, "" for the lab's first
	note  string // why it is another than that of this folder
}

// meant finds the declaration to compare with: that of the folder which was
// named, else that of the lab which this user plays on the bus, else this
// folder's. Whoever plays one lab in the folder of another is not told that the
// other's streams are missing.
func (f *busFlags) meant(cmd *cobra.Command, args []string) (meant, error) {
	d, err := readDeclaration(cmd, args)
	m := meant{Declaration: d, asked: f.Asked(cmd)}
	if err != nil {
		return m, err
	}
	if len(args) > 0 || m.Diagnostics.HasErrors() || f.Folder() != "" {
		return m, nil
	}
	r, err := f.played()
	if err != nil || r == nil || m.asked != "" && m.asked != r.Environment {
		return m, err
	}
	m.asked, f.asPlayed = r.Environment, true
	if r.Lab == m.Topology.Lab.Name && r.DeclaredIn(m.Folder) {
		return m, nil
	}
	here := m.Folder
	m.Declaration = lab.Load(r.Folder)
	m.note = fmt.Sprintf("%s plays the lab %q of %s: this is about that one", r.URL, r.Lab, place(r.Folder))
	if here != "" {
		m.note += fmt.Sprintf(", not about %s; for that name its folder", here)
	}
	return m, nil
}

// place is how people call where a lab is declared.
func place(folder string) string {
	if folder == "" {
		return "`nimmer up` without a folder"
	}
	return folder
}

// address is the host and port of a bus, however its URL is written; "" for one
// that says who logs in, or when there are several.
func address(text string) string {
	if !strings.Contains(text, "://") {
		text = "nats://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Hostname() == "" || strings.Contains(text, ",") {
		return ""
	}
	host := u.Hostname()
	if host == "localhost" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, cmp.Or(u.Port(), "4222"))
}

// played is the lab of this machine that the flags mean: that of --state, else
// the one on the bus, if it is this user's.
func (f *busFlags) played() (*lab.Running, error) {
	if f.state == "" {
		if f.Creds != "" || f.Context != "" {
			return nil, nil
		}
		target, err := bus.Resolve(f.Options("nimmer bus", nil))
		if err != nil {
			return nil, nil // whoever connects says so
		}
		at := address(target.URLs)
		return lab.RunningAt(func(url string) bool { return at != "" && address(url) == at }), nil
	}
	r, err := lab.FindRunning(f.state)
	if err == nil && r == nil {
		err = &daemon.Error{
			Op: "look for", Subject: "a running nimmer in " + f.state, Err: errors.New("none listens there"),
			Hint: "start one with `nimmer up --state " + f.state + "`, or name its directory",
		}
	}
	return r, err
}
