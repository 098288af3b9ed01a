package emit

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

func TestPathsThatSomeMachineCannotHold(t *testing.T) {
	t.Parallel()
	file := func(path string) File { return File{"p", topology.Artifact{Path: path}} }
	for want, paths := range map[string][]string{
		"":                                {"a", "b/c", "b/d"},
		`"../a" is no path`:               {"../a"},
		`"/a" is no path`:                 {"/a"},
		`"." is no path`:                  {"."},
		"no path below a folder":          {`a\b`},
		`"" is no path`:                   {""},
		"is not for an emitter":           {"Emitted.json"},
		`"lab.hcl" is not for an`:         {"lab.hcl"},
		"a/B of p is already a file of p": {"a/b", "a/B"},
		"a/b/c of p lies below a/b":       {"A/b", "a/b/c"},
	} {
		var files []File
		for _, p := range paths {
			files = append(files, file(p))
		}
		err := checkPaths(files)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", paths, err, want)
		}
	}
}

func TestPartsByName(t *testing.T) {
	t.Parallel()
	if _, err := Files(&topology.Topology{}, "nothing"); err == nil || !strings.Contains(err.Error(), `no part "nothing"`) {
		t.Errorf("an unknown part: %v", err)
	}
	files, err := Files(&topology.Topology{}, "pictures")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Part != "pictures" {
			t.Errorf("%s is of part %s", f.Path, f.Part)
		}
	}
	if len(files) < 3 {
		t.Errorf("%d pictures", len(files))
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	m := Manifest{Unfinished: true, Entries: []Entry{{"a", "p", Sum([]byte("a")), ""}, {"b/c", "q", Sum(nil), Sum([]byte("c"))}}}
	for _, m := range []Manifest{m, {}, {Entries: m.Entries[:1]}} {
		back, err := ParseManifest(m.Render())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fmt.Sprint(m), fmt.Sprint(back)); diff != "" {
			t.Error(diff)
		}
	}
	for _, bad := range []string{
		"", "[]", `{"format_version": 2, "files": []}`, "<<<<<<< HEAD\n",
		`{"format_version": 1, "files": [{"path": "../../etc/passwd"}]}`,
		`{"format_version": 1, "files": [{"path": "lab.hcl"}]}`,
		`{"format_version": 1, "files": [{"path": "b"}, {"path": "a"}]}`,
		`{"format_version": 1, "files": [{"path": "b"}, {"path": "b"}]}`,
	} {
		if _, err := ParseManifest([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"format_version": 1, "files": [{"path": "b", "part": "p", "sha256": "00"}]}`))
	f.Add([]byte(`{"format_version": 1, "unfinished": true, "files": []}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			return
		}
		for _, e := range m.Entries {
			if m.Entry(e.Path) == nil || checkPath(e.Path) != nil {
				t.Errorf("entry %q", e.Path)
			}
		}
		again, err := ParseManifest(m.Render())
		if err != nil || !bytes.Equal(m.Render(), again.Render()) {
			t.Errorf("%s came back as %s: %v", m.Render(), again.Render(), err)
		}
	})
}

// A folder is a map here. Random declarations follow one another, a person
// edits, removes and adds files in between, and emits are interrupted after
// any step: what a person wrote is never taken, and an emit without conflicts
// leaves exactly what is declared.
func TestPlansKeepWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		disk, human := map[string]string{}, map[string]string{}
		var manifest Manifest
		for round := range 12 {
			files := randomFiles(r)
			plan := Make(files, manifest, sumsOf(disk))
			if len(plan.Conflicts()) > 0 {
				for path := range human { // the person moves the work away
					delete(disk, path)
				}
				clear(human)
				continue
			}
			stop := len(plan.Changes()) + 1
			if r.IntN(3) == 0 {
				stop = r.IntN(stop)
			}
			manifest = play(disk, &plan, stop, manifest)
			for path, text := range human {
				if disk[path] != text {
					t.Fatalf("seed %d round %d: %s of a person became %q", seed, round, path, disk[path])
				}
			}
			if again := Make(files, manifest, sumsOf(disk)); stop > len(plan.Changes()) && !again.Done() {
				t.Fatalf("seed %d round %d: a second emit would change %v", seed, round, again.Changes())
			} else if len(again.Conflicts()) > 0 {
				t.Fatalf("seed %d round %d: after a stop the emit takes its own files for a person's: %v", seed, round, again.Conflicts())
			}
			if r.IntN(4) == 0 {
				path := fmt.Sprint("f", r.IntN(8))
				disk[path] = fmt.Sprint("by hand ", r.Uint64())
				human[path] = disk[path]
			}
		}
	}
}

func randomFiles(r *rand.Rand) []File {
	var out []File
	for i := range 8 {
		if r.IntN(3) > 0 {
			out = append(out, File{"p", topology.Artifact{Path: fmt.Sprint("f", i), Data: fmt.Append(nil, r.IntN(3))}})
		}
	}
	return out
}

func sumsOf(disk map[string]string) map[string]string {
	out := map[string]string{}
	for path, text := range disk {
		out[path] = Sum([]byte(text))
	}
	return out
}

// play carries the first steps of a plan out, as package emitted does, in any
// order; all of them and the last manifest when stop is past the end.
func play(disk map[string]string, p *Plan, stop int, before Manifest) Manifest {
	if p.Done() {
		return before
	}
	for i, s := range p.Changes() {
		if i >= stop {
			return p.During
		}
		if s.Remove {
			delete(disk, s.Path)
		} else {
			disk[s.Path] = string(s.Data)
		}
	}
	if stop <= len(p.Changes()) {
		return p.During
	}
	return p.After
}

func TestOnePartLeavesTheOthers(t *testing.T) {
	t.Parallel()
	before := Manifest{Entries: []Entry{{"a", "p", Sum([]byte("old")), ""}, {"b", "q", Sum([]byte("b")), ""}, {"c", "p", Sum([]byte("c")), ""}}}
	disk := map[string]string{"a": "old", "b": "b", "c": "c"}
	plan := Make([]File{{"p", topology.Artifact{Path: "a", Data: []byte("new")}}}, before, sumsOf(disk), "p")
	var got []string
	for _, s := range plan.Changes() {
		got = append(got, fmt.Sprint(s.Path, " ", s.State))
	}
	if want := []string{"a stale", "c left"}; !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
	if len(plan.After.Entries) != 2 || plan.After.Entry("b") == nil {
		t.Errorf("the manifest would be %v", plan.After.Entries)
	}
}
