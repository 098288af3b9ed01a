package load

import (
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// mode is how a block's instances are told apart.
type mode uint8

const (
	single mode = iota // no for_each
	listed             // by index
	keyed              // by key
)

// expansion is what for_each makes of a block.
type expansion struct {
	state     state
	mode      mode
	instances []*instance
	byKey     map[string]*instance // built when a key is first asked for
	value     cty.Value
}

// instance is one block after for_each.
type instance struct {
	decl *decl
	key  string
	name string
	// each is the object {key, value}, cty.NilVal without for_each.
	each  cty.Value
	value cty.Value
	attrs map[string]*lazyAttr // of a network or the lab, by name
}

// lazyAttr is an attribute that other expressions may read.
type lazyAttr struct {
	state state
	value cty.Value
}

// expand makes the instances of a block, once.
func (l *loader) expand(d *decl, at hcl.Range) {
	if !l.enter(&d.state, d.kind+"."+d.label, at) {
		return
	}
	defer l.leave(&d.state)
	d.value = cty.DynamicVal
	if d.broken {
		return
	}
	attrs := d.block.Body.Attributes
	if misspeltMeta(d.block.Body, d.spec) {
		d.broken = true
		return
	}
	if a := attrs["for_each"]; a != nil && d.kind != "lab" {
		l.expandEach(d, a)
	} else if d.instances == nil {
		d.instances = []*instance{{decl: d, name: d.label, each: cty.NilVal}}
	}
	if a := attrs["name"]; a != nil {
		for _, inst := range d.instances {
			l.rename(inst, a)
		}
	}
	l.makeValue(d)
}

// misspeltMeta reports whether a block has an attribute that was probably meant
// to be for_each or name, so that nobody knows its instances.
func misspeltMeta(b *hclsyntax.Body, spec *topology.BlockSpec) bool {
	if spec == nil || spec.Label < 0 || spec.Name == "lab" {
		return false
	}
	for name := range b.Attributes {
		if name == "for_each" || name == "name" || findAttr(spec, name) != nil || findBlock(spec, name) != nil {
			continue
		}
		if near := suggest(name, append(shapeNames(spec), "for_each", "name")); near == "for_each" || near == "name" {
			return true
		}
	}
	return false
}

func (l *loader) expandEach(d *decl, a *hclsyntax.Attribute) {
	v, ok := l.eval(a.Expr, cty.NilVal)
	if !ok {
		d.broken = true
		return
	}
	keys, values, mode, ok := l.elements(v, a.Expr.Range(), d.String())
	if !ok {
		d.broken = true
		return
	}
	d.mode = mode
	d.instances = make([]*instance, len(keys))
	for i, key := range keys {
		name, _ := convert.Convert(key, cty.String)
		inst := &instance{decl: d, key: name.AsString(), each: cty.ObjectVal(map[string]cty.Value{"key": key, "value": values[i]})}
		inst.name = d.label + "-" + inst.key
		d.instances[i] = inst
	}
}

// elements takes a for_each value apart.
func (l *loader) elements(v cty.Value, at hcl.Range, what string) (keys, values []cty.Value, m mode, ok bool) {
	if !v.IsKnown() {
		return nil, nil, 0, false
	}
	if v.IsNull() || !v.CanIterateElements() || asRef(v) != nil {
		l.diags.errorf(posOf(at), "Nothing to count", "for_each of %s wants a list or a map. For five instances write range(5), for one per name [\"a\", \"b\"].", what)
		return nil, nil, 0, false
	}
	n := v.LengthInt()
	if l.blocks += n; n > maxInstances || l.blocks > maxBlocks {
		l.diags.errorf(posOf(at), "Too many instances", "for_each of %s makes %d instances; at most %d in one block and %d in all are allowed.", what, n, maxInstances, maxBlocks)
		return nil, nil, 0, false
	}
	m = listed
	t := v.Type()
	if t.IsMapType() || t.IsObjectType() || t.IsSetType() {
		m = keyed
	}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if t.IsSetType() {
			if key, ok = setKey(value); !ok {
				l.diags.errorf(posOf(at), "Nothing to count", "for_each of %s can take a set of strings, numbers or references only. Use a list or a map.", what)
				return nil, nil, 0, false
			}
		}
		keys, values = append(keys, key), append(values, value)
	}
	return keys, values, m, true
}

// setKey is the key of a set's element.
func setKey(v cty.Value) (cty.Value, bool) {
	if r := asRef(v); r != nil {
		return cty.StringVal(r.name), true
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil || s.IsNull() || !s.IsKnown() {
		return cty.NilVal, false
	}
	return s, true
}

// rename evaluates the name attribute of an instance.
func (l *loader) rename(inst *instance, a *hclsyntax.Attribute) {
	v, ok := l.eval(a.Expr, inst.each)
	if !ok {
		inst.decl.broken = true
		return
	}
	if name, ok := l.nameOf(v, a, inst.decl.String()); ok {
		inst.name = name
	}
}

// nameOf takes a value as a block's name.
func (l *loader) nameOf(v cty.Value, a *hclsyntax.Attribute, what string) (string, bool) {
	if !v.IsKnown() {
		return "", false
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil || s.IsNull() || s.AsString() == "" {
		l.diags.errorf(posOf(a.Expr.Range()), "Wrong type", "name of %s wants text that is not empty.", what)
		return "", false
	}
	return s.AsString(), true
}

// makeValue is what references to the block evaluate to.
func (l *loader) makeValue(d *decl) {
	if d.broken {
		d.value = cty.DynamicVal
		return
	}
	values := make([]cty.Value, len(d.instances))
	byKey := map[string]cty.Value{}
	for i, inst := range d.instances {
		inst.value = refValue(d.kind, inst.name)
		if d.kind == "network" {
			inst.value = l.networkObject(inst)
		}
		values[i] = inst.value
		if d.mode == keyed {
			byKey[inst.key] = inst.value
		}
	}
	switch d.mode {
	case single:
		d.value = values[0]
	case listed:
		d.value = cty.TupleVal(values)
	case keyed:
		d.value = cty.ObjectVal(byKey)
	}
}

// expandKind expands every block of a kind and returns its instances by name.
func (l *loader) expandKind(kind string, at hcl.Range) map[string]*instance {
	if byName, ok := l.byName[kind]; ok {
		return byName
	}
	byName := map[string]*instance{}
	whole := true
	for _, label := range sortedKeys(l.decls[kind]) {
		d := l.decls[kind][label]
		if d.state == busy {
			whole = false // it asks for its own kind; its names are not known yet
			continue
		}
		l.expand(d, at)
		whole = whole && d.state == done
		for _, inst := range d.instances {
			if byName[inst.name] == nil {
				byName[inst.name] = inst
			}
		}
	}
	if whole {
		if l.byName == nil {
			l.byName = map[string]map[string]*instance{}
		}
		l.byName[kind] = byName
	}
	return byName
}

// index finds the instance with a key, as it is written in a reference.
func (d *decl) index(key string) *instance {
	if d.mode == listed {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(d.instances) {
			return d.instances[i]
		}
		return nil
	}
	if d.byKey == nil {
		d.byKey = make(map[string]*instance, len(d.instances))
		for _, inst := range d.instances {
			d.byKey[inst.key] = inst
		}
	}
	return d.byKey[key]
}
