package load

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Options are what the loader needs to know besides the folder.
type Options struct {
	// Host is this machine. It becomes the lab's only host when no host is
	// declared. An empty name stands for "localhost", an empty system for
	// x86_64-linux, no addresses for loopback.
	Host topology.Host
	// Lab is the name InitHCL gives the lab [home].
	Lab string
	// Temperature and Battery say that this machine has such sensors; InitHCL
	// then adds their cells.
	Temperature, Battery bool
}

// extension of the files that make up a declaration.
const extension = ".hcl"

// Dir loads the folder at dir: all of its *.hcl files, not those of folders
// inside it. It returns what could be read, complete only if the diagnostics
// hold no error. Places name files with dir in front, so that an editor finds
// them.
func Dir(dir string, opts Options) (*topology.Topology, Diagnostics) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, sourceless("Folder cannot be read", fmt.Sprintf("Open the declaration's folder %q: %v. Name a folder that holds *.hcl files.", dir, cause(err)))
	}
	defer root.Close()
	read := func(name string) ([]byte, error) { return readRegular(root, name) }

	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, sourceless("Folder cannot be read", fmt.Sprintf("List the declaration's folder %q: %v.", dir, cause(err)))
	}
	files := map[string][]byte{}
	var failed Diagnostics
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != extension || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		src, err := read(e.Name())
		if err != nil {
			failed = append(failed, sourceless("File cannot be read", fmt.Sprintf("Read %s: %v.", e.Name(), cause(err)))...)
			continue
		}
		files[filepath.Join(dir, e.Name())] = src
	}
	if len(files) == 0 && len(failed) == 0 {
		return nil, sourceless("Nothing declared", fmt.Sprintf("The folder %q holds no *.hcl file. \"nimmer init\" writes a one-machine lab to start from.", dir))
	}
	t, diags := loadFiles(files, read, opts)
	return t, append(failed, diags...)
}

// Source loads a declaration from memory: file names without folders to their
// text. Those ending in .hcl are the declaration, the others can be read by its
// function file. The name stands for the folder in messages.
func Source(name string, files map[string][]byte, opts Options) (*topology.Topology, Diagnostics) {
	read := func(file string) ([]byte, error) {
		if src, ok := files[path.Clean(file)]; ok {
			return src, nil
		}
		return nil, fmt.Errorf("%s holds no such file", name)
	}
	declared := map[string][]byte{}
	for file, src := range files {
		if path.Ext(file) == extension {
			declared[file] = src
		}
	}
	if len(declared) == 0 {
		return nil, sourceless("Nothing declared", fmt.Sprintf("%s holds no *.hcl file.", name))
	}
	return loadFiles(declared, read, opts)
}

func loadFiles(files map[string][]byte, read func(string) ([]byte, error), opts Options) (*topology.Topology, Diagnostics) {
	l := newLoader(read)
	for _, name := range sortedKeys(files) {
		l.parse(name, files[name])
	}
	l.expandAll()
	t := l.decodeAll()
	topology.Fill(t, opts.Host)
	for _, p := range topology.Check(t) {
		l.diags.problem(p)
	}
	return t, l.diags.finish(files)
}

// readRegular reads a file inside root. A link that leads out of root, a
// device or a pipe is refused, as is more than maxFile.
func readRegular(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("it has %d bytes, at most %d are read", info.Size(), maxFile)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// cause strips the operation and path that os puts before an error, since the
// message names them already.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

func sourceless(summary, detail string) Diagnostics {
	return Diagnostics{{Problem: topology.Problem{Severity: topology.Error, Summary: summary, Detail: detail}}}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func posOf(r hcl.Range) topology.Pos {
	return topology.Pos{File: r.Filename, Line: r.Start.Line, Column: r.Start.Column, EndLine: r.End.Line, EndColumn: r.End.Column}
}
