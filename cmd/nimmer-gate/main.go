// Command nimmer-gate is gate core as a daemon: it decides over the gates of
// one environment on any bus, and stands in for the boundary beside it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

func main() {
	os.Exit(cli.Execute(context.Background(), command(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the flags of the daemon.
type options struct {
	bus           cli.BusFlags
	credsReal     string
	credsBoundary string
	topology      string
	apply         bool
	face          cli.Face
	logLevel      string
	logFormat     string
}

func command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "nimmer-gate",
		Short: "Decide over the gates of one environment",
		Long: `Gate core: it hears the waves of one environment, keeps its gates, announces
their transitions and learns from outcomes. It reads the declaration from
topology.json, as 'nimmer topology emit' writes it, or from a folder of *.hcl
files, and needs the streams that 'nimmer bus apply' makes (or --apply, on a bus
without accounts).

On a bus with accounts it is three users: in each garden's account one, and the
boundary beside it. Their credentials are found in one folder, --creds FOLDER or
what systemd hands to the unit (LoadCredential=dev_gate_virtual.creds:PATH, and
the same for dev_gate_real and dev_boundary), or are given one by one with
--creds, --creds-real and --creds-boundary.

One gate core decides over one environment; a second one does not start.`,
		Args:    cobra.NoArgs,
		Version: cli.Version(),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.run(cmd) },
	}
	o.bus.Add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&o.credsReal, "creds-real", "", "credentials file for the real garden's account, beside --creds for the virtual one's")
	fs.StringVar(&o.credsBoundary, "creds-boundary", "", "credentials file for the boundary, where events are declared")
	fs.StringVar(&o.topology, "topology", "topology.json", "topology.json, or a folder of *.hcl files")
	fs.BoolVar(&o.apply, "apply", false, "make missing streams and buckets at the start")
	o.face.Add(cmd, metric.Address("gate"))
	fs.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	fs.StringVar(&o.logFormat, "log-format", "text", "text or json")
	return cmd
}

func (o *options) run(cmd *cobra.Command) error {
	logger, err := cli.Logger(cmd.ErrOrStderr(), o.logLevel, o.logFormat)
	if err != nil {
		return err
	}
	if err := o.face.Check(); err != nil {
		return err
	}
	t, err := lab.Read(o.topology)
	if err != nil {
		return err
	}
	if _, err := lab.Environment(t, o.bus.Env); err != nil {
		return cli.Usagef("%w", err)
	}
	if err := o.check(t); err != nil {
		return err
	}
	ctx := cmd.Context()
	c, err := o.connect(ctx, t, logger)
	if err == nil {
		err = o.serve(ctx, t, c, logger)
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), daemon.DefaultDrain)
	defer cancel()
	return errors.Join(err, c.drain(stop))
}

// serve runs gate core, and the boundary when there are events to ask about.
func (o *options) serve(ctx context.Context, t *topology.Topology, c *conns, logger *slog.Logger) error {
	if o.apply {
		want, err := lab.Streams(t, o.bus.Env)
		if err != nil {
			return err
		}
		if _, err := c.virtual.Apply(ctx, want.Streams, want.Buckets, want.Durables...); err != nil {
			return fmt.Errorf("make the streams of %s: %w", o.bus.Env, err)
		}
	}
	core, err := lab.Core(t, o.bus.Env, c.virtual, c.real, cli.Version(), logger)
	if err != nil {
		return err
	}
	services := []daemon.Named{{Name: "gate core", Service: core}}
	if view := t.In(o.bus.Env); len(view.Events) > 0 {
		b, err := lab.Boundary(view, o.bus.Env, c.boundary, logger)
		if err != nil {
			return err
		}
		// First up and last down: what gate core asks it is not stored.
		services = append([]daemon.Named{{Name: "boundary", Service: b}}, services...)
	}
	note, err := o.face.Begin("nimmer-gate", logger)
	if err != nil {
		return err
	}
	if note != "" {
		logger.Warn(note)
	}
	lab.ObserveBus(o.face.Metrics, o.face.Health, c.virtual, o.bus.Env, "virtual")
	if c.real != c.virtual {
		lab.ObserveBus(o.face.Metrics, o.face.Health, c.real, o.bus.Env, "real")
	}
	lab.ObserveServices(o.face.Metrics, o.face.Health, services)
	return daemon.Run(ctx, logger, daemon.Options{Health: o.face.Health}, o.face.Services(services...)...)
}
