package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus"
)

func busCommand() *cobra.Command {
	var flags cli.BusFlags
	cmd := &cobra.Command{
		Use:   "bus",
		Short: "Streams and buckets of the bus: compare with the declaration, make them so",
	}
	flags.Add(cmd)
	cmd.AddCommand(busPlanCommand(&flags), busApplyCommand(&flags), busStatusCommand(&flags), keysCommand())
	return cmd
}

// planned compares the declaration's streams with the bus, or brings the bus
// to them. The environment is the one asked for, else the lab's first.
func planned(cmd *cobra.Command, flags *cli.BusFlags, args []string, apply bool) (bus.Plan, error) {
	d, err := declared(cmd, args)
	if err != nil {
		return bus.Plan{}, err
	}
	env, err := lab.Environment(d.Topology, flags.Asked(cmd))
	if err != nil {
		return bus.Plan{}, cli.Usagef("%w", err)
	}
	want, err := lab.Streams(d.Topology, env)
	if err != nil {
		return bus.Plan{}, err
	}
	conn, err := flags.Connect(cmd.Context(), "nimmer bus", nil)
	if err != nil {
		return bus.Plan{}, err
	}
	defer conn.Close()
	if apply {
		return conn.Apply(cmd.Context(), want.Streams, want.Buckets, want.Durables...)
	}
	return conn.Plan(cmd.Context(), want.Streams, want.Buckets, want.Durables...)
}

func busPlanCommand(flags *cli.BusFlags) *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Show how the bus differs from the declaration",
		Long:  "Show how streams and buckets differ from the declaration. Nothing is changed.\nExits 3 when there are changes to make.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := planned(cmd, flags, args, false)
			if err != nil {
				return err
			}
			if err := showPlan(cmd.OutOrStdout(), plan, output, false); err != nil {
				return err
			}
			if !plan.Empty() {
				return cli.Silent(cli.ExitChanges)
			}
			return nil
		},
	}
	cli.AddOutput(cmd, &output)
	return cmd
}

func busApplyCommand(flags *cli.BusFlags) *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "apply [DIR]",
		Short: "Make the streams and buckets of the declaration",
		Long:  "Make and update streams and buckets as declared. Nothing is deleted; applying\ntwice changes nothing the second time.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := planned(cmd, flags, args, true)
			if err != nil {
				return err
			}
			return showPlan(cmd.OutOrStdout(), plan, output, true)
		},
	}
	cli.AddOutput(cmd, &output)
	return cmd
}

var verbs = map[bus.Action][2]string{ // planned, done
	bus.ActionCreate: {"create", "created"}, bus.ActionUpdate: {"update", "updated"},
	bus.ActionBlocked: {"blocked", "blocked"}, bus.ActionUnreachable: {"unreachable", "unreachable"},
	bus.ActionExtra: {"extra", "extra"}, bus.ActionSame: {"same", "same"},
}

func showPlan(w io.Writer, plan bus.Plan, output cli.Output, done bool) error {
	if output == cli.JSON {
		return cli.WriteJSON(w, plan)
	}
	tense := 0
	if done {
		tense = 1
	}
	for _, c := range plan.Changes {
		if c.Action == bus.ActionSame {
			continue
		}
		fmt.Fprintf(w, "%-11s %s %s\n", verbs[c.Action][tense], c.Kind, c.Name)
		for _, f := range c.Fields {
			fmt.Fprintf(w, "              %s\n", f)
		}
		for _, text := range []string{c.Reason, c.Remedy} {
			if text != "" {
				fmt.Fprintf(w, "              %s\n", text)
			}
		}
	}
	_, err := fmt.Fprintf(w, "%d to create, %d to update, %d blocked, %d as declared\n",
		plan.Count(bus.ActionCreate), plan.Count(bus.ActionUpdate), plan.Count(bus.ActionBlocked), plan.Count(bus.ActionSame))
	return err
}

func busStatusCommand(flags *cli.BusFlags) *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "status [DIR]",
		Short: "Show what the streams and buckets hold",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := planned(cmd, flags, args, false)
			if err != nil {
				return err
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), plan)
			}
			var rows [][]string
			for _, c := range plan.Changes {
				state := "as declared"
				switch c.Action {
				case bus.ActionCreate:
					state = "missing"
				case bus.ActionUpdate:
					state = "differs"
				case bus.ActionBlocked:
					state = "cannot become what is declared"
				case bus.ActionUnreachable:
					state = "does not answer"
				case bus.ActionExtra:
					state = "not declared"
				case bus.ActionSame:
				}
				rows = append(rows, []string{c.Kind, c.Name, fmt.Sprint(c.Messages), size(c.Bytes), state})
			}
			return cli.Table(cmd.OutOrStdout(), []string{"KIND", "NAME", "MESSAGES", "SIZE", "STATE"}, rows)
		},
	}
	cli.AddOutput(cmd, &output)
	return cmd
}

// size renders a number of bytes with a binary unit and one decimal.
func size(n uint64) string {
	units := strings.Fields("B KiB MiB GiB TiB")
	v, i := float64(n), 0
	for v >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
