package wave

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// maxID is the longest id, in bytes.
const maxID = 256

func itoa(i int) string { return strconv.Itoa(i) }

// checkBody checks a struct's values by its shape.
func checkBody(v any) error {
	rv := reflect.ValueOf(v)
	return checkStruct(shapeOf(rv.Type()), rv, nil)
}

func checkStruct(s *shape, rv reflect.Value, at *place) error {
	for i := range s.fields {
		f := &s.fields[i]
		v := rv.Field(f.index)
		if f.optional && v.IsZero() {
			continue
		}
		if err := checkValue(f, v, &place{up: at, field: f.name, index: -1}); err != nil {
			return err
		}
	}
	return nil
}

func checkValue(f *field, v reflect.Value, at *place) error {
	switch {
	case v.Type() == timeType:
		return checkTime(f, v.Interface().(time.Time), at)
	case v.Type() == valueType:
		return checkJSON(f, v.Interface().(jsontext.Value), at)
	case v.Type() == stateType:
		if n := v.Int(); n < int64(Closed) || n > int64(Open) {
			return broken(at.String(), "it must be one of closed, stable, open")
		}
		return nil
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkValue(f, v.Elem(), at)
	case v.Kind() == reflect.Slice:
		return checkSlice(f, v, at)
	case v.Kind() == reflect.Struct:
		return checkStruct(f.elem, v, at)
	case v.Kind() == reflect.String:
		return checkString(&f.rule, v.String(), at)
	default:
		return checkNumber(&f.rule, v, at)
	}
}

func checkTime(f *field, t time.Time, at *place) error {
	if t.IsZero() && f.rule.required {
		return broken(at.String(), "it is required")
	}
	if !timeInRange(t) {
		return wrongTime(at.String())
	}
	return nil
}

func checkJSON(f *field, v jsontext.Value, at *place) error {
	switch {
	case len(v) == 0 && f.rule.required:
		return broken(at.String(), "it is required")
	case len(v) == 0:
		return nil
	case !v.IsValid():
		return broken(at.String(), "it must be JSON")
	case f.rule.object && v.Kind() != jsontext.KindBeginObject:
		return wrongKind(at.String(), "an object", v.Kind())
	}
	return nil
}

func checkSlice(f *field, v reflect.Value, at *place) error {
	if n := v.Len(); f.rule.maxLen > 0 && (n < f.rule.minLen || n > f.rule.maxLen) {
		return wrongLength(at.String(), n, f.rule.minLen, f.rule.maxLen, "entries")
	}
	inner := field{rule: f.rule, elem: f.elem}
	inner.rule.minLen, inner.rule.maxLen = 0, 0
	if v.Type().Elem().Kind() == reflect.Slice { // each row is as bounded as the whole
		inner.rule = f.rule
	}
	if v.Type().Elem().Kind() == reflect.String {
		inner.rule.minLen, inner.rule.maxLen = 1, 256
	}
	for i := range v.Len() {
		if err := checkValue(&inner, v.Index(i), &place{up: at, index: i}); err != nil {
			return err
		}
	}
	return nil
}

func checkString(r *rule, s string, at *place) error {
	switch {
	case s == "" && r.required:
		return broken(at.String(), "it is required")
	case !utf8.ValidString(s):
		return broken(at.String(), "it must be UTF-8")
	case r.oneOf != nil && !slices.Contains(r.oneOf, s):
		return broken(at.String(), "it must be one of "+strings.Join(r.oneOf, ", "))
	case r.token:
		if why := badToken(s); why != "" {
			return broken(at.String(), why)
		}
	case r.id:
		if why := badID(s); why != "" {
			return broken(at.String(), why)
		}
	case r.maxLen > 0 && (len(s) < r.minLen || len(s) > r.maxLen):
		return wrongLength(at.String(), len(s), r.minLen, r.maxLen, "bytes")
	}
	return nil
}

// badID says why s is no id, or "". An id also travels as a message header, so it has no white space.
func badID(s string) string {
	if s == "" || len(s) > maxID {
		return fmt.Sprintf("it must have 1..%d bytes, has %d", maxID, len(s))
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return fmt.Sprintf("%q is not allowed in an id, only printable ASCII without spaces", s[i])
		}
	}
	return ""
}

func checkNumber(r *rule, v reflect.Value, at *place) error {
	var n float64
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		n = v.Float()
		if math.IsNaN(n) || math.Abs(n) > MaxNumber {
			return broken(at.String(), "it must be finite, at most 1e300")
		}
	case reflect.Int, reflect.Int64:
		n = float64(v.Int())
	case reflect.Uint64:
		n = float64(v.Uint())
	default:
		return nil
	}
	if (r.lo != nil && n < *r.lo) || (r.hi != nil && n > *r.hi) {
		return broken(at.String(), fmt.Sprintf("it must be %s, is %v", between(r.bounds), v.Interface()))
	}
	return nil
}

// between writes bounds for people: "0..1", "1 or more".
func between(bounds string) string {
	if lo, open := strings.CutSuffix(bounds, ".."); open {
		return lo + " or more"
	}
	return bounds
}
