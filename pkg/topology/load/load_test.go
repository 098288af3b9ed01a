package load

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// The lab that "nimmer init" writes loads without a word, and what it leaves
// out is filled in.
func TestInit(t *testing.T) {
	this := topology.Host{Name: "laptop", System: "aarch64-linux", Addresses: map[string]string{"loopback": "127.0.0.1"},
		GPUs: []topology.GPU{{Name: "0", Model: "RTX 4090", Memory: 24 << 30}}}
	top, diags := Source("home", map[string][]byte{"lab.hcl": InitHCL(Options{})}, Options{Host: this})
	if len(diags) > 0 {
		t.Fatalf("diagnostics:\n%s", diags.Text(false))
	}
	h := top.Hosts[0]
	if len(top.Hosts) != 1 || h.Name != "laptop" || h.System != "aarch64-linux" || !h.Implicit || len(h.GPUs) != 1 || h.Addresses["loopback"] != "127.0.0.1" {
		t.Errorf("host: %+v", h)
	}
	if n := top.NATS[0]; len(top.NATS) != 1 || n.Name != "hub" || !n.Implicit || !slices.Equal(n.Hosts, []string{"laptop"}) || n.Port != 4222 || n.Network != "loopback" {
		t.Errorf("hub: %+v", n)
	}
	if diff := cmp.Diff([]string{"dev"}, top.Lab.Environments); diff != "" || top.Lab.Domain != "internal" || top.Lab.Name != "home" {
		t.Errorf("lab: %+v", top.Lab)
	}
	if diff := cmp.Diff([]string{"cpu", "disk", "load", "math", "memory", "network", "process", "text"}, cellNames(top)); diff != "" {
		t.Errorf("cells: %s", diff)
	}
	if g := top.Gates[1]; g.Name != "pressure" || len(g.Cells) != 6 || g.Cells[0] != "cpu" || g.Tier != 2 || g.Open != 0.6 || g.Window.String() != "1.5s" || !g.Chance {
		t.Errorf("gate: %+v", g)
	}
	if len(top.Nerves) != 2 || top.Nerves[0].Gate != "math" || top.Nerves[1].Builtin != "pressure" || !top.Nerves[1].Implicit {
		t.Errorf("nerves: %+v", top.Nerves)
	}
	if e := top.Events[0]; len(top.Events) != 1 || e.Name != "math" || e.Mind != "mind" || e.Domain != "math" || !e.Implicit {
		t.Errorf("events: %+v", top.Events)
	}
	if m := top.Cortexes[0]; len(top.Cortexes) != 1 || m.Name != "mind" || !m.Implicit || m.Queue.Depth != 64 || m.Backend != nil {
		t.Errorf("minds: %+v", top.Cortexes)
	}
	var services []string
	for _, s := range top.Services {
		services = append(services, s.Process)
	}
	if diff := cmp.Diff([]string{"cell", "gate"}, services); diff != "" {
		t.Errorf("services: %s", diff)
	}
}

func TestInitSensors(t *testing.T) {
	opts := Options{Lab: "mine", Temperature: true, Battery: true}
	if diff := cmp.Diff(string(hclwrite.Format(InitHCL(opts))), string(InitHCL(opts))); diff != "" {
		t.Errorf("not formatted as HCL is (-want +got):\n%s", diff)
	}
	top := mustLoad(t, string(InitHCL(opts)), opts)
	if names := cellNames(top); !slices.Contains(names, "temperature") || !slices.Contains(names, "battery") || top.Lab.Name != "mine" {
		t.Errorf("lab %s has cells %v", top.Lab.Name, names)
	}
	if got := string(InitHCL(Options{})); strings.Contains(got, "temperature") || strings.Contains(got, "battery") {
		t.Error("sensors that are not there are declared")
	}
}

func cellNames(top *topology.Topology) []string {
	var names []string
	for i := range top.Cells {
		names = append(names, top.Cells[i].Name)
	}
	return names
}

