package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

func topologyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "topology",
		Short: "Check the declaration, emit what follows from it, compare it, draw it",
		Long: `A lab is declared in a folder of *.hcl files; their order does not matter. Every
command takes that folder; without one it is ./topology if there is such a
folder, else the current one if it holds *.hcl files, else the built-in lab.
What only reads a declaration takes its topology.json in place of the folder.`,
	}
	cmd.AddCommand(topologyCheckCommand(), topologyEmitCommand(), topologyShowCommand(), topologyDiagramCommand(), topologyDiffCommand(), topologySchemaCommand())
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
	d, err := readDeclaration(cmd, args)
	if err != nil {
		return d, err
	}
	return wellDeclared(cmd, d)
}

// readDeclaration reads the folder, or the topology.json that was named in its
// place: a host has no more than that.
func readDeclaration(cmd *cobra.Command, args []string) (lab.Declaration, error) {
	from := folder(args)
	if info, err := os.Stat(from); err == nil && info.Mode().IsRegular() {
		return lab.LoadAny(cmd.Context(), from)
	}
	return lab.Load(from), nil
}

// wellDeclared passes on a declaration that has no errors.
func wellDeclared(cmd *cobra.Command, d lab.Declaration) (lab.Declaration, error) {
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
