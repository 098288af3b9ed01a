// Command nimmer-host is a machine's agent: heartbeats with drift facts in each
// environment of the host, and its sensors as cells.
package main

import (
	"context"
	"os"

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
	topology  string
	host      string
	envs      []string
	servers   []string
	creds     string
	context   string
	cells     []string
	once      bool
	face      cli.Face
	logLevel  string
	logFormat string
}

func command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "nimmer-host",
		Short: "Say that this machine is alive, and how it is",
		Long: `The agent of a machine. Every ten seconds, and at once when something changed, it
says a heartbeat in each of the host's environments: boot id, the system that
runs (generation and store path on NixOS and nix-darwin) beside the one that was
booted and the one of the next boot, load, memory, cards and failed units. It also
runs the sensors that the declaration places on this host, as cells.

With --topology the environments, the sensors and the names of the cards come
from the declaration. The login is NATS_CREDS (or --creds), else the unit's systemd
credentials: nats.creds for everything, or a folder with a file for each user, such
as dev_host_theia.creds and dev_cell_cpu.creds.`,
		Example: `  nimmer-host --topology topology.json
  nimmer-host --env dev --env prod --cells cpu,memory
  nimmer-host --topology topology.json --server dev=nats://nats-dev:4222 --server prod=nats://nats-prod:4222
  nimmer-host --once`,
		Args:    cobra.NoArgs,
		Version: cli.Version(),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.run(cmd) },
	}
	fs := cmd.Flags()
	fs.StringVar(&o.topology, "topology", "", "topology.json, or a folder of *.hcl files (default: none)")
	fs.StringVar(&o.host, "host", lab.HostName(), "declared name of this machine")
	fs.StringSliceVar(&o.envs, "env", nil, "environments (also NIMMERVERSE_ENV; default: those of the declared host, else dev)")
	fs.StringArrayVar(&o.servers, "server", nil, "URL of the bus, or ENV=URL of one environment's (default: NATS_URL, the selected NATS context, 127.0.0.1:4222)")
	fs.StringVar(&o.creds, "creds", "", "credentials for the bus: a file, or a folder of them (default: NATS_CREDS, the systemd credentials)")
	fs.StringVar(&o.context, "context", "", "NATS context, the same as the nats command uses")
	fs.StringSliceVar(&o.cells, "cells", nil, "sensors to run as cells; none runs none (default: those declared on this host)")
	fs.BoolVar(&o.once, "once", false, "print what a heartbeat would say, as JSON, and end")
	o.face.Add(cmd, metric.Address("host"))
	fs.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	fs.StringVar(&o.logFormat, "log-format", "text", "text or json")
	cli.AddCompletion(cmd)
	return cmd
}
