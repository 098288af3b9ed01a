package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

func topologyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "topology",
		Short: "Check the declaration, emit what follows from it, draw it",
		Long: `A lab is declared in a folder of *.hcl files; their order does not matter. Every
command takes that folder; without one it is ./topology if there is such a
folder, else the current one if it holds *.hcl files, else the built-in lab.`,
	}
	cmd.AddCommand(topologyCheckCommand(), topologyEmitCommand(), topologyShowCommand(), topologyDiagramCommand(), topologySchemaCommand())
	return cmd
}

// folder chooses the declaration's folder.
func folder(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	for _, dir := range []string{"topology", "."} {
		if found, _ := filepath.Glob(filepath.Join(dir, "*.hcl")); len(found) > 0 {
			return dir
		}
	}
	return ""
}

// declared loads a declaration and says everything that is wrong with it.
// Warnings go to stderr and are no failure.
func declared(cmd *cobra.Command, args []string) (lab.Declaration, error) {
	d := lab.Load(folder(args))
	if len(d.Diagnostics) > 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), d.Diagnostics.Text(cli.Terminal(cmd.ErrOrStderr())))
	}
	if d.Diagnostics.HasErrors() {
		return d, cli.Silent(cli.ExitFailed)
	}
	return d, nil
}

func topologyCheckCommand() *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Report everything that is wrong with the declaration",
		Long: `Read the declaration and report every mistake with its place and what would be
right. Exits 1 when there are errors; warnings alone exit 0.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == cli.JSON {
				d := lab.Load(folder(args))
				doc, err := d.Diagnostics.JSON()
				if err != nil {
					return err
				}
				if _, err := cmd.OutOrStdout().Write(append(bytes.TrimRight(doc, "\n"), '\n')); err != nil {
					return err
				}
				if d.Diagnostics.HasErrors() {
					return cli.Silent(cli.ExitFailed)
				}
				return nil
			}
			d, err := declared(cmd, args)
			if err != nil {
				return err
			}
			t := d.Topology
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is well declared: %s\n", t.Lab.Name, summary(t))
			return err
		},
	}
	cli.AddOutput(cmd, &output)
	return cmd
}

// summary counts what a declaration holds.
func summary(t *topology.Topology) string {
	var parts []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{len(t.Lab.Environments), "environment", "environments"},
		{len(t.Hosts), "host", "hosts"},
		{len(t.Networks), "network", "networks"},
		{len(t.Identities), "identity", "identities"},
		{len(t.Cells), "cell", "cells"},
		{len(t.Nerves), "nerve", "nerves"},
		{len(t.Gates), "gate", "gates"},
		{len(t.Organs), "organ", "organs"},
		{len(t.Cortexes), "mind", "minds"},
	} {
		switch c.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+c.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.many))
		}
	}
	return strings.Join(parts, ", ")
}

func topologyEmitCommand() *cobra.Command {
	var (
		out    string
		check  bool
		output cli.Output
	)
	cmd := &cobra.Command{
		Use:   "emit [DIR]",
		Short: "Write topology.json and the pictures beside the declaration",
		Long: `Write what the flake and the daemons read (topology.json) and the pictures
(topology.svg, .mmd, .d2) into --out, by default the declaration's folder. The
same declaration gives the same bytes. With --check nothing is written; stale
files are listed and the command exits 1.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := declared(cmd, args)
			if err != nil {
				return err
			}
			if out == "" {
				if out = d.Folder; out == "" {
					return cli.Usagef("the built-in lab has no folder: name one with --out, or write the lab with 'nimmer init'")
				}
			}
			files, err := artifacts(d.Topology)
			if err != nil {
				return err
			}
			if check {
				return stale(cmd.OutOrStdout(), out, files, output)
			}
			return emit(cmd.OutOrStdout(), out, files, output)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder to write to (default: the declaration's)")
	cmd.Flags().BoolVar(&check, "check", false, "only list what is stale")
	cli.AddOutput(cmd, &output)
	return cmd
}

// artifact is one emitted file.
type artifact struct {
	name string
	data []byte
}

