package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/gatecore"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Options says which lab is played, and where.
type Options struct {
	Declaration Declaration
	Env         string
	State       string // directory
	Listen      string // of the bus
	Version     string
	Logger      *slog.Logger
}

// Lab is a declared lab on this machine: its bus runs, its services are built
// and wait to be started.
type Lab struct {
	Name, Env   string
	Declaration Declaration
	Conn        *bus.Conn // of the operator, who watches
	Core        *gatecore.Core
	Services    []daemon.Named
	Notes       []string // what a person should know: which mind speaks, what is not played here

	state  *State
	server *embedded.Server
	logins *logins
	played *topology.Topology // on this machine alone
}

// Open locks the state, starts the bus, makes its streams and builds the
// services. What fails is undone.
func Open(ctx context.Context, o Options) (l *Lab, err error) {
	t := o.Declaration.Topology
	l = &Lab{Name: t.Lab.Name, Env: o.Env, Declaration: o.Declaration}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
			l = nil
		}
	}()
	if l.state, err = OpenState(o.State, t.Lab.Name, o.Env); err != nil {
		return l, err
	}
	if err := l.open(ctx, o); err != nil {
		return l, err
	}
	return l, l.build(ctx, o)
}

// open starts the bus with the accounts of the lab and makes its streams.
func (l *Lab) open(ctx context.Context, o Options) (err error) {
	l.played = played(o.Declaration.Topology, o.Env)
	if l.logins, err = newLogins(l.played, o.Env, o.Logger); err != nil {
		return err
	}
	who, err := l.logins.accounts()
	if err != nil {
		return err
	}
	want, err := Streams(l.played, o.Env)
	if err != nil {
		return err
	}
	store := filepath.Join(o.State, "jetstream")
	if err := adopt(store, o.Env, want); err != nil {
		return err
	}
	l.server, err = embedded.Start(embedded.Options{
		Listen: o.Listen, StoreDir: store, Accounts: who, ServerName: "nimmer-" + HostName(), Logger: o.Logger,
	})
	if err != nil {
		return err
	}
	l.logins.server = l.server
	if want.Streams, want.Buckets, err = fit(want.Streams, want.Buckets, l.server.MaxStore()); err != nil {
		return fmt.Errorf("make the streams of %s in %s: %w", o.Env, o.State, err)
	}
	if err := l.logins.apply(ctx, want); err != nil {
		return err
	}
	if l.Conn, err = l.logins.user(ctx, accounts.OperatorUser(o.Env)); err != nil {
		return err
	}
	return l.tell()
}

// URL is where clients find the bus.
func (l *Lab) URL() string { return l.server.ClientURL() }

// StateDir is where everything is kept.
func (l *Lab) StateDir() string { return l.state.Dir }

// After returns the services with one more behind the named one, that only
// does f once.
func (l *Lab) After(name, label string, f func(context.Context) error) []daemon.Named {
	i := slices.IndexFunc(l.Services, func(n daemon.Named) bool { return n.Name == name })
	return slices.Insert(slices.Clone(l.Services), i+1, daemon.Named{Name: label, Service: &once{f: f}})
}

// Close ends the bus and gives the state back. The services have stopped.
func (l *Lab) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	if l.logins != nil {
		errs = append(errs, l.logins.drain(ctx))
	}
	if l.server != nil {
		errs = append(errs, l.server.Stop(ctx))
	}
	if l.state != nil {
		l.untell()
		l.state.Close()
	}
	return errors.Join(errs...)
}

// once is a service that does one thing at its start.
type once struct {
	daemon.Base
	f func(context.Context) error
}

func (o *once) Start(ctx context.Context) error {
	if err := o.f(ctx); err != nil {
		return err
	}
	return o.Base.Start(ctx, nil)
}
