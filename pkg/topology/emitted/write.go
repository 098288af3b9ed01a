package emitted

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/emit"
)

// writers is how many files are written at a time.
const writers = 16

// carryOut does what a plan says: first the manifest of what is under way, at
// the end the one of what is done.
func carryOut(root *os.Root, dir string, p *emit.Plan, before emit.Manifest) error {
	if p.Done() {
		return nil
	}
	fail := func(err error) error {
		return &daemon.Error{Op: "emit into", Subject: dir, Err: err, Hint: otherFolder}
	}
	if before.Unfinished {
		if err := sweep(root, before); err != nil {
			return fail(err)
		}
	}
	changes := p.Changes()
	if len(changes) > 0 {
		if err := write(root, emit.ManifestName, p.During.Render()); err != nil {
			return fail(err)
		}
	}
	if err := writeAll(root, changes); err != nil {
		return fail(err)
	}
	for _, s := range changes {
		if s.Remove {
			if err := remove(root, s.Path); err != nil {
				return fail(err)
			}
		}
	}
	if err := write(root, emit.ManifestName, p.After.Render()); err != nil {
		return fail(err)
	}
	return nil
}

// writeAll writes the files of the steps: all beside their places first, then,
// when the disk has them, all into their places. A disk that keeps many
// together is several times faster than one that is asked for each.
func writeAll(root *os.Root, steps []emit.Step) (err error) {
	var files, beside []string
	dirs := map[string]bool{}
	for _, s := range steps {
		if s.Remove {
			continue
		}
		files = append(files, s.Path)
		beside = append(beside, temporary(s.Path))
		dir := path.Dir(s.Path)
		if !dirs[dir] {
			if err := root.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
				return err
			}
		}
		for ; !dirs[dir]; dir = path.Dir(dir) {
			dirs[dir] = true // a folder's own name is kept by the one it is in
		}
	}
	defer func() {
		if err != nil {
			for _, name := range beside {
				_ = root.Remove(name) // those in their places are no longer there
			}
		}
	}()
	err = each(steps, func(s emit.Step) error {
		if s.Remove {
			return nil
		}
		return create(root, s.Path, s.Data)
	})
	if err == nil {
		err = keep(root, beside)
	}
	if err == nil {
		err = each(files, func(name string) error { return place(root, name) })
	}
	if err == nil {
		err = keep(root, slices.Collect(maps.Keys(dirs)))
	}
	return err
}

// each does something to all, several at a time.
func each[T any](all []T, do func(T) error) error {
	var group errgroup.Group
	group.SetLimit(writers)
	for _, one := range all {
		group.Go(func() error { return do(one) })
	}
	return group.Wait()
}

// temporary is where a file is written before it takes its place.
func temporary(name string) string {
	return filepath.FromSlash(path.Join(path.Dir(name), "."+path.Base(name)+".nimmer-new"))
}

// WriteFile replaces one file of a folder that is there, whole or not at all.
func WriteFile(name string, data []byte) error {
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer root.Close()
	return write(root, filepath.Base(name), data)
}

// write replaces a file so that a reader, also one after a power cut, sees the
// old one or the new one.
func write(root *os.Root, name string, data []byte) error {
	err := create(root, name, data)
	if err == nil {
		err = fsync(root, temporary(name))
	}
	if err == nil {
		err = place(root, name)
	}
	if err != nil {
		_ = root.Remove(temporary(name)) // the cause is told; it may not be there
	}
	return err
}

// create writes a file beside its place.
func create(root *os.Root, name string, data []byte) error {
	if err := root.WriteFile(temporary(name), data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// place puts a file that lies beside it into its place.
func place(root *os.Root, name string) error {
	if err := root.Rename(temporary(name), filepath.FromSlash(name)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// fsync waits until the disk has a file or what a folder lists.
func fsync(root *os.Root, name string) error {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// remove takes a file away, and the folders that are empty then.
func remove(root *os.Root, name string) error {
	if err := root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		at := filepath.FromSlash(dir)
		if info, err := root.Lstat(at); err != nil || !info.IsDir() || root.Remove(at) != nil {
			return nil // a link, or it holds something, which is no failure
		}
	}
	return nil
}

// sweep removes what an emit that was killed had begun to write.
func sweep(root *os.Root, before emit.Manifest) error {
	for _, e := range before.Entries {
		if err := root.Remove(temporary(e.Path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
