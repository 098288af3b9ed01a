package nix

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// ours are the commands of this repository that units run.
var ours = []string{"nimmer", "nimmer-cell", "nimmer-gate", "nimmer-host"}

// built are those commands, made once; madeIn is where, for who clears up.
var madeIn string

var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "nimmer-units-")
	if err != nil {
		return "", err
	}
	madeIn = dir
	args := []string{"build", "-o", dir}
	for _, name := range ours {
		args = append(args, "github.com/nimmerverse/nimmer/cmd/"+name)
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		os.Stderr.Write(out)
	}
	return dir, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if madeIn != "" {
		os.RemoveAll(madeIn)
	}
	os.Exit(code)
}

// emitted is where the declaration of a lab was emitted to: beside it, or for the bench a folder of the test.
func emitted(t *testing.T, lab string) string {
	t.Helper()
	switch lab {
	case "nimmerverse":
		return filepath.Join("..", "..", "topology")
	case "bench":
		bin, err := built()
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("bench")); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(filepath.Join(bin, "nimmer"), "topology", "emit", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return dir
	}
	return filepath.Join("..", "..", "topology", "examples", lab)
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestUnitsRunCommandsThatThereAre: each of ours has every flag that a unit gives it.
func TestUnitsRunCommandsThatThereAre(t *testing.T) {
	t.Parallel()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	helps := map[string]string{} // by command and subcommands
	ran := map[string]bool{}
	for _, u := range services(t) {
		program, args := u.command()
		if !slices.Contains(ours, program) {
			continue
		}
		ran[program] = true
		words := []string{program}
		if program == "nimmer" {
			words = append(words, args[:2]...) // such as "bus serve"
		}
		key := strings.Join(words, " ")
		if helps[key] == "" {
			out, err := exec.Command(filepath.Join(bin, program), append(slices.Clone(words[1:]), "--help")...).CombinedOutput()
			if err != nil {
				t.Errorf("%s: %s --help: %v\n%s", u.path(), key, err, out)
				continue
			}
			helps[key] = string(out)
		}
		for _, arg := range args {
			flag, _, _ := strings.Cut(arg, "=")
			if strings.HasPrefix(flag, "-") && !regexp.MustCompile(`(^|[\s,])`+regexp.QuoteMeta(flag)+`([\s,=]|$)`).MatchString(helps[key]) {
				t.Errorf("%s: %s has no %s", u.path(), key, flag)
			}
		}
	}
	for _, name := range ours {
		if !ran[name] {
			t.Errorf("no unit runs %s", name)
		}
	}
}

// TestUnitsLogInAsDeclaredUsers: every credentials file that a unit is handed is one that keys are made for, and that
// `nimmer bus keys pack` gives to its host.
func TestUnitsLogInAsDeclaredUsers(t *testing.T) {
	t.Parallel()
	users := map[string]map[string][]string{} // by lab and name: the hosts
	for _, u := range services(t) {
		if users[u.lab] == nil {
			users[u.lab] = map[string][]string{}
			top, diags := load.Dir(emitted(t, u.lab), load.Options{})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			model, err := accounts.Compile(top)
			if err != nil {
				t.Fatal(err)
			}
			for _, site := range model.Sites {
				for _, account := range site.Accounts {
					for _, user := range account.Users {
						users[u.lab][user.Name] = append(users[u.lab][user.Name], user.Hosts...)
					}
				}
			}
		}
		for _, credential := range u.all("LoadCredential") {
			_, file, _ := strings.Cut(credential, ":")
			name, ok := strings.CutSuffix(filepath.Base(file), ".creds")
			if !ok {
				continue
			}
			if hosts, known := users[u.lab][name]; !known {
				t.Errorf("%s: LoadCredential=%s: the bus of lab %s has no user %s", u.path(), credential, u.lab, name)
			} else if !slices.Contains(hosts, u.host) {
				t.Errorf("%s: LoadCredential=%s: user %s is of %v, so nobody brings it", u.path(), credential, name, hosts)
			}
		}
	}
}

// TestUnitsListenWhereTheyAreScraped: the processes of listen.json and the units of gate core, cells and agents are the
// same, and listen at the same addresses.
func TestUnitsListenWhereTheyAreScraped(t *testing.T) {
	t.Parallel()
	rendered := map[string]map[string]string{} // by lab: address by host and unit
	hosts := map[string]bool{}
	for _, u := range services(t) {
		if rendered[u.lab] == nil {
			rendered[u.lab] = map[string]string{}
		}
		hosts[u.lab+"/"+u.host] = true
		program, args := u.command()
		i := slices.Index(args, "--http")
		if slices.Contains([]string{"nimmer-gate", "nimmer-cell", "nimmer-host"}, program) && i >= 0 {
			rendered[u.lab][u.host+"/"+u.name] = args[i+1]
		}
	}
	for lab, got := range rendered {
		var listen struct {
			Processes []struct{ Host, Unit, Process, Listen string }
		}
		read(t, filepath.Join(emitted(t, lab), "prometheus", "listen.json"), &listen)
		want := map[string]string{}
		for _, p := range listen.Processes {
			if slices.Contains([]string{"gate", "cell", "host"}, p.Process) && hosts[lab+"/"+p.Host] {
				want[p.Host+"/"+p.Unit] = p.Listen
			}
		}
		for unit, address := range want {
			if got[unit] != address {
				t.Errorf("%s/%s listens at %q, Prometheus looks at %q", lab, unit, got[unit], address)
			}
		}
		for unit := range got {
			if want[unit] == "" {
				t.Errorf("%s/%s: listen.json knows no such process", lab, unit)
			}
		}
	}
}
