package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
	"github.com/nimmerverse/nimmer/tests/buslab"
)

func TestMain(m *testing.M) {
	code := m.Run()
	buslab.Clean()
	os.Exit(code)
}

// TestAccepted has nats-server itself check every configuration of every lab.
func TestAccepted(t *testing.T) {
	t.Parallel()
	server := buslab.NATSServer(t)
	for name, top := range loadtest.Labs(t, "..") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := buslab.New(t, top)
			for _, s := range natsconf.Servers(top, l.Model) {
				out, err := exec.Command(server, "-t", "-c", l.Config(s)).CombinedOutput()
				if err != nil || !strings.Contains(string(out), "is valid") {
					config, _ := os.ReadFile(l.Config(s))
					t.Errorf("%s: %v\n%s\n%s", s.Path(), err, out, config)
				}
			}
		})
	}
}

// Without the files that hold the keys no server starts.
func TestNoKeysNoServer(t *testing.T) {
	t.Parallel()
	server := buslab.NATSServer(t)
	l := buslab.New(t, loadtest.Source(t, loadtest.Regions))
	for _, s := range natsconf.Servers(l.Topology, l.Model) {
		config := l.Config(s)
		text, err := os.ReadFile(config)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			file, ok := strings.CutPrefix(strings.TrimSpace(line), "include ")
			if !ok {
				continue
			}
			path := filepath.Join(filepath.Dir(config), strings.Trim(file, `"`))
			if err := os.Rename(path, path+".away"); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(server, "-t", "-c", config).CombinedOutput(); err == nil {
				t.Errorf("%s without %s: %s", s.Name, file, out)
			}
			if err := os.Rename(path+".away", path); err != nil {
				t.Fatal(err)
			}
		}
	}
}