func artifacts(t *topology.Topology) ([]artifact, error) {
	doc, err := topology.JSON(t)
	if err != nil {
		return nil, fmt.Errorf("emit topology.json: %w", err)
	}
	return []artifact{
		{"topology.json", doc},
		{"topology.svg", topology.SVG(t)},
		{"topology.mmd", topology.Mermaid(t)},
		{"topology.d2", topology.D2(t)},
	}, nil
}

// fileLine is one file in JSON output.
type fileLine struct {
	Path    string `json:"path"`
	Changed bool   `json:"changed"` // it was written, or with --check would be
}

func writeFiles(w io.Writer, files []fileLine) error {
	return cli.WriteJSON(w, struct {
		Files []fileLine `json:"files"`
	}{files})
}

// emit writes the files that differ, each whole or not at all.
func emit(w io.Writer, dir string, files []artifact, output cli.Output) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &daemon.Error{Op: "make", Subject: dir, Err: err, Hint: "choose another folder with --out"}
	}
	var done []fileLine
	for _, f := range files {
		path, verb := filepath.Join(dir, f.name), "same "
		old, err := os.ReadFile(path)
		changed := err != nil || !bytes.Equal(old, f.data)
		if changed {
			if err := replace(path, f.data); err != nil {
				return &daemon.Error{Op: "write", Subject: path, Err: err, Hint: "choose another folder with --out"}
			}
			verb = "wrote"
		}
		if output == cli.Text {
			fmt.Fprintf(w, "%s  %s\n", verb, path)
		}
		done = append(done, fileLine{path, changed})
	}
	if output == cli.JSON {
		return writeFiles(w, done)
	}
	return nil
}

// replace writes a file so that a reader sees the old one or the new one.
func replace(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".nimmer-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// stale lists the files that are missing or differ.
func stale(w io.Writer, dir string, files []artifact, output cli.Output) error {
	found := 0
	var seen []fileLine
	for _, f := range files {
		path, verb := filepath.Join(dir, f.name), ""
		old, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			verb = "missing"
		case err != nil:
			return err
		case !bytes.Equal(old, f.data):
			verb = "stale  "
		}
		seen = append(seen, fileLine{path, verb != ""})
		if verb == "" {
			continue
		}
		found++
		if output == cli.Text {
			fmt.Fprintf(w, "%s  %s\n", verb, path)
		}
	}
	if output == cli.JSON {
		if err := writeFiles(w, seen); err != nil {
			return err
		}
	}
	if found > 0 {
		return cli.Silent(cli.ExitFailed)
	}
	return nil
}

func topologyShowCommand() *cobra.Command {
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "show [DIR]",
		Short: "Print the declaration as it is understood, defaults filled in",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := declared(cmd, args)
			if err != nil {
				return err
			}
			if output == cli.JSON {
				doc, err := topology.JSON(d.Topology)
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(doc)
				return err
			}
			return showTopology(cmd.OutOrStdout(), d.Topology)
		},
	}
	cli.AddOutput(cmd, &output)
	return cmd
}

func topologyDiagramCommand() *cobra.Command {
	var (
		form   string
		output cli.Output
	)
	cmd := &cobra.Command{
		Use:     "diagram [DIR]",
		Short:   "Draw the lab: SVG, Mermaid or D2, on standard output",
		Example: "  nimmer topology diagram topology > lab.svg\n  nimmer topology diagram --format mermaid",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			draw, ok := map[string]func(*topology.Topology) []byte{
				"svg": topology.SVG, "mermaid": topology.Mermaid, "d2": topology.D2,
			}[form]
			if !ok {
				return cli.Usagef("--format must be svg, mermaid or d2, not %q", form)
			}
			d, err := declared(cmd, args)
			if err != nil {
				return err
			}
			if output == cli.JSON {
				return cli.WriteJSON(cmd.OutOrStdout(), struct {
					Format  string `json:"format"`
					Diagram string `json:"diagram"`
				}{form, string(draw(d.Topology))})
			}
			_, err = cmd.OutOrStdout().Write(draw(d.Topology))
			return err
		},
	}
	cmd.Flags().StringVar(&form, "format", "svg", "svg, mermaid or d2")
	cli.AddOutput(cmd, &output)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"svg", "mermaid", "d2"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func topologySchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of topology.json",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := cmd.OutOrStdout().Write(topology.JSONSchema())
			return err
		},
	}
}
