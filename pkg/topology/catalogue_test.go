package topology

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every tag of the catalogue says something that can be understood.
func TestCatalogue(t *testing.T) {
	eachSpec(Catalogue(), "", func(path string, b *BlockSpec) {
		src, ok := b.Type.FieldByName("Src")
		if !ok || src.Type != reflect.TypeFor[*Source]() || src.Tag.Get("json") != "-" {
			t.Errorf("%s: no Src outside of its JSON", path)
		}
		if strings.HasSuffix(b.Name, "s") && b.Name != "nats" && b.Name != "limits" && b.Name != "iris" && b.Name != "tls" && b.Name != "egress" && b.Name != "kubernetes" {
			t.Errorf("%s: names of blocks are singular", path)
		}
		for i := range b.Attrs {
			checkAttr(t, path, &b.Attrs[i])
		}
	})
}

func checkAttr(t *testing.T, path string, a *AttrSpec) {
	t.Helper()
	path += "." + a.Name
	if a.Name == "" || a.Name != strings.ToLower(a.Name) || strings.Contains(a.Name, "-") {
		t.Errorf("%s: attributes are written in snake_case", path)
	}
	if a.HasDefault && a.Need {
		t.Errorf("%s: has a default and must be written", path)
	}
	if a.Enum != nil && a.HasDefault && !slices.Contains(a.Enum, a.Default) {
		t.Errorf("%s: the default %q is none of its choices", path, a.Default)
	}
	for _, kind := range append(slices.Clone(a.Refs), a.Key) {
		if kind != "" && kind != "*" && kind != "gpu" && !slices.ContainsFunc(Catalogue(), func(b BlockSpec) bool { return b.Name == kind }) {
			t.Errorf("%s: refers to %q, which is no block", path, kind)
		}
	}
	for _, text := range []string{a.Min, a.Max, a.Above, a.Below, a.Default} {
		var err error
		switch {
		case text == "":
		case a.Type == reflect.TypeFor[Duration]():
			_, err = ParseDuration(text)
		case a.Type == reflect.TypeFor[Bytes]():
			_, err = ParseBytes(text)
		case a.Type.Kind() == reflect.Int, a.Type.Kind() == reflect.Float64:
			_, err = fmt.Sscan(text, new(float64))
		case a.Type.Kind() == reflect.Bool && text != "true" && text != "false":
			err = fmt.Errorf("%q is not true or false", text)
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func eachSpec(blocks []BlockSpec, path string, f func(path string, b *BlockSpec)) {
	for i := range blocks {
		b := &blocks[i]
		f(strings.TrimPrefix(path+" "+b.Name, " "), b)
		eachSpec(b.Blocks, path+" "+b.Name, f)
	}
}

// Defaults are what the design says they are.
func TestDefaults(t *testing.T) {
	g := blank[Gate]()
	want := Gate{
		Tier: 2, Window: 1500e6, HalfLife: 1500e6, Open: 0.6, Close: -0.6, Release: 0.3, Refractory: 500e6, Similarity: 0.5,
		Neighbours: 7, Weight: 0.1, Reflex: 0.8, ReflexConfidence: 0.9, Chance: true, Garden: "both", Handover: 0.75,
		Embedder: "signature", Memory: 4096,
	}
	if diff := cmp.Diff(want, g); diff != "" {
		t.Errorf("gate (-want +got):\n%s", diff)
	}
	if n := blank[NATS](); n.Port != 4222 || n.ClusterPort != 6222 || n.LeafPort != 7422 || n.MonitorPort != 8222 || n.WebsocketPort != 0 || n.Durable != "process" {
		t.Errorf("nats: %+v", n)
	}
	if h := blank[Host](); h.Deploy != (Deploy{Engine: "deploy-rs", User: "root", Port: 22, BuildOn: "local"}) {
		t.Errorf("deploy: %+v", h.Deploy)
	}
	if o := blank[Organ](); o.Idle.String() != "5m0s" || o.MinResident.String() != "30s" {
		t.Errorf("organ: %+v", o)
	}
	if m := blank[Monitoring](); m.Retention.String() != "360h0m0s" || m.GrafanaPort != 3000 {
		t.Errorf("monitoring: %+v", m)
	}
}

const (
	catalogueBegin = "<!-- The catalogue below is made from pkg/topology: go test ./pkg/topology -run Reference -update -->\n"
	catalogueEnd   = "<!-- end of the catalogue -->\n"
)

// The reference in docs/topology.md lists what the structs say.
func TestReference(t *testing.T) {
	const file = "../../docs/topology.md"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(src), catalogueBegin)
	old, tail, ok2 := strings.Cut(rest, catalogueEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no catalogue between its two marks", file)
	}
	made := reference(comments(t))
	if *update {
		if err := os.WriteFile(file, []byte(head+catalogueBegin+made+catalogueEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(made, old); diff != "" {
		t.Errorf("%s is stale, refresh it with -update (-want +got):\n%s", file, diff)
	}
}

// reference renders the catalogue as Markdown.
func reference(docs map[string]string) string {
	var b strings.Builder
	eachSpec(Catalogue(), "", func(path string, spec *BlockSpec) {
		level, title := "###", "`"+path+"`"
		if strings.Contains(path, " ") {
			level = "####"
		}
		fmt.Fprintf(&b, "\n%s %s\n\n%s\n", level, title, markdown(docs[spec.Type.Name()]))
		if spec.LabelEnum != nil {
			fmt.Fprintf(&b, "\nIts label is one of `%s`.\n", strings.Join(spec.LabelEnum, "`, `"))
		}
		if len(spec.Attrs) == 0 {
			return
		}
		fmt.Fprint(&b, "\n| attribute | type | default | meaning |\n|---|---|---|---|\n")
		for i := range spec.Attrs {
			a := &spec.Attrs[i]
			meaning, otherwise := bracketed(markdown(docs[spec.Type.Name()+"."+spec.Type.Field(a.Field).Name]))
			if a.Enum != nil {
				meaning += " One of `" + strings.Join(a.Enum, "`, `") + "`."
			}
			if bounds := a.Bounds(); bounds != "" {
				meaning += " " + strings.ToUpper(bounds[:1]) + bounds[1:] + "."
			}
			if a.Alone != "" {
				meaning += " Not beside `" + a.Alone + "`."
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", a.Name, a.Kind(), defaultText(a, otherwise), meaning)
		}
	})
	fmt.Fprintf(&b, "\n### Later\n\nBlocks `%s` are parsed and kept; their guides say what they mean.\n\n", strings.Join(LaterKinds(), "`, `"))
	return b.String()
}

// bracketed takes the default in words out of a comment: "Hosts it is for
// [all]." is "all".
func bracketed(s string) (rest, otherwise string) {
	from, to := strings.Index(s, " ["), strings.Index(s, "]")
	if from < 0 || to < from {
		return s, ""
	}
	return s[:from] + s[to+1:], s[from+2 : to]
}

func defaultText(a *AttrSpec, otherwise string) string {
	switch {
	case a.Need:
		return "required"
	case a.HasDefault:
		return strings.TrimSuffix("`"+a.Default+"`, "+otherwise, ", ")
	default:
		return otherwise
	}
}

func markdown(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(strings.TrimSpace(s))
}
