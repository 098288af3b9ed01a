package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// podLab has built-in cells and a nerve in a cluster.
const podLab = `
lab "pods" {}
network "net" { subnet = "10.0.0.0/24" }
host "a" { addresses = { net = "10.0.0.1" } }
kubernetes "k" { hosts = [host.a] }
cell "text" {
  builtin = "text"
  on      = kubernetes.k
}
cell "sums" {
  builtin = "math"
  on      = kubernetes.k
}
gate "sums" {
  cells = [cell.text, cell.sums]
  tier  = 2
}
nerve "sums" {
  builtin = "math"
  gate    = gate.sums
  on      = kubernetes.k
}
`

// pod is what of a workload's objects says how its program is started.
type pod struct {
	Kind string
	Data map[string]string
	Spec struct {
		Template struct {
			Spec struct{ Containers []podContainer }
		}
	}
}

type podContainer struct {
	Args  []string
	Ports []struct {
		ContainerPort int `yaml:"containerPort"`
	}
	ReadinessProbe struct {
		HTTPGet struct{ Path string } `yaml:"httpGet"`
	} `yaml:"readinessProbe"`
}

// pods are the workloads as they are emitted: the container, and the
// declaration that is mounted into it.
func pods(t *testing.T) map[string]struct {
	podContainer
	declaration string
} {
	t.Helper()
	lab, diags := load.Source("pods", map[string][]byte{"lab.hcl": []byte(podLab)}, load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	files, err := k8s.Emit(lab)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]struct {
		podContainer
		declaration string
	}{}
	for _, f := range files {
		if filepath.Base(f.Path) != "workload.yaml" {
			continue
		}
		name := filepath.Base(filepath.Dir(f.Path))
		p := out[name]
		for d := yaml.NewDecoder(bytes.NewReader(f.Data)); ; {
			var o pod
			if err := d.Decode(&o); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			switch o.Kind {
			case "ConfigMap":
				p.declaration = o.Data["topology.json"]
			case "Deployment":
				p.podContainer = o.Spec.Template.Spec.Containers[0]
			}
		}
		out[name] = p
	}
	return out
}

// TestPodsRun starts this program as the emitted manifests do, with what they
// mount, until its readiness probe passes.
func TestPodsRun(t *testing.T) {
	server, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	t.Setenv("NIMMERVERSE_ENV", "dev")
	t.Setenv("NATS_URL", server.ClientURL())
	t.Setenv("NATS_CREDS", "")
	all := pods(t)
	if len(all) != 3 {
		t.Fatalf("%d workloads", len(all))
	}
	for name, p := range all {
		t.Run(name, func(t *testing.T) {
			mounted := filepath.Join(t.TempDir(), "topology.json")
			if err := os.WriteFile(mounted, []byte(p.declaration), 0o600); err != nil {
				t.Fatal(err)
			}
			address := freeAddress(t)
			if p.Ports[0].ContainerPort != 8080 || p.ReadinessProbe.HTTPGet.Path != "/readyz" {
				t.Errorf("the probe asks port %d for %q", p.Ports[0].ContainerPort, p.ReadinessProbe.HTTPGet.Path)
			}
			var args []string
			for _, a := range p.Args {
				args = append(args, strings.NewReplacer("/etc/nimmer/topology.json", mounted, ":8080", address).Replace(a))
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var said bytes.Buffer
			ended := make(chan int, 1)
			go func() { ended <- cli.Execute(ctx, command(), args, strings.NewReader(""), io.Discard, &said) }()
			if !ready(t, "http://"+address+p.ReadinessProbe.HTTPGet.Path, ended) {
				cancel()
				t.Fatalf("%q is not ready:\n%s", p.Args, said.String())
			}
			cancel()
			if code := <-ended; code != 0 {
				t.Errorf("%q ends with %d:\n%s", p.Args, code, said.String())
			}
		})
	}
}

// freeAddress is an address on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// ready asks as the kubelet does, until the answer is yes or the program ends.
func ready(t *testing.T, url string, ended chan int) bool {
	t.Helper()
	for end := time.After(30 * time.Second); ; {
		if r, err := http.Get(url); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case code := <-ended:
			ended <- code
			return false
		case <-end:
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
}
