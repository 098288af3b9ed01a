package wave

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// shape is what the tags of a body's struct say: its fields, their JSON names and their rules. Reading,
// checking, the JSON Schemas and the reference all come from it, so they cannot disagree.
//
// The rule tag is a list of: required; range=LO..HI (either may be missing); len=LO..HI (bytes of a string,
// entries of an array); one=A|B|C; token (a subject token); id; object (free JSON that must be an object);
// default=V (what an absent field has).
type shape struct {
	typ    reflect.Type
	fields []field
	byName map[string]int
}

type field struct {
	name     string
	index    int
	doc      string
	optional bool // left out when zero
	rule     rule
	elem     *shape // of a struct, a pointer to one, or an array of them
}

type rule struct {
	required, token, id, object bool
	lo, hi                      *float64
	bounds                      string // as written
	minLen, maxLen              int    // maxLen 0: not bounded
	oneOf                       []string
	def                         string
	hasDef                      bool
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	valueType   = reflect.TypeFor[jsontext.Value]()
	stateType   = reflect.TypeFor[State]()
	lengthType  = reflect.TypeFor[Duration]()
	textReading = reflect.TypeFor[encoding.TextUnmarshaler]()
	waveType    = reflect.TypeFor[Wave]()
)

var shapes sync.Map // reflect.Type -> *shape

// shapeOf returns the shape of a struct type, made once.
func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s, _ := shapes.LoadOrStore(t, newShape(t))
	return s.(*shape)
}

func newShape(t reflect.Type) *shape {
	s := &shape{typ: t, byName: map[string]int{}}
	for i := range t.NumField() {
		sf := t.Field(i)
		name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if name == "-" || name == "" {
			continue
		}
		f := field{
			name: name, index: i, doc: sf.Tag.Get("doc"),
			optional: strings.Contains(options, "omitzero"),
			rule:     newRule(sf.Tag.Get("rule")),
		}
		if e := structUnder(sf.Type); e != nil {
			f.elem = shapeOf(e)
		}
		s.byName[name] = len(s.fields)
		s.fields = append(s.fields, f)
	}
	return s
}

// structUnder returns the struct of ours that a field holds, directly, by pointer or in an array; or nil.
func structUnder(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if t == valueType {
			return nil
		}
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == timeType {
		return nil
	}
	return t
}

// newRule reads a rule tag. A tag is part of the program: a wrong one is found by the first test.
func newRule(tag string) rule {
	r := rule{}
	for part := range strings.SplitSeq(tag, ",") {
		key, val, _ := strings.Cut(part, "=")
		switch key {
		case "required":
			r.required = true
		case "token":
			r.token = true
		case "id":
			r.id = true
		case "object":
			r.object = true
		case "one":
			r.oneOf = strings.Split(val, "|")
		case "default":
			r.def, r.hasDef = val, true
		case "range":
			r.bounds = val
			lo, hi, _ := strings.Cut(val, "..")
			r.lo, r.hi = bound(lo), bound(hi)
		case "len":
			lo, hi, _ := strings.Cut(val, "..")
			r.minLen, _ = strconv.Atoi(lo)
			r.maxLen, _ = strconv.Atoi(hi)
		case "":
		default:
			panic(fmt.Sprintf("wave: rule tag %q has no meaning", part))
		}
	}
	return r
}

func bound(s string) *float64 {
	if s == "" {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(fmt.Sprintf("wave: rule tag bound %q is no number", s))
	}
	return &f
}

// setDefault gives an absent field its documented default.
func (f *field) setDefault(v reflect.Value) {
	if !f.rule.hasDef {
		return
	}
	switch v.Kind() {
	case reflect.Float64:
		n, _ := strconv.ParseFloat(f.rule.def, 64)
		v.SetFloat(n)
	case reflect.Int, reflect.Int64:
		if v.Type() == lengthType {
			d, _ := time.ParseDuration(f.rule.def)
			v.SetInt(int64(d))
			return
		}
		n, _ := strconv.ParseInt(f.rule.def, 10, 64)
		v.SetInt(n)
	case reflect.Uint64:
		n, _ := strconv.ParseUint(f.rule.def, 10, 64)
		v.SetUint(n)
	case reflect.Bool:
		v.SetBool(f.rule.def == "true")
	case reflect.String:
		v.SetString(f.rule.def)
	default:
		panic(fmt.Sprintf("wave: field %s has no kind a default is for", f.name))
	}
}
