package wave

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// same compares bodies: an empty list and none are the same on the wire.
var same = cmp.Options{cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)}

// TestBodiesAndSchemasAgree makes random valid messages of every kind: what we write, its schema accepts, and
// we read the same back.
func TestBodiesAndSchemasAgree(t *testing.T) {
	t.Parallel()
	schemas := compiled(t)
	for _, b := range bodies {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			f := newFiller(7)
			for range 60 {
				in := f.message(b.typ).Interface()
				data, err := Encode(in)
				if err != nil {
					t.Fatalf("encode %+v: %v", in, err)
				}
				if err := schemas[b.name].Validate(data); err != nil {
					t.Fatalf("the schema refuses %s: %v", data, err)
				}
				out, err := decodeBody(b.typ, data)
				if err != nil {
					t.Fatalf("decode %s: %v", data, err)
				}
				if diff := cmp.Diff(in, out, same); diff != "" {
					t.Fatalf("%s read back differs (-in +out):\n%s", data, diff)
				}
			}
		})
	}
}

// damage is one way to break a valid document.
type damage struct {
	what string
	doc  map[string]any
}

// damages breaks doc, a valid body, in every way that the tags forbid, one at a time.
func damages(s *shape, doc map[string]any) []damage {
	var all []damage
	change := func(what, field string, v any) {
		c := clone(doc)
		if c[field] = v; v == nothing {
			delete(c, field)
		}
		all = append(all, damage{what + " " + field, c})
	}
	for i := range s.fields {
		f := &s.fields[i]
		t := s.typ.Field(f.index).Type
		if f.rule.required {
			change("without", f.name, nothing)
		}
		if _, there := doc[f.name]; !there && s.typ == waveType {
			continue // it may be there in another form
		}
		change("null", f.name, nil)
		if t != valueType {
			change("wrong kind", f.name, wrongFor(t))
		}
		for what, v := range wrongValues(f, t) {
			change(what, f.name, v)
		}
		if f.elem == nil {
			continue
		}
		for _, inner := range innerDamages(f, doc[f.name]) {
			c := clone(doc)
			c[f.name] = inner.doc["v"]
			all = append(all, damage{f.name + ": " + inner.what, c})
		}
	}
	return all
}

type noValue struct{}

var nothing = noValue{}

func clone(m map[string]any) map[string]any {
	c := make(map[string]any, len(m))
	maps.Copy(c, m)
	return c
}

// innerDamages breaks an object below, or the first one of a list.
func innerDamages(f *field, v any) []damage {
	var all []damage
	switch v := v.(type) {
	case map[string]any:
		for _, d := range damages(f.elem, v) {
			all = append(all, damage{d.what, map[string]any{"v": d.doc}})
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		first, ok := v[0].(map[string]any)
		if !ok {
			return nil
		}
		for _, d := range damages(f.elem, first) {
			list := slices.Clone(v)
			list[0] = any(d.doc)
			all = append(all, damage{d.what, map[string]any{"v": list}})
		}
	}
	return all
}

func wrongFor(t reflect.Type) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == timeType, t == lengthType, t == stateType, t.Kind() == reflect.String, t.Kind() == reflect.Bool:
		return 7
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Struct:
		return "text"
	default:
		return "7"
	}
}

// wrongValues are values of the right kind that a rule forbids.
func wrongValues(f *field, t reflect.Type) map[string]any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	r, bad := &f.rule, map[string]any{}
	if r.lo != nil && t.Kind() != reflect.Slice && t != lengthType {
		bad["too small"] = *r.lo - 1
	}
	if r.hi != nil && t.Kind() != reflect.Slice {
		bad["too large"] = *r.hi + 1
	}
	switch {
	case t == timeType:
		bad["no time"], bad["no day"] = "yesterday", "2026-02-30T00:00:00Z"
		bad["far future"], bad["a comma"], bad["no zone"] = "9999-01-01T00:00:00Z", "2026-02-03T04:05:06,7Z", "2026-02-03T04:05:06"
	case t == stateType:
		bad["no state"], bad["other case"] = "ajar", "Open"
	case t == lengthType:
		bad["no duration"] = "soon"
		if r.lo != nil {
			bad["negative"] = "-1s"
		}
	case r.object:
		bad["no object"] = []any{1}
	case r.oneOf != nil && t.Kind() == reflect.String:
		bad["not listed"], bad["other case"], bad["empty"] = "none-of-these", strings.ToUpper(r.oneOf[0]), ""
	case r.oneOf != nil:
		bad["not listed"] = []any{"none-of-these"}
	case r.token:
		bad["capital"], bad["dot"], bad["long"], bad["empty"] = "Math", "a.b", strings.Repeat("a", 65), ""
	case r.id:
		bad["space"], bad["umlaut"], bad["long"], bad["empty"] = "a b", "ä", strings.Repeat("a", 257), ""
	case t.Kind() == reflect.String:
		bad["long"] = strings.Repeat("a", r.maxLen+1)
		if r.minLen > 0 {
			bad["empty"] = ""
		}
	case t.Kind() == reflect.Uint64, t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		bad["fraction"], bad["huge"] = 1.5, 1e300
	case t.Kind() == reflect.Float64 && r.hi == nil && f.name != "cost":
		bad["beyond"] = 1.1e300
	case t.Kind() == reflect.Slice && r.maxLen > 0 && r.maxLen < 100:
		bad["too many"] = make([]any, r.maxLen+1)
	}
	return bad
}

