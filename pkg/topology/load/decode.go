package load

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// decodeAll turns every block into its struct.
func (l *loader) decodeAll() *topology.Topology {
	t := &topology.Topology{FormatVersion: topology.FormatVersion}
	found := map[string][]reflect.Value{}
	labs := 0
	for _, d := range l.order {
		if d.spec == nil {
			l.decodeOther(d, &t.Other)
			continue
		}
		if d.kind == "lab" {
			if labs++; labs > 1 {
				l.diags.errorf(d.head, "More than one lab", "A folder declares one lab. Move %s into a folder of its own.", d)
				continue
			}
		}
		found[d.kind] = append(found[d.kind], l.decode(d)...)
	}
	if labs == 0 && l.lab() == nil {
		l.diags.errorf(topology.Pos{}, "No lab", "The folder declares no lab. Write one: lab \"home\" {}")
	}
	t.Unread = map[string]bool{}
	for kind := range l.decls {
		if l.incomplete(kind) {
			t.Unread[kind] = true
		}
	}
	fillTopology(t, found)
	slices.SortFunc(t.Other, func(x, y topology.Other) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name))
	})
	return t
}

// fillTopology puts the decoded blocks into their lists, sorted by name.
func fillTopology(t *topology.Topology, found map[string][]reflect.Value) {
	into := reflect.ValueOf(t).Elem()
	for i := range topology.Catalogue() {
		spec := &topology.Catalogue()[i]
		blocks := found[spec.Name]
		field := into.Field(spec.Field)
		if !spec.Many {
			field.Set(topology.Defaults(spec))
			if len(blocks) > 0 {
				field.Set(blocks[0])
			}
			continue
		}
		slices.SortStableFunc(blocks, func(x, y reflect.Value) int {
			return cmp.Compare(x.Field(spec.Label).String(), y.Field(spec.Label).String())
		})
		list := reflect.MakeSlice(field.Type(), len(blocks), len(blocks))
		for j, b := range blocks {
			list.Index(j).Set(b)
		}
		field.Set(list)
	}
}

// decode turns a block into one struct for each of its instances.
func (l *loader) decode(d *decl) []reflect.Value {
	d.plan = l.plan(d.spec, d.block, d.String(), false)
	var out []reflect.Value
	for _, inst := range d.instances {
		v := reflect.New(d.spec.Type).Elem()
		what := fmt.Sprintf("%s %q", d.kind, inst.name)
		l.decodeBody(d.plan, inst.each, v, what)
		v.Field(d.spec.Label).SetString(inst.name)
		out = append(out, v)
	}
	return out
}

// decodeBody fills v from a block.
func (l *loader) decodeBody(p *plan, each cty.Value, v reflect.Value, what string) {
	v.Set(topology.Defaults(p.spec))
	v.FieldByName("Src").Set(reflect.ValueOf(p.src))
	ctx := l.scope(each)
	for i := range p.attrs {
		a := &p.attrs[i]
		value := a.value
		if a.each || !a.ready {
			value = l.decodeAttr(p, a, ctx, what)
			a.value, a.ready = value, true
		}
		if value.IsValid() {
			if value.Kind() == reflect.Slice && !l.charge(value.Len()) {
				l.diags.errorf(p.src.At(a.spec.Name), "Declaration too large", "The lists of all instances together have more than %d elements.", maxSteps)
				return
			}
			v.Field(a.spec.Field).Set(value)
		}
	}
	for i := range p.blocks {
		l.decodeNested(&p.blocks[i], each, v, what)
	}
}

// decodeAttr evaluates and converts one attribute.
func (l *loader) decodeAttr(p *plan, a *planAttr, ctx *hcl.EvalContext, what string) reflect.Value {
	broken := func() reflect.Value {
		markBroken(p.src, a.spec.Name)
		return reflect.Value{}
	}
	if !a.refsOK {
		return broken()
	}
	v, ok := literal(a.expr)
	if !ok {
		var diags hcl.Diagnostics
		v, diags = a.expr.Value(ctx)
		if l.diags.hcl(diags); diags.HasErrors() {
			return broken()
		}
	}
	if v.IsKnown() && v.IsNull() {
		if a.spec.Need {
			l.diags.errorf(p.src.At(a.spec.Name), "Missing attribute", "%s needs %s (a %s), null is none.", what, a.spec.Name, a.spec.Kind())
		}
		return reflect.Value{}
	}
	c := converter{l: l, attr: a.spec, expr: a.expr, what: what}
	value := c.convert(v)
	if c.failed {
		markBroken(p.src, a.spec.Name)
		if k := a.spec.Type.Kind(); !v.IsWhollyKnown() || k != reflect.Map && k != reflect.Slice {
			return reflect.Value{}
		}
		// What could be read of a list or map is kept, so that it is checked too.
	}
	return value
}

func markBroken(src *topology.Source, attr string) {
	if src.Broken == nil {
		src.Broken = map[string]bool{}
	}
	src.Broken[attr] = true
}

// decodeNested decodes a block inside another into its field.
func (l *loader) decodeNested(b *planBlock, each cty.Value, parent reflect.Value, what string) {
	field := parent.Field(b.spec.Field)
	for _, n := range l.nested(b.block, each) {
		if n.name == "" && b.spec.Label >= 0 {
			continue // its for_each or name is wrong, which was reported
		}
		inner := reflect.New(b.spec.Type).Elem()
		name := b.block.Type
		if n.name != "" && b.spec.Label >= 0 {
			name += fmt.Sprintf(" %q", n.name)
		}
		l.decodeBody(b.plan, n.each, inner, name+" of "+what)
		if b.spec.Label >= 0 {
			inner.Field(b.spec.Label).SetString(n.name)
		}
		switch {
		case b.spec.Many:
			field.Set(reflect.Append(field, inner))
		case b.spec.Optional:
			ptr := reflect.New(b.spec.Type)
			ptr.Elem().Set(inner)
			field.Set(ptr)
		default:
			field.Set(inner)
		}
	}
}
