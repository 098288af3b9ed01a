package main

import (
	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
)

const rootLong = `nimmer turns one declaration of a GPU research lab into a running system.

Hosts, networks, cards, identities, cells, gates, organs and the message bus are
declared once, in HCL. Cells say what they notice, with a confidence. Gates
listen, and open when independent cells agree:

    CLOSED  <--  STABLE  -->  OPEN
      -1           0           +1

Start here:

    nimmer up                      a lab on this machine, in one process
    nimmer gate show pressure      why a gate is what it is
    nimmer init && nimmer up lab   the same lab, declared in files of your own`

// root builds the command tree anew, so that tests may run it many times.
func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "nimmer",
		Short:   "One declaration becomes a running, self-gating lab",
		Long:    rootLong,
		Version: cli.Version(),
	}
	cmd.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	cmd.AddGroup(
		&cobra.Group{ID: "lab", Title: "The lab:"},
		&cobra.Group{ID: "nerves", Title: "The nervous system:"},
		&cobra.Group{ID: "bus", Title: "The bus:"},
	)
	for group, subs := range map[string][]*cobra.Command{
		"lab":    {upCommand(), initCommand(), topologyCommand(), identityCommand(), hostCommand(), doctorCommand()},
		"nerves": {waveCommand(), gateCommand()},
		"bus":    {busCommand()},
	} {
		for _, sub := range subs {
			sub.GroupID = group
			cmd.AddCommand(sub)
		}
	}
	return cmd
}
