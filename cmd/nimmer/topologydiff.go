package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/diff"
)

func topologyDiffCommand() *cobra.Command {
	var (
		all    bool
		output cli.Output
	)
	cmd := &cobra.Command{
		Use:   "diff BEFORE [AFTER]",
		Short: "Explain in words what changes from one declaration to another",
		Long: `Explain what changes, and for whom: what is declared differently, who may say and
hear more (WIDER) or less (NARROWER) on the bus, which streams lose what they
hold or cannot be changed in place, and what restarts.

BEFORE and AFTER are folders, topology.json files, or either of them in a git
revision: HEAD:topology. AFTER is the declaration's folder unless it is named.
Exits 3 when something changes, 0 when nothing does.`,
		Example: "  nimmer topology diff HEAD:topology\n  nimmer topology diff topology /tmp/proposal --output json\n  nimmer topology diff v1.0:topology/topology.json HEAD:topology",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			before, err := either(cmd, args[0])
			if err != nil {
				return err
			}
			to := folder(nil)
			if len(args) == 2 {
				to = args[1]
			}
			if to == "" {
				return cli.Usagef("there is no declaration here: name what %s is compared with", args[0])
			}
			after, err := either(cmd, to)
			if err != nil {
				return err
			}
			changes, err := diff.Compare(before, after)
			if err != nil {
				return err
			}
			if err := showDiff(cmd.OutOrStdout(), changes, output, all); err != nil {
				return err
			}
			if len(changes) > 0 {
				return cli.Silent(cli.ExitChanges)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list every change, also where an area has very many")
	cli.AddOutput(cmd, &output)
	return cmd
}

// either loads one side; what is wrong with it goes to stderr.
func either(cmd *cobra.Command, from string) (*topology.Topology, error) {
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	d, err := lab.LoadAny(ctx, from)
	if err != nil {
		return nil, err
	}
	if d.Diagnostics.HasErrors() {
		fmt.Fprintln(cmd.ErrOrStderr(), d.Diagnostics.Text(cli.Terminal(cmd.ErrOrStderr())))
		return nil, fmt.Errorf("%s is not well declared", from)
	}
	return d.Topology, nil
}

func showDiff(w io.Writer, changes []diff.Change, output cli.Output, all bool) error {
	if output == cli.JSON {
		if changes == nil {
			changes = []diff.Change{}
		}
		return cli.WriteJSON(w, struct {
			Changes []diff.Change `json:"changes"`
		}{changes})
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintln(w, "nothing changes")
		return err
	}
	const many = 40
	var b strings.Builder
	for _, area := range diff.Areas() {
		shown := 0
		in := slices.DeleteFunc(slices.Clone(changes), func(c diff.Change) bool { return c.Area != area })
		if len(in) == 0 {
			continue
		}
		fmt.Fprintln(&b, area)
		slices.SortStableFunc(in, func(x, y diff.Change) int { return markRank(x.Mark) - markRank(y.Mark) })
		for _, c := range in {
			if shown++; shown > many && !all {
				fmt.Fprintf(&b, "  and %d more (--all lists them)\n", len(in)-many)
				break
			}
			fmt.Fprintf(&b, "  %s%s\n", marked(c.Mark), diffLine(c))
		}
		b.WriteByte('\n')
	}
	b.WriteString(diffSummary(changes))
	_, err := io.WriteString(w, b.String())
	return err
}

// markRank puts what must not be overlooked first.
func markRank(m diff.Mark) int {
	return slices.Index([]diff.Mark{diff.Loses, diff.Stuck, diff.Wider, diff.Narrower, ""}, m)
}

func marked(m diff.Mark) string {
	if m == "" {
		return ""
	}
	return strings.ToUpper(string(m)) + "  "
}

func diffLine(c diff.Change) string {
	line := strings.TrimSpace(c.Kind+" "+c.Name) + " " + c.Text
	if c.Kind == "process" {
		line = c.Name + " " + c.Text
	}
	if len(c.Environments) > 0 {
		line += " (" + strings.Join(c.Environments, ", ") + ")"
	}
	return line
}

// diffSummary counts the changes and the marks.
func diffSummary(changes []diff.Change) string {
	counts := map[diff.Mark]int{}
	for _, c := range changes {
		counts[c.Mark]++
	}
	text := fmt.Sprintf("%d changes", len(changes))
	if len(changes) == 1 {
		text = "1 change"
	}
	for _, m := range []diff.Mark{diff.Wider, diff.Narrower, diff.Loses, diff.Stuck} {
		if n := counts[m]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, m)
		}
	}
	return text + "\n"
}
