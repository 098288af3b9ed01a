package load

import (
	"github.com/go-json-experiment/json"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// decodeOther keeps a block whose meaning comes later as JSON. Its references
// must lead somewhere; what its attributes are called is not looked at.
func (l *loader) decodeOther(d *decl, into *[]topology.Other) {
	src := &topology.Source{Block: d.head, Attrs: map[string]topology.Pos{}}
	inEach := d.block.Body.Attributes["for_each"] != nil
	for name, a := range d.block.Body.Attributes {
		src.Attrs[name] = posOf(a.Expr.Range())
	}
	if !l.touchBody(d.block.Body, inEach) {
		return
	}
	for _, inst := range d.instances {
		raw, err := json.Marshal(l.otherBody(d.block.Body, inst.each), json.Deterministic(true))
		if err != nil {
			l.diags.errorf(d.head, "Not JSON", "%s cannot be kept as JSON: %v.", d, err)
			return
		}
		*into = append(*into, topology.Other{Kind: d.kind, Name: inst.name, Attributes: raw, Src: src})
	}
}

// touchBody checks the references of a body whose shape is not known.
func (l *loader) touchBody(b *hclsyntax.Body, inEach bool) bool {
	ok := true
	for _, a := range attributesOf(b) {
		if a.Name != "for_each" && a.Name != "name" {
			ok = l.touchAll(a.Expr, inEach, nil) && ok
		}
	}
	for _, inner := range b.Blocks {
		ok = l.touchBody(inner.Body, inEach) && ok
	}
	return ok
}

// otherBody evaluates a body into what JSON can hold.
func (l *loader) otherBody(b *hclsyntax.Body, each cty.Value) map[string]any {
	out := map[string]any{}
	ctx := l.scope(each)
	for _, a := range attributesOf(b) {
		if a.Name == "for_each" || a.Name == "name" {
			continue
		}
		v, diags := a.Expr.Value(ctx)
		l.diags.hcl(diags)
		if !v.IsWhollyKnown() || diags.HasErrors() {
			continue
		}
		v = plain(v)
		raw, err := ctyjson.Marshal(v, v.Type())
		if err != nil {
			l.diags.errorf(posOf(a.Expr.Range()), "Not JSON", "%s cannot be kept as JSON: %v.", a.Name, err)
			continue
		}
		out[a.Name] = topology.RawJSON(raw)
	}
	for _, inner := range b.Blocks {
		body := l.otherBody(inner.Body, each)
		if len(inner.Labels) > 0 {
			body["name"] = inner.Labels[0]
		}
		list, _ := out[inner.Type].([]any)
		out[inner.Type] = append(list, body)
	}
	return out
}

// plain replaces every reference inside a value by its text.
func plain(v cty.Value) cty.Value {
	if r := asRef(v); r != nil {
		return cty.StringVal(r.String())
	}
	if v.IsNull() || !v.CanIterateElements() {
		return v
	}
	if v.Type().IsObjectType() || v.Type().IsMapType() {
		object := map[string]cty.Value{}
		for k, e := range v.AsValueMap() {
			object[k] = plain(e)
		}
		return cty.ObjectVal(object)
	}
	var elements []cty.Value
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		elements = append(elements, plain(e))
	}
	return cty.TupleVal(elements)
}
