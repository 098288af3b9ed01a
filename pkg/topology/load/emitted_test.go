package load_test

import (
	"bytes"
	"flag"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/emit"
	"github.com/nimmerverse/nimmer/pkg/topology/emitted"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

var update = flag.Bool("update", false, "write the emitted files instead of comparing with them")

// labs are the declarations whose emitted files are committed beside them: a
// flake sees tracked files only. The one-machine lab is kept as test data.
var labs = map[string]func(*testing.T) (dir string, lab *topology.Topology){
	"nimmerverse": folder("../../../topology"),
	"cim":         folder("../../../topology/examples/cim"),
	"robot":       folder("../../../topology/examples/robot"),
	"home":        folder("testdata/home"),
}

// parts are those kept of the one-machine lab; of the others all are.
var parts = map[string][]string{"home": {"declaration", "pictures"}}

func folder(dir string) func(*testing.T) (string, *topology.Topology) {
	return func(t *testing.T) (string, *topology.Topology) {
		lab, diags := load.Dir(dir, load.Options{})
		clean(t, diags)
		return dir, lab
	}
}

// clean fails on any diagnostic: our own labs are examples.
func clean(t *testing.T, diags load.Diagnostics) {
	t.Helper()
	for _, d := range diags {
		t.Errorf("%s:%d:%d: %s: %s: %s", d.Pos.File, d.Pos.Line, d.Pos.Column, d.Severity, d.Summary, d.Detail)
	}
	if t.Failed() {
		t.FailNow()
	}
}

func TestEmitted(t *testing.T) {
	schema := publishedSchema(t)
	for name, read := range labs {
		t.Run(name, func(t *testing.T) {
			dir, lab := read(t)
			compare(t, dir, lab, parts[name]...)
			data, err := topology.JSON(lab)
			if err != nil {
				t.Fatal(err)
			}
			conforms(t, schema, data)
			comesBack(t, lab, data)
		})
	}
}

// compare finds out whether the committed files are what would be written today.
func compare(t *testing.T, dir string, lab *topology.Topology, parts ...string) {
	t.Helper()
	files, err := emit.Files(lab, parts...)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if _, err := emitted.Write(dir, files, emitted.Options{Parts: parts, Force: true}); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := emitted.Check(dir, files, emitted.Options{Parts: parts})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range plan.Changes() {
		t.Errorf("%s/%s is %s; look at what changed, then \"make emit\", or: go test ./pkg/topology/load -run TestEmitted -update", dir, s.Path, s.State)
	}
	if plan.Record {
		t.Errorf("%s/%s is stale", dir, emit.ManifestName)
	}
}

func conforms(t *testing.T, schema *jsonschema.Schema, data []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("topology.json does not follow its schema: %#v", err)
	}
}

// comesBack reads topology.json as a daemon does.
func comesBack(t *testing.T, lab *topology.Topology, data []byte) {
	t.Helper()
	back, err := topology.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := topology.JSON(back)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again) {
		t.Error("what was parsed renders differently")
	}
	raw := cmp.Transformer("canonical", func(v topology.RawJSON) string {
		c := v.Clone()
		_ = c.Canonicalize()
		return string(c)
	})
	lists := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().Type() != reflect.TypeFor[topology.RawJSON]() }, cmpopts.EquateEmpty())
	if diff := cmp.Diff(lab, back, cmpopts.IgnoreTypes(&topology.Source{}), lists, raw,
		cmpopts.IgnoreFields(topology.Topology{}, "FormatVersion")); diff != "" {
		t.Error(diff)
	}
}

func publishedSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(topology.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("topology.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("topology.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every environment of every lab has its streams and buckets.
func TestStreamPlansOfTheLabs(t *testing.T) {
	for name, read := range labs {
		t.Run(name, func(t *testing.T) {
			_, lab := read(t)
			for _, env := range lab.Lab.Environments {
				streams, buckets, err := topology.StreamPlan(lab, env)
				if err != nil {
					t.Fatal(err)
				}
				if len(streams) < 11 || len(buckets) != 4 {
					t.Errorf("%s has %d streams and %d buckets", env, len(streams), len(buckets))
				}
			}
		})
	}
}

// The numbers that the document of the CIM network gives.
func TestCIMToTheDigit(t *testing.T) {
	_, lab := labs["cim"](t)
	want := map[string]string{"management": "10.0.0.0/24", "cim-internal": "10.1.0.0/24", "nats-cluster": "10.2.0.0/24"}
	vlans := map[string]int{"management": 10, "cim-internal": 20, "nats-cluster": 30}
	for _, n := range lab.Networks {
		if n.Subnet != want[n.Name] || n.VLAN != vlans[n.Name] {
			t.Errorf("network %s is %s in VLAN %d", n.Name, n.Subnet, n.VLAN)
		}
	}
	targets := map[string]string{
		"cim-master-1": "10.0.0.10", "cim-worker-1": "10.0.0.11", "cim-worker-2": "10.0.0.12", "cim-worker-3": "10.0.0.13",
		"cim-worker-4": "10.0.0.14", "cim-worker-5": "10.0.0.15", "cim-worker-6": "10.0.0.16", "cim-worker-7": "10.0.0.17",
		"cim-worker-8": "10.0.0.18", "cim-worker-9": "10.0.0.19", "cim-worker-10": "10.0.0.20",
	}
	for name, address := range targets {
		if h := lab.Host(name); h == nil || h.Addresses["management"] != address || h.Deploy.Network != "management" {
			t.Errorf("%s is not deployed to %s", name, address)
		}
	}
	if h := lab.Host("cim-worker-1"); h.Addresses["cim-internal"] != "10.1.0.11" {
		t.Errorf("cim-worker-1 is %s inside", h.Addresses["cim-internal"])
	}
	if mac := lab.Host("cim-mac-studio"); mac.System != "aarch64-darwin" || mac.Apple.GPUCores != 76 || mac.Deploy.Engine != "darwin" {
		t.Errorf("the Mac is %+v", mac)
	}
	if c := lab.Lab.MinimumCard; c.Memory != 12<<30 || c.ComputeCapability != "8.6" {
		t.Errorf("the least card is %+v", c)
	}
	if hub := lab.In("prod").Hub; hub.URLs[0] != "nats://cluster.cim.internal:7422" || hub.LeafPort != 7422 {
		t.Errorf("the hub is %+v", hub)
	}
	for _, l := range lab.Leaves {
		if l.JetStream.Memory != 4<<30 || l.JetStream.Store != 100<<30 || l.Credentials != "/var/lib/nats/leaf.creds" {
			t.Errorf("leaf %+v", l)
		}
	}
	if p := lab.PXEs[0]; p.First != "10.0.0.100" || p.Last != "10.0.0.200" || p.Router != "10.0.0.1" || lab.Host("cim-master-1").MACs["management"] != "00:11:22:33:44:55" {
		t.Errorf("network boot %+v", p)
	}
	cimRules(t, lab)
}

// cimRules checks when the CIM network scales, and what it measures.
func cimRules(t *testing.T, lab *topology.Topology) {
	t.Helper()
	type rule struct {
		Metric, Action string
		Above          float64
		Step           int
	}
	var rules []rule
	for _, a := range lab.Autoscales {
		rules = append(rules, rule{a.Metric, a.Action, a.Above, a.Step})
		if a.Metric == "cpu_usage" && a.Cooldown.String() != "5m0s" {
			t.Errorf("after a new node it rests for %s", a.Cooldown)
		}
	}
	if diff := cmp.Diff([]rule{{"event_queue_depth", "scale_workers", 10000, 2}, {"cpu_usage", "deploy_node", 80, 1}}, rules); diff != "" {
		t.Error(diff)
	}
	m := lab.Monitoring[0]
	if m.PrometheusPort != 9090 || m.GrafanaPort != 3000 {
		t.Errorf("monitoring at %d and %d", m.PrometheusPort, m.GrafanaPort)
	}
	ports := map[string]int{}
	for _, e := range m.Exporters {
		ports[e.Name] = e.Port
		if e.Name == "dcgm" && (len(e.Fields) != 6 || e.Fields[1] != "DCGM_FI_DEV_MEM_COPY_UTIL") {
			t.Errorf("DCGM publishes %v", e.Fields)
		}
	}
	if diff := cmp.Diff(map[string]int{"node": 9100, "nats": 7777, "nvidia": 9835, "dcgm": 9400}, ports); diff != "" {
		t.Error(diff)
	}
}
