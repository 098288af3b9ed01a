package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// FormatVersion is the version of every JSON document the commands print. It
// grows when a field changes its meaning or goes away.
const FormatVersion = 1

// Output is the --output flag: text for people, json for programs.
type Output string

// The forms of output.
const (
	Text Output = "text"
	JSON Output = "json"
)

// String returns the flag's value.
func (o *Output) String() string { return string(*o) }

// Set checks and takes a value.
func (o *Output) Set(s string) error {
	switch Output(s) {
	case Text, JSON:
		*o = Output(s)
		return nil
	}
	return fmt.Errorf("must be text or json, not %q", s)
}

// Type names the value in the help.
func (o *Output) Type() string { return "text|json" }

// AddOutput declares --output on a command.
func AddOutput(cmd *cobra.Command, o *Output) {
	*o = Text
	cmd.Flags().VarP(o, "output", "o", "form of the output")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
}

// WriteJSON prints one object with its format_version in front.
func WriteJSON(w io.Writer, v any) error { return writeJSON(w, v, true) }

// WriteJSONLine prints one object on one line, with its format_version.
func WriteJSONLine(w io.Writer, v any) error { return writeJSON(w, v, false) }

func writeJSON(w io.Writer, v any, indent bool) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode output: %w", err)
	}
	if len(body) < 2 || body[0] != '{' {
		return fmt.Errorf("encode output: not an object")
	}
	var buf bytes.Buffer
	fmt.Fprintf(&buf, `{"format_version":%d`, FormatVersion)
	if len(body) > 2 {
		buf.WriteByte(',')
	}
	buf.Write(body[1:])
	if indent {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, buf.Bytes(), "", "  "); err != nil {
			return fmt.Errorf("encode output: %w", err)
		}
		buf = pretty
	}
	buf.WriteByte('\n')
	_, err = w.Write(buf.Bytes())
	return err
}

// Table prints rows under a header in aligned columns.
func Table(w io.Writer, header []string, rows [][]string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(header) > 0 {
		fmt.Fprintln(tw, strings.Join(header, "\t"))
	}
	for _, row := range rows {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	return tw.Flush()
}

func isTerminal(fd int) bool { return term.IsTerminal(fd) }
