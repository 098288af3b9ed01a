// Package cli holds what the commands share: exit codes, the voice of error
// messages, text and JSON output, and the flags that find the bus.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Exit codes of every command. Others are documented where they are used.
const (
	ExitDone    = 0 // the command did what it says
	ExitFailed  = 1 // it could not, or a check has findings
	ExitUsage   = 2 // the command line is wrong
	ExitChanges = 3 // a plan found changes
)

// ExitError carries the exit code of a command that ends with something other
// than success. A nil Err prints nothing: the command has already said it.
type ExitError struct {
	Code int
	Err  error
}

// Error returns the text of the wrapped error.
func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns the wrapped error.
func (e *ExitError) Unwrap() error { return e.Err }

// Usagef is an error of the command line itself: it exits with 2.
func Usagef(format string, args ...any) error {
	return &ExitError{Code: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// Silent ends a command with a code and no message.
func Silent(code int) error { return &ExitError{Code: code} }

// Execute runs a command tree and returns the exit code. Errors go to stderr
// in one voice: the program's name, the sentence, and a hint line where a
// person can act.
func Execute(ctx context.Context, root *cobra.Command, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return Usagef("%w\nrun '%s --help' to see its flags", err, cmd.CommandPath())
	})
	prepare(root)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitDone
	}
	var exit *ExitError
	code := ExitFailed
	switch {
	case errors.As(err, &exit):
		code = exit.Code
		if exit.Err == nil {
			return code
		}
	case strings.HasPrefix(err.Error(), "unknown command"):
		code = ExitUsage
	}
	Complain(stderr, root.Name(), err)
	return code
}

// Complain writes an error the way every command does.
func Complain(w io.Writer, name string, err error) {
	fmt.Fprintf(w, "%s: %s\n", name, err)
	if hint := daemon.Hint(err); hint != "" {
		fmt.Fprintf(w, "hint: %s\n", hint)
	}
}

// prepare gives each command of the tree the same manners: wrong arguments are
// usage errors, and a group called alone shows its help.
func prepare(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return Usagef("%w\nusage: %s", err, cmd.UseLine())
			}
			return nil
		}
	}
	cmd.SuggestionsMinimumDistance = 2
	if cmd.HasSubCommands() && cmd.Run == nil && cmd.RunE == nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error { return nil }
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknown(cmd, args[0])
		}
	}
	for _, sub := range cmd.Commands() {
		prepare(sub)
	}
}

// unknown says which subcommand does not exist, and which was perhaps meant.
func unknown(cmd *cobra.Command, name string) error {
	text := fmt.Sprintf("unknown command %q for %q", name, cmd.CommandPath())
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return Usagef("%s\nrun '%s --help' for the list", text, cmd.CommandPath())
}

// Terminal reports whether w is a terminal that a person watches.
func Terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isTerminal(int(f.Fd()))
}

// HintOf returns what to do about an error, or "".
func HintOf(err error) string { return daemon.Hint(err) }
