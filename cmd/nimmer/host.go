package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/host"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func hostCommand() *cobra.Command {
	var flags cli.BusFlags
	cmd := &cobra.Command{
		Use:   "host",
		Short: "The machines of the lab, as their agents see them",
		Long: `What the agents of the hosts (nimmer-host) say every ten seconds: which system
runs, load, memory, cards, failed units. The latest heartbeats are looked up where
they are kept, and listened for where this login may not look.`,
	}
	flags.Add(cmd)
	cmd.AddCommand(hostLsCommand(&flags), hostShowCommand(&flags))
	return cmd
}

// beatsWithin is a little longer than the time between two heartbeats.
const beatsWithin = host.Every + time.Second

func hostLsCommand(flags *cli.BusFlags) *cobra.Command {
	var output cli.Output
	var within time.Duration
	cmd := &cobra.Command{
		Use:   "ls",
		Short: "List the hosts that are heard of",
		Long:  "List the hosts that are heard of, from their latest heartbeats. A host whose last\none is older than half a minute is silent.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			beats, err := hearHosts(cmd, flags, "", within)
			if err != nil {
				return err
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), struct {
					Hosts []wave.HostBeat `json:"hosts"`
				}{append([]wave.HostBeat{}, beats...)})
			}
			return listHosts(cmd.OutOrStdout(), beats, time.Now())
		},
	}
	cli.AddOutput(cmd, &output)
	cmd.Flags().DurationVar(&within, "for", beatsWithin, "how long to listen where heartbeats cannot be looked up")
	return cmd
}

func hostShowCommand(flags *cli.BusFlags) *cobra.Command {
	var output cli.Output
	var within time.Duration
	cmd := &cobra.Command{
		Use:   "show HOST",
		Short: "Show one host",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := wave.Token(args[0])
			if err != nil {
				return cli.Usagef("%w", err)
			}
			beats, err := hearHosts(cmd, flags, name, within)
			if err != nil {
				return err
			}
			if len(beats) == 0 {
				return &daemon.Error{
					Op: "show", Subject: "host " + name, Err: errors.New("it says nothing in environment " + flags.Env),
					Hint: "see who does with `nimmer host ls`; on the host, look at nimmer-host",
				}
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), beats[0])
			}
			return showHost(cmd.OutOrStdout(), beats[0], time.Now())
		},
	}
	cli.AddOutput(cmd, &output)
	cmd.Flags().DurationVar(&within, "for", beatsWithin, "how long to listen where heartbeats cannot be looked up")
	return cmd
}

// hearHosts returns the latest heartbeats, of one host or of all, by name.
func hearHosts(cmd *cobra.Command, flags *cli.BusFlags, name string, within time.Duration) ([]wave.HostBeat, error) {
	ctx := cmd.Context()
	conn, err := flags.Connect(ctx, "nimmer host", nil)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	found, err := keptBeats(ctx, conn, flags.Env, name)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		if cli.Terminal(cmd.ErrOrStderr()) {
			fmt.Fprintf(cmd.ErrOrStderr(), "listening for %s ...\n", within)
		}
		if found, err = heardBeats(ctx, conn, flags.Env, name, within); err != nil {
			return nil, err
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b wave.HostBeat) int { return strings.Compare(a.Host, b.Host) }), nil
}

// keptBeats looks the heartbeats up; none where this login may not, or nobody
// keeps them.
func keptBeats(ctx context.Context, conn *bus.Conn, env, name string) (map[string]wave.HostBeat, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	bucket, err := conn.Bucket(ctx, lab.HostsBucket(env))
	if err != nil {
		return nil, nil // not there, not allowed: they can still be heard
	}
	keys := []string{name}
	if name == "" {
		if keys, err = bucket.Keys(ctx); err != nil {
			return nil, nil
		}
	}
	found := map[string]wave.HostBeat{}
	for _, key := range keys {
		entry, err := bucket.Get(ctx, key)
		if err != nil {
			continue
		}
		if b, err := wave.Decode[wave.HostBeat](entry.Value); err == nil {
			found[b.Host] = b
		}
	}
	return found, nil
}

