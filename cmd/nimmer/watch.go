package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func waveWatchCommand(bus *cli.BusFlags) *cobra.Command {
	var (
		output cli.Output
		count  int
		wait   time.Duration
		quiet  bool
	)
	cmd := &cobra.Command{
		Use:   "watch [SUBJECT]",
		Short: "Print what is said on the bus, as it is said",
		Long: `Print every message of the environment, one a line, until Ctrl-C. SUBJECT is a
NATS filter inside it, for example 'nervous.gates.>'.`,
		Example: `  nimmer wave watch
  nimmer wave watch --no-waves
  nimmer wave watch 'nervous.cells.*.wave' --count 10 --output json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			filter, err := wave.Everything(bus.Env)
			if err != nil {
				return cli.Usagef("%w", err)
			}
			if len(args) == 1 {
				filter = within(bus.Env, args[0])
			}
			conn, err := bus.Connect(cmd.Context(), "nimmer wave watch", nil)
			if err != nil {
				return err
			}
			defer conn.Close()
			ctx, cancel := watchContext(cmd.Context())
			defer cancel()
			if wait > 0 {
				ctx, cancel = context.WithTimeout(ctx, wait)
				defer cancel()
			}
			p := &printer{w: cmd.OutOrStdout(), output: output, colour: cli.Terminal(cmd.OutOrStdout()), left: count, quiet: quiet, full: cancel}
			sub, err := conn.Subscribe(ctx, filter, p.message)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "watching %s; Ctrl-C stops\n", filter)
			<-ctx.Done()
			_ = sub.Stop()
			if count > 0 && p.remaining() > 0 {
				return cli.Silent(cli.ExitFailed)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&count, "count", 0, "stop after so many messages")
	cmd.Flags().DurationVar(&wait, "for", 0, "stop after this time; with --count, fewer messages than that exit with 1")
	cmd.Flags().BoolVar(&quiet, "no-waves", false, "leave the waves themselves out")
	cli.AddOutput(cmd, &output)
	return cmd
}

// within completes a filter with its environment.
func within(env, filter string) string {
	if filter == env || len(filter) > len(env) && filter[:len(env)+1] == env+"." {
		return filter
	}
	return env + "." + filter
}

// printer writes messages as lines, one at a time.
type printer struct {
	mu     sync.Mutex
	w      io.Writer
	output cli.Output
	colour bool
	quiet  bool // leave waves out
	calm   bool // leave out what only programs need
	said   map[string]string
	left   int // 0: no bound
	done   bool
	full   func() // called when left reaches zero
}

func (p *printer) remaining() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left
}

// message prints one message. Bodies that are not JSON are named by their size.
func (p *printer) message(_ context.Context, m wave.Message) {
	subject, err := wave.ParseSubject(m.Subject)
	if err == nil {
		switch subject.Kind() {
		case wave.KindSnapshot, wave.KindJournal:
			return
		case wave.KindCellWave, wave.KindCellWaveN:
			if p.quiet {
				return
			}
		case wave.KindCognitiveHeartbeat:
			if p.calm && !p.news(subject, m) {
				return
			}
		case wave.KindGateLean, wave.KindGateCorrelation, wave.KindBoundaryTransform, wave.KindGatesQuery, wave.KindGateQuery:
			if p.calm {
				return
			}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	at := m.Time
	if at.IsZero() {
		at = time.Now()
	}
	if p.output == cli.JSON {
		err = jsonLine(p.w, at, m)
	} else {
		err = p.textLine(at, subject, m)
	}
	if err != nil {
		p.finish()
		return
	}
	if p.left > 0 {
		if p.left--; p.left == 0 {
			p.finish()
		}
	}
}

// news reports whether a heartbeat says something else than the one before.
func (p *printer) news(subject wave.Subject, m wave.Message) bool {
	text, _ := describe(subject, m)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.said == nil {
		p.said = map[string]string{}
	}
	if p.said[m.Subject] == text {
		return false
	}
	p.said[m.Subject] = text
	return true
}

func (p *printer) finish() {
	p.done = true
	p.full()
}

// jsonLine prints {"format_version":1,"time","subject","body"}.
func jsonLine(w io.Writer, at time.Time, m wave.Message) error {
	body := jsontext.Value(m.Data)
	if !body.IsValid() {
		body = jsontext.Value(fmt.Sprintf("%q", fmt.Sprintf("%d bytes", len(m.Data))))
	}
	_ = body.Compact()
	return cli.WriteJSONLine(w, struct {
		Time    time.Time      `json:"time"`
		Subject string         `json:"subject"`
		Body    jsontext.Value `json:"body"`
	}{at.UTC(), m.Subject, body})
}

// textLine prints time, subject and what the body says, for people.
func (p *printer) textLine(at time.Time, subject wave.Subject, m wave.Message) error {
	text, tone := describe(subject, m)
	name := m.Subject
	if p.colour {
		name = dim(name)
		text = tone.paint(text)
	}
	_, err := fmt.Fprintf(p.w, "%s  %s  %s\n", at.Local().Format("15:04:05.000"), name, text)
	return err
}
