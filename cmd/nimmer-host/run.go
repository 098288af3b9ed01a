package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/host"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// plan is what the agent does: resolved from flags and declaration.
type plan struct {
	envs    []string
	sensors map[string][]topology.Cell // by environment
	machine host.Machine
	expect  host.Expect
	users   lab.Users
}

func (o *options) run(cmd *cobra.Command) error {
	if done, err := cli.Completion(cmd); done {
		return err
	}
	logger, err := cli.Logger(cmd.ErrOrStderr(), o.logLevel, o.logFormat)
	if err != nil {
		return err
	}
	if err := o.face.Check(); err != nil {
		return err
	}
	p, err := o.plan()
	if err != nil {
		return err
	}
	if o.once {
		return o.print(cmd, p)
	}
	lines, err := o.dialler(p, logger)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	err = o.serve(ctx, p, lines, logger)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), daemon.DefaultDrain)
	defer cancel()
	return errors.Join(err, lines.Drain(stop))
}

// plan reads the declaration, if there is one.
func (o *options) plan() (plan, error) {
	p := plan{envs: slices.Clone(o.envs), sensors: map[string][]topology.Cell{}}
	if env := os.Getenv("NIMMERVERSE_ENV"); len(p.envs) == 0 && env != "" {
		p.envs = []string{env}
	}
	if o.topology == "" {
		if len(p.envs) == 0 {
			p.envs = []string{"dev"}
		}
		for _, name := range o.cells {
			if name == "none" {
				continue
			}
			for _, env := range p.envs {
				p.sensors[env] = append(p.sensors[env], topology.Cell{Name: name, Builtin: name})
			}
		}
		return p, o.check(p)
	}
	t, err := lab.Read(o.topology)
	if err != nil {
		return p, err
	}
	h := t.Host(o.host)
	if h == nil {
		return p, &daemon.Error{
			Op: "find", Subject: "host " + o.host, Err: errors.New("the declaration has no such host"),
			Hint: "name the one that this machine is with --host",
		}
	}
	if len(p.envs) == 0 {
		p.envs = h.Environments
	}
	for _, env := range p.envs {
		if !slices.Contains(h.Environments, env) {
			return p, cli.Usagef("host %s does not live in environment %q; it lives in %s", h.Name, env, strings.Join(h.Environments, ", "))
		}
		p.sensors[env] = o.declared(t.In(env), h.Name)
	}
	known, names := lab.DeclaredCards(*h)
	p.expect = host.Expect{Cards: names, Certificates: lab.DeclaredCertificates(t, o.host)}
	if p.users, err = lab.NewUsers(t); err != nil {
		return p, err
	}
	p.machine.Cards = host.Installed(known)
	return p, o.check(p)
}

// declared are the sensors that the declaration places on the host, or those of
// --cells among them.
func (o *options) declared(view topology.View, name string) []topology.Cell {
	var out []topology.Cell
	for _, c := range view.Cells {
		here := slices.Contains(c.On.Hosts, name) && slices.Contains(cell.Sensors(), c.Builtin)
		if here && (len(o.cells) == 0 || slices.Contains(o.cells, c.Name)) {
			out = append(out, c)
		}
	}
	return out
}

// check says which sensor there is not.
func (o *options) check(p plan) error {
	for _, name := range o.cells {
		known := name == "none"
		for _, sensors := range p.sensors {
			known = known || slices.ContainsFunc(sensors, func(c topology.Cell) bool {
				return c.Name == name && slices.Contains(cell.Sensors(), c.Builtin)
			})
		}
		if known {
			continue
		}
		if o.topology != "" {
			return cli.Usagef("--cells: no sensor %q is declared on host %s", name, o.host)
		}
		return cli.Usagef("--cells: there is no sensor %q; there are %s", name, strings.Join(cell.Sensors(), ", "))
	}
	return nil
}

// print shows one heartbeat.
func (o *options) print(cmd *cobra.Command, p plan) error {
	facts, notes, err := p.machine.Look(cmd.Context())
	for _, n := range notes {
		fmt.Fprintln(cmd.ErrOrStderr(), "left out:", n)
	}
	if err != nil {
		return err
	}
	for _, d := range facts.Drift(p.expect) {
		fmt.Fprintln(cmd.ErrOrStderr(), "drift:", d)
	}
	token, err := wave.Token(o.host)
	if err != nil {
		return err
	}
	return cli.WriteJSON(cmd.OutOrStdout(), facts.Beat(token, time.Now().UTC()))
}

// serve runs the agent and the sensors until it is asked to stop. They connect
// when they are started, so that health is answered for while a bus is waited for.
func (o *options) serve(ctx context.Context, p plan, lines *lines, logger *slog.Logger) error {
	note, err := o.face.Begin("nimmer-host", logger)
	if err != nil {
		return err
	}
	if note != "" {
		logger.Warn(note)
	}
	services := []daemon.Named{o.late("host agent", func(ctx context.Context) (daemon.Service, error) {
		return o.agent(ctx, p, lines, logger)
	})}
	for _, env := range p.envs {
		for _, c := range p.sensors[env] {
			if ok, why := cell.Available(c.Builtin); !ok {
				logger.Info("a sensor stays silent", slog.String("cell", c.Name), slog.String("why", why))
				continue
			}
			services = append(services, o.late("cell "+c.Name+" in "+env, func(ctx context.Context) (daemon.Service, error) {
				conn, err := lines.As(ctx, lines.server[env], p.users.Member(env, "cell", c.Name), "nimmer-host "+o.host+" cell "+c.Name)
				if err != nil {
					return nil, err
				}
				return lab.Place{Env: env, Host: o.host, Bus: conn, Logger: logger}.Cell(c)
			}))
		}
	}
	return daemon.Run(ctx, logger, daemon.Options{Health: o.face.Health}, o.face.Services(services...)...)
}

// late is a service that is made, and tells its metrics, when it is started.
func (o *options) late(name string, build func(context.Context) (daemon.Service, error)) daemon.Named {
	return daemon.Named{Name: name, Service: &lab.Late{Make: func(ctx context.Context) (daemon.Service, error) {
		s, err := build(ctx)
		if err == nil {
			lab.ObserveServices(o.face.Metrics, o.face.Health, []daemon.Named{{Name: name, Service: s}})
		}
		return s, err
	}}}
}

// agent connects to every environment as the host.
func (o *options) agent(ctx context.Context, p plan, lines *lines, logger *slog.Logger) (daemon.Service, error) {
	var places []host.Place
	for _, env := range p.envs {
		conn, err := lines.As(ctx, lines.server[env], p.users.Host(env, o.host), "nimmer-host "+o.host+" "+env)
		if err != nil {
			return nil, err
		}
		places = append(places, host.Place{Env: env, Bus: conn, Keeper: lab.Keep(conn, env)})
		lab.ObserveBus(o.face.Metrics, o.face.Health, conn, env, "infra "+env)
	}
	return host.New(host.Config{Host: o.host, Places: places, Machine: p.machine, Expect: p.expect, Logger: logger})
}
