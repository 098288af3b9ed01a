package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func gateCommand() *cobra.Command {
	var flags cli.BusFlags
	cmd := &cobra.Command{
		Use:   "gate",
		Short: "See what the gates do, ask why, tell them what came of it",
		Long: `A gate keeps one value between -1 and +1. It opens when independent sources
agree, closes when they contradict each other, and drifts back in silence. What
came of an opening is its only teacher.`,
	}
	flags.Add(cmd)
	cmd.AddCommand(gateListCommand(&flags), gateShowCommand(&flags), gateWatchCommand(&flags),
		gateOutcomeCommand(&flags, wave.Confirmed), gateOutcomeCommand(&flags, wave.Failed))
	return cmd
}

func gateListCommand(flags *cli.BusFlags) *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:     "ls",
		Aliases: []string{"list"},
		Short:   "List the gates: state, value, weight",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			conn, err := flags.Connect(cmd.Context(), "nimmer gate ls", nil)
			if err != nil {
				return err
			}
			defer conn.Close()
			report, err := askGates(cmd.Context(), conn, flags.Env)
			if err != nil {
				return err
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), report)
			}
			return printGates(cmd, report)
		},
	}
	cli.AddOutput(cmd, &output)
	return cmd
}

func printGates(cmd *cobra.Command, report wave.GatesReport) error {
	w := cmd.OutOrStdout()
	a := report.Attention
	fmt.Fprintf(w, "attention %s, lifeforce %.1f of %.0f spent this beat\n\n", strings.ToUpper(a.Mode), a.Beat.Spent, a.Beat.Budget)
	if report.Trouble != "" {
		fmt.Fprintf(w, "trouble: %s\n\n", report.Trouble)
	}
	var rows [][]string
	for _, g := range report.Gates {
		last := "never"
		if !g.Last.IsZero() {
			last = ago(report.Time.Sub(g.Last))
		}
		rows = append(rows, []string{
			g.Gate, string(g.Garden), upper(g.State), fmt.Sprintf("%+.2f", g.Value), bar(g.Value, g.Open, g.Close, 10),
			fmt.Sprintf("%.2f", g.Weight), fmt.Sprint(g.Tier), fmt.Sprint(g.Seq), last,
		})
	}
	return cli.Table(w, []string{"GATE", "GARDEN", "STATE", "VALUE", "-1      0      +1", "WEIGHT", "TIER", "SEQ", "CHANGED"}, rows)
}

func gateShowCommand(flags *cli.BusFlags) *cobra.Command {
	var (
		output cli.Output
		garden string
	)
	cmd := &cobra.Command{
		Use:   "show GATE",
		Short: "Explain one gate: who spoke, what it made of it, what it has learned",
		Args:  cobra.ExactArgs(1),
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return gateNames(cmd.Context(), flags), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			conn, err := flags.Connect(cmd.Context(), "nimmer gate show", nil)
			if err != nil {
				return err
			}
			defer conn.Close()
			report, err := askGate(cmd.Context(), conn, flags.Env, args[0], wave.Garden(garden))
			if err != nil {
				return err
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), report)
			}
			return showGate(cmd.OutOrStdout(), report)
		},
	}
	cmd.Flags().StringVar(&garden, "garden", "", "virtual or real (default: virtual, or the only one)")
	_ = cmd.RegisterFlagCompletionFunc("garden", cobra.FixedCompletions([]string{"virtual", "real"}, cobra.ShellCompDirectiveNoFileComp))
	cli.AddOutput(cmd, &output)
	return cmd
}

