package load

import (
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/zclconf/go-cty/cty"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// bounds holds a number, a duration or a size against what the catalogue
// allows.
func (c *converter) bounds(n float64, written string) {
	a := c.attr
	out := func(bound string, bad func(limit float64) bool) bool {
		return bound != "" && bad(c.limit(bound))
	}
	if out(a.Min, func(x float64) bool { return n < x }) || out(a.Max, func(x float64) bool { return n > x }) ||
		out(a.Above, func(x float64) bool { return n <= x }) || out(a.Below, func(x float64) bool { return n >= x }) {
		c.fail(c.expr.Range(), "Value out of range", "is %s. It must be %s.", written, a.Bounds())
	}
}

// limit reads a bound, which is written as the attribute's value would be.
func (c *converter) limit(bound string) float64 {
	switch c.attr.Type {
	case reflect.TypeFor[topology.Duration]():
		d, _ := topology.ParseDuration(bound)
		return float64(d)
	case reflect.TypeFor[topology.Bytes]():
		b, _ := topology.ParseBytes(bound)
		return float64(b)
	}
	f, _ := strconv.ParseFloat(bound, 64)
	return f
}

// ctyType is the type that expressions see when they read an attribute.
func ctyType(a *topology.AttrSpec) cty.Type {
	switch a.Type.Kind() {
	case reflect.Int, reflect.Float64:
		return cty.Number
	case reflect.Bool:
		return cty.Bool
	case reflect.Slice:
		return cty.List(cty.String)
	default:
		return cty.String
	}
}

// defaultOf is what an expression sees of an attribute that is not written.
func defaultOf(a *topology.AttrSpec, want cty.Type) cty.Value {
	if !a.HasDefault {
		if want.IsListType() {
			return cty.ListValEmpty(cty.String)
		}
		return cty.NullVal(want)
	}
	if want.IsListType() {
		var list []string
		_ = json.Unmarshal([]byte(a.Default), &list)
		var values []cty.Value
		for _, s := range list {
			values = append(values, cty.StringVal(s))
		}
		return cty.ListVal(values)
	}
	return cty.StringVal(a.Default)
}
