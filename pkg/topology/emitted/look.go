package emitted

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/emit"
)

// look reads the manifest and what it and the emitted files name.
func look(root *os.Root, dir string, files []emit.File, opts Options) (emit.Plan, emit.Manifest, error) {
	before, err := readManifest(root, dir, opts.Force)
	if err != nil {
		return emit.Plan{}, before, err
	}
	sums := map[string]string{}
	see := func(path string) error {
		if _, seen := sums[path]; seen {
			return nil
		}
		sum, err := sumOf(root, path)
		if err != nil {
			return &daemon.Error{Op: "read", Subject: filepath.Join(dir, path), Err: err, Hint: "move it away, or " + otherFolder}
		}
		sums[path] = sum
		return nil
	}
	for i := range files {
		if err := see(files[i].Path); err != nil {
			return emit.Plan{}, before, err
		}
	}
	for i := range before.Entries {
		if err := see(before.Entries[i].Path); err != nil {
			return emit.Plan{}, before, err
		}
	}
	return emit.Make(files, before, sums, opts.Parts...), before, nil
}

// readManifest returns the folder's manifest, an empty one where there is none
// (or, with force, none that can be read: a merge may have broken it).
func readManifest(root *os.Root, dir string, force bool) (emit.Manifest, error) {
	data, err := root.ReadFile(emit.ManifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return emit.Manifest{}, nil
	}
	var m emit.Manifest
	if err == nil {
		m, err = emit.ParseManifest(data)
	}
	switch {
	case err == nil:
		return m, nil
	case force:
		return emit.Manifest{}, nil
	}
	return m, &daemon.Error{Op: "read", Subject: filepath.Join(dir, emit.ManifestName), Err: err,
		Hint: "with --force it is written anew; files that are no longer emitted then stay"}
}

// sumOf hashes a file; "" when there is none. A link is somebody's own, so its
// sum is like no emitted file's.
func sumOf(root *os.Root, path string) (string, error) {
	info, err := root.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return "", nil
	case err != nil:
		return "", err
	case info.IsDir():
		return "", errors.New("it is a folder, and a file of this name is emitted")
	case !info.Mode().IsRegular():
		return info.Mode().Type().String(), nil
	}
	data, err := root.ReadFile(path)
	if err != nil {
		return "", err
	}
	return emit.Sum(data), nil
}
