package topology

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// BlockSpec describes one kind of block, read from the tags of its struct.
type BlockSpec struct {
	// Name is how the block is written: "host".
	Name string
	// Field is the index of its field in the enclosing struct, and JSON its
	// name there: "hosts".
	Field int
	JSON  string
	// Type is the block's struct type.
	Type reflect.Type
	// Label is the index of the field that takes the label, -1: it has none.
	Label int
	// Many: there may be more than one.
	Many bool
	// Optional: it is a pointer, nil when the block is absent.
	Optional bool
	// LabelEnum is what the label may be; empty: any name.
	LabelEnum []string
	Attrs     []AttrSpec
	Blocks    []BlockSpec
}

// AttrSpec describes one attribute of a block.
type AttrSpec struct {
	// Name is how it is written, and its name in JSON.
	Name string
	// Field is the index of its struct field, and Type its type.
	Field int
	Type  reflect.Type
	// Refs are the kinds of blocks it may refer to; "*" is any.
	Refs []string
	// Enum is what its value, or each of its elements, may be; empty: anything.
	Enum []string
	// Default is the text of its default as it would be written; see HasDefault.
	Default    string
	HasDefault bool
	// Need: it must be written.
	Need bool
	// Path: its value is the path of a file, never the content.
	Path bool
	// Key is the kind of block that names the keys of a map.
	Key string
	// Alone names an attribute that must not be written beside it.
	Alone string
	// Bounds of the value, as they would be written; empty: none. Min and Max
	// are allowed values, Above and Below are not.
	Min, Max, Above, Below string
}

// LaterKinds are the kinds of blocks whose meaning comes later. They are kept
// in Topology.Other as they are declared.
func LaterKinds() []string { return []string{"channel", "governor", "harness", "npc", "tool"} }

// Catalogue returns every kind of block, in the order of the fields of
// Topology. The result is shared: do not change it.
func Catalogue() []BlockSpec { return catalogue() }

var catalogue = sync.OnceValue(func() []BlockSpec {
	return blocksOf(reflect.TypeFor[Topology]())
})

func blocksOf(t reflect.Type) []BlockSpec {
	var out []BlockSpec
	for i := range t.NumField() {
		f := t.Field(i)
		name, ok := strings.CutSuffix(f.Tag.Get("hcl"), ",block")
		if !ok {
			continue
		}
		b := BlockSpec{Name: name, Field: i, JSON: jsonName(f), Label: -1, Type: f.Type}
		switch f.Type.Kind() {
		case reflect.Slice:
			b.Many, b.Type = true, f.Type.Elem()
		case reflect.Pointer:
			b.Optional, b.Type = true, f.Type.Elem()
		}
		b.Attrs = attrsOf(b.Type)
		b.Blocks = blocksOf(b.Type)
		for j := range b.Type.NumField() {
			if l := b.Type.Field(j); l.Tag.Get("hcl") == ",label" {
				b.Label, b.LabelEnum = j, split(l.Tag.Get("enum"))
			}
		}
		out = append(out, b)
	}
	return out
}

func attrsOf(t reflect.Type) []AttrSpec {
	var out []AttrSpec
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("hcl") != "" || f.Name == "Src" {
			continue
		}
		a := AttrSpec{
			Name: jsonName(f), Field: i, Type: f.Type,
			Refs: split(f.Tag.Get("ref")), Enum: split(f.Tag.Get("enum")),
			Need: f.Tag.Get("need") != "", Path: f.Tag.Get("path") != "",
			Key: f.Tag.Get("key"), Alone: f.Tag.Get("alone"),
			Min: f.Tag.Get("min"), Max: f.Tag.Get("max"),
			Above: f.Tag.Get("above"), Below: f.Tag.Get("below"),
		}
		a.Default, a.HasDefault = f.Tag.Lookup("default")
		out = append(out, a)
	}
	return out
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// Kind returns how a person would call the attribute's type: "string",
// "whole number", "number", "true or false", "duration", "size", "list of
// strings", "map of strings", "JSON", or what it refers to.
func (a AttrSpec) Kind() string {
	list := a.Type.Kind() == reflect.Slice && a.Type.Elem().Kind() != reflect.Uint8
	switch {
	case a.Type == reflect.TypeFor[Duration]():
		return "duration"
	case a.Type == reflect.TypeFor[Bytes]():
		return "size"
	case a.Type == reflect.TypeFor[RawJSON]():
		return "JSON"
	case a.Type == reflect.TypeFor[On]():
		return "reference to kubernetes, or list of references to host"
	case slices.Equal(a.Refs, []string{"environment"}) && list:
		return "list of environments"
	case slices.Equal(a.Refs, []string{"environment"}):
		return "environment"
	case slices.Equal(a.Refs, []string{"*"}):
		return "list of references or strings"
	case a.Refs != nil && list:
		return "list of references to " + strings.Join(a.Refs, " or ")
	case a.Refs != nil:
		return "reference to " + strings.Join(a.Refs, " or ")
	}
	switch a.Type.Kind() {
	case reflect.Int:
		return "whole number"
	case reflect.Float64:
		return "number"
	case reflect.Bool:
		return "true or false"
	case reflect.Map:
		return "map of strings"
	case reflect.Slice:
		return "list of strings"
	default:
		return "string"
	}
}

// Bounds says in words what range the catalogue allows, as "above 0s and at
// most 60s" or "from 1 to 65535"; "" if it allows any.
func (a AttrSpec) Bounds() string {
	if a.Min != "" && a.Max != "" {
		return "from " + a.Min + " to " + a.Max
	}
	var parts []string
	for _, b := range []struct{ word, bound string }{{"at least", a.Min}, {"above", a.Above}, {"at most", a.Max}, {"below", a.Below}} {
		if b.bound != "" {
			parts = append(parts, b.word+" "+b.bound)
		}
	}
	return strings.Join(parts, " and ")
}
