package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// upOptions are the flags of `up`.
type upOptions struct {
	env      string
	listen   string
	state    string
	logLevel string
	noView   bool
	output   cli.Output
	face     cli.Face
}

func upCommand() *cobra.Command {
	var o upOptions
	cmd := &cobra.Command{
		Use:   "up [DIR]",
		Short: "Play a lab on this machine: bus, gates, cells on real signals, a mind",
		Long: `Play the lab that DIR declares, all of its hosts in this one process; without
DIR, a lab of this machine alone. Cells feel the real machine; load its
processors and watch the gate "pressure" open.

On a terminal a live view is shown; in a pipe one line for each event; with
--output json one line for each message. Ctrl-C drains and stops; what the
gates have learned is kept.`,
		Example: `  nimmer up
  nimmer up topology --env prod --state /tmp/lab
  nimmer up --output json | jq -c 'select(.subject | endswith("transition"))'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := ""
			if len(args) == 1 {
				dir = args[0]
			}
			return o.run(cmd, dir)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&o.env, "env", os.Getenv("NIMMERVERSE_ENV"), "environment to play (also NIMMERVERSE_ENV; default: the first that is declared)")
	fs.StringVar(&o.listen, "listen", "127.0.0.1:4222", "where the bus listens for clients; port 0 takes a free one, none listens nowhere")
	fs.StringVar(&o.state, "state", "", "where streams and state are kept (default: the user's state directory, by lab and environment)")
	fs.StringVar(&o.logLevel, "log-level", "warn", "debug, info, warn or error")
	fs.BoolVar(&o.noView, "no-view", false, "print lines on a terminal too")
	o.face.Add(cmd, metric.Address("nimmer"))
	cli.AddOutput(cmd, &o.output)
	_ = cmd.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o *upOptions) run(cmd *cobra.Command, dir string) (err error) {
	if _, err := daemon.ParseLevel(o.logLevel); err != nil {
		return cli.Usagef("--log-level: %w", err)
	}
	if err := checkListen(o.listen); err != nil {
		return err
	}
	if err := o.face.Check(); err != nil {
		return err
	}
	d := lab.Load(dir)
	if len(d.Diagnostics) > 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), d.Diagnostics.Text(cli.Terminal(cmd.ErrOrStderr())))
	}
	if d.Diagnostics.HasErrors() {
		return &cli.ExitError{Code: cli.ExitFailed, Err: errors.New("the declaration has errors: nothing was started")}
	}
	env, err := lab.Environment(d.Topology, o.env)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	if o.state == "" {
		if o.state, err = lab.StateDir(d.Topology.Lab.Name, env); err != nil {
			return err
		}
	}
	view := o.output == cli.Text && !o.noView && cli.Terminal(cmd.OutOrStdout())
	logger, closeLog, err := o.logger(cmd.ErrOrStderr(), view)
	if err != nil {
		return err
	}
	defer closeLog()

	note, err := o.face.Begin("nimmer", logger)
	if err != nil {
		return err
	}
	l, err := lab.Open(cmd.Context(), lab.Options{
		Declaration: d, Env: env, State: o.state, Listen: o.listen, Version: cli.Version(), Logger: logger,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if note != "" {
		l.Notes = append(l.Notes, note)
	}
	l.Observe(o.face.Metrics, o.face.Health)
	l.Services = o.face.Services(l.Services...)
	if view {
		return o.runView(cmd.Context(), l, logger)
	}
	return o.runLines(cmd.Context(), cmd.OutOrStdout(), l, logger)
}

// checkListen says what is wrong with --listen.
func checkListen(listen string) error {
	if listen == "none" {
		return nil
	}
	_, port, err := net.SplitHostPort(listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return cli.Usagef("--listen must be host:port with a port from 0 to 65535, or none, not %q", listen)
	}
	return nil
}

// logger writes to stderr, or beside the state while a view owns the terminal.
func (o *upOptions) logger(stderr io.Writer, view bool) (*slog.Logger, func(), error) {
	if !view {
		return daemon.Logger(stderr, o.logLevel, "text"), func() {}, nil
	}
	if err := os.MkdirAll(o.state, 0o700); err != nil {
		return nil, nil, &daemon.Error{Op: "make", Subject: "state directory " + o.state, Err: err, Hint: "choose another with --state"}
	}
	path := filepath.Join(o.state, "nimmer.log")
	if info, err := os.Stat(path); err == nil && info.Size() > 16<<20 {
		_ = os.Rename(path, path+".1")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, &daemon.Error{Op: "open", Subject: path, Err: err, Hint: "choose another directory with --state"}
	}
	return daemon.Logger(f, o.logLevel, "text"), func() { _ = f.Close() }, nil
}

// runLines plays the lab and prints what happens, a line each.
func (o *upOptions) runLines(ctx context.Context, w io.Writer, l *lab.Lab, logger *slog.Logger) error {
	// A reader that goes away (a pipe into head) is a failed write: it stops the
	// lab as Ctrl-C does, instead of ending the process at once.
	signal.Ignore(syscall.SIGPIPE)
	ctx, full := context.WithCancel(ctx)
	defer full()
	p := &printer{w: w, output: o.output, colour: cli.Terminal(w), full: full, quiet: o.output == cli.Text, calm: o.output == cli.Text}
	filter, err := wave.Everything(l.Env)
	if err != nil {
		return err
	}
	if err := o.introduce(w, l); err != nil {
		return err
	}
	sub, err := l.Conn.Subscribe(context.WithoutCancel(ctx), filter, p.message)
	if err != nil {
		return err
	}
	services := l.Services
	if o.output == cli.Text {
		services = l.After("gate core", "first gates", func(ctx context.Context) error { return printFirst(ctx, w, l) })
	}
	err = daemon.Run(ctx, logger, daemon.Options{Health: o.face.Health, Ready: func() {
		if o.output == cli.Text {
			fmt.Fprintln(w, "ready; Ctrl-C stops")
		}
	}}, services...)
	_ = sub.Stop()
	if o.output == cli.Text && err == nil {
		fmt.Fprintln(w, "stopped; what the gates have learned is kept")
	}
	return err
}

// introduce says which lab is played, and where: in JSON as a line of the same
// form as those of messages, without a subject.
func (o *upOptions) introduce(w io.Writer, l *lab.Lab) error {
	if o.output == cli.JSON {
		type played struct {
			Lab         string   `json:"lab"`
			Environment string   `json:"environment"`
			Bus         string   `json:"bus"`
			State       string   `json:"state"`
			Notes       []string `json:"notes"`
			Metrics     string   `json:"metrics"`
		}
		return cli.WriteJSONLine(w, struct {
			Time    time.Time `json:"time"`
			Subject string    `json:"subject"`
			Body    played    `json:"body"`
		}{time.Now().UTC(), "", played{l.Name, l.Env, l.URL(), l.StateDir(), append([]string{}, l.Notes...), o.face.URL()}})
	}
	where := l.URL()
	if where == "" {
		where = "inside this process only"
	}
	_, err := fmt.Fprintf(w, "lab %s, environment %s: %s\nbus %s, state %s\n", l.Name, l.Env, summary(l.Declaration.Topology), where, l.StateDir())
	if url := o.face.URL(); url != "" {
		fmt.Fprintln(w, "metrics "+url)
	}
	for _, note := range l.Notes {
		fmt.Fprintln(w, note)
	}
	return err
}

// printFirst shows the gates as they are found.
func printFirst(ctx context.Context, w io.Writer, l *lab.Lab) error {
	report, err := l.Core.Reports(ctx)
	if err != nil {
		return err
	}
	for _, g := range report.Gates {
		if g.Garden == wave.Virtual {
			fmt.Fprintf(w, "gate %s %s, value %+.2f, weight %.2f, %d transitions so far\n", g.Gate, upper(g.State), g.Value, g.Weight, g.Seq)
		}
	}
	return nil
}

// runView plays the lab under the live view.
func (o *upOptions) runView(ctx context.Context, l *lab.Lab, logger *slog.Logger) error {
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	f := newFeed()
	for _, note := range l.Notes {
		f.add(dim(time.Now().Format("15:04:05")) + "  " + note)
	}
	filter, err := wave.Everything(l.Env)
	if err != nil {
		return err
	}
	sub, err := l.Conn.Subscribe(context.WithoutCancel(ctx), filter, f.message)
	if err != nil {
		return err
	}
	v := &live{
		title: l.Name + " · " + l.Env, feed: f, ask: l.Core.Reports,
		footer: o.footer(l),
		stop: func() {
			select {
			case signals <- os.Interrupt:
			default:
			}
		},
	}
	shown, end := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- showLive(shown, v) }()
	err = daemon.Run(ctx, logger, daemon.Options{Signals: signals, Health: o.face.Health}, l.Services...)
	_ = sub.Stop()
	end()
	return errors.Join(err, <-done)
}

// footer says where everything is.
func (o *upOptions) footer(l *lab.Lab) string {
	text := fmt.Sprintf("bus %s · state %s", l.URL(), l.StateDir())
	if url := o.face.URL(); url != "" {
		text += " · " + url
	}
	return text + " · Ctrl-C stops"
}
