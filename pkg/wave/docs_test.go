package wave

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const docsPath = "../../docs/wire.md"

// TestDocsAreFresh: the tables of docs/wire.md are what the code says.
func TestDocsAreFresh(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for mark, table := range map[string]string{"subjects": subjectTable(), "messages": messageTables()} {
		before, rest, found := strings.Cut(text, "<!-- "+mark+": made by the test of pkg/wave -->\n")
		_, after, closed := strings.Cut(rest, "<!-- end of "+mark+" -->")
		if !found || !closed {
			t.Fatalf("%s has no marks for the %s", docsPath, mark)
		}
		text = before + "<!-- " + mark + ": made by the test of pkg/wave -->\n" + table + "<!-- end of " + mark + " -->" + after
	}
	golden(t, docsPath, []byte(text))
}

func subjectTable() string {
	var b strings.Builder
	b.WriteString("| subject | body | who publishes | kept in | |\n|---|---|---|---|---|\n")
	for _, f := range Forms() {
		var links []string
		for _, name := range f.Bodies {
			links = append(links, fmt.Sprintf("[%s](#%s)", name, name))
		}
		sep, stream := ", ", f.Stream
		if f.Reply {
			sep, stream = " → ", "ask"
		}
		body := strings.Join(links, sep)
		if f.Kind == KindDeployCommand {
			last := len(links) - 1
			body = strings.Join(links[:last], ", ") + " → " + links[last]
		}
		if stream == "" {
			stream = "-"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", strings.ReplaceAll(f.Pattern, "|", `\|`), body, f.Publisher, stream, f.Note)
	}
	return b.String()
}

func messageTables() string {
	var b strings.Builder
	parts := map[reflect.Type]bool{}
	for _, m := range bodies {
		fmt.Fprintf(&b, "\n### %s\n\n%s%s\n\n", m.name, m.doc, onSubjects(m.name))
		fieldTable(&b, shapeOf(m.typ), parts)
	}
	b.WriteString("\n## Parts of messages\n")
	for len(parts) > 0 { // tables of parts may name further parts
		sizes := len(parts)
		for p := range parts {
			fieldTable(new(strings.Builder), shapeOf(p), parts)
		}
		if len(parts) == sizes {
			break
		}
	}
	all := slices.SortedFunc(maps.Keys(parts), func(a, c reflect.Type) int { return strings.Compare(a.Name(), c.Name()) })
	for _, p := range all {
		if !isBody(p) {
			fmt.Fprintf(&b, "\n### %s\n\n", kebab(p.Name()))
			fieldTable(&b, shapeOf(p), parts)
		}
	}
	return b.String()
}

func isBody(t reflect.Type) bool {
	return slices.ContainsFunc(bodies, func(b body) bool { return b.typ == t })
}

func onSubjects(name string) string {
	var on []string
	for _, f := range Forms() {
		if slices.Contains(f.Bodies, name) && (!f.Reply || f.Bodies[len(f.Bodies)-1] != name) {
			on = append(on, "`"+f.Kind.String()+"`")
		}
	}
	if len(on) == 0 {
		return ""
	}
	return " On " + strings.Join(on, ", ") + "."
}

func fieldTable(b *strings.Builder, s *shape, parts map[reflect.Type]bool) {
	b.WriteString("| field | value | default | meaning |\n|---|---|---|---|\n")
	for i := range s.fields {
		f := &s.fields[i]
		if f.elem != nil {
			parts[f.elem.typ] = true
		}
		def := "none"
		switch {
		case f.rule.required:
			def = "**required**"
		case f.rule.hasDef:
			def = "`" + f.rule.def + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.name, valueWord(f, s.typ.Field(f.index).Type), def, f.doc)
	}
}

// valueWord says in a few words what a field holds.
func valueWord(f *field, t reflect.Type) string {
	r := &f.rule
	switch {
	case t == timeType:
		return "time"
	case t == lengthType:
		return "duration" + boundsWord(r)
	case t == stateType:
		return "`closed`, `stable`, `open`"
	case t == valueType && r.object:
		return "object"
	case t == valueType:
		return "JSON"
	case t.Kind() == reflect.Pointer:
		return valueWord(f, t.Elem())
	case t.Kind() == reflect.Struct:
		return fmt.Sprintf("[%s](#%s)", kebab(t.Name()), kebab(t.Name()))
	case t.Kind() == reflect.Slice:
		inner := *f
		if t.Elem().Kind() != reflect.Slice {
			inner.rule.maxLen = 0
		}
		return "list of " + valueWord(&inner, t.Elem()) + sizeWord(r, "entries")
	case r.oneOf != nil:
		return "`" + strings.Join(r.oneOf, "`, `") + "`"
	case r.token:
		return "token"
	case r.id:
		return "id"
	case t.Kind() == reflect.String:
		return "text" + sizeWord(r, "bytes")
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.Float64 || t.Kind() == reflect.Float32:
		return "number" + boundsWord(r)
	default:
		return "whole number" + boundsWord(r)
	}
}

func boundsWord(r *rule) string {
	if r.bounds == "" {
		return ""
	}
	return " " + between(r.bounds)
}

func sizeWord(r *rule, of string) string {
	if r.maxLen == 0 {
		return ""
	}
	return fmt.Sprintf(", %d..%d %s", r.minLen, r.maxLen, of)
}
