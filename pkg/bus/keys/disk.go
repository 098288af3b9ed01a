package keys

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// disk writes files, each whole or not at all. The zero value is ready for use.
type disk struct {
	// before is asked before each step; its error stops the disk for good, as
	// the end of the process would.
	before func(step string) error
	dead   error
	wrote  int
}

// file is one that is to be.
type file struct {
	path string
	data []byte
	mode fs.FileMode
}

// few files are flushed one by one; many by one flush of their file system.
const few = 32

// workers write and read at a time.
func workers() int { return 4 * runtime.GOMAXPROCS(0) }

// step asks whether the disk still lives.
func (d *disk) step(name string) error {
	if d.before == nil {
		return nil
	}
	if d.dead == nil {
		d.dead = d.before(name)
	}
	return d.dead
}

// write puts files in their places. All are complete on the disk, beside their
// places, before the first is moved there.
func (d *disk) write(files []file) error {
	if len(files) == 0 {
		return nil
	}
	var dirs []string
	for _, f := range files {
		if dir := filepath.Dir(f.path); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range dirs {
		if err := d.sweep(dir); err != nil {
			return err
		}
	}
	err := d.each(files, func(f file) error { return d.put(f, len(files) <= few) })
	if err == nil && len(files) > few {
		err = d.flush(dirs, files)
	}
	if err == nil {
		err = d.each(files, func(f file) error {
			if err := d.step("move " + f.path); err != nil {
				return err
			}
			return os.Rename(beside(f.path), f.path)
		})
	}
	if err != nil {
		d.tidy(files)
		return err
	}
	d.wrote += len(files)
	for _, dir := range dirs {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// each runs over files: one after the other where steps are counted, else as many
// at a time as there are processors. More would only wait for the folder's lock.
func (d *disk) each(files []file, do func(file) error) error {
	if d.before != nil {
		for _, f := range files {
			if err := do(f); err != nil {
				return err
			}
		}
		return nil
	}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range files {
		g.Go(func() error { return do(f) })
	}
	return g.Wait()
}

// beside is where a file is written before it is moved to its place.
func beside(path string) string {
	return filepath.Join(filepath.Dir(path), unfinished+filepath.Base(path))
}

// unfinished begins the names of files that were not finished.
const unfinished = ".nimmer-"

// put writes a file beside its place.
func (d *disk) put(f file, flush bool) error {
	if err := d.step("write " + f.path); err != nil {
		return err
	}
	out, err := os.OpenFile(beside(f.path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
	if err != nil {
		return err
	}
	_, err = out.Write(f.data)
	if err == nil && f.mode != 0o600 {
		err = out.Chmod(f.mode) // whatever the umask
	}
	if err == nil && flush {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// flush waits until what was written is on the disk.
func (d *disk) flush(dirs []string, files []file) error {
	if err := d.step("flush"); err != nil {
		return err
	}
	if done, err := flushAll(dirs); done {
		return err
	}
	return d.each(files, func(f file) error {
		out, err := os.Open(beside(f.path))
		if err != nil {
			return err
		}
		return errors.Join(out.Sync(), out.Close())
	})
}

// tidy removes what was not finished, where that is still possible.
func (d *disk) tidy(files []file) {
	if d.dead != nil {
		return
	}
	for _, f := range files {
		_ = os.Remove(beside(f.path))
	}
}

// sweep makes a folder if need be and removes what an earlier process left
// unfinished in it.
func (d *disk) sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return d.makeDir(dir)
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), unfinished) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *disk) makeDir(dir string) error {
	if err := d.step("make " + dir); err != nil {
		return err
	}
	return os.MkdirAll(dir, 0o700)
}

// remove takes files away; those that are gone already are fine.
func (d *disk) remove(paths []string) error {
	for _, path := range paths {
		if err := d.step("remove " + path); err != nil {
			return err
		}
		err := os.Remove(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil {
			d.wrote++
		}
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func readFull(r io.Reader, data []byte) (int, error) {
	n, err := io.ReadFull(r, data)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}