func gateWatchCommand(flags *cli.BusFlags) *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "watch [GATE]",
		Short: "Print transitions, outcomes and what nerves find, as they happen",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			gate := "*"
			if len(args) == 1 {
				token, err := wave.Token(args[0])
				if err != nil {
					return cli.Usagef("%w", err)
				}
				gate = token
			}
			conn, err := flags.Connect(cmd.Context(), "nimmer gate watch", nil)
			if err != nil {
				return err
			}
			defer conn.Close()
			if gate != "*" {
				_, err := askGate(cmd.Context(), conn, flags.Env, gate, "")
				if refused := (*bus.RemoteError)(nil); errors.As(err, &refused) {
					return err
				}
			}
			ctx, cancel := watchContext(cmd.Context())
			defer cancel()
			p := &printer{w: cmd.OutOrStdout(), output: output, colour: cli.Terminal(cmd.OutOrStdout()), full: cancel}
			if err := watchGate(ctx, conn, flags.Env, gate, p.message); err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "watching %s; Ctrl-C stops\n", watched(gate))
			<-ctx.Done()
			return nil
		},
	}
	cli.AddOutput(cmd, &output)
	return cmd
}

// watchGate hears what one gate ("*": every gate) does, what came of it, and
// what the nerves that hear it find.
func watchGate(ctx context.Context, conn *bus.Conn, env, gate string, h wave.Handler) error {
	found := func(ctx context.Context, m wave.Message) {
		n, err := wave.Decode[wave.NerveState](m.Data)
		if gate == "*" || err == nil && n.Gate == gate {
			h(ctx, m)
		}
	}
	for _, kind := range []wave.Kind{
		wave.KindGateTransition, wave.KindGateReflex, wave.KindRealTransition, wave.KindRealFeedback, wave.KindNerveState,
	} {
		name, handle := gate, h
		if kind == wave.KindNerveState {
			name, handle = "*", found
		}
		filter, err := wave.Filter(kind, env, name)
		if err != nil {
			return cli.Usagef("%w", err)
		}
		if _, err := conn.Subscribe(ctx, filter, handle); err != nil {
			return err
		}
	}
	return nil
}

func watched(gate string) string {
	if gate == "*" {
		return "every gate"
	}
	return "gate " + gate
}

func gateOutcomeCommand(flags *cli.BusFlags, verdict wave.Verdict) *cobra.Command {
	use, short := "confirm", "Say that an opening was right: the gate learns to trust it"
	if verdict == wave.Failed {
		use, short = "fail", "Say that an opening was wrong: the gate trusts less"
	}
	var (
		output cli.Output
		by     string
		why    string
	)
	cmd := &cobra.Command{
		Use:   use + " GATE|TRANSITION",
		Short: short,
		Long:  short + ".\nGATE means its last opening; a TRANSITION is named by its id, for example pressure-virtual-17.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			conn, err := flags.Connect(cmd.Context(), "nimmer gate "+use, nil)
			if err != nil {
				return err
			}
			defer conn.Close()
			o, err := giveOutcome(cmd.Context(), conn, flags.Env, args[0], verdict, wave.By(by), why)
			if err != nil {
				return err
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), o)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", o.Transition, o.Outcome)
			return err
		},
	}
	cmd.Flags().StringVar(&by, "by", string(wave.ByHuman), "who measured: sensor, human or service")
	cmd.Flags().StringVar(&why, "actual", "", "what really was, kept with the outcome")
	cli.AddOutput(cmd, &output)
	return cmd
}

// giveOutcome stores an outcome for a transition, or for a gate's last opening.
func giveOutcome(ctx context.Context, conn *bus.Conn, env, target string, verdict wave.Verdict, by wave.By, why string) (wave.Outcome, error) {
	gate, transition, err := judged(ctx, conn, env, target)
	if err != nil {
		return wave.Outcome{}, err
	}
	o := wave.Outcome{
		ID: wave.OutcomeID(transition, by, verdict), Gate: gate, Transition: transition,
		Outcome: verdict, By: by, Time: time.Now().UTC(),
	}
	if why != "" {
		o.Actual, _ = json.Marshal(why)
	}
	subject, err := wave.New(wave.KindRealFeedback, env, gate)
	if err != nil {
		return o, cli.Usagef("%w", err)
	}
	data, err := wave.Encode(o)
	if err != nil {
		return o, cli.Usagef("%w", err)
	}
	return o, conn.Store(ctx, wave.Message{Subject: subject.String(), ID: o.ID, Data: data})
}

