package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Dialler opens the connections of a daemon that is several users: each with
// its own credentials out of a folder, or all of them with one login.
type Dialler struct {
	// Options is what the connections have in common.
	Options bus.Options
	// Folder holds USER.creds for each user; "" when there is one login for all.
	Folder string

	mu    sync.Mutex
	conns map[string]*bus.Conn // by server and user; without a folder by server
	all   []*bus.Conn
}

// SystemdCreds is the folder of credentials that systemd handed to the unit, if
// it holds those of a user; else "".
func SystemdCreds(user string) string {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return ""
	}
	if _, err := os.Stat(filepath.Join(dir, user+".creds")); err != nil {
		return ""
	}
	return dir
}

// As connects as a user to a server ("": that of Options), once, and waits for a
// bus that is not there yet until ctx ends.
func (d *Dialler) As(ctx context.Context, server, user, name string) (*bus.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := server
	o := d.Options
	o.Name, o.Wait = name, true
	if server != "" {
		o.Server = server
	}
	if d.Folder != "" {
		key, o.Creds = server+" "+user, filepath.Join(d.Folder, user+".creds")
	}
	if conn := d.conns[key]; conn != nil {
		return conn, nil
	}
	conn, err := bus.Connect(ctx, o)
	switch {
	case err == nil:
	case d.Folder != "":
		return nil, fmt.Errorf("connect to the bus as %s: %w", user, err)
	default:
		return nil, fmt.Errorf("connect to the bus: %w", err)
	}
	if d.conns == nil {
		d.conns = map[string]*bus.Conn{}
	}
	d.conns[key] = conn
	d.all = append(d.all, conn)
	return conn, nil
}

// Drain ends all connections.
func (d *Dialler) Drain(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, conn := range d.all {
		errs = append(errs, conn.Drain(ctx))
	}
	return errors.Join(errs...)
}

// Users names the users of a declaration's cells, nerves and hosts. Without a
// declaration (nil) they are named as one would.
type Users struct{ model *accounts.Model }

// NewUsers compiles a declaration's accounts; t may be nil.
func NewUsers(t *topology.Topology) (Users, error) {
	if t == nil {
		return Users{}, nil
	}
	m, err := accounts.Compile(t)
	return Users{m}, err
}

// Of is the user that a block such as "cell.math" has in an account: its own, or
// its identity's. On a site without accounts of that block it is otherwise.
func (u Users) Of(env, kind, block, otherwise string) string {
	if u.model == nil {
		return otherwise
	}
	for i := range u.model.Sites {
		if found := u.model.Sites[i].For(env, kind, block); found != nil {
			return found.Name
		}
	}
	return otherwise
}

// Member is the user of a cell or a nerve.
func (u Users) Member(env, kind, name string) string {
	otherwise := accounts.CellUser(env, name)
	if kind == "nerve" {
		otherwise = accounts.NerveUser(env, name)
	}
	return u.Of(env, topology.AccountVirtual, kind+"."+name, otherwise)
}

// Host is the user of a host's agent.
func (u Users) Host(env, name string) string {
	return u.Of(env, topology.AccountInfra, "host."+name, accounts.HostUser(env, name))
}
