package emitted

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/emit"
)

// Options say what of a folder is looked at, and how far an emit may go.
type Options struct {
	// Parts are the emitters whose files are meant; none: all.
	Parts []string
	// Force replaces and removes files that a person wrote or edited.
	Force bool
}

// Files returns what emit.Files does, its parts made side by side.
func Files(t *topology.Topology, names ...string) ([]emit.File, error) {
	parts, err := emit.Select(names...)
	if err != nil {
		return nil, err
	}
	made := make([][]emit.File, len(parts))
	var group errgroup.Group
	for i := range parts {
		group.Go(func() (err error) {
			made[i], err = parts[i].Files(t)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	files := slices.Concat(made...)
	return files, emit.Arrange(files)
}

// Check finds out how a folder stands to what is emitted. It writes nothing; a
// folder that is not there lacks everything.
func Check(dir string, files []emit.File, opts Options) (emit.Plan, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return emit.Make(files, emit.Manifest{}, nil, opts.Parts...), nil
	}
	if err != nil {
		return emit.Plan{}, fmt.Errorf("open %s: %w", dir, err)
	}
	defer root.Close()
	plan, _, err := look(root, dir, files, opts)
	return plan, err
}

// Write makes a folder hold what is emitted and returns what it found. Where a
// person's work would be lost it writes nothing and returns a *ConflictError.
func Write(dir string, files []emit.File, opts Options) (emit.Plan, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return emit.Plan{}, &daemon.Error{Op: "make", Subject: dir, Err: err, Hint: otherFolder}
	}
	release, err := lock(dir)
	if err != nil {
		return emit.Plan{}, err
	}
	defer release()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return emit.Plan{}, fmt.Errorf("open %s: %w", dir, err)
	}
	defer root.Close()
	plan, before, err := look(root, dir, files, opts)
	if err != nil {
		return emit.Plan{}, err
	}
	if found := plan.Conflicts(); len(found) > 0 && !opts.Force {
		return plan, &ConflictError{Dir: dir, Steps: found}
	}
	return plan, carryOut(root, dir, &plan, before)
}

const otherFolder = "choose another folder with --out"

// A ConflictError lists the files that a person wrote where an emit would.
type ConflictError struct {
	Dir   string
	Steps []emit.Step
}

// Error names the files, the first few of many.
func (e *ConflictError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "emit into %s: nothing was written, since this would be lost:", e.Dir)
	for i, s := range e.Steps {
		if i == 10 {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Steps)-i)
			break
		}
		why := "was edited after it was emitted"
		if s.State == emit.Foreign {
			why = "was not written by an emit"
		}
		fmt.Fprintf(&b, "\n  %s %s", s.Path, why)
	}
	return b.String()
}

// lock keeps a second emit out of the folder while this one writes.
func lock(dir string) (release func(), err error) {
	l := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	ok, err := l.TryLock()
	switch {
	case err != nil:
		return nil, &daemon.Error{Op: "lock", Subject: dir, Err: err, Hint: otherFolder}
	case !ok:
		return nil, &daemon.Error{Op: "lock", Subject: dir, Err: errors.New("another emit is writing there"), Hint: "try again when it is done"}
	}
	return func() { _ = l.Unlock() }, nil // closing it, at the latest at the end of the process, unlocks too
}