// heardBeats listens; for one host until it has spoken.
func heardBeats(ctx context.Context, conn *bus.Conn, env, name string, within time.Duration) (map[string]wave.HostBeat, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	who := name
	if who == "" {
		who = "*"
	}
	filter, err := wave.Filter(wave.KindHostHeartbeat, env, who)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	heard := make(chan wave.HostBeat)
	sub, err := conn.Subscribe(ctx, filter, func(_ context.Context, m wave.Message) {
		b, err := wave.Decode[wave.HostBeat](m.Data)
		s, bad := wave.ParseSubject(m.Subject)
		if err != nil || bad != nil || s.Name() != b.Host {
			return // somebody else's mistake
		}
		select {
		case heard <- b:
		case <-ctx.Done():
		}
	})
	if err != nil {
		return nil, fmt.Errorf("listen for hosts: %w", err)
	}
	found := map[string]wave.HostBeat{}
	for ctx.Err() == nil && (name == "" || len(found) == 0) {
		select {
		case b := <-heard:
			found[b.Host] = b
		case <-ctx.Done():
		}
	}
	cancel()
	return found, sub.Stop()
}

// silentAfter is when a host that says nothing is called silent.
const silentAfter = 3 * host.Every

func listHosts(w io.Writer, beats []wave.HostBeat, now time.Time) error {
	if len(beats) == 0 {
		fmt.Fprintln(w, "no host is heard of")
		return nil
	}
	var rows [][]string
	for _, b := range beats {
		rows = append(rows, []string{
			b.Host, hostState(b, now), shortSystem(b.System, b.Generation), fmt.Sprintf("%.2f", b.Load[0]),
			usedOf(b.Memory.Total-b.Memory.Available, b.Memory.Total), fmt.Sprint(len(b.Cards)), fmt.Sprint(len(b.FailedUnits)),
		})
	}
	return cli.Table(w, []string{"HOST", "STATE", "SYSTEM", "LOAD", "MEMORY", "CARDS", "FAILED"}, rows)
}

// hostState says in a word how a host is.
func hostState(b wave.HostBeat, now time.Time) string {
	switch age := now.Sub(b.Time); {
	case age > silentAfter:
		return "silent for " + age.Round(time.Second).String()
	case len(b.FailedUnits) > 0:
		return "degraded"
	case b.Booted != "":
		return "reboot pending"
	case b.Next != "":
		return "switch pending"
	}
	return "alive"
}

// shortSystem leaves the hash out of a store path.
func shortSystem(system string, generation int64) string {
	if rest, ok := strings.CutPrefix(system, "/nix/store/"); ok {
		if _, name, ok := strings.Cut(rest, "-"); ok {
			system = name
		}
	}
	if generation > 0 {
		return fmt.Sprintf("%s (generation %d)", system, generation)
	}
	return system
}

func usedOf(used, total int64) string {
	if total <= 0 {
		return "-"
	}
	return fmt.Sprintf("%d%% of %.1f GiB", used*100/total, float64(total)/(1<<30))
}

func showHost(w io.Writer, b wave.HostBeat, now time.Time) error {
	fmt.Fprintf(w, "host %s: %s\n\n", b.Host, hostState(b, now))
	rows := [][]string{{"  heard", now.Sub(b.Time).Round(time.Second).String() + " ago"}, {"  boot", b.BootID}, {"  runs", b.System}}
	if b.Generation > 0 {
		rows = append(rows, []string{"  generation", fmt.Sprint(b.Generation)})
	}
	for _, r := range [][]string{{"  booted", b.Booted}, {"  next boot", b.Next}} {
		if r[1] != "" {
			rows = append(rows, r)
		}
	}
	var loads []string
	for _, l := range b.Load {
		loads = append(loads, fmt.Sprintf("%.2f", l))
	}
	rows = append(rows, []string{"  load", strings.Join(loads, " ")}, []string{"  memory", usedOf(b.Memory.Total-b.Memory.Available, b.Memory.Total)})
	for _, c := range b.Cards {
		rows = append(rows, []string{"  card " + c.Name, fmt.Sprintf("%s, %s, %.0f%% busy, %.0f °C, %.0f W", c.Model, usedOf(c.Used, c.Memory), 100*c.Load, c.Temperature, c.Power)})
	}
	for _, u := range b.FailedUnits {
		rows = append(rows, []string{"  failed", u})
	}
	return cli.Table(w, nil, rows)
}

// sayHost is a heartbeat in one line, without what changes all the time.
func sayHost(b wave.HostBeat) (string, tone) {
	text := fmt.Sprintf("%s runs %s", b.Host, shortSystem(b.System, b.Generation))
	if b.Booted != "" {
		text += ", the kernel of " + shortSystem(b.Booted, 0)
	}
	if b.Next != "" {
		text += ", from the next boot " + shortSystem(b.Next, 0)
	}
	if len(b.Cards) > 0 {
		text += fmt.Sprintf(", cards: %d", len(b.Cards))
	}
	if len(b.FailedUnits) > 0 {
		return text + "; failed: " + shorten(strings.Join(b.FailedUnits, " "), 120), closed
	}
	return text, plain
}
