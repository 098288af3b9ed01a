package tests

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

type (
	// rules is what check enforces.
	rules struct {
		floors    map[string]int    // folder -> floor
		pureFloor int               // the floor without clock, goroutine, chance and I/O
		maxLines  int               // of one Go file
		owners    map[string]owner  // library path prefix -> who may import it
		bans      map[string]string // library path prefix -> why nobody may
	}

	owner struct{ folder, reason string }

	// finding is one broken rule. Rule names the rule, so that a test can say which ones were seen.
	finding struct {
		file   string
		line   int
		rule   string
		reason string
	}

	// source is one parsed Go file.
	source struct {
		path   string // slash separated, below the root
		folder string
		lines  int
		file   *ast.File
		set    *token.FileSet
	}
)

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.file, f.line, f.rule, f.reason)
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) at(n ast.Node, rule, reason string, args ...any) finding {
	return finding{s.path, s.set.Position(n.Pos()).Line, rule, fmt.Sprintf(reason, args...)}
}

// check reads every Go file below root and returns what breaks the rules, in the order of the files.
func check(root string, r rules) ([]finding, error) {
	sources, err := read(root)
	if err != nil {
		return nil, err
	}

	var found []finding
	for _, s := range sources {
		if s.lines > r.maxLines {
			found = append(found, s.at(s.file, "file size",
				"%d lines, the limit is %d: which two nouns are these?", s.lines, r.maxLines))
		}
		found = append(found, r.imports(s)...)
		found = append(found, r.calls(s)...)
	}
	found = append(found, packageComments(sources)...)
	slices.SortStableFunc(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return found, nil
}

// read parses the Go files below root, whatever their build tags, without those of other modules,
// hidden folders and test data.
func read(root string) ([]source, error) {
	var sources []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return enter(root, name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		s, err := parse(root, name)
		sources = append(sources, s)
		return err
	})
	return sources, err
}

// enter says with fs.SkipDir that a folder is none of ours.
func enter(root, name string) error {
	if name == root {
		return nil
	}
	base := filepath.Base(name)
	if strings.HasPrefix(base, ".") || base == "testdata" || base == "vendor" || base == "result" {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func parse(root, name string) (source, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	below, err := filepath.Rel(root, name)
	if err != nil {
		return source{}, err
	}
	s := source{path: filepath.ToSlash(below), lines: bytes.Count(data, []byte{'\n'}), set: token.NewFileSet()}
	s.folder = path.Dir(s.path)
	s.file, err = parser.ParseFile(s.set, name, data, parser.ParseComments|parser.SkipObjectResolution)
	return s, err
}

// floor finds the listed folder that holds one, and its floor.
func (r rules) floor(folder string) (listed string, floor int, ok bool) {
	for listed = folder; listed != "." && listed != "/"; listed = path.Dir(listed) {
		if floor, ok = r.floors[listed]; ok {
			return listed, floor, true
		}
	}
	return "", 0, false
}

// imports holds one file's imports against the floors, the owners and the bans.
func (r rules) imports(s source) []finding {
	var found []finding
	for _, spec := range s.file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		for library, why := range r.bans {
			if under(target, library) {
				found = append(found, s.at(spec, "ban", "imports %s: %s", target, why))
			}
		}
		if folder, ours := strings.CutPrefix(target, module+"/"); ours {
			found = append(found, r.down(s, spec, folder)...)
			continue
		}
		found = append(found, r.owned(s, spec, target)...)
	}
	if _, _, ok := r.floor(s.folder); !ok && !under(s.folder, "tests") {
		found = append(found, s.at(s.file.Name, "floor", "%s stands on no floor: add it to the table in tests/arch_test.go", s.folder))
	}
	return found
}

// down says whether an import of ours points down. A package's own subfolders (helpers of its tests)
// belong to it; tests may also use their own floor; the folder tests/ uses everything.
func (r rules) down(s source, spec *ast.ImportSpec, folder string) []finding {
	from, here, ok := r.floor(s.folder)
	to, there, known := r.floor(folder)
	switch {
	case !ok, !known, here > there:
		return nil
	case from == to, s.isTest() && (here == there || under(to, from)):
		return nil
	case here == there:
		return []finding{s.at(spec, "floor",
			"%s and %s both stand on floor %d: a package does not import its own floor, declare a small interface and let cmd wire it", s.folder, folder, here)}
	}
	return []finding{s.at(spec, "floor",
		"%s (floor %d) imports %s (floor %d): imports point down only", s.folder, here, folder, there)}
}

func (r rules) owned(s source, spec *ast.ImportSpec, target string) []finding {
	if s.isTest() || strings.HasSuffix(s.folder, "test") || under(s.folder, "tests") || under(s.folder, "pkg/bus/embedded") {
		return nil
	}
	for library, owner := range r.owners {
		if !under(target, library) || under(s.folder, owner.folder) {
			continue
		}
		return []finding{s.at(spec, "owner", "imports %s, which only %s does: %s", target, owner.folder, owner.reason)}
	}
	return nil
}

// under reports whether a path is the given one or lies below it.
func under(name, parent string) bool {
	return name == parent || strings.HasPrefix(name, parent+"/")
}

// packageComments wants exactly one package comment in every folder: none explains nothing, two disagree
// one day. Test files count only where there is nothing else.
func packageComments(sources []source) []finding {
	folders := map[string][]source{}
	for _, s := range sources {
		folders[s.folder] = append(folders[s.folder], s)
	}
	var found []finding
	for folder, all := range folders {
		if slices.ContainsFunc(all, func(s source) bool { return !s.isTest() }) {
			all = slices.DeleteFunc(slices.Clone(all), source.isTest)
		}
		var with []source
		for _, s := range all {
			if s.file.Doc != nil {
				with = append(with, s)
			}
		}
		switch {
		case len(with) == 0:
			found = append(found, finding{all[0].path, 1, "package comment", folder + " has none: say in one file what the package is for"})
		case len(with) > 1:
			found = append(found, with[1].at(with[1].file.Doc, "package comment", "%s has another one in %s: one package, one comment", folder, with[0].path))
		}
	}
	return found
}
