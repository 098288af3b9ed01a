package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

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
			filter, err := watchFilter(bus.Env, args)
			switch {
			case err != nil:
				return cli.Usagef("%w", err)
			case count < 0:
				return cli.Usagef("--count must be 0 (no bound) or more, not %d", count)
			case wait < 0:
				return cli.Usagef("--for must be 0s (no bound) or more, not %s", wait)
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

// watchFilter is the filter to watch: everything in the environment, or what
// the argument names there.
func watchFilter(env string, args []string) (string, error) {
	filter, err := wave.Everything(env)
	if err != nil || len(args) == 0 {
		return filter, err
	}
	filter = within(env, args[0])
	tokens := strings.Split(filter, ".")
	for i, token := range tokens {
		switch {
		case token == "":
			return "", fmt.Errorf("SUBJECT %q has an empty token", args[0])
		case strings.ContainsFunc(token, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
			return "", fmt.Errorf("SUBJECT %q has a space or a control character in it", args[0])
		case token == ">" && i < len(tokens)-1:
			return "", fmt.Errorf("SUBJECT %q: '>' stands for the rest, so it can only be the last token", args[0])
		case len(token) > 1 && strings.ContainsAny(token, "*>"):
			return "", fmt.Errorf("SUBJECT %q: a wildcard is a whole token, not a part of %q", args[0], token)
		}
	}
	return filter, nil
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
		case wave.KindCognitiveHeartbeat, wave.KindHostHeartbeat:
			if p.calm && !p.news(subject, m) {
				return
			}
		case wave.KindGateLean, wave.KindGateCorrelation, wave.KindBoundaryTransform, wave.KindGatesQuery, wave.KindGateQuery, wave.KindCellRequest:
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
// That a mind is busy is no news: the question was shown.
func (p *printer) news(subject wave.Subject, m wave.Message) bool {
	if h, err := wave.Decode[wave.Heartbeat](m.Data); err == nil && h.State == "busy" {
		return false
	}
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
