package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func waveCommand() *cobra.Command {
	var flags cli.BusFlags
	cmd := &cobra.Command{
		Use:   "wave",
		Short: "Say something as a cell, watch everything that is said",
		Long: `A wave is what one source says about one thing, with a confidence. Gates open
when waves of different sources agree.`,
	}
	flags.Add(cmd)
	cmd.AddCommand(waveSendCommand(&flags), waveWatchCommand(&flags), waveSchemaCommand())
	return cmd
}

// sendOptions are the flags of `wave send`.
type sendOptions struct {
	bus        *cli.BusFlags
	cell       string
	source     string
	region     string
	confidence float64
	valence    float64
	cost       float64
	content    string
	output     cli.Output
}

func waveSendCommand(flags *cli.BusFlags) *cobra.Command {
	o := sendOptions{bus: flags}
	cmd := &cobra.Command{
		Use:   "send --cell CELL [TEXT | -]",
		Short: "Send one wave",
		Long: `Send one wave into a cell's field. TEXT (or standard input, with -) becomes the
content {"text": ...}; --content takes any JSON instead. What the wave is about
is its --region, or what the gate makes of the content.`,
		Example: `  echo "what is 15 + 27" | nimmer wave send --cell text -
  nimmer wave send --cell door --region hall --confidence 0.8
  nimmer wave send --cell front --content '{"distance_cm":25}' --confidence 0.9`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	fs := cmd.Flags()
	fs.StringVar(&o.cell, "cell", "", "field to speak in (required)")
	fs.StringVar(&o.source, "source", defaultSource(), "who speaks; a source never agrees with itself")
	fs.StringVar(&o.region, "region", "", "label of what it is about")
	fs.Float64Var(&o.confidence, "confidence", 0.7, "how sure the source is, 0..1")
	fs.Float64Var(&o.valence, "valence", 1, "1: it is so; negative: it is not so")
	fs.Float64Var(&o.cost, "cost", 0, "lifeforce it took to say this")
	fs.StringVar(&o.content, "content", "", "content as JSON")
	cli.AddOutput(cmd, &o.output)
	return cmd
}

func defaultSource() string {
	user := os.Getenv("USER")
	if user == "" {
		user = "operator"
	}
	return user + "-cli"
}

func (o *sendOptions) run(cmd *cobra.Command, args []string) error {
	if o.cell == "" {
		return cli.Usagef("--cell is required: the field to speak in, for example --cell text")
	}
	w, err := o.wave(cmd.InOrStdin(), args)
	if err != nil {
		return err
	}
	data, err := w.Append(nil)
	if err != nil {
		return cli.Usagef("the wave breaks a rule: %w", err)
	}
	if len(data) > wave.MaxWaveMessage {
		return cli.Usagef("the wave has %d bytes, at most %d are allowed: a wave is a short statement", len(data), wave.MaxWaveMessage)
	}
	token, err := wave.TokenFor(wave.KindCellWave, o.cell)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	subject, err := wave.New(wave.KindCellWave, o.bus.Env, token)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	conn, err := o.bus.Connect(cmd.Context(), "nimmer wave send", nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), 5*time.Second)
	defer cancel()
	if err := conn.Publish(ctx, wave.Message{Subject: subject.String(), Data: data}); err != nil {
		return err
	}
	if err := conn.Flush(ctx); err != nil {
		return err
	}
	if unheard(cmd.Context(), conn, o.bus.Env, token) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: no gate of %s hears the field %s\n", o.bus.Env, token)
	}
	if o.output == cli.JSON {
		return cli.WriteJSON(cmd.OutOrStdout(), struct {
			Subject string          `json:"subject"`
			Wave    json.RawMessage `json:"wave"`
		}{subject.String(), data})
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "sent to %s: %s\n", subject, data)
	return err
}

// unheard reports whether the gates of an environment are known and none of
// them hears a field. It takes a second at most; without an answer the field
// counts as heard.
func unheard(ctx context.Context, conn *bus.Conn, env, cell string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	report, err := askGates(ctx, conn, env)
	if err != nil {
		return false
	}
	asked := map[string]bool{}
	for _, line := range report.Gates {
		if asked[line.Gate] {
			continue
		}
		asked[line.Gate] = true
		gate, err := askGate(ctx, conn, env, line.Gate, "")
		if err != nil {
			return false
		}
		for _, field := range gate.Spec.Cells {
			if token, err := wave.Token(field); err == nil && token == cell {
				return false
			}
		}
	}
	return true
}

// wave builds the wave from the flags, the argument or standard input.
func (o *sendOptions) wave(stdin io.Reader, args []string) (wave.Wave, error) {
	w := wave.Wave{
		Source: o.source, Confidence: o.confidence, Region: o.region,
		Valence: o.valence, Cost: o.cost, Time: time.Now().UTC(),
	}
	if o.content != "" {
		if len(args) > 0 {
			return w, cli.Usagef("give either TEXT or --content, not both")
		}
		w.Content = jsontext.Value(o.content)
		if !w.Content.IsValid() {
			return w, cli.Usagef("--content is not JSON: %s", o.content)
		}
		return w, nil
	}
	if len(args) == 0 {
		return w, nil
	}
	text := args[0]
	if text == "-" {
		in, err := io.ReadAll(io.LimitReader(stdin, wave.MaxWaveMessage+1))
		if err != nil {
			return w, fmt.Errorf("read standard input: %w", err)
		}
		if len(in) > wave.MaxWaveMessage {
			return w, cli.Usagef("standard input has more than %d bytes: a wave is a short statement", wave.MaxWaveMessage)
		}
		text = string(in)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return w, cli.Usagef("there is no text: nothing was sent")
	}
	content, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return w, fmt.Errorf("encode text: %w", err)
	}
	w.Content = content
	return w, nil
}

func waveSchemaCommand() *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "schema [NAME]",
		Short: "Print the JSON Schema of a message",
		Long:  "Print the JSON Schema of a message; without a name, list all of them.",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return wave.SchemaNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				if output == cli.JSON {
					return cli.WriteJSON(cmd.OutOrStdout(), map[string]any{"schemas": wave.SchemaNames()})
				}
				_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.Join(wave.SchemaNames(), "\n"))
				return err
			}
			doc, err := wave.Schema(args[0])
			if err != nil {
				return cli.Usagef("%w\nrun 'nimmer wave schema' for the list", err)
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), struct {
					Name   string          `json:"name"`
					Schema json.RawMessage `json:"schema"`
				}{args[0], doc})
			}
			_, err = cmd.OutOrStdout().Write(doc)
			return err
		},
	}
	cli.AddOutput(cmd, &output)
	return cmd
}

// watchContext ends with the command, or with the first Ctrl-C. A reader that
// goes away (a pipe into head) is a failed write, not the end of the process.
func watchContext(ctx context.Context) (context.Context, context.CancelFunc) {
	signal.Ignore(syscall.SIGPIPE)
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}
