package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

func (o *options) run(cmd *cobra.Command, args []string) error {
	if done, err := cli.Completion(cmd); done {
		return err
	}
	if err := o.check(cmd, args); err != nil {
		return err
	}
	logger, err := cli.Logger(cmd.ErrOrStderr(), o.logLevel, o.logFormat)
	if err != nil {
		return err
	}
	t, view, known, err := o.known(cmd)
	if err != nil {
		return err
	}
	if o.list {
		return o.print(cmd, known)
	}
	members := slices.DeleteFunc(slices.Clone(known), func(m member) bool { return m.Builtin == "" })
	if !o.all {
		if members, err = choose(known, args, view == nil); err != nil {
			return err
		}
	}
	if len(members) == 0 {
		return fmt.Errorf("nothing to run: environment %s declares no built-in cell or nerve", o.bus.Env)
	}
	if members, err = o.available(members, logger); err != nil {
		return err
	}
	users, err := lab.NewUsers(t)
	if err != nil {
		return err
	}
	d := o.dialler(users, members, logger)
	ctx := cmd.Context()
	err = o.serve(ctx, view, members, users, d, logger)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), daemon.DefaultDrain)
	defer cancel()
	return errors.Join(err, d.Drain(stop))
}

// dialler logs in as each member out of a folder of credentials, or with one
// login for all.
func (o *options) dialler(users lab.Users, members []member, logger *slog.Logger) *lab.Dialler {
	d := &lab.Dialler{Options: o.bus.Options("", logger), Folder: o.bus.Folder()}
	if d.Folder == "" && o.bus.Creds == "" && o.bus.Context == "" {
		d.Folder = lab.SystemdCreds(users.Member(o.bus.Env, members[0].Kind, members[0].Name))
	}
	return d
}

// known lists what can be run; topology and view are nil without a declaration.
func (o *options) known(cmd *cobra.Command) (*topology.Topology, *topology.View, []member, error) {
	if o.topology == "" {
		return nil, nil, builtin(), nil
	}
	t, err := lab.Read(o.topology)
	if err != nil {
		return nil, nil, nil, err
	}
	env, err := lab.Environment(t, o.bus.Asked(cmd))
	if err != nil {
		return nil, nil, nil, cli.Usagef("%w", err)
	}
	o.bus.Env = env
	view := t.In(env)
	return t, &view, declared(view), nil
}

// print shows what can be run.
func (o *options) print(cmd *cobra.Command, known []member) error {
	if o.output == cli.JSON {
		return cli.WriteJSON(cmd.OutOrStdout(), struct {
			Members []member `json:"members"`
		}{append([]member{}, known...)})
	}
	var rows [][]string
	for _, m := range known {
		rows = append(rows, []string{m.Kind, m.Name, m.Version, m.Summary})
	}
	return cli.Table(cmd.OutOrStdout(), []string{"KIND", "NAME", "VERSION", "WHAT IT DOES"}, rows)
}

// complete lists what the shell may offer next.
func (o *options) complete(cmd *cobra.Command, args []string) []string {
	_, _, known, err := o.known(cmd)
	if err != nil {
		return nil
	}
	known = slices.DeleteFunc(known, func(m member) bool { return m.Builtin == "" })
	return slices.DeleteFunc(names(known), func(n string) bool { return slices.Contains(args, n) })
}

// available refuses a sensor that has nothing to sense here; of --all it is
// left out.
func (o *options) available(members []member, logger *slog.Logger) ([]member, error) {
	var out []member
	for _, m := range members {
		ok, why := true, ""
		if m.Kind == "cell" {
			ok, why = cell.Available(m.Builtin)
		}
		switch {
		case ok:
			out = append(out, m)
		case o.all:
			logger.Info("a cell stays silent", slog.String("cell", m.Name), slog.String("why", why))
		default:
			return nil, &daemon.Error{Op: "run", Subject: "cell " + m.Name, Err: errors.New(why), Hint: "this machine cannot sense it; leave it out here"}
		}
	}
	return out, nil
}

// serve runs the members until it is asked to stop. Each connects when it is
// started, so that health is answered for while a bus is waited for.
func (o *options) serve(ctx context.Context, view *topology.View, members []member, users lab.Users, d *lab.Dialler, logger *slog.Logger) error {
	note, err := o.face.Begin("nimmer-cell", logger)
	if err != nil {
		return err
	}
	if note != "" {
		logger.Warn(note)
	}
	var services []daemon.Named
	observed := map[*bus.Conn]bool{}
	for _, m := range members {
		name := m.Kind + " " + m.Name
		services = append(services, daemon.Named{Name: name, Service: &lab.Late{Make: func(ctx context.Context) (daemon.Service, error) {
			conn, err := d.As(ctx, "", users.Member(o.bus.Env, m.Kind, m.Name), "nimmer-cell "+o.bus.Env+" "+m.Kind+"."+m.Name)
			if err != nil {
				return nil, err
			}
			if !observed[conn] { // members are started one after the other
				observed[conn] = true
				lab.ObserveBus(o.face.Metrics, o.face.Health, conn, o.bus.Env, "virtual "+m.Kind+"."+m.Name)
			}
			s, err := o.build(view, m, conn, logger)
			if err == nil {
				lab.ObserveServices(o.face.Metrics, o.face.Health, []daemon.Named{{Name: name, Service: s}})
			}
			return s, err
		}}})
	}
	return daemon.Run(ctx, logger, daemon.Options{Health: o.face.Health}, o.face.Services(services...)...)
}

// build makes one member: as it is declared, or as the flags say.
func (o *options) build(view *topology.View, m member, conn *bus.Conn, logger *slog.Logger) (daemon.Service, error) {
	if view != nil {
		place := lab.Place{View: *view, Env: o.bus.Env, Host: o.host, Bus: conn, Logger: logger}
		if m.Kind == "cell" {
			return place.Cell(*view.Cell(m.Name))
		}
		i := slices.IndexFunc(view.Nerves, func(n topology.Nerve) bool { return n.Name == m.Name })
		return place.Nerve(view.Nerves[i])
	}
	cfg := cell.Config{
		Env: o.bus.Env, Name: m.Name, Host: o.host, Bus: conn, Cost: o.cost, Interval: o.interval, Logger: logger,
		Hears: o.hears, Settings: o.set,
	}
	if m.Kind == "cell" {
		return cell.NewBuiltin(m.Builtin, cfg)
	}
	return cell.NewNerve(m.Builtin, cell.NerveConfig{Config: cfg, Gate: o.gate, Cells: o.hears, Commands: o.commands})
}
