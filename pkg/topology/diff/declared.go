package diff

import (
	"reflect"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// areas says where each kind of block is told about.
var areas = map[string]string{
	"lab": AreaLab, "environment": AreaLab, "network": AreaMachines, "host": AreaMachines, "identity": AreaPeople,
	"nats": AreaBus, "leaf": AreaBus, "stream": AreaBus,
	"cell": AreaNervous, "nerve": AreaNervous, "gate": AreaNervous, "event": AreaNervous, "boundary": AreaNervous,
	"organ": AreaMinds, "cortex": AreaMinds, "training": AreaMinds, "trait": AreaMinds,
	"phoebe": AreaMemory, "iris": AreaMemory, "probe": AreaMemory, "womb": AreaMemory,
}

func areaOf(kind string) string {
	if area, ok := areas[kind]; ok {
		return area
	}
	return AreaOps
}

// A thing is one block of a topology.
type thing struct {
	name  string
	value reflect.Value
}

// declared compares every block, kind by kind.
func declared(a, b *topology.Topology) []Change {
	var out []Change
	va, vb := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for _, spec := range topology.Catalogue() {
		fa, fb := va.Field(spec.Field), vb.Field(spec.Field)
		if !spec.Many {
			out = append(out, fields(spec.Name, nameOf(fb), "", fa, fb)...)
			continue
		}
		out = append(out, pair(spec.Name, things(fa), things(fb))...)
	}
	return append(out, others(a, b)...)
}

func things(list reflect.Value) []thing {
	var out []thing
	for i := range list.Len() {
		out = append(out, thing{nameOf(list.Index(i)), list.Index(i)})
	}
	return out
}

// nameOf is a block's name; a backend has a kind instead.
func nameOf(v reflect.Value) string {
	for _, field := range []string{"Name", "Kind"} {
		if f := v.FieldByName(field); f.IsValid() && f.Kind() == reflect.String {
			return f.String()
		}
	}
	return ""
}

// pair compares the blocks of a kind by their names: first what is gone, then
// what is new or different, in the second declaration's order.
func pair(kind string, before, after []thing) []Change {
	var out []Change
	was := map[string]reflect.Value{}
	for _, t := range before {
		was[t.name] = t.value
	}
	is := map[string]bool{}
	for _, t := range after {
		is[t.name] = true
	}
	for _, t := range before {
		if !is[t.name] {
			out = append(out, Change{Area: areaOf(kind), Verb: Removed, Kind: kind, Name: t.name, From: describe(t.value), Text: "is gone"})
		}
	}
	for _, t := range after {
		old, known := was[t.name]
		if !known {
			out = append(out, Change{Area: areaOf(kind), Verb: Added, Kind: kind, Name: t.name, To: describe(t.value), Text: isNew(t.value)})
			continue
		}
		out = append(out, fields(kind, t.name, "", old, t.value)...)
	}
	return out
}

func isNew(v reflect.Value) string {
	if text := describe(v); text != "" {
		return "is new: " + text
	}
	return "is new"
}

// others compares the blocks whose meaning comes later.
func others(a, b *topology.Topology) []Change {
	var kinds []string
	split := func(t *topology.Topology) map[string][]thing {
		out := map[string][]thing{}
		for i := range t.Other {
			o := &t.Other[i]
			out[o.Kind] = append(out[o.Kind], thing{o.Name, reflect.ValueOf(o).Elem()})
			if !slices.Contains(kinds, o.Kind) {
				kinds = append(kinds, o.Kind)
			}
		}
		return out
	}
	before, after := split(a), split(b)
	slices.Sort(kinds)
	var out []Change
	for _, kind := range kinds {
		for _, c := range pair(kind, before[kind], after[kind]) {
			c.Area = AreaLater
			out = append(out, c)
		}
	}
	return out
}
