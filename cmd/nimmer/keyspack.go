package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/daemon"
)

func keysPackCommand() *cobra.Command {
	var f keyFlags
	var folder string
	cmd := &cobra.Command{
		Use:   "pack HOST [DIR]",
		Short: "What a host needs of what was signed: its servers' files, and credentials of what runs there",
		Long: `List what a declared host needs of what 'nimmer bus keys apply' wrote: the files
of its servers, and the credentials of all that runs there. What it does not run
stays away from it.

With --to the files are put into a folder as the host has them, below var/lib/nimmer;
encrypted credentials are opened for that, with --identity. Bring them there, as root,
and remove the folder:

    rsync -rpt --chown=root:nimmer-bus DIR/var/lib/nimmer/nats  root@HOST:/var/lib/nimmer/
    rsync -rpt --chown=root:root       DIR/var/lib/nimmer/creds root@HOST:/var/lib/nimmer/

or let the first install take it along: nixos-anywhere --extra-files DIR.`,
		Example: `  nimmer bus keys pack theia topology
  nimmer bus keys pack theia topology --to /run/user/1000/theia`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, m, err := f.lab(cmd, args[1:])
			if err != nil {
				return err
			}
			if t.Host(args[0]) == nil {
				return &daemon.Error{Op: "pack for", Subject: "host " + args[0], Err: fmt.Errorf("lab %s has no such host", m.Lab), Hint: "`nimmer topology show` lists them"}
			}
			all, err := keys.Pack(t, m, args[0], folder, f.Options)
			if err != nil {
				return err
			}
			return showPacked(cmd.OutOrStdout(), args[0], folder, all, f.output)
		},
	}
	f.add(cmd)
	f.addSeeds(cmd)
	cmd.Flags().StringVar(&folder, "to", "", "folder to put them into (default: they are only listed)")
	return cmd
}

func showPacked(w io.Writer, host, folder string, all []keys.Packed, output cli.Output) error {
	if output == cli.JSON {
		return cli.WriteJSON(w, map[string]any{"host": host, "files": all})
	}
	var rows [][]string
	for _, p := range all {
		why := strings.Join(p.Of, ", ")
		switch {
		case p.User == "":
			why = "its server"
		case why == "":
			why = "its server's link"
		}
		rows = append(rows, []string{"/" + p.Place, why})
	}
	if err := cli.Table(w, []string{"ON " + strings.ToUpper(host), "FOR"}, rows); err != nil {
		return err
	}
	if folder != "" {
		fmt.Fprintf(w, "%d files in %s: bring them to %s, then remove the folder\n", len(all), folder, host)
	}
	return nil
}
