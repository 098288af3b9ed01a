package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// conns are the connections of gate core into the accounts of both gardens, and
// of the boundary beside it. Without accounts they are one and the same.
type conns struct{ virtual, real, boundary *bus.Conn }

func (c *conns) all() []*bus.Conn {
	out := []*bus.Conn{c.virtual}
	for _, more := range []*bus.Conn{c.real, c.boundary} {
		if more != c.virtual {
			out = append(out, more)
		}
	}
	return out
}

// drain ends all of them.
func (c *conns) drain(ctx context.Context) error {
	var errs []error
	for _, conn := range c.all() {
		if conn != nil {
			errs = append(errs, conn.Drain(ctx))
		}
	}
	return errors.Join(errs...)
}

// users are who the credentials are for: gate core's own users, or those of the
// identity that it runs as.
func users(t *topology.Topology, env string) (virtual, real, boundary string) {
	virtual, real = accounts.GateUser(env, topology.AccountVirtual), accounts.GateUser(env, topology.AccountReal)
	for _, s := range t.In(env).Services {
		if s.Process == "gate" && s.Identity != "" {
			virtual = accounts.IdentityUser(env, s.Identity, topology.AccountVirtual)
			real = accounts.IdentityUser(env, s.Identity, topology.AccountReal)
			break
		}
	}
	return virtual, real, accounts.BoundaryUser(env)
}

// separate reports whether each account is logged in to by itself.
func (o *options) separate(t *topology.Topology) bool { return o.folder(t) != "" || o.credsReal != "" }

// folder is where a credentials file for each user lies: the one asked for, or
// what systemd handed to the unit.
func (o *options) folder(t *topology.Topology) string {
	if folder := o.bus.Folder(); folder != "" || o.bus.Creds != "" || o.bus.Context != "" || o.credsReal != "" {
		return folder
	}
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	virtual, _, _ := users(t, o.bus.Env)
	if _, err := os.Stat(cli.CredsFile(dir, virtual)); dir == "" || err != nil {
		return ""
	}
	return dir
}

// asks reports whether there is a boundary beside gate core.
func (o *options) asks(t *topology.Topology) bool { return len(t.In(o.bus.Env).Events) > 0 }

// check says what is wrong with the flags about logins.
func (o *options) check(t *topology.Topology) error {
	switch {
	case o.credsReal != "" && o.bus.Folder() != "":
		return cli.Usagef("--creds names a folder: it holds what --creds-real would give")
	case o.credsReal != "" && o.credsBoundary == "" && o.asks(t):
		return cli.Usagef("events are declared, so the boundary runs here, and it is a user of its own: give --creds-boundary too, or --creds FOLDER with all three")
	case o.credsReal == "" && o.credsBoundary != "":
		return cli.Usagef("--creds-boundary goes with --creds-real")
	case o.apply && o.separate(t):
		return cli.Usagef("--apply is for a bus without accounts: gate core may not make streams; `nimmer bus apply` makes them as their admin")
	}
	return nil
}

// connect opens what there are logins for.
func (o *options) connect(ctx context.Context, t *topology.Topology, logger *slog.Logger) (*conns, error) {
	open := func(label, creds string) (*bus.Conn, error) {
		b := o.bus.Options("nimmer-gate "+label, logger)
		b.Split, b.Creds = true, creds
		conn, err := bus.Connect(ctx, b)
		if err != nil {
			return nil, fmt.Errorf("connect to the bus: %w", err)
		}
		return conn, nil
	}
	var err error
	c := &conns{}
	if !o.separate(t) {
		c.virtual, err = open(o.bus.Env, o.bus.Options("", nil).Creds)
		c.real, c.boundary = c.virtual, c.virtual
		return c, err
	}
	virtual, real, boundary := o.bus.Options("", nil).Creds, o.credsReal, o.credsBoundary
	if folder := o.folder(t); folder != "" {
		virtual, real, boundary = users(t, o.bus.Env)
		virtual, real, boundary = cli.CredsFile(folder, virtual), cli.CredsFile(folder, real), cli.CredsFile(folder, boundary)
	}
	for _, x := range []struct {
		to           **bus.Conn
		label, creds string
	}{{&c.virtual, "virtual", virtual}, {&c.real, "real", real}, {&c.boundary, "boundary", boundary}} {
		if x.label == "boundary" && !o.asks(t) {
			c.boundary = c.virtual
			continue
		}
		if *x.to, err = open(x.label+" "+o.bus.Env, x.creds); err != nil {
			return c, fmt.Errorf("%s, with %s: %w", x.label, filepath.Base(x.creds), err)
		}
	}
	return c, nil
}