// TestDamagedBodiesAreRefused breaks every field of every message in every way: its schema and its reader both
// refuse, and the reader says which field it was.
func TestDamagedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	schemas := compiled(t)
	total := 0
	for _, b := range bodies {
		f := newFiller(11)
		kinds := map[string]bool{}
		for range 3 { // several, since each has other optional fields
			data, err := Encode(f.message(b.typ).Interface())
			if err != nil {
				t.Fatal(err)
			}
			var doc map[string]any
			if err := json.Unmarshal(data, &doc); err != nil {
				t.Fatal(err)
			}
			for _, d := range damages(shapeOf(b.typ), doc) {
				kinds[d.what] = true
				refuseBoth(t, b, schemas[b.name], d)
			}
		}
		total += len(kinds)
	}
	t.Logf("%d kinds of damage", total)
}

func refuseBoth(t *testing.T, b body, schema *Compiled, d damage) {
	t.Helper()
	data, err := json.Marshal(d.doc, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	_, err = decodeBody(b.typ, data)
	r, ok := errors.AsType[*Rule](err)
	if !ok {
		t.Errorf("%s, %s: the reader says %v to %s", b.name, d.what, err, data)
	} else if r.Reason == "" || len(r.Error()) > 400 {
		t.Errorf("%s, %s: the reason is %q", b.name, d.what, r.Error())
	}
	if err := schema.Validate(data); err == nil {
		t.Errorf("%s, %s: the schema accepts %s", b.name, d.what, data)
	}
}

// TestOptionalFieldsMayBeAbsent leaves out each optional field of valid messages: both accept, and the reader
// fills in the default.
func TestOptionalFieldsMayBeAbsent(t *testing.T) {
	t.Parallel()
	schemas := compiled(t)
	for _, b := range bodies {
		f := newFiller(13)
		for range 5 {
			data, err := Encode(f.message(b.typ).Interface())
			if err != nil {
				t.Fatal(err)
			}
			var doc map[string]any
			if err := json.Unmarshal(data, &doc); err != nil {
				t.Fatal(err)
			}
			for _, fd := range shapeOf(b.typ).fields {
				if fd.rule.required || slices.Contains(tied[b.name], fd.name) {
					continue
				}
				c := clone(doc)
				delete(c, fd.name)
				c["some_new_field"] = map[string]any{"ignored": true}
				acceptBoth(t, b, schemas[b.name], fd, c)
			}
		}
	}
}

// tied are optional fields that others depend on.
var tied = map[string][]string{
	"wave": {"region", "embedding", "content"}, "outcome": {"discrepancy"}, "cell-response": {"result", "error"},
}

func acceptBoth(t *testing.T, b body, schema *Compiled, fd field, doc map[string]any) {
	t.Helper()
	data, err := json.Marshal(doc, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(data); err != nil {
		t.Errorf("%s without %s: the schema says %v to %s", b.name, fd.name, err, data)
	}
	out, err := decodeBody(b.typ, data)
	if err != nil {
		t.Errorf("%s without %s: the reader says %v to %s", b.name, fd.name, err, data)
		return
	}
	if got := fmt.Sprint(reflect.ValueOf(out).Field(fd.index).Interface()); fd.rule.hasDef && got != fd.rule.def {
		t.Errorf("%s without %s: it is %s, the default is %s", b.name, fd.name, got, fd.rule.def)
	}
}
