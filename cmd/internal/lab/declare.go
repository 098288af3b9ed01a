// Package lab wires a declared lab: it loads the declaration and builds, from
// the packages below, the services that play it.
package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// Machine describes the machine this runs on, for declarations without hosts.
func Machine() load.Options {
	opts := load.Options{Host: topology.Host{
		Name:      HostName(),
		System:    system(),
		Addresses: map[string]string{"loopback": "127.0.0.1"},
		Cores:     runtime.NumCPU(),
	}}
	opts.Temperature, _ = cell.Available("temperature")
	opts.Battery, _ = cell.Available("battery")
	return opts
}

// HostName is this machine's first name, in the form hosts have in a lab.
func HostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	name, _, _ = strings.Cut(strings.ToLower(name), ".")
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-"); name == "" {
		return "localhost"
	}
	return name[:min(len(name), 63)]
}

func system() string {
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	if arch == "" {
		arch = "x86_64"
	}
	if runtime.GOOS == "darwin" {
		return arch + "-darwin"
	}
	return arch + "-linux"
}

// Declaration is a loaded declaration and where it came from.
type Declaration struct {
	Topology    *topology.Topology
	Diagnostics load.Diagnostics
	Folder      string // "" for the built-in one-machine lab
}

// Load reads the declaration in dir, or the built-in one-machine lab.
func Load(dir string) Declaration { return loadWith(dir, Machine()) }

// LoadAnywhere reads it as every machine does: a lab without hosts has one
// called localhost, whatever this machine is. What is written down is read so.
func LoadAnywhere(dir string) Declaration { return loadWith(dir, load.Options{}) }

func loadWith(dir string, opts load.Options) Declaration {
	if dir == "" {
		t, diags := load.Source("the built-in lab", map[string][]byte{"lab.hcl": load.InitHCL(opts)}, opts)
		return Declaration{Topology: t, Diagnostics: diags}
	}
	t, diags := load.Dir(dir, opts)
	return Declaration{Topology: t, Diagnostics: diags, Folder: dir}
}

// Environment chooses the environment to play: the one asked for, else the
// first that is declared.
func Environment(t *topology.Topology, asked string) (string, error) {
	all := t.Lab.Environments
	if asked == "" {
		return all[0], nil
	}
	if !slices.Contains(all, asked) {
		return "", fmt.Errorf("the lab %q has no environment %q; it has %s", t.Lab.Name, asked, strings.Join(all, ", "))
	}
	return asked, nil
}

// StateDir is where a lab keeps its state by default: one folder for each lab
// and environment under the user's state directory.
func StateDir(labName, env string) (string, error) {
	base, err := stateBase()
	if err != nil {
		return "", err
	}
	return filepath.Join(base, labName, env), nil
}

// stateBase is where the state of this user's labs is.
func stateBase() (string, error) {
	base := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.New("there is no home directory to keep state in: name one with --state")
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(base, "nimmer"), nil
}
