package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus"
)

func busCommand() *cobra.Command {
	var flags busFlags
	cmd := &cobra.Command{
		Use:   "bus",
		Short: "Streams, grants, keys and servers of the bus",
		Long: `What a lab keeps on its bus, and who may say what there. An environment has three
accounts (virtual, real, infra); each is looked after by its own admin:

  --creds FOLDER   the admins' credentials, as 'nimmer bus keys apply' writes them
  --state DIR      of a 'nimmer up' on this machine, which lets its owner in; the
                   default is found when it runs at the bus's address
                   (without DIR the lab that it plays is compared)
  neither          the account that this login is for; on a bus without accounts
                   everything lies together`,
	}
	flags.add(cmd)
	cmd.AddCommand(busPlanCommand(&flags), busApplyCommand(&flags), busStatusCommand(&flags), busPermissionsCommand(&flags), busServeCommand(), keysCommand())
	return cmd
}

// report is a plan over all accounts that could be looked into.
type report struct {
	bus.Plan
	Unseen []string `json:"unseen,omitempty"`

	elsewhere, remedy string
}

// planned compares the declaration's streams with the bus, or brings the bus
// to them, account by account. The environment is the one asked for, else the
// one that is played there, else the lab's first.
func planned(cmd *cobra.Command, flags *busFlags, args []string, apply bool) (report, error) {
	d, err := flags.meant(cmd, args)
	if err != nil {
		return report{}, err
	}
	if d.note != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), "note: "+d.note)
	}
	if _, err := wellDeclared(cmd, d.Declaration); err != nil {
		return report{}, err
	}
	env, err := lab.Environment(d.Topology, d.asked)
	if err != nil {
		return report{}, cli.Usagef("%w", err)
	}
	k, err := flags.open(cmd.Context(), d.Topology, env)
	if err != nil {
		return report{}, err
	}
	defer k.close()
	r := report{Unseen: k.unseen}
	r.elsewhere, r.remedy = k.elsewhere()
	var errs []error
	for _, x := range k.all {
		do := x.conn.Plan
		if apply {
			do = x.conn.Apply
		}
		p, err := do(cmd.Context(), x.want.Streams, x.want.Buckets, x.want.Durables...)
		r.Add(x.account, p)
		errs = append(errs, err)
	}
	return r, errors.Join(errs...)
}

func busPlanCommand(flags *busFlags) *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Show how the bus differs from the declaration",
		Long:  "Show how streams, buckets and durable readers differ from the declaration.\nNothing is changed.\nExits 3 when there are changes to make.",
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

func busApplyCommand(flags *busFlags) *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "apply [DIR]",
		Short: "Make the streams and buckets of the declaration",
		Long:  "Make and update streams and buckets as declared, and make the readers that\nservices need. Nothing is deleted, no reader's position is touched; applying\ntwice changes nothing the second time.",
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

func showPlan(w io.Writer, plan report, output cli.Output, done bool) error {
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
		fmt.Fprintf(w, "%-11s %s %s%s\n", verbs[c.Action][tense], c.Kind, c.Name, in(c.Account))
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
	return errors.Join(err, plan.foot(w))
}

// foot says what was not looked into.
func (r *report) foot(w io.Writer) error {
	if r.elsewhere == "" {
		return nil
	}
	_, err := fmt.Fprintf(w, "%s\n  %s\n", r.elsewhere, r.remedy)
	return err
}

func in(account string) string {
	if account == "" {
		return ""
	}
	return " in " + account
}

func busStatusCommand(flags *busFlags) *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "status [DIR]",
		Short: "Show what the streams and buckets hold",
		Long:  "Show what the streams and buckets hold, and how many messages each durable\nreader has not read yet.",
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
				bytes := size(c.Bytes)
				if c.Kind == "durable" {
					bytes = "-"
				}
				rows = append(rows, []string{c.Account, c.Kind, c.Name, fmt.Sprint(c.Messages), bytes, state})
			}
			if err := cli.Table(cmd.OutOrStdout(), []string{"ACCOUNT", "KIND", "NAME", "MESSAGES", "SIZE", "STATE"}, rows); err != nil {
				return err
			}
			return plan.foot(cmd.OutOrStdout())
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