// judged finds the transition that a person means, and asks its gate whether
// there is one to judge: what is stored wrongly would be refused unseen.
func judged(ctx context.Context, conn *bus.Conn, env, target string) (gate, transition string, err error) {
	name, garden, seq, isID := wave.ParseTransitionID(target)
	if !isID {
		name, garden = target, ""
	}
	report, err := askGate(ctx, conn, env, name, garden)
	if err != nil {
		return "", "", err
	}
	if !isID {
		i := slices.IndexFunc(report.Transitions, func(t wave.Transition) bool { return t.To == wave.Open && t.Cause != wave.CauseForced })
		if i < 0 {
			return "", "", fmt.Errorf("gate %s has not opened lately: there is nothing to judge", report.Gate)
		}
		return report.Gate, report.Transitions[i].ID, nil
	}
	switch {
	case seq == 0 || seq > report.Seq:
		return "", "", fmt.Errorf("there is no transition %s: gate %s has made %d in %s", target, report.Gate, report.Seq, report.Garden)
	case seq%2 == 0: // every change passes through stable: the even ones return to it
		return "", "", fmt.Errorf("%s is a return to stable: judge the opening before it, %s", target, wave.TransitionID(report.Gate, garden, seq-1))
	}
	for _, t := range report.Transitions {
		if t.ID == target && t.Cause == wave.CauseForced {
			return "", "", fmt.Errorf("%s was forced (%s): nothing can be learned from it", target, t.Reason)
		}
	}
	return report.Gate, target, nil
}

// askGates asks gate core for everything it owns.
func askGates(ctx context.Context, conn *bus.Conn, env string) (wave.GatesReport, error) {
	subject, err := wave.New(wave.KindGatesQuery, env)
	if err != nil {
		return wave.GatesReport{}, cli.Usagef("%w", err)
	}
	answer, err := conn.Request(ctx, subject.String(), nil)
	if err != nil {
		return wave.GatesReport{}, noCore(env, err)
	}
	return wave.Decode[wave.GatesReport](answer)
}

// askGate asks gate core to explain one gate.
func askGate(ctx context.Context, conn *bus.Conn, env, name string, garden wave.Garden) (wave.GateReport, error) {
	token, err := wave.Token(name)
	if err != nil {
		return wave.GateReport{}, cli.Usagef("%w", err)
	}
	subject, err := wave.New(wave.KindGateQuery, env, token)
	if err != nil {
		return wave.GateReport{}, cli.Usagef("%w", err)
	}
	q, err := wave.Encode(wave.GateQuery{Garden: garden})
	if err != nil {
		return wave.GateReport{}, cli.Usagef("--garden: %w", err)
	}
	answer, err := conn.Request(ctx, subject.String(), q)
	if err != nil {
		return wave.GateReport{}, noCore(env, err)
	}
	return wave.Decode[wave.GateReport](answer)
}

// noCore turns "nobody answers" into what a person can do about it.
func noCore(env string, err error) error {
	if errors.Is(err, bus.ErrNobody) || errors.Is(err, context.DeadlineExceeded) {
		return &daemon.Error{
			Op: "ask", Subject: "the gates of " + env, Err: err,
			Hint: "no gate core answers there: start one with `nimmer up` or `nimmer-gate`, or choose another --env",
		}
	}
	return err
}

// gateNames completes gate names from a running lab, within a moment.
func gateNames(ctx context.Context, flags *cli.BusFlags) []string {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	conn, err := flags.Connect(ctx, "nimmer completion", nil)
	if err != nil {
		return nil
	}
	defer conn.Close()
	report, err := askGates(ctx, conn, flags.Env)
	if err != nil {
		return nil
	}
	var names []string
	for _, g := range report.Gates {
		names = append(names, g.Gate)
	}
	slices.SortFunc(names, cmp.Compare[string])
	return slices.Compact(names)
}
