package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/emitted"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func initCommand() *cobra.Command {
	var (
		name   string
		force  bool
		output cli.Output
	)
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write the declaration of a one-machine lab to start from",
		Long: `Write DIR/lab.hcl (by default topology/lab.hcl): the lab that 'nimmer up' plays
when it is given no folder. Edit it, check it with 'nimmer topology check DIR',
play it with 'nimmer up DIR'.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "topology"
			if len(args) == 1 {
				dir = args[0]
			}
			if _, err := wave.Token(name); err != nil {
				return cli.Usagef("--name: %w", err)
			}
			opts := lab.Machine()
			opts.Lab = name
			path := filepath.Join(dir, "lab.hcl")
			if err := writeNew(path, load.InitHCL(opts), force); err != nil {
				return err
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), struct {
					Files []writtenFile `json:"files"`
				}{[]writtenFile{{path, true}}})
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "wrote %s\n\nnext:\n  nimmer topology check %s\n  nimmer up %s\n", path, dir, dir)
			return err
		},
	}
	cmd.Flags().StringVar(&name, "name", "home", "name of the lab")
	cmd.Flags().BoolVar(&force, "force", false, "replace a lab.hcl that is there")
	cli.AddOutput(cmd, &output)
	return cmd
}

// writtenFile is one file in JSON output.
type writtenFile struct {
	Path    string `json:"path"`
	Changed bool   `json:"changed"`
}

// writeNew writes a file that is not there yet, or replaces it when forced.
func writeNew(path string, data []byte, force bool) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return &daemon.Error{Op: "make", Subject: filepath.Dir(path), Err: err, Hint: "choose another folder"}
	}
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && force:
		if err := emitted.WriteFile(path, data); err != nil {
			return &daemon.Error{Op: "write", Subject: path, Err: err, Hint: "choose another folder"}
		}
		return nil
	case err != nil:
		return &daemon.Error{Op: "look at", Subject: path, Err: err}
	}
	return &daemon.Error{Op: "write", Subject: path, Err: fs.ErrExist, Hint: "--force replaces it, another folder keeps it"}
}
