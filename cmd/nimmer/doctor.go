package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/organ"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// finding is one line of the doctor's report.
type finding struct {
	Check   string `json:"check"`
	Verdict string `json:"verdict"` // ok, note, bad
	Text    string `json:"text"`
	Remedy  string `json:"remedy,omitempty"`
}

func doctorCommand() *cobra.Command {
	var (
		flags  busFlags
		output cli.Output
	)
	cmd := &cobra.Command{
		Use:   "doctor [DIR]",
		Short: "Check the declaration, the bus, gate core and this machine",
		Long: `Check everything a lab needs, and say what to do about what is missing: the
declaration, the bus and its streams, gate core, what cells can sense on this
machine, and which mind would speak. Exits 1 when something is wrong.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			findings := examine(cmd, &flags, args)
			bad := 0
			for _, f := range findings {
				if f.Verdict == "bad" {
					bad++
				}
			}
			if output == cli.JSON {
				if err := cli.WriteJSON(cmd.OutOrStdout(), map[string]any{"findings": findings, "bad": bad}); err != nil {
					return err
				}
			} else {
				for _, f := range findings {
					fmt.Fprintf(cmd.OutOrStdout(), "%-4s  %-12s %s\n", f.Verdict, f.Check, f.Text)
					if f.Remedy != "" {
						fmt.Fprintf(cmd.OutOrStdout(), "%20s%s\n", "", f.Remedy)
					}
				}
			}
			if bad > 0 {
				return cli.Silent(cli.ExitFailed)
			}
			return nil
		},
	}
	flags.add(cmd)
	cli.AddOutput(cmd, &output)
	return cmd
}

// examine runs every check. A failed one does not stop the others.
func examine(cmd *cobra.Command, flags *busFlags, args []string) []finding {
	ctx, cancel := context.WithTimeout(cmd.Context(), 20*time.Second)
	defer cancel()
	out := []finding{{"nimmer", "ok", cli.Version(), ""}}
	d, _ := flags.meant(cmd, args) // what --state lacks is said with the streams
	if d.note != "" {
		out = append(out, finding{"lab", "note", d.note, ""})
	}
	if err := d.Diagnostics.Err(); err != nil {
		out = append(out, finding{"declaration", "bad", err.Error(), "see all of it with `nimmer topology check`"})
	} else {
		out = append(out, finding{"declaration", "ok", d.Topology.Lab.Name + ": " + summary(d.Topology), ""})
		env, err := lab.Environment(d.Topology, d.asked)
		if err != nil {
			out = append(out, finding{"environment", "bad", err.Error(), "choose one of those with --env"})
		} else {
			flags.Env = env
		}
	}
	out = append(out, examineBus(ctx, flags, d.Declaration)...)
	for _, name := range cell.Sensors() {
		if ok, why := cell.Available(name); !ok {
			out = append(out, finding{"cell " + name, "note", "silent on this machine: " + why, ""})
		}
	}
	return append(out, examineMind(ctx))
}

func examineBus(ctx context.Context, flags *busFlags, d lab.Declaration) []finding {
	conn, err := flags.Connect(ctx, "nimmer doctor", nil)
	if err != nil {
		return []finding{{"bus", "bad", err.Error(), cli.HintOf(err)}}
	}
	defer conn.Close()
	var out []finding
	for _, f := range conn.Check(ctx, bus.CheckOptions{}) {
		out = append(out, finding{f.Check, string(f.Level), f.Text, f.Remedy})
	}
	if d.Topology != nil && !d.Diagnostics.HasErrors() && d.Topology.HasEnvironment(flags.Env) {
		out = append(out, examineStored(ctx, flags, d.Topology)...)
	}
	if d.Topology != nil && !d.Topology.HasEnvironment(flags.Env) {
		return out // said above
	}
	report, err := askGates(ctx, conn, flags.Env)
	switch {
	case errors.Is(err, bus.ErrNobody):
		out = append(out, finding{"gate core", "note", "none answers for " + flags.Env, "start one with `nimmer up` or `nimmer-gate`"})
	case err != nil:
		out = append(out, finding{"gate core", "bad", err.Error(), cli.HintOf(err)})
	default:
		out = append(out, finding{"gate core", "ok", fmt.Sprintf("%s decides over %d gates and gardens", report.Owner, len(report.Gates)), ""})
	}
	return out
}

// examineStored compares what every account keeps with the declaration.
func examineStored(ctx context.Context, flags *busFlags, t *topology.Topology) []finding {
	k, err := flags.open(ctx, t, flags.Env)
	if err != nil {
		return []finding{{"streams", "bad", err.Error(), cli.HintOf(err)}}
	}
	defer k.close()
	var plan bus.Plan
	for _, x := range k.all {
		p, err := x.conn.Plan(ctx, x.want.Streams, x.want.Buckets, x.want.Durables...)
		if err != nil {
			return []finding{{"streams", "bad", err.Error(), cli.HintOf(err)}}
		}
		plan.Add(x.account, p)
	}
	var out []finding
	for _, f := range plan.Findings() {
		out = append(out, finding{f.Check, string(f.Level), f.Text, f.Remedy})
	}
	if text, remedy := k.elsewhere(); text != "" {
		out = append(out, finding{"accounts", "note", text, remedy})
	}
	return out
}

func examineMind(ctx context.Context) finding {
	choice, err := organ.Choose(nil, os.Getenv)(ctx)
	if err != nil {
		return finding{"mind", "bad", err.Error(), ""}
	}
	return finding{"mind", "note", "unless one is declared: " + choice.Why, ""}
}
