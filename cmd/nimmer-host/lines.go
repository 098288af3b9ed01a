package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// lines are the connections of the agent: one for each environment as the host,
// and one for each user that has credentials of its own.
type lines struct {
	options  bus.Options       // what all have in common
	server   map[string]string // by environment
	credsDir string

	hosts map[string]*bus.Conn            // by environment
	cells map[string]map[string]*bus.Conn // by environment and cell
	all   []*bus.Conn
}

// dialler reads where the buses are and how to log in.
func (o *options) dialler(envs []string, logger *slog.Logger) (*lines, error) {
	flags := cli.BusFlags{Creds: o.creds, Context: o.context}
	l := &lines{
		options: flags.Options("", logger), server: map[string]string{}, credsDir: o.credsDir,
		hosts: map[string]*bus.Conn{}, cells: map[string]map[string]*bus.Conn{},
	}
	l.options.Wait = true
	if o.creds != "" {
		l.credsDir = ""
	}
	for _, s := range o.servers {
		env, url, ok := strings.Cut(s, "=")
		switch {
		case !ok:
			l.options.Server = s
		case !slices.Contains(envs, env):
			return nil, cli.Usagef("--server %s: environment %q is not one of %s", s, env, strings.Join(envs, ", "))
		default:
			l.server[env] = url
		}
	}
	return l, nil
}

// errAsked says that the agent was asked to stop before it had begun.
var errAsked = errors.New("asked to stop")

// open connects everything, and waits for buses that are not there yet, or
// until it is asked to stop.
func (l *lines) open(ctx context.Context, host string, p plan) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, env := range p.envs {
		own, err := l.dial(ctx, env, "nimmer-host "+host+" "+env, accounts.HostUser(env, host), nil)
		if err != nil {
			return whyNot(ctx, env, err)
		}
		l.hosts[env], l.cells[env] = own, map[string]*bus.Conn{}
		for _, c := range p.sensors[env] {
			conn, err := l.dial(ctx, env, "nimmer-host "+host+" cell "+c.Name, accounts.CellUser(env, c.Name), own)
			if err != nil {
				return whyNot(ctx, env, err)
			}
			l.cells[env][c.Name] = conn
		}
	}
	return nil
}

func whyNot(ctx context.Context, env string, err error) error {
	if ctx.Err() != nil {
		return errAsked
	}
	return fmt.Errorf("connect to the bus of %s: %w", env, err)
}

// dial connects as a user, or shares a connection when the user has no
// credentials of its own.
func (l *lines) dial(ctx context.Context, env, name, user string, shared *bus.Conn) (*bus.Conn, error) {
	o := l.options
	o.Name = name
	if url := l.server[env]; url != "" {
		o.Server = url
	}
	creds := l.creds(user)
	switch {
	case creds != "":
		o.Creds = creds
	case shared != nil:
		return shared, nil
	}
	conn, err := bus.Connect(ctx, o)
	if err == nil {
		l.all = append(l.all, conn)
	}
	return conn, err
}

// creds is the file of a user in the folder of credentials, "" when there is none.
func (l *lines) creds(user string) string {
	if l.credsDir == "" {
		return ""
	}
	path := filepath.Join(l.credsDir, user+".creds")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return path
}

// drain closes all connections.
func (l *lines) drain(ctx context.Context) error {
	var errs []error
	for _, conn := range l.all {
		errs = append(errs, conn.Drain(ctx))
	}
	return errors.Join(errs...)
}
