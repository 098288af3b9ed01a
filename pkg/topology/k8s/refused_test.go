package k8s_test

import (
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s"
)

// small is a lab of one cell in one cluster.
func small() *topology.Topology {
	envs := []string{"dev", "prod"}
	return &topology.Topology{
		FormatVersion: topology.FormatVersion,
		Lab:           topology.Lab{Name: "small", Domain: "example.test", Environments: envs},
		Hosts: []topology.Host{
			{Name: "a", Addresses: map[string]string{"net": "10.0.0.1"}},
			{Name: "b", Addresses: map[string]string{"net": "127.0.0.1", "other": "10.0.1.2"}, Aliases: []string{"bus.example.org"}},
		},
		NATS:       []topology.NATS{{Name: "hub", Environments: envs, Hosts: []string{"a"}, Network: "net", Port: 4222, Address: "hub.example.test"}},
		Kubernetes: []topology.Kubernetes{{Name: "pods", Environments: envs, Namespace: "lab-ENV", Registry: "registry.example.test"}},
		Identities: []topology.Identity{{Name: "who"}},
		Cells: []topology.Cell{{
			Name: "eye", Image: "eye", On: topology.On{Kubernetes: []string{"pods"}}, Environments: envs, Identity: "who",
		}},
	}
}

// What cannot be emitted is a sentence that names the block, and what to do.
func TestRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil      func(*topology.Topology)
		want, hint string
	}{
		"one namespace for two": {func(t *topology.Topology) { t.Kubernetes[0].Namespace = "lab" },
			"cluster pods: environments dev and prod would share lab", "write ENV"},
		"no hub": {func(t *topology.Topology) { t.NATS[0].Environments = []string{"dev"} },
			"environment prod: no nats block carries it", "nats block"},
		"hub without an address": {func(t *topology.Topology) { t.NATS[0].Network = "womb" },
			`bus hub: host a has no address in network "womb"`, "give host a an address"},
		"hub on loopback": {func(t *topology.Topology) { t.NATS[0].Hosts = []string{"b"} },
			"host b is 127.0.0.1, which in a pod is the pod itself", "nodes reach"},
		"unknown name": {func(t *topology.Topology) { t.NATS[0].URLs = []string{"nats://cloud.example.org:4222"} },
			"the address of cloud.example.org is not declared", "aliases"},
		"login in the URL": {func(t *topology.Topology) { t.NATS[0].URLs = []string{"nats://me:hunter2@10.0.0.5"} },
			"its URL holds a login", "credentials file"},
		"no URL":    {func(t *topology.Topology) { t.NATS[0].URLs = []string{"10.0.0.5:4222"} }, "is no URL of a bus", "nats://"},
		"bad port":  {func(t *topology.Topology) { t.NATS[0].URLs = []string{"nats://10.0.0.5:99999"} }, "is no port", "nats://"},
		"bad image": {func(t *topology.Topology) { t.Cells[0].Image = "The Eye" }, "cell.eye in cluster pods", "name:tag"},
		"bad tag":   {func(t *topology.Topology) { t.Cells[0].Version = "v 1" }, "is no image", "v1"},
		"bad registry": {func(t *topology.Topology) { t.Kubernetes[0].Registry = "https://registry.example.test" },
			"is no image", "registry.example.org/lab"},
		"bad variable":   {func(t *topology.Topology) { t.Cells[0].Env = map[string]string{"A B": ""} }, `"A B" is no name`, "letters"},
		"taken variable": {func(t *topology.Topology) { t.Cells[0].Env = map[string]string{"NATS_URL": ""} }, "env sets NATS_URL", "leave it out"},
		"bad quota": {func(t *topology.Topology) { t.Identities[0].Limits.CPUQuota = "half" },
			`cpu_quota "half" is no percentage`, "150%"},
	} {
		top := small()
		c.spoil(top)
		files, err := k8s.Emit(top)
		if err == nil || files != nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %d files, %v; want %q", name, len(files), err, c.want)
			continue
		}
		if hint := daemon.Hint(err); !strings.Contains(hint, c.hint) {
			t.Errorf("%s: the hint is %q, want %q", name, hint, c.hint)
		}
	}
	if files, err := k8s.Emit(small()); err != nil || len(files) == 0 {
		t.Errorf("nothing was spoiled: %d files, %v", len(files), err)
	}
}

// Everything that is in the way is named at once.
func TestRefusesAllAtOnce(t *testing.T) {
	t.Parallel()
	top := small()
	top.Cells[0].Image = "The Eye"
	top.Cells = append(top.Cells, topology.Cell{Name: "ear", Image: "The Ear", On: top.Cells[0].On, Environments: []string{"dev"}})
	_, err := k8s.Emit(top)
	if err == nil || !strings.Contains(err.Error(), "cell.eye") || !strings.Contains(err.Error(), "cell.ear") {
		t.Errorf("%v", err)
	}
}

// A lab without a cluster, and a cluster that runs nothing, have no files.
func TestNothingToRun(t *testing.T) {
	t.Parallel()
	top := small()
	top.Cells = nil
	if files, err := k8s.Emit(top); err != nil || len(files) > 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
	if files, err := k8s.Emit(&topology.Topology{}); err != nil || len(files) > 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// A built-in cell's declaration is one that the program reads, and holds what
// it speaks of and nothing of the lab's machines.
func TestDeclarationOfBuiltins(t *testing.T) {
	t.Parallel()
	top := small()
	on := top.Cells[0].On
	top.Cells = append(top.Cells, topology.Cell{Name: "text", Builtin: "text", On: on, Environments: top.Lab.Environments, Replicas: 2},
		topology.Cell{Name: "math", Builtin: "math", On: on, Environments: top.Lab.Environments})
	top.Gates = []topology.Gate{{Name: "sums", Cells: []string{"math", "eye"}}, {Name: "other"}}
	top.Nerves = []topology.Nerve{{Name: "sums", Builtin: "math", Gate: "sums", On: on, Environments: top.Lab.Environments}}
	want := map[string][]string{"cell-text": {"text"}, "cell-math": {"text", "math"}, "nerve-sums": {"eye", "math"}}
	for _, o := range objects(t, emit(t, top)) {
		if o.kind() != "ConfigMap" {
			continue
		}
		doc, _ := o.at("data", "topology.json").(string)
		back, err := topology.Parse([]byte(doc))
		if err != nil {
			t.Fatalf("%s: %v", o.name(), err)
		}
		var cells []string
		for _, c := range back.Cells {
			cells = append(cells, c.Name)
		}
		if strings.Join(cells, " ") != strings.Join(want[o.name()], " ") || strings.Contains(doc, "10.0.0.1") || len(back.Hosts) > 0 {
			t.Errorf("%s is told of %q, want %q", o.name(), cells, want[o.name()])
		}
		if nerve := o.name() == "nerve-sums"; (len(back.Nerves) == 1) != nerve || (len(back.Gates) == 1) != nerve {
			t.Errorf("%s is told of %d nerves and %d gates", o.name(), len(back.Nerves), len(back.Gates))
		}
		delete(want, o.name())
	}
	if len(want) > 0 {
		t.Errorf("no declaration for %v", want)
	}
}
