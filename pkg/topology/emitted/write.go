package emitted

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/emit"
)

// writers is how many files are written at a time: a disk takes the syncs of
// several together.
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

// writeAll writes the files of the steps, then makes their names last.
func writeAll(root *os.Root, steps []emit.Step) error {
	dirs := map[string]bool{".": true}
	var group errgroup.Group
	group.SetLimit(writers)
	for _, s := range steps {
		if s.Remove {
			continue
		}
		if dir := path.Dir(s.Path); !dirs[dir] {
			dirs[dir] = true
			if err := root.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
				return errors.Join(err, group.Wait())
			}
		}
		group.Go(func() error { return write(root, s.Path, s.Data) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for dir := range dirs {
		group.Go(func() error { return syncFolder(root, dir) })
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
	tmp := temporary(name)
	f, err := root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(tmp, filepath.FromSlash(name))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), root.Remove(tmp))
	}
	return nil
}

func syncFolder(root *os.Root, dir string) error {
	f, err := root.Open(filepath.FromSlash(dir))
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
