package lab

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/boundary"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/host"
	"github.com/nimmerverse/nimmer/pkg/organ"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// build makes the services of the lab in the order in which they start: who
// listens comes before who speaks.
func (l *Lab) build(ctx context.Context, o Options) error {
	view := o.Declaration.Topology.In(o.Env)
	for _, build := range []func(context.Context, Options, topology.View) error{
		l.buildBoundary, l.buildCore, l.buildMinds, l.buildNerves, l.buildCells, l.buildHost,
	} {
		if err := build(ctx, o, view); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lab) add(name string, s daemon.Service) {
	l.Services = append(l.Services, daemon.Named{Name: name, Service: s})
}

func (l *Lab) note(format string, args ...any) {
	l.Notes = append(l.Notes, fmt.Sprintf(format, args...))
}

// buildBoundary makes the boundary. It starts before gate core and stops after
// it: what it is asked is not stored, and would be lost on a bus without it.
func (l *Lab) buildBoundary(ctx context.Context, o Options, view topology.View) error {
	if len(view.Events) == 0 {
		return nil
	}
	conn, err := l.logins.user(ctx, accounts.BoundaryUser(o.Env))
	if err != nil {
		return err
	}
	b, err := Boundary(view, o.Env, conn, o.Logger)
	if err != nil {
		return err
	}
	l.add("boundary", b)
	return nil
}

// buildCore makes gate core, which is somebody in each garden's account.
func (l *Lab) buildCore(ctx context.Context, o Options, _ topology.View) error {
	block := gateBlock(l.played, o.Env)
	virtual, err := l.logins.block(ctx, topology.AccountVirtual, block)
	if err != nil {
		return err
	}
	real, err := l.logins.block(ctx, topology.AccountReal, block)
	if err != nil {
		return err
	}
	if l.Core, err = Core(l.played, o.Env, virtual, real, o.Version, o.Logger); err != nil {
		return err
	}
	l.add("gate core", l.Core)
	return nil
}

// buildMinds makes the minds that the boundary's requests go to.
func (l *Lab) buildMinds(ctx context.Context, o Options, view topology.View) error {
	for _, m := range view.Minds {
		conn, err := l.logins.user(ctx, accounts.MindUser(o.Env, m.Name))
		if err != nil {
			return err
		}
		mind, err := Mind(m, o.Env, conn, o.Logger)
		if err != nil {
			return fmt.Errorf("build mind %s: %w", m.Name, err)
		}
		l.add("mind "+m.Name, mind)
	}
	return nil
}

// Boundary builds the service that makes typed requests of openings.
func Boundary(view topology.View, env string, conn *bus.Conn, logger *slog.Logger) (*boundary.Boundary, error) {
	return boundary.New(boundary.Options{
		Env: env, Events: view.Events, Source: conn, Storer: conn, Publisher: conn,
		FromArrival: view.Environment.Clock == "stream", Logger: logger,
	})
}

// Mind builds the service that answers for one mind.
func Mind(m topology.Cortex, env string, conn *bus.Conn, logger *slog.Logger) (*organ.Mind, error) {
	token, err := wave.TokenFor(wave.KindCognitiveRequest, m.Name)
	if err != nil {
		return nil, err
	}
	stream := topology.StreamName(env, "COGNITIVE")
	return organ.NewMind(organ.MindOptions{
		Env: env, Name: token, Host: HostName(),
		Requests: organ.Durable(func(ctx context.Context, h organ.Handle) error {
			return conn.Follow(ctx, stream, accounts.DurableMind(token), "", bus.FollowFrom{}, h)
		}),
		Storer: conn, Publisher: conn, Choose: organ.Choose(m.Backend, os.Getenv),
		Depth: m.Queue.Depth, Wait: m.Queue.Wait.Std(), Cost: m.Cost, Logger: logger,
	})
}

func (l *Lab) buildNerves(ctx context.Context, o Options, view topology.View) error {
	for _, n := range view.Nerves {
		if n.Builtin == "" {
			l.note("nerve %s is not played here: it runs from %s", n.Name, origin(n.Image, n.Command))
			continue
		}
		place, err := l.place(ctx, o, view, "nerve."+n.Name, HostName())
		if err != nil {
			return err
		}
		nerve, err := place.Nerve(n)
		if err != nil {
			return err
		}
		l.add("nerve "+n.Name, nerve)
	}
	return nil
}

// buildCells makes the built-in cells, one instance on each host that has one.
// What this machine cannot sense is said and left out.
func (l *Lab) buildCells(ctx context.Context, o Options, view topology.View) error {
	for _, c := range view.Cells {
		if c.Builtin == "" {
			l.note("cell %s is not played here: %s speaks for it", c.Name, origin(c.Image, c.Command))
			continue
		}
		if ok, why := cell.Available(c.Builtin); !ok {
			l.note("cell %s is silent: %s", c.Name, why)
			continue
		}
		hosts := c.On.Hosts
		if len(hosts) == 0 {
			hosts = []string{HostName()}
		}
		for _, host := range hosts {
			place, err := l.place(ctx, o, view, "cell."+c.Name, host)
			if err != nil {
				return err
			}
			built, err := place.Cell(c)
			if err != nil {
				return err
			}
			l.add("cell "+c.Name+" of "+host, built)
		}
	}
	return nil
}

// buildHost makes the agent of this machine, where it is one of the lab's: the
// others have a state of their own, which nobody here can tell.
func (l *Lab) buildHost(ctx context.Context, o Options, view topology.View) error {
	for _, h := range view.Hosts {
		if h.Name != HostName() {
			continue
		}
		conn, err := l.logins.user(ctx, accounts.HostUser(o.Env, h.Name))
		if err != nil {
			return err
		}
		known, names := DeclaredCards(h)
		agent, err := host.New(host.Config{
			Host: h.Name, Places: []host.Place{{Env: o.Env, Bus: conn, Keeper: Keep(conn, o.Env)}},
			Machine: host.Machine{Cards: host.Installed(known)}, Expect: host.Expect{Cards: names, Certificates: DeclaredCertificates(l.Declaration.Topology, h.Name)}, Logger: o.Logger,
		})
		if err != nil {
			return err
		}
		l.add("agent of host "+h.Name, agent)
	}
	return nil
}

// place is where one of the lab's own cells and nerves lives, with its login.
func (l *Lab) place(ctx context.Context, o Options, view topology.View, block, host string) (Place, error) {
	conn, err := l.logins.block(ctx, topology.AccountVirtual, block)
	return Place{View: view, Env: o.Env, Host: host, Bus: conn, Logger: o.Logger}, err
}

// heard lists the fields that a gate hears.
func heard(view topology.View, gate string) []string {
	if g := view.Gate(gate); g != nil {
		return g.Cells
	}
	return nil
}

// fields lists the fields that one built-in cell speaks in.
func fields(view topology.View, builtin string) []string {
	var out []string
	for _, c := range view.Cells {
		if c.Builtin == builtin {
			out = append(out, c.Name)
		}
	}
	return out
}

// origin says who speaks for a cell or nerve that is not built in.
func origin(image string, command []string) string {
	switch {
	case image != "":
		return "the image " + image
	case len(command) > 0:
		return "the command " + strings.Join(command, " ")
	}
	return "somebody else"
}