// Zero is a value and not the same as nothing.
func TestPresence(t *testing.T) {
	top := mustLoad(t, `
lab "t" {
  attention { budget = 0 }
}
host "h" {
  gpu "a" { reserved = "0B" }
  gpu "b" {}
}
cell "a" {}
gate "zero" {
  cells      = [cell.a]
  weight     = 0
  similarity = 0
  refractory = "0s"
  tier       = 0
  chance     = false
}
gate "null" {
  cells  = [cell.a]
  weight = null
}
`, Options{})
	if g := top.Gates[1]; g.Weight != 0 || g.Similarity != 0 || g.Refractory != 0 || g.Tier != 0 || g.Chance {
		t.Errorf("zeros were replaced: %+v", g)
	}
	if g := top.Gates[0]; g.Weight != 0.1 {
		t.Errorf("null is not absent: weight %v", g.Weight)
	}
	if a, b := top.Hosts[0].GPUs[0], top.Hosts[0].GPUs[1]; a.Reserved != 0 || b.Reserved != 512<<20 {
		t.Errorf("reserved: %v, %v", a.Reserved, b.Reserved)
	}
	if top.Lab.Attention.Budget != 0 || top.Lab.Attention.Beat.String() != "30s" {
		t.Errorf("attention: %+v", top.Lab.Attention)
	}
}

