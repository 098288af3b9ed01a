package emitted

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/emit"
)

// files makes emitted files of "path=content".
func files(all ...string) []emit.File {
	var out []emit.File
	for _, s := range all {
		path, data, _ := strings.Cut(s, "=")
		out = append(out, emit.File{Part: "p", Artifact: topology.Artifact{Path: path, Data: []byte(data)}})
	}
	return out
}

// holds lists what a folder holds, the manifest aside.
func holds(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir || d.Name() == emit.ManifestName {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			out = append(out, name+"/")
			return nil
		}
		data, err := os.ReadFile(path)
		out = append(out, name+"="+string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustWrite(t *testing.T, dir string, all ...string) {
	t.Helper()
	if _, err := Write(dir, files(all...), Options{}); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAFolderFollowsTheDeclaration(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "lab")
	mustWrite(t, dir, "a=1", "k8s/base/x=2", "k8s/y=3")
	put(t, filepath.Join(dir, "lab.hcl"), "mine")
	mustWrite(t, dir, "a=1", "k8s/y=4")
	if diff := cmp.Diff([]string{"a=1", "k8s/", "k8s/y=4", "lab.hcl=mine"}, holds(t, dir)); diff != "" {
		t.Error(diff)
	}
	plan, err := Check(dir, files("a=1", "k8s/y=4"), Options{})
	if err != nil || !plan.Done() {
		t.Errorf("a fresh folder is not as it should be: %v, %v", plan.Changes(), err)
	}
	info, err := os.Stat(filepath.Join(dir, "k8s", "y"))
	if err != nil || info.Mode().Perm()&0o444 != 0o444 {
		t.Errorf("others cannot read it: %v, %v", info.Mode(), err)
	}
}

func TestNothingIsWrittenOverAPersonsWork(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustWrite(t, dir, "a=1", "b=1", "gone=1")
	put(t, filepath.Join(dir, "b"), "edited")
	put(t, filepath.Join(dir, "gone"), "edited")
	put(t, filepath.Join(dir, "mine"), "mine")
	before := holds(t, dir)
	next := files("a=2", "b=2", "mine=2")
	_, err := Write(dir, next, Options{})
	var conflict *ConflictError
	if !errors.As(err, &conflict) || len(conflict.Steps) != 3 {
		t.Fatalf("the conflict: %v", err)
	}
	for _, want := range []string{"nothing was written", "b was edited", "gone was edited", "mine was not written by an emit"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if diff := cmp.Diff(before, holds(t, dir)); diff != "" {
		t.Error(diff)
	}
	if _, err := Write(dir, next, Options{Force: true}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a=2", "b=2", "mine=2"}, holds(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestAKilledEmitIsTakenUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustWrite(t, dir, "a=1", "b=1")
	plan, err := Check(dir, files("a=2", "b=2", "sub/c=2"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	// As a kill leaves it: the manifest of what is under way, one file written,
	// one half written beside its place.
	put(t, filepath.Join(dir, emit.ManifestName), string(plan.During.Render()))
	put(t, filepath.Join(dir, "a"), "2")
	put(t, filepath.Join(dir, temporary("b")), "half")
	mustWrite(t, dir, "a=3")
	if diff := cmp.Diff([]string{"a=3"}, holds(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, emit.ManifestName), "<<<<<<< HEAD")
	if _, err := Write(dir, files("a=1"), Options{}); err == nil || !strings.Contains(daemon.Hint(err), "--force") {
		t.Errorf("a broken manifest: %v", err)
	}
	if _, err := Write(dir, files("a=1"), Options{Force: true}); err != nil {
		t.Error(err)
	}
	if _, err := Write(dir, files("a/b=1"), Options{}); err == nil {
		t.Error("a file became a folder")
	}
	if err := os.MkdirAll(filepath.Join(dir, "folder", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, files("folder=1"), Options{Force: true}); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder in the way: %v", err)
	}
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, files("out/x=1"), Options{Force: true}); err == nil {
		t.Error("a link led out of the folder")
	}
	if got := holds(t, outside); len(got) > 0 {
		t.Errorf("outside there is now %v", got)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "a")); string(data) != "1" {
		t.Errorf("a holds %q", data)
	}
}

func TestALinkIsSomebodysOwn(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
	mustWrite(t, dir, "a=1")
	put(t, other, "1")
	if err := errors.Join(os.Remove(filepath.Join(dir, "a")), os.Symlink(other, filepath.Join(dir, "a"))); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, files("a=2"), Options{}); err == nil {
		t.Error("a link was replaced")
	}
	if _, err := Write(dir, files("a=2"), Options{Force: true}); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(other); string(data) != "1" {
		t.Errorf("what the link named became %q", data)
	}
}

func TestOnlyOneWritesAtATime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, files("a=1"), Options{}); err == nil || !strings.Contains(err.Error(), "another emit") {
		t.Errorf("a second emit: %v", err)
	}
	release()
	mustWrite(t, dir, "a=1")
}

func TestAConflictNamesAFew(t *testing.T) {
	t.Parallel()
	e := &ConflictError{Dir: "lab"}
	for i := range 30 {
		e.Steps = append(e.Steps, emit.Step{Path: fmt.Sprint(i), State: emit.Edited})
	}
	if text := e.Error(); !strings.Contains(text, "and 20 more") || strings.Count(text, "\n") != 11 {
		t.Error(text)
	}
}

// BenchmarkWrite writes as many files as 4,000 hosts have server configurations.
func BenchmarkWrite(b *testing.B) {
	var all []emit.File
	for i := range 4000 {
		all = append(all, emit.File{Part: "p", Artifact: topology.Artifact{Path: fmt.Sprintf("nats/leaf-%d.conf", i), Data: make([]byte, 2000)}})
	}
	for b.Loop() {
		if _, err := Write(b.TempDir(), all, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
