package wave

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the schemas, golden files and docs/wire.md anew")

// The schemas are made of the tags of the message structs; what the tags cannot say stands in between.

// object is a JSON object that keeps the order of its keys.
type object []member

type member struct {
	key   string
	value any
}

func (o object) MarshalJSONTo(enc *jsontext.Encoder) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, m := range o {
		if err := enc.WriteToken(jsontext.String(m.key)); err != nil {
			return err
		}
		if err := json.MarshalEncode(enc, m.value); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}

// between holds the rules between fields.
var extraRules = map[string]object{
	"wave": {
		{"anyOf", []object{needs("region"), needs("embedding"), needs("embedding_f32"), needs("content")}},
		{"not", needs("embedding", "embedding_f32")},
	},
	"cell-response":      {{"oneOf", []object{needs("result"), needs("error")}}},
	"cognitive-response": {{"not", needs("result", "error")}},
	"outcome":            {{"if", is("outcome", "partial")}, {"then", needs("discrepancy")}},
	"transition": {{"not", object{{"anyOf", []object{
		{{"properties", object{{"from", constant("closed")}, {"to", constant("closed")}}}},
		{{"properties", object{{"from", constant("stable")}, {"to", constant("stable")}}}},
		{{"properties", object{{"from", constant("open")}, {"to", constant("open")}}}},
	}}}}},
}

func needs(names ...string) object       { return object{{"required", names}} }
func constant(v string) object           { return object{{"const", v}} }
func is(name, v string) object           { return object{{"properties", object{{name, constant(v)}}}} }
func (o *object) add(key string, v any)  { *o = append(*o, member{key, v}) }
func (o object) with(more object) object { return append(slices.Clip(o), more...) }

const (
	timePattern  = `^(19[7-9]\d|2[01]\d\d|22[0-5]\d)-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`
	tokenPattern = `^[a-z0-9][a-z0-9-]*$`
	idPattern    = `^[!-~]+$`
	anyLength    = `^[+-]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$|^[+-]?0$`
	plusLength   = `^\+?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$|^\+?0$`
)

// schemaOf writes a body's schema.
func schemaOf(b body) []byte {
	g := &generator{seen: map[reflect.Type]bool{}}
	s := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", "urn:nimmer:schema:" + b.name},
		{"title", b.name},
		{"description", b.doc},
	}
	s = s.with(g.fields(shapeOf(b.typ))).with(extraRules[b.name])
	if len(g.defs) > 0 {
		s.add("$defs", g.defs)
	}
	out, err := json.Marshal(s, jsontext.WithIndent("  "), json.Deterministic(true))
	if err != nil {
		panic(err)
	}
	return append(out, '\n')
}

type generator struct {
	seen map[reflect.Type]bool
	defs object
}

func (g *generator) fields(s *shape) object {
	props, required := object{}, []string{}
	for i := range s.fields {
		f := &s.fields[i]
		sf := s.typ.Field(f.index)
		props.add(f.name, g.value(f, sf.Type, s.typ == waveType).with(object{{"description", f.doc}}))
		if f.rule.required {
			required = append(required, f.name)
		}
		if s.typ == waveType && f.name == "embedding" {
			props.add("embedding_f32", object{
				{"type", "string"},
				{"contentEncoding", "base64"},
				{"minLength", 8},
				{"maxLength", (4*MaxDimensions + 2) / 3 * 4},
				{"pattern", `^([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`},
				{"description", "the embedding, packed: base64 of little-endian 32-bit floats"},
			})
		}
	}
	o := object{{"type", "object"}}
	if len(required) > 0 {
		o.add("required", required)
	}
	return o.with(object{{"properties", props}})
}

// value is the schema of one field, without its description.
func (g *generator) value(f *field, t reflect.Type, capped bool) object {
	r := &f.rule
	switch {
	case t == timeType:
		return object{{"type", "string"}, {"format", "date-time"}, {"pattern", timePattern}}
	case t == valueType && r.object:
		return object{{"type", "object"}}
	case t == valueType:
		return object{{"type", []string{"object", "array", "string", "number", "boolean"}}}
	case t == stateType:
		return object{{"type", "string"}, {"enum", []string{"closed", "stable", "open"}}}
	case t == lengthType:
		pattern := anyLength
		if r.lo != nil {
			pattern = plusLength
		}
		return withDefault(object{{"type", "string"}, {"pattern", pattern}}, f, t)
	case t.Kind() == reflect.Pointer:
		return g.value(f, t.Elem(), capped)
	case t.Kind() == reflect.Slice:
		return g.array(f, t, capped)
	case t.Kind() == reflect.Struct:
		return object{{"$ref", "#/$defs/" + g.define(t)}}
	case t.Kind() == reflect.String:
		return withDefault(stringSchema(r), f, t)
	case t.Kind() == reflect.Bool:
		return withDefault(object{{"type", "boolean"}}, f, t)
	default:
		return withDefault(numberSchema(r, t, capped), f, t)
	}
}

