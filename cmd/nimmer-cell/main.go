// Command nimmer-cell runs built-in cells and nerves by name, on a host or in a
// container: the same program everywhere, only NIMMERVERSE_ENV differs.
package main

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/metric"
)

func main() {
	os.Exit(cli.Execute(context.Background(), command(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the flags of the daemon.
type options struct {
	bus       cli.BusFlags
	topology  string
	all       bool
	list      bool
	output    cli.Output
	face      cli.Face
	host      string
	logLevel  string
	logFormat string

	// Without a declaration.
	gate     string
	commands []string
	hears    []string
	cost     float64
	interval time.Duration
	set      map[string]string
}

func command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "nimmer-cell NAME...",
		Short: "Run built-in cells and nerves",
		Long: `Run built-in cells and nerves by name, until it is asked to stop.

With --topology a NAME is one of the declaration: its builtin, version, env,
gate, states and costs come from there. Without it NAME is a built-in itself, or
NAME=BUILTIN to let a built-in speak under another name. Where a cell and a
nerve have one name, write cell.NAME or nerve.NAME.

The environment is NIMMERVERSE_ENV (or --env), the bus NATS_URL (or --server). The
login is NATS_CREDS (or --creds), else the unit's systemd credentials: nats.creds
for everybody here, or a folder with a file for each user, such as
dev_cell_math.creds and dev_nerve_math.creds. Answers come in where that user may
listen. A bus that is not there yet is waited for.`,
		Example: `  nimmer-cell --list
  nimmer-cell cpu memory disk
  nimmer-cell cell.math nerve.math
  nimmer-cell ears=text --host robot
  NIMMERVERSE_ENV=prod nimmer-cell --topology topology.json battery
  nimmer-cell --topology topology.json --all --http :7642`,
		Args:    cobra.ArbitraryArgs,
		Version: cli.Version(),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return o.complete(cmd, args), cobra.ShellCompDirectiveNoFileComp
	}
	o.bus.Add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&o.topology, "topology", "", "topology.json, or a folder of *.hcl files (default: none, names are built-ins)")
	fs.BoolVar(&o.all, "all", false, "with --topology: every built-in cell and nerve of the environment")
	fs.BoolVar(&o.list, "list", false, "print what can be run, and end")
	cli.AddOutput(cmd, &o.output)
	cmd.Flags().Lookup("output").Usage = "form of --list"
	o.face.Add(cmd, metric.Address("cell"))
	fs.StringVar(&o.host, "host", lab.HostName(), "name of this machine in the source of waves")
	fs.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	fs.StringVar(&o.logFormat, "log-format", "text", "text or json")
	fs.StringVar(&o.gate, "gate", "", "without --topology: gate that nerves hear (default: their name)")
	fs.StringSliceVar(&o.commands, "commands", nil, "without --topology: cells that nerves ask")
	fs.StringSliceVar(&o.hears, "hears", nil, "without --topology: fields to listen to (default: those of the built-in)")
	fs.Float64Var(&o.cost, "cost", 0, "without --topology: lifeforce of a wave or an action")
	fs.DurationVar(&o.interval, "interval", 0, "without --topology: time between two samples (default: the cell's own)")
	fs.StringToStringVar(&o.set, "set", nil, "without --topology: KEY=VALUE settings of the cell, as env in a declaration")
	cli.AddCompletion(cmd)
	return cmd
}

// inDeclaration are the flags that a declaration answers.
var inDeclaration = []string{"gate", "commands", "hears", "cost", "interval", "set"}

// check says what is wrong with the command line.
func (o *options) check(cmd *cobra.Command, args []string) error {
	if o.topology != "" {
		for _, name := range inDeclaration {
			if cmd.Flags().Changed(name) {
				return cli.Usagef("--%s is for running without a declaration; with --topology write it there", name)
			}
		}
	}
	if err := o.face.Check(); err != nil {
		return err
	}
	switch {
	case o.all && o.topology == "":
		return cli.Usagef("--all runs what a declaration has: give it with --topology")
	case o.all && len(args) > 0:
		return cli.Usagef("--all and names exclude one another")
	case !o.all && !o.list && len(args) == 0:
		return cli.Usagef("name what to run, such as cpu or cell.math; --list prints what there is\nusage: %s", strings.TrimSpace(cmd.UseLine()))
	}
	return nil
}
