package diff

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// fields compares two blocks of one name, attribute by attribute. path is where
// they lie inside the named block: "" or "deploy".
func fields(kind, name, path string, a, b reflect.Value) []Change {
	var out []Change
	typ := a.Type()
	for i := range typ.NumField() {
		member, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if member == "-" || member == "implicit" || mirrored(typ, member) {
			continue
		}
		at := join(path, member)
		out = append(out, values(kind, name, at, a.Field(i), b.Field(i))...)
	}
	return out
}

// mirrored reports whether a member says again what another says: an organ's
// host stands in its hosts.
func mirrored(typ reflect.Type, member string) bool {
	if member != "host" {
		return false
	}
	_, both := typ.FieldByName("Hosts")
	return both
}

func join(path, member string) string {
	if path == "" {
		return member
	}
	return path + "." + member
}

// values compares one attribute, or the blocks inside a block.
func values(kind, name, path string, a, b reflect.Value) []Change {
	switch {
	case a.Type() == reflect.TypeFor[topology.RawJSON]():
		return raw(kind, name, path, a, b)
	case a.Kind() == reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return presence(kind, name, path, a, b)
		}
		return fields(kind, name, path, a.Elem(), b.Elem())
	case a.Kind() == reflect.Struct:
		return fields(kind, name, path, a, b)
	case a.Kind() == reflect.Map:
		return table(kind, name, path, a, b)
	case a.Kind() == reflect.Slice && a.Type().Elem().Kind() == reflect.Struct:
		return nested(kind, name, path, a, b)
	case a.Kind() == reflect.Slice:
		return list(kind, name, path, a, b)
	}
	if a.Equal(b) {
		return nil
	}
	return []Change{word(kind, name, path, text(a), text(b))}
}

// presence tells of a block inside a block that comes or goes.
func presence(kind, name, path string, a, b reflect.Value) []Change {
	if a.IsNil() && b.IsNil() {
		return nil
	}
	from, to := "", ""
	if !a.IsNil() {
		from = orSomething(describe(a.Elem()))
	}
	if !b.IsNil() {
		to = orSomething(describe(b.Elem()))
	}
	return []Change{word(kind, name, path, from, to)}
}

func orSomething(s string) string {
	if s == "" {
		return "given"
	}
	return s
}

func raw(kind, name, path string, a, b reflect.Value) []Change {
	canonical := func(v reflect.Value) string {
		r := v.Interface().(topology.RawJSON).Clone()
		if len(r) == 0 || r.Canonicalize() != nil {
			return string(v.Interface().(topology.RawJSON))
		}
		return string(r)
	}
	from, to := canonical(a), canonical(b)
	if from == to {
		return nil
	}
	return []Change{word(kind, name, path, from, to)}
}

func table(kind, name, path string, a, b reflect.Value) []Change {
	var keys []string
	for _, m := range []reflect.Value{a, b} {
		for _, k := range m.MapKeys() {
			keys = append(keys, k.String())
		}
	}
	slices.Sort(keys)
	var out []Change
	for _, k := range slices.Compact(keys) {
		x, y := a.MapIndex(reflect.ValueOf(k)), b.MapIndex(reflect.ValueOf(k))
		from, to := "", ""
		if x.IsValid() {
			from = given(text(x))
		}
		if y.IsValid() {
			to = given(text(y))
		}
		if from != to {
			out = append(out, word(kind, name, join(path, k), from, to))
		}
	}
	return out
}

// given writes an empty text so that it differs from an absent one.
func given(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

// nested compares blocks inside a block: by name, those without by position.
func nested(kind, name, path string, a, b reflect.Value) []Change {
	inner := func(list reflect.Value) []thing {
		out := things(list)
		for i := range out {
			if out[i].name == "" {
				out[i].name = fmt.Sprint(i)
			}
		}
		return out
	}
	before, after := inner(a), inner(b)
	find := func(list []thing, name string) (reflect.Value, bool) {
		i := slices.IndexFunc(list, func(t thing) bool { return t.name == name })
		if i < 0 {
			return reflect.Value{}, false
		}
		return list[i].value, true
	}
	var out []Change
	for _, t := range before {
		if _, ok := find(after, t.name); !ok {
			out = append(out, word(kind, name, join(path, t.name), orSomething(describe(t.value)), ""))
		}
	}
	for _, t := range after {
		at := join(path, t.name)
		if old, ok := find(before, t.name); ok {
			out = append(out, fields(kind, name, at, old, t.value)...)
			continue
		}
		out = append(out, word(kind, name, at, "", orSomething(describe(t.value))))
	}
	return out
}

// list compares lists of words: what comes and goes counts, and the order when
// nothing else differs.
func list(kind, name, path string, a, b reflect.Value) []Change {
	x, y := words(a), words(b)
	if slices.Equal(x, y) {
		return nil
	}
	c := word(kind, name, path, strings.Join(x, ", "), strings.Join(y, ", "))
	if more, less := without(y, x), without(x, y); len(more)+len(less) > 0 {
		told(&c, kind, path, more, less, x, y)
		return []Change{c}
	}
	c.Text = spoken(path) + " are in another order: " + strings.Join(y, ", ")
	return []Change{c}
}

func words(list reflect.Value) []string {
	var out []string
	for i := range list.Len() {
		out = append(out, text(list.Index(i)))
	}
	return out
}

// without returns what of a is not in b.
func without(a, b []string) []string {
	var out []string
	for _, s := range a {
		if !slices.Contains(b, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// text writes one value as a person would declare it.
func text(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case topology.Bytes:
		if x == 0 {
			return ""
		}
		return x.String()
	case topology.Duration:
		return x.String()
	case float64:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.6f", x), "0"), ".")
	}
	return fmt.Sprint(v.Interface())
}