func (g *generator) array(f *field, t reflect.Type, capped bool) object {
	inner := field{rule: f.rule, elem: f.elem}
	inner.rule.minLen, inner.rule.maxLen, inner.rule.hasDef = 0, 0, false
	if t.Elem().Kind() == reflect.Slice {
		inner.rule = f.rule
	}
	if t.Elem().Kind() == reflect.String && f.rule.oneOf == nil {
		inner.rule.minLen, inner.rule.maxLen = 1, 256
	}
	o := object{{"type", "array"}, {"items", g.value(&inner, t.Elem(), capped)}}
	if f.rule.minLen > 0 {
		o.add("minItems", f.rule.minLen)
	}
	if f.rule.maxLen > 0 {
		o.add("maxItems", f.rule.maxLen)
	}
	return o
}

// define puts a struct among the definitions and returns its name there.
func (g *generator) define(t reflect.Type) string {
	name := kebab(t.Name())
	if !g.seen[t] {
		g.seen[t] = true
		at := len(g.defs)
		g.defs.add(name, nil)
		g.defs[at].value = g.fields(shapeOf(t))
	}
	return name
}

func kebab(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return strings.ReplaceAll(b.String(), "g-p-u", "gpu")
}

func stringSchema(r *rule) object {
	o := object{{"type", "string"}}
	switch {
	case r.oneOf != nil:
		o.add("enum", r.oneOf)
	case r.token:
		o = o.with(object{{"pattern", tokenPattern}, {"maxLength", maxToken}})
	case r.id:
		o = o.with(object{{"pattern", idPattern}, {"maxLength", maxID}})
	case r.maxLen > 0:
		if r.minLen > 0 {
			o.add("minLength", r.minLen)
		}
		o.add("maxLength", r.maxLen)
	}
	return o
}

func numberSchema(r *rule, t reflect.Type, capped bool) object {
	o := object{{"type", "number"}}
	if t.Kind() != reflect.Float64 && t.Kind() != reflect.Float32 {
		o = object{{"type", "integer"}}
		capped = true
	}
	switch {
	case r.lo != nil:
		o.add("minimum", *r.lo)
	case t.Kind() == reflect.Uint64:
		o.add("minimum", 0)
	case !capped:
		o.add("minimum", -MaxNumber)
	}
	switch {
	case r.hi != nil:
		o.add("maximum", *r.hi)
	case t.Kind() == reflect.Uint64:
		o.add("maximum", jsontext.Value("18446744073709551615"))
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		o.add("maximum", jsontext.Value("9223372036854775807"))
	case !capped:
		o.add("maximum", MaxNumber)
	}
	return o
}

func withDefault(o object, f *field, t reflect.Type) object {
	if !f.rule.hasDef {
		return o
	}
	if t.Kind() == reflect.String || t == lengthType {
		return o.with(object{{"default", f.rule.def}})
	}
	return o.with(object{{"default", jsontext.Value(f.rule.def)}})
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./pkg/wave -update", err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s is stale; write it anew with: go test ./pkg/wave -update\n%s", path, cmp.Diff(string(want), string(got)))
	}
}

func TestSchemaFilesAreFresh(t *testing.T) {
	t.Parallel()
	for _, b := range bodies {
		golden(t, filepath.Join("schema", b.name+".json"), schemaOf(b))
	}
	files, err := filepath.Glob("schema/*.json")
	if err != nil || len(files) != len(bodies) {
		t.Errorf("there are %d schema files for %d bodies (%v)", len(files), len(bodies), err)
	}
}

// TestEveryFieldIsDescribed: the schemas and the reference are read by people.
func TestEveryFieldIsDescribed(t *testing.T) {
	t.Parallel()
	done := map[*shape]bool{}
	var look func(s *shape)
	look = func(s *shape) {
		if done[s] {
			return
		}
		done[s] = true
		if len(s.fields) > 64 {
			t.Errorf("%v has more fields than the reader keeps track of", s.typ)
		}
		for _, f := range s.fields {
			if f.doc == "" || strings.HasSuffix(f.doc, ".") {
				t.Errorf("%v: field %s has doc %s", s.typ, f.name, strconv.Quote(f.doc))
			}
			if f.elem != nil {
				look(f.elem)
			}
		}
	}
	for _, b := range bodies {
		look(shapeOf(b.typ))
	}
}