// References become plain names, whatever way they were written.
func TestReferences(t *testing.T) {
	src, err := os.ReadFile("testdata/valid/functions.hcl")
	if err != nil {
		t.Fatal(err)
	}
	top, diags := Source("f", map[string][]byte{"f.hcl": src, "schema.json": []byte(`{ "type" : "object" }`)}, Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	ids := map[string]topology.Identity{}
	for _, id := range top.Identities {
		ids[id.Name] = id
	}
	for _, want := range []struct {
		name        string
		hosts, gpus []string
	}{
		{"everywhere", []string{"node-01", "node-02", "node-03"}, []string{"node-02/card-0", "node-02/card-1"}},
		{"each-first", []string{"first"}, []string{}},
		{"each-node-01", []string{"node-01"}, []string{}},
		{"chosen", []string{"node-03"}, []string{"node-03/card-1"}},
	} {
		id, ok := ids[want.name]
		if !ok {
			t.Errorf("no identity %s", want.name)
			continue
		}
		if !slices.Equal(id.Hosts, want.hosts) || !slices.Equal(id.GPUs, want.gpus) {
			t.Errorf("%s: hosts %v, gpus %v", want.name, id.Hosts, id.GPUs)
		}
	}
	if n := top.Networks[2]; n.Name != "management" || n.Gateway != "10.0.0.1" || n.Description != "of example.org, functions, 2 environments" {
		t.Errorf("network: %+v", n)
	}
	if n := top.Networks[1]; n.Name != "data-west" || n.Subnet != "10.1.2.0/24" || n.VLAN != 102 {
		t.Errorf("network: %+v", n)
	}
	for _, e := range top.Events {
		if !strings.HasPrefix(string(e.Schema), `{`) || strings.Contains(string(e.Schema), " ") {
			t.Errorf("schema of %s: %s", e.Name, e.Schema)
		}
	}
	if g := top.Gates[0]; g.Name != "g-0" || g.Tier != 4 || top.Gates[1].Tier != 2 {
		t.Errorf("gates: %+v", top.Gates)
	}
}

// Blocks whose meaning comes later are kept as JSON.
func TestLater(t *testing.T) {
	src, err := os.ReadFile("testdata/valid/later.hcl")
	if err != nil {
		t.Fatal(err)
	}
	top := mustLoad(t, string(src), Options{})
	var got []string
	for _, o := range top.Other {
		got = append(got, o.Kind+"."+o.Name+" "+string(o.Attributes))
	}
	governor := ` {"epoch":"5m","minds":["cortex.nyx"],"nested":[{"deep":[{"value":"cell.c"}],"name":"x"}],"share":0.25}`
	want := []string{
		"channel.chat-de {}", "channel.chat-en {}",
		"governor.thalamus-0" + governor, "governor.thalamus-1" + governor,
		`harness.h {"target":"cortex.nyx"}`, "npc.one {}", `tool.hammer {"command":["hit","nail"]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A lab in which every reference is wrong is reported in full, and soon.
func TestManyUnknown(t *testing.T) {
	var b strings.Builder
	b.WriteString("lab \"t\" {}\n")
	const n = 5000
	for i := range n {
		fmt.Fprintf(&b, "host \"right-%d\" {}\nidentity \"i-%d\" { hosts = [host.wrong-%d] }\n", i, i, i)
	}
	_, diags := Source("test", map[string][]byte{"a.hcl": []byte(b.String())}, Options{})
	if len(diags) != n || diags[n-1].Summary != "Unknown host" {
		t.Errorf("%d diagnostics, last: %s", len(diags), diags[len(diags)-1:].Text(false))
	}
}

// The functions of the reference are those that exist.
func TestFunctionsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/topology.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "### Functions")
	table, _, _ = strings.Cut(table, "## What is filled in")
	var listed []string
	for _, code := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(table[:strings.LastIndex(table, "|")], -1) {
		for _, word := range strings.Fields(regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(code[1], "")) {
			listed = append(listed, word)
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(Functions(), listed); diff != "" {
		t.Errorf("(-exist +documented):\n%s", diff)
	}
}

func TestDir(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret.txt")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("a.hcl", "lab \"t\" {\n  domain = trimspace(file(\"domain.txt\"))\n}\n")
	write("domain.txt", "example.org\n")
	write("sub/b.hcl", "nonsense")
	write(".hidden.hcl", "nonsense")
	write("notes.md", "nonsense")

	top, diags := Dir(dir, Options{})
	if len(diags) > 0 || top.Lab.Domain != "example.org" {
		t.Fatalf("domain %q, diagnostics:\n%s", top.Lab.Domain, diags.Text(false))
	}

	for _, path := range []string{"link.txt", "../x.txt", outside, "sub", "none.txt"} {
		write("a.hcl", "lab \"t\" {\n  domain = file(\""+path+"\")\n}\n")
		_, diags := Dir(dir, Options{})
		if !diags.HasErrors() || strings.Contains(diags.Text(false), "secret\"") {
			t.Errorf("file(%q) was read: %s", path, diags.Text(false))
		}
		if d := diags[0]; d.Pos.Line != 2 || !strings.Contains(d.Detail, "inside the declaration's folder") {
			t.Errorf("file(%q): %s", path, diags.Text(false))
		}
	}

	if err := os.Symlink(outside, filepath.Join(dir, "b.hcl")); err != nil {
		t.Fatal(err)
	}
	write("a.hcl", "lab \"t\" {}")
	if _, diags := Dir(dir, Options{}); len(diags) != 1 || diags[0].Summary != "File cannot be read" {
		t.Errorf("a link out of the folder: %s", diags.Text(false))
	}
}

func TestNothing(t *testing.T) {
	for name, load := range map[string]func() (*topology.Topology, Diagnostics){
		"Folder cannot be read": func() (*topology.Topology, Diagnostics) {
			return Dir(filepath.Join(t.TempDir(), "none"), Options{})
		},
		"Nothing declared": func() (*topology.Topology, Diagnostics) { return Dir(t.TempDir(), Options{}) },
		"No lab": func() (*topology.Topology, Diagnostics) {
			return Source("x", map[string][]byte{"a.hcl": []byte("host \"a\" {}")}, Options{})
		},
	} {
		_, diags := load()
		if len(diags) != 1 || diags[0].Summary != name || diags.Err() == nil {
			t.Errorf("%s: %s", name, diags.Text(false))
		}
	}
	if _, diags := Source("x", map[string][]byte{"a.txt": []byte("x")}, Options{}); diags[0].Summary != "Nothing declared" {
		t.Errorf("%s", diags.Text(false))
	}
}

func TestSuggest(t *testing.T) {
	names := []string{"addresses", "memory", "cores", "gpu", "nats-prod", "nats-dev", "theia"}
	for given, want := range map[string]string{
		"adresses": "addresses", "memroy": "memory", "core": "cores", "nats_prod": "nats-prod", "Theia": "theia",
		"nats-pord": "nats-prod", "gup": "gpu", "completely": "", "x": "",
	} {
		if got := suggest(given, names); got != want {
			t.Errorf("suggest(%q) = %q, want %q", given, got, want)
		}
	}
}

func TestNatural(t *testing.T) {
	got := naturalKeys(map[string]int{"w-10": 0, "w-2": 0, "w-02": 0, "a": 0, "w": 0, "w-2a": 0})
	if diff := cmp.Diff([]string{"a", "w", "w-02", "w-2", "w-2a", "w-10"}, got); diff != "" {
		t.Error(diff)
	}
}
