package topology

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(m.name)
		b.Write(name)
		b.WriteByte(':')
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// generateSchema makes the published schema from the structs of the package.
func generateSchema(t *testing.T) []byte {
	t.Helper()
	g := &schemaMaker{docs: comments(t), done: map[string]bool{}}
	root := g.object(reflect.TypeFor[Topology]())
	head := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", "https://github.com/nimmerverse/nimmer/schema/topology.json"},
		{"title", "topology.json"},
	}
	duration := object{
		{"description", "A length of time as Go writes it, as \"1m30s\"."},
		{"type", "string"},
		{"pattern", `^-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`},
	}
	bytesOf := object{
		{"description", "An amount of memory or disk in bytes; 0: not known or unbounded."},
		{"type", "integer"},
		{"minimum", 0},
	}
	defs := append(object{{"Duration", duration}, {"Bytes", bytesOf}}, g.defs...)
	compact, err := json.Marshal(append(append(head, root...), member{"$defs", defs}))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		t.Fatal(err)
	}
	out.WriteByte('\n')
	return bytes.ReplaceAll(bytes.ReplaceAll(out.Bytes(), []byte(`\u003c`), []byte("<")), []byte(`\u003e`), []byte(">"))
}

type schemaMaker struct {
	docs map[string]string // "Host" or "Host.Memory" -> its comment
	defs object
	done map[string]bool
}

// object describes one struct.
func (g *schemaMaker) object(typ reflect.Type) object {
	var properties object
	required := []string{}
	for field := range typ.Fields() {
		name, optional := memberOf(field)
		if name == "" {
			continue
		}
		if !optional {
			required = append(required, name)
		}
		properties = append(properties, member{name, g.field(typ, field)})
	}
	out := object{}
	if doc := g.docs[typ.Name()]; doc != "" {
		out = append(out, member{"description", doc})
	}
	return append(out, member{"type", "object"}, member{"additionalProperties", false},
		member{"required", required}, member{"properties", properties})
}

// field describes one member: its comment, its type and its bounds.
func (g *schemaMaker) field(typ reflect.Type, field reflect.StructField) object {
	if field.Name == "FormatVersion" {
		return object{{"description", "The version of this form."}, {"const", FormatVersion}}
	}
	var out object
	if doc := g.docs[typ.Name()+"."+field.Name]; doc != "" {
		out = append(out, member{"description", doc})
	}
	switch {
	case typ == reflect.TypeFor[Other]() && field.Name == "Kind":
		return append(out, member{"enum", LaterKinds()})
	case typ == reflect.TypeFor[Other]() && field.Name == "Attributes":
		return append(out, member{"type", "object"})
	case field.Tag.Get("hcl") == ",label" && field.Name == "Name":
		return append(out, member{"type", "string"}, member{"minLength", 1})
	}
	return append(out, g.value(field.Type, field.Tag)...)
}

func (g *schemaMaker) value(typ reflect.Type, tag reflect.StructTag) object {
	switch typ {
	case reflect.TypeFor[Duration]():
		return object{{"$ref", "#/$defs/Duration"}}
	case reflect.TypeFor[Bytes]():
		return object{{"$ref", "#/$defs/Bytes"}}
	case reflect.TypeFor[RawJSON]():
		return object{{"type", []string{"object", "boolean"}}}
	}
	switch typ.Kind() {
	case reflect.String:
		return append(object{{"type", "string"}}, choices(tag)...)
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int:
		return bounded("integer", tag)
	case reflect.Float64:
		return bounded("number", tag)
	case reflect.Map:
		return object{{"type", "object"}, {"additionalProperties", object{{"type", "string"}}}}
	case reflect.Slice:
		return object{{"type", "array"}, {"items", g.value(typ.Elem(), reflect.StructTag(`need:"true" enum:"`+tag.Get("enum")+`"`))}}
	case reflect.Pointer:
		return g.value(typ.Elem(), "")
	default:
		return g.reference(typ)
	}
}

// reference describes a struct among the definitions and points there.
func (g *schemaMaker) reference(typ reflect.Type) object {
	if !g.done[typ.Name()] {
		g.done[typ.Name()] = true
		def := g.object(typ)
		g.defs = append(g.defs, member{typ.Name(), def})
	}
	return object{{"$ref", "#/$defs/" + typ.Name()}}
}

// unset reports whether zero stands for "not given".
func unset(tag reflect.StructTag) bool {
	_, filled := tag.Lookup("default")
	return !filled && tag.Get("need") == ""
}

func choices(tag reflect.StructTag) object {
	if tag.Get("enum") == "" {
		return nil
	}
	values := strings.Split(tag.Get("enum"), "|")
	if unset(tag) {
		values = append(values, "")
	}
	return object{{"enum", values}}
}

func bounded(kind string, tag reflect.StructTag) object {
	var limits object
	for _, b := range [][2]string{{"min", "minimum"}, {"max", "maximum"}, {"above", "exclusiveMinimum"}, {"below", "exclusiveMaximum"}} {
		if v, err := strconv.ParseFloat(tag.Get(b[0]), 64); err == nil {
			limits = append(limits, member{b[1], v})
		}
	}
	out := object{{"type", kind}}
	if len(limits) > 0 && unset(tag) {
		return append(out, member{"anyOf", []any{object{{"const", 0}}, limits}})
	}
	return append(out, limits...)
}

// comments reads the doc comments of the package's structs and their fields.
func comments(t *testing.T) map[string]string {
	t.Helper()
	//nolint:staticcheck // ParseDir is enough for one package without build tags
	pkgs, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool {
		return !strings.HasSuffix(f.Name(), "_test.go")
	}, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(pkgs["topology"], func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.TYPE {
			return true
		}
		for _, spec := range decl.Specs {
			if s, ok := spec.(*ast.TypeSpec); ok {
				structComments(out, s, decl)
			}
		}
		return true
	})
	return out
}

func structComments(out map[string]string, spec *ast.TypeSpec, decl *ast.GenDecl) {
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	out[spec.Name.Name] = sentence(decl.Doc.Text(), spec.Name.Name)
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			out[spec.Name.Name+"."+n.Name] = sentence(f.Doc.Text(), n.Name)
		}
	}
}

// sentence takes the Go name off the front of a comment, since readers of the
// schema do not know it: "Cores is the number" becomes "The number".
func sentence(doc, name string) string {
	s := strings.Join(strings.Fields(doc), " ")
	for _, lead := range []string{name + " is ", name + " are ", name + " says "} {
		if rest, ok := strings.CutPrefix(s, lead); ok && rest != "" {
			return strings.ToUpper(rest[:1]) + rest[1:]
		}
	}
	return s
}
