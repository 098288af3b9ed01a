package topology

import (
	"reflect"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
)

// prototypes are structs with the catalogue's defaults in them, by type.
var prototypes sync.Map

// Defaults returns a block's struct with the catalogue's defaults in it, those
// that do not depend on other blocks. Do not change what it refers to.
func Defaults(spec *BlockSpec) reflect.Value {
	if v, ok := prototypes.Load(spec.Type); ok {
		return v.(reflect.Value)
	}
	v := reflect.New(spec.Type).Elem()
	for i := range spec.Attrs {
		if a := &spec.Attrs[i]; a.HasDefault {
			setDefault(a, v.Field(a.Field))
		}
	}
	for i := range spec.Blocks {
		if b := &spec.Blocks[i]; !b.Many && !b.Optional {
			v.Field(b.Field).Set(Defaults(b))
		}
	}
	prototypes.Store(spec.Type, v)
	return v
}

// blank returns a top-level block with the catalogue's defaults in it.
func blank[T any]() T {
	for i := range catalogue() {
		if b := &catalogue()[i]; b.Type == reflect.TypeFor[T]() {
			return Defaults(b).Interface().(T)
		}
	}
	var zero T
	return zero
}

// setDefault sets a field to the catalogue's default. A default that does not
// parse is our own bug, which a test of the whole catalogue finds.
func setDefault(a *AttrSpec, field reflect.Value) {
	switch field.Kind() {
	case reflect.String:
		field.SetString(a.Default)
	case reflect.Bool:
		field.SetBool(a.Default == "true")
	case reflect.Float64:
		f, _ := strconv.ParseFloat(a.Default, 64)
		field.SetFloat(f)
	case reflect.Slice:
		_ = json.Unmarshal([]byte(a.Default), field.Addr().Interface())
	case reflect.Int64:
		if a.Type == reflect.TypeFor[Duration]() {
			d, _ := ParseDuration(a.Default)
			field.SetInt(int64(d))
			return
		}
		b, _ := ParseBytes(a.Default)
		field.SetInt(int64(b))
	default:
		n, _ := strconv.ParseInt(a.Default, 10, 64)
		field.SetInt(n)
	}
}
