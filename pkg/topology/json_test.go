package topology

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// same compares topologies as topology.json knows them: places are not in it,
// and an empty list is an absent one.
var same = cmp.Options{cmpopts.IgnoreTypes(&Source{}), lists, cmp.Transformer("json", func(v RawJSON) string {
	c := v.Clone()
	_ = c.Canonicalize()
	return string(c)
})}

var lists = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().Type() != reflect.TypeFor[RawJSON]() }, cmpopts.EquateEmpty())

func mustJSON(t *testing.T, lab *Topology) []byte {
	t.Helper()
	data, err := JSON(lab)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestJSONAndBack(t *testing.T) {
	t.Parallel()
	data := mustJSON(t, sampleLab())
	back, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampleLab(), back, same); diff != "" {
		t.Error(diff)
	}
	if again := mustJSON(t, back); !bytes.Equal(data, again) {
		t.Error("the second rendering differs from the first")
	}
}

func TestJSONIsStable(t *testing.T) {
	t.Parallel()
	want := mustJSON(t, sampleLab())
	for range 20 {
		lab := sampleLab()
		// What the order of a map or the spelling of a raw value cannot change.
		lab.Other[0].Attributes = RawJSON(`{"a":["x"],"b":1}`)
		if got := mustJSON(t, lab); !bytes.Equal(got, want) {
			t.Fatal(cmp.Diff(string(want), string(got)))
		}
	}
	for _, text := range []string{`"format_version": 1,`, `"beat": "30s"`, `"memory": 103079215104`} {
		if !bytes.Contains(want, []byte(text)) {
			t.Errorf("%s is not in it", text)
		}
	}
	if bytes.Contains(want, []byte("null")) || want[len(want)-1] != '\n' {
		t.Error("there is a null in it, or no line feed at its end")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := string(mustJSON(t, sampleLab()))
	for name, tc := range map[string]struct{ from, to, want string }{
		"another version":     {`"format_version": 1,`, `"format_version": 2,`, `format_version is 2, this program reads 1: emit it again`},
		"no version":          {`"format_version": 1,`, ``, "format_version is 0"},
		"an unknown member":   {`"format_version": 1,`, `"format_version": 1, "hots": [],`, "hots"},
		"a member twice":      {`"format_version": 1,`, `"format_version": 1, "other": [],`, "other"},
		"a missing member":    {`"domain": "example.test",`, ``, "lab.domain is missing"},
		"a broken duration":   {`"beat": "30s"`, `"beat": "30 parsecs"`, "is not a duration"},
		"a number for a text": {`"domain": "example.test"`, `"domain": 7`, "domain"},
		"half a file":         {`"identities": [`, `"identities": [ !`, "parse topology"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := strings.Replace(good, tc.from, tc.to, 1)
			if bad == good {
				t.Fatalf("%q is not in the file", tc.from)
			}
			if _, err := Parse([]byte(bad)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q in it", err, tc.want)
			}
		})
	}
	lost := strings.Replace(good, `"clock": "wall",`, "", 1)
	if _, err := Parse([]byte(lost)); err == nil || !strings.Contains(err.Error(), "environments[0].clock is missing") {
		t.Errorf("a member missing in a list: %v", err)
	}
}

// publishedValidator compiles the schema as everybody else would.
func publishedValidator(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
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

func validate(t *testing.T, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

func TestSchemaAcceptsWhatWeWrite(t *testing.T) {
	t.Parallel()
	if err := validate(t, publishedValidator(t), schemaSample(t)); err != nil {
		t.Errorf("%#v", err)
	}
}

// schemaSample is the sample lab with the defaults that the loader would have
// filled in, as far as the schema looks at them.
func schemaSample(t *testing.T) []byte {
	t.Helper()
	lab := sampleLab()
	for i := range lab.Hosts {
		lab.Hosts[i].Deploy = Deploy{Engine: "deploy-rs", User: "root", Port: 22, BuildOn: "local"}
	}
	for i := range lab.NATS {
		lab.NATS[i].ClusterPort, lab.NATS[i].MonitorPort = 6222, 8222
	}
	for i := range lab.Cells {
		lab.Cells[i].Replicas = 1
	}
	for i := range lab.Nerves {
		lab.Nerves[i].Replicas = 1
	}
	for i := range lab.Gates {
		g := &lab.Gates[i]
		g.Garden, g.Embedder, g.Neighbours, g.Memory = "both", "signature", 7, 4096
	}
	for i := range lab.Cortexes {
		lab.Cortexes[i].Class, lab.Cortexes[i].Queue = "interactive", Queue{Depth: 64, Wait: 60e9}
	}
	for i := range lab.Organs {
		lab.Organs[i].Class = "interactive"
	}
	return mustJSON(t, lab)
}

func TestSchemaRefusesWhatIsBroken(t *testing.T) {
	t.Parallel()
	s := publishedValidator(t)
	good := string(schemaSample(t))
	for name, change := range map[string][2]string{
		"another version":        {`"format_version": 1`, `"format_version": 2`},
		"a missing member":       {`"domain": "example.test",`, ``},
		"an unknown member":      {`"domain": "example.test",`, `"domain": "example.test", "colour": "red",`},
		"a text for a number":    {`"vlan": 10`, `"vlan": "10"`},
		"a VLAN that cannot be":  {`"vlan": 10`, `"vlan": 4095`},
		"a clock nobody has":     {`"clock": "wall"`, `"clock": "sun"`},
		"half a duration":        {`"beat": "30s"`, `"beat": "30"`},
		"less than nothing":      {`"memory": 103079215104`, `"memory": -1`},
		"a gate that opens at 0": {`"open": 0.6`, `"open": 0`},
		"a tier above the last":  {`"tier": 4`, `"tier": 6`},
		"a port above the last":  {`"port": 4222`, `"port": 70000`},
		"a platform unknown":     {`"system": "x86_64-linux"`, `"system": "vax-vms"`},
		"a command unknown":      {`"deploy",`, `"dance",`},
		"a backend unknown":      {`"kind": "vllm"`, `"kind": "abacus"`},
		"a later block unknown":  {`"kind": "governor"`, `"kind": "emperor"`},
		"a list for a text":      {`"name": "theia",`, `"name": ["theia"],`},
		"a nameless host":        {`"name": "theia",`, `"name": "",`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := strings.Replace(good, change[0], change[1], 1)
			if bad == good {
				t.Fatalf("%s is not in the file", change[0])
			}
			if err := validate(t, s, []byte(bad)); err == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func TestJSONSchemaIsACopy(t *testing.T) {
	t.Parallel()
	JSONSchema()[0] = 'X'
	if JSONSchema()[0] != '{' {
		t.Error("a caller can change the published schema")
	}
}
