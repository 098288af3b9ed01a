package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/emit"
	"github.com/nimmerverse/nimmer/pkg/topology/emitted"
)

// emitFlags are the flags of emit and of its parts.
type emitFlags struct {
	out          string
	check, force bool
	output       cli.Output
}

func (f *emitFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.out, "out", "", "folder to write to (default: the declaration's)")
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing, list what is not as it should be")
	cmd.Flags().BoolVar(&f.force, "force", false, "also replace and remove files that were edited by hand")
	cmd.MarkFlagsMutuallyExclusive("check", "force")
	cli.AddOutput(cmd, &f.output)
}

func topologyEmitCommand() *cobra.Command {
	var flags emitFlags
	cmd := &cobra.Command{
		Use:   "emit [DIR]",
		Short: "Write everything that follows from the declaration",
		Long: `Write what follows from the declaration into --out, by default the declaration's
own folder:

` + partsHelp() + `
The same declaration gives the same bytes on every machine: a lab without hosts
has one called localhost here. Each file is written whole or not at all. emitted.json remembers what was written: files that are no
longer emitted are removed, and when one was edited by hand, or was there before,
nothing is written and the command names it (--force replaces it).

With --check nothing is written; what is stale, missing, left over or edited is
listed, and the command exits 1. 'nimmer topology emit PART' does one part alone.`,
		Example: "  nimmer topology emit\n  nimmer topology emit topology --check\n  nimmer topology emit pictures lab --out /tmp/lab",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args) },
	}
	flags.add(cmd)
	for _, p := range emit.Parts() {
		cmd.AddCommand(emitPartCommand(p))
	}
	return cmd
}

// partsHelp lists the parts for the help.
func partsHelp() string {
	var b strings.Builder
	for _, p := range emit.Parts() {
		fmt.Fprintf(&b, "  %-12s %s\n", p.Name, p.What)
	}
	return b.String()
}

func emitPartCommand(p emit.Part) *cobra.Command {
	var flags emitFlags
	cmd := &cobra.Command{
		Use:   p.Name + " [DIR]",
		Short: "Write only " + p.What,
		Args:  cobra.MaximumNArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args, p.Name) },
	}
	flags.add(cmd)
	return cmd
}

func (f *emitFlags) run(cmd *cobra.Command, args []string, names ...string) error {
	defer spendMemory()()
	d, err := wellDeclared(cmd, lab.LoadAnywhere(folder(args)))
	if err != nil {
		return err
	}
	dir := f.out
	if dir == "" {
		if dir = d.Folder; dir == "" {
			return cli.Usagef("the built-in lab has no folder: name one with --out, or write the lab with 'nimmer init'")
		}
	}
	files, err := emitted.Files(d.Topology, names...)
	if err != nil {
		return err
	}
	opts := emitted.Options{Parts: names, Force: f.force}
	w := cmd.OutOrStdout()
	if f.check {
		plan, err := emitted.Check(dir, files, opts)
		if err != nil {
			return err
		}
		return f.found(w, dir, &plan)
	}
	plan, err := emitted.Write(dir, files, opts)
	if conflict := (*emitted.ConflictError)(nil); errors.As(err, &conflict) {
		return &daemon.Error{Err: err, Hint: "change the declaration instead, or give the edits up with --force"}
	}
	if err != nil {
		return err
	}
	return f.done(w, dir, &plan)
}

// spendMemory lets a short run collect its garbage less often, up to a GiB,
// until the returned function is called; what the environment says comes first.
func spendMemory() (restore func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	percent, limit := debug.SetGCPercent(400), debug.SetMemoryLimit(1<<30)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// fileLine is one file in JSON output.
type fileLine struct {
	Path    string     `json:"path"`
	Part    string     `json:"part"`
	State   emit.State `json:"state"`   // how it was found
	Changed bool       `json:"changed"` // it was written or removed, or with --check would be
}

func writeFiles(w io.Writer, dir string, p *emit.Plan) error {
	var files []fileLine
	for _, s := range p.Steps {
		files = append(files, fileLine{filepath.Join(dir, s.Path), s.Part, s.State, s.State != emit.Same})
	}
	return cli.WriteJSON(w, struct {
		Files []fileLine `json:"files"`
	}{files})
}

// done reports what an emit changed.
func (f *emitFlags) done(w io.Writer, dir string, p *emit.Plan) error {
	if f.output == cli.JSON {
		return writeFiles(w, dir, p)
	}
	changes := p.Changes()
	for _, s := range changes {
		verb := "wrote"
		if s.Remove {
			verb = "removed"
		}
		fmt.Fprintf(w, "%-8s %s\n", verb, filepath.Join(dir, s.Path))
	}
	_, err := fmt.Fprintf(w, "%d changed, %d already as they should be\n", len(changes), len(p.Steps)-len(changes))
	return err
}

// found reports what a check finds, and fails when there is anything.
func (f *emitFlags) found(w io.Writer, dir string, p *emit.Plan) error {
	if f.output == cli.JSON {
		if err := writeFiles(w, dir, p); err != nil {
			return err
		}
	} else {
		for _, s := range p.Changes() {
			fmt.Fprintf(w, "%-8s %s\n", s.State, filepath.Join(dir, s.Path))
		}
		if p.Record && len(p.Changes()) == 0 {
			fmt.Fprintf(w, "%-8s %s\n", emit.Stale, filepath.Join(dir, emit.ManifestName))
		}
	}
	if p.Done() {
		return nil
	}
	return cli.Silent(cli.ExitFailed)
}
