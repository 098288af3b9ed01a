package keys_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

const smallHCL = `
lab "small" {}
host "here" { system = "x86_64-linux" }
nats "hub" { hosts = [host.here] }
cell "a" {}
cell "b" {}
gate "g" { cells = [cell.a, cell.b] }
identity "someone" {
  nats { subscribe = ["*.nervous.gates.*.lean"] }
}
`

func source(t testing.TB, hcl string) (*topology.Topology, *accounts.Model) {
	t.Helper()
	top, diags := load.Source("lab", map[string][]byte{"lab.hcl": []byte(hcl)}, load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	m, err := accounts.Compile(top)
	if err != nil {
		t.Fatal(err)
	}
	return top, m
}

var errDied = errors.New("the process died")

// dieAt ends writing before the n-th step.
func dieAt(n int) (func(string) error, *int) {
	steps := 0
	return func(string) error {
		steps++
		if steps == n {
			return errDied
		}
		return nil
	}, &steps
}

// work is a sequence of changes, each of which may be cut off and done again.
type work struct {
	name string
	do   func(o keys.Options) error
}

func works(t testing.TB) []work {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	opener := filepath.Join(t.TempDir(), "identity")
	if err := os.WriteFile(opener, []byte(id.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	top, m := source(t, smallHCL)
	fewer, less := source(t, strings.Replace(smallHCL, `["*.nervous.gates.*.lean"]`, "[]", 1))
	_, gone := source(t, strings.Split(smallHCL, "identity")[0])
	apply := func(t2 *topology.Topology, m *accounts.Model, change func(*keys.Options)) func(keys.Options) error {
		return func(o keys.Options) error {
			if change != nil {
				change(&o)
			}
			_, err := keys.Apply(t.Context(), t2, m, o)
			return err
		}
	}
	sealed := func(o *keys.Options) {
		o.Recipients, o.Identities = []string{id.Recipient().String()}, []string{opener}
	}
	open := func(o *keys.Options) { o.Identities = []string{opener} }
	return []work{
		{"init", func(o keys.Options) error { _, err := keys.Init(t.Context(), m, o); return err }},
		{"apply", apply(top, m, nil)},
		{"narrow", apply(fewer, less, nil)},
		{"remove", apply(fewer, gone, nil)},
		{"prune", apply(fewer, gone, func(o *keys.Options) { o.Prune = true })},
		{"readmit", apply(top, m, nil)},
		{"revoke", func(o keys.Options) error {
			_, err := keys.Revoke(t.Context(), keys.What{User: "someone"}, o)
			return err
		}},
		{"rotate", func(o keys.Options) error {
			_, err := keys.Rotate(t.Context(), keys.What{Account: "DEV_VIRTUAL"}, 0, o)
			return err
		}},
		{"encrypt", apply(top, m, sealed)},
		{"after", apply(top, m, open)},
	}
}

// Whatever the moment at which it dies, the same command goes on from there, and
// once more writes nothing.
func TestDiesAnywhere(t *testing.T) {
	t.Parallel()
	at := func(dir string) keys.Options {
		return keys.Options{Dir: filepath.Join(dir, "keys"), Out: filepath.Join(dir, "out")}
	}
	root := t.TempDir()
	base := filepath.Join(root, "0")
	for i, w := range works(t) {
		next := filepath.Join(root, strconv.Itoa(i+1))
		copyTree(t, base, next)
		count, steps := dieAt(0)
		if err := w.do(at(next).Before(count)); err != nil {
			t.Fatalf("%s: %v", w.name, err)
		}
		if *steps == 0 {
			t.Fatalf("%s writes nothing", w.name)
		}
		from := base
		for n := 1; n <= *steps; n++ {
			t.Run(w.name+"/"+strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				dir := filepath.Join(t.TempDir(), "lab")
				copyTree(t, from, dir)
				before, _ := dieAt(n)
				if err := w.do(at(dir).Before(before)); !errors.Is(err, errDied) {
					t.Fatalf("it did not die: %v", err)
				}
				if err := w.do(at(dir)); err != nil {
					t.Fatalf("after it died: %v", err)
				}
				if left := unfinished(t, dir); len(left) > 0 {
					t.Errorf("it leaves %v", left)
				}
				if w.name == "rotate" {
					return // each is another rotation
				}
				done := snapshot(t, dir)
				if err := w.do(at(dir)); err != nil {
					t.Fatalf("once more: %v", err)
				}
				if diff := cmp.Diff(done, snapshot(t, dir)); diff != "" {
					t.Errorf("it was not done:\n%s", diff)
				}
			})
		}
		base = next
	}
}

func copyTree(t testing.TB, from, to string) {
	t.Helper()
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return
	}
	// Links would do for what is only ever replaced whole; copies keep it honest.
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(to, path)
		if err != nil {
			return err
		}
		info, err := os.Stat(filepath.Join(from, rel))
		if err != nil {
			return err
		}
		return os.Chmod(path, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// snapshot is what files hold and when they were written.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		out[path] = info.ModTime().Format(time.RFC3339Nano) + " " + info.Mode().String() + " " + string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unfinished(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	for path := range snapshot(t, dir) {
		if strings.HasPrefix(filepath.Base(path), ".nimmer-") {
			out = append(out, path)
		}
	}
	return out
}
