package load

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// ref is what a reference evaluates to: the identity of a block, or of a card.
type ref struct {
	kind string // "host"; "gpu" for a card
	name string // "theia"; "theia/0" for a card
}

// String is how the reference is written in JSON that has no better form.
func (r *ref) String() string { return r.kind + "." + r.name }

// MarshalJSON lets jsonencode take a reference.
func (r *ref) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// refType is the type of every reference, so that lists of them are lists of
// one type whatever they refer to.
var refType = cty.CapsuleWithOps("reference", reflect.TypeFor[ref](), &cty.CapsuleOps{
	GoString:  func(v any) string { return v.(*ref).String() },
	HashKey:   func(v any) string { return v.(*ref).String() },
	Equals:    func(a, b any) cty.Value { return cty.BoolVal(*a.(*ref) == *b.(*ref)) },
	RawEquals: func(a, b any) bool { return *a.(*ref) == *b.(*ref) },
})

// refKey is the attribute under which an object that may also be read (a
// network, the lab) carries its reference. No attribute can have that name.
const refKey = "#ref"

func refValue(kind, name string) cty.Value {
	return cty.CapsuleVal(refType, &ref{kind: kind, name: name})
}

// asRef returns the reference that v is or carries, or nil.
func asRef(v cty.Value) *ref {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	if v.Type().Equals(refType) {
		return v.EncapsulatedValue().(*ref)
	}
	if v.Type().IsObjectType() && v.Type().HasAttribute(refKey) {
		return asRef(v.GetAttr(refKey))
	}
	return nil
}

// flatten returns the elements of v, those of lists and maps inside it
// included; a map's come in the order of its keys.
func flatten(v cty.Value) []cty.Value {
	if v.IsNull() {
		return nil
	}
	if !v.IsKnown() || asRef(v) != nil || !v.CanIterateElements() {
		return []cty.Value{v}
	}
	var out []cty.Value
	if v.Type().IsObjectType() || v.Type().IsMapType() {
		elements := v.AsValueMap()
		for _, k := range naturalKeys(elements) {
			out = append(out, flatten(elements[k])...)
		}
		return out
	}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		out = append(out, flatten(e)...)
	}
	return out
}

// naturalKeys sorts "w-2" before "w-10".
func naturalKeys[V any](m map[string]V) []string {
	keys := sortedKeys(m)
	slices.SortStableFunc(keys, compareNatural)
	return keys
}

// compareNatural orders strings with the runs of digits in them by value.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			x, y := trimZeros(a[:na]), trimZeros(b[:nb])
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if x != y {
				if x < y {
					return -1
				}
				return 1
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

func trimZeros(s string) string {
	for len(s) > 1 && s[0] == '0' {
		s = s[1:]
	}
	return s
}
