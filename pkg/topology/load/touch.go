package load

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// touchBlock resolves a reference to a block or to one of its instances.
func (l *loader) touchBlock(tr hcl.Traversal, into partial) bool {
	kind := tr.RootName()
	label, at, ok := step(tr, 1)
	if !ok {
		l.touchKind(kind, tr.SourceRange(), into)
		return true
	}
	d := l.decls[kind][label]
	if d == nil {
		return l.touchName(tr, kind, label, at, into)
	}
	if kind == "network" && d.block.Body.Attributes["for_each"] == nil && !d.broken {
		if name, at, ok := step(tr, 2); ok {
			return l.touchAttr(tr, &instance{decl: d, name: d.label, each: cty.NilVal}, name, at, into)
		}
	}
	l.expand(d, at)
	into.set(kind, label, d.value)
	if d.broken || d.state != done {
		if d.value == cty.NilVal {
			into.set(kind, label, cty.DynamicVal)
		}
		return true
	}
	return l.touchSteps(tr, d)
}

// touchName resolves a reference by the name of an instance.
func (l *loader) touchName(tr hcl.Traversal, kind, name string, at hcl.Range, into partial) bool {
	if inst := l.byNameOf(kind, name, at); inst != nil {
		into.set(kind, name, inst.value)
		return l.identityOnly(tr, 2, kind)
	}
	if kind == "environment" {
		if envs, known := l.environments(at); !known || slices.Contains(envs, name) {
			into.set(kind, name, refValue(kind, name))
			return l.identityOnly(tr, 2, kind)
		}
	}
	if l.incomplete(kind) {
		into.set(kind, name, cty.DynamicVal)
		return true
	}
	none := fmt.Sprintf("This folder declares none: write %s %q { ... }.", kind, name)
	l.wrong(at, "Unknown "+kind, "There is no %s %q.%s", kind, name, l.hint(name, kind+".", func() []string { return l.names(kind) }, none))
	return false
}

// incomplete reports whether some block of a kind could not be expanded, so
// that nobody knows which names there are.
func (l *loader) incomplete(kind string) bool {
	for _, d := range l.decls[kind] {
		if d.broken {
			return true
		}
	}
	return false
}

// names are the labels and instance names of a kind, sorted.
func (l *loader) names(kind string) []string {
	all := map[string]bool{}
	for label := range l.decls[kind] {
		all[label] = true
	}
	for name := range l.byName[kind] {
		all[name] = true
	}
	if kind == "environment" {
		envs, _ := l.environments(hcl.Range{})
		for _, name := range envs {
			all[name] = true
		}
	}
	return sortedKeys(all)
}

// touchKind resolves a reference to all blocks of a kind at once.
func (l *loader) touchKind(kind string, at hcl.Range, into partial) {
	byName := l.expandKind(kind, at)
	if into == nil {
		return
	}
	if into[kind] == nil {
		into[kind] = map[string]cty.Value{}
	}
	for name, inst := range byName {
		into.set(kind, name, inst.value)
	}
	for label, d := range l.decls[kind] {
		if d.value != cty.NilVal {
			into.set(kind, label, d.value)
		}
	}
}

// touchSteps checks what follows the label in a reference.
func (l *loader) touchSteps(tr hcl.Traversal, d *decl) bool {
	if d.mode == single {
		return l.identityOnly(tr, 2, d.kind)
	}
	key, at, ok := step(tr, 2)
	if !ok {
		return true
	}
	if d.index(key) != nil {
		return l.identityOnly(tr, 3, d.kind)
	}
	if d.mode == listed {
		l.wrong(at, "No such instance", "%s has %d instances, counted from 0.", d, len(d.instances))
		return false
	}
	keys := func() []string { return naturalKeys(d.byKey) }
	l.wrong(at, "No such instance", "%s has no instance %q.%s", d, key, l.hint(key, "", keys, "It has none."))
	return false
}

// identityOnly refuses a reference that reads an attribute, from step i on,
// where there is none to read.
func (l *loader) identityOnly(tr hcl.Traversal, i int, kind string) bool {
	name, at, ok := step(tr, i)
	if !ok {
		return true
	}
	if kind == "network" {
		return l.readable(l.specs["network"], name, at)
	}
	l.wrong(at, "Reference goes too far", "%s is an identity, its attributes cannot be read; only those of lab and network can. Put a value that several blocks share into a locals block.", rendered(tr[:i]))
	return false
}

// readable reports whether a block has an attribute that expressions may read.
func (l *loader) readable(spec *topology.BlockSpec, name string, at hcl.Range) bool {
	names := readableOf(spec)
	if slices.Contains(names, name) {
		return true
	}
	l.wrong(at, "Unknown attribute", "A %s has no attribute %q that can be read.%s", spec.Name, name, orList(suggest(name, names), "It has "+list(names)+"."))
	return false
}

func readableOf(spec *topology.BlockSpec) []string {
	names := []string{"name"}
	for i := range spec.Attrs {
		names = append(names, spec.Attrs[i].Name)
	}
	return names
}

// touchAttr resolves one attribute of a network that has no for_each, so that
// its other attributes may depend on it.
func (l *loader) touchAttr(tr hcl.Traversal, inst *instance, name string, at hcl.Range, into partial) bool {
	if !l.readable(l.specs[inst.decl.kind], name, at) {
		return false
	}
	d := inst.decl
	if d.instances == nil {
		d.instances = []*instance{inst}
	}
	v := l.attr(d.instances[0], name, at)
	if into == nil {
		return true
	}
	label, _, _ := step(tr, 1)
	object := map[string]cty.Value{name: v}
	if old, ok := into[d.kind][label]; ok && old.Type().IsObjectType() {
		for k, e := range old.AsValueMap() {
			object[k] = e
		}
	}
	into.set(d.kind, label, cty.ObjectVal(object))
	return true
}

// attr returns a readable attribute of an instance, evaluated once.
func (l *loader) attr(inst *instance, name string, at hcl.Range) cty.Value {
	if inst.attrs == nil {
		inst.attrs = map[string]*lazyAttr{}
	}
	a := inst.attrs[name]
	if a == nil {
		a = &lazyAttr{value: cty.DynamicVal}
		inst.attrs[name] = a
	}
	if !l.enter(&a.state, fmt.Sprintf("%s.%s.%s", inst.decl.kind, inst.name, name), at) {
		return a.value
	}
	defer l.leave(&a.state)
	a.value = l.attrValue(inst, name)
	return a.value
}

func (l *loader) attrValue(inst *instance, name string) cty.Value {
	if name == "name" {
		return cty.StringVal(inst.name)
	}
	spec := inst.decl.spec
	i := slices.IndexFunc(spec.Attrs, func(a topology.AttrSpec) bool { return a.Name == name })
	want := ctyType(&spec.Attrs[i])
	src := written(inst.decl, name)
	if src == nil {
		return defaultOf(&spec.Attrs[i], want)
	}
	v, ok := l.eval(src.Expr, inst.each)
	if !ok {
		return cty.DynamicVal
	}
	v, err := convert.Convert(v, want)
	if err != nil {
		return cty.DynamicVal // reported when the attribute is decoded
	}
	return v
}

// networkObject is what a reference to a network evaluates to: its identity,
// and attributes to read.
func (l *loader) networkObject(inst *instance) cty.Value {
	object := map[string]cty.Value{refKey: refValue("network", inst.name)}
	for _, name := range readableOf(inst.decl.spec) {
		object[name] = l.attr(inst, name, inst.decl.block.TypeRange)
	}
	return cty.ObjectVal(object)
}

// touchLab resolves lab.ATTRIBUTE, or lab.NAME.ATTRIBUTE.
func (l *loader) touchLab(tr hcl.Traversal, into partial) bool {
	inst := l.lab()
	if inst == nil {
		into.set("lab", "", cty.DynamicVal)
		return l.incomplete("lab")
	}
	name, at, ok := step(tr, 1)
	if ok && name == inst.name {
		if name, at, ok = step(tr, 2); ok && l.readable(inst.decl.spec, name, at) {
			into.set("lab", inst.name, cty.ObjectVal(map[string]cty.Value{name: l.attr(inst, name, at)}))
			return true
		}
	} else if ok && l.readable(inst.decl.spec, name, at) {
		into.set("lab", name, l.attr(inst, name, at))
		return true
	}
	if !ok {
		for name, v := range l.labObject(tr.SourceRange()) {
			into.set("lab", name, v)
		}
		return true
	}
	return false
}

// lab is the one lab, nil if none is declared.
func (l *loader) lab() *instance {
	for _, label := range sortedKeys(l.decls["lab"]) {
		d := l.decls["lab"][label]
		if d.instances == nil {
			d.instances = []*instance{{decl: d, name: d.label, each: cty.NilVal}}
		}
		return d.instances[0]
	}
	return nil
}

// labObject is every readable attribute of the lab.
func (l *loader) labObject(at hcl.Range) map[string]cty.Value {
	object := map[string]cty.Value{}
	inst := l.lab()
	if inst == nil || inst.decl.broken {
		return object
	}
	for _, name := range readableOf(inst.decl.spec) {
		object[name] = l.attr(inst, name, at)
	}
	object[inst.name] = cty.ObjectVal(object)
	return object
}

// environments are the names of the lab's environments; known is false when
// they could not be read.
func (l *loader) environments(at hcl.Range) (names []string, known bool) {
	inst := l.lab()
	if inst == nil {
		return []string{"dev"}, true
	}
	if inst.decl.broken {
		return nil, false
	}
	v := l.attr(inst, "environments", at)
	return text(v), v.IsWhollyKnown()
}

// written is the attribute of a block, or the one that was probably meant to
// be it.
func written(d *decl, name string) *hclsyntax.Attribute {
	attrs := d.block.Body.Attributes
	if a := attrs[name]; a != nil {
		return a
	}
	for _, other := range sortedKeys(attrs) {
		if findAttr(d.spec, other) == nil && suggest(other, shapeNames(d.spec)) == name {
			return attrs[other]
		}
	}
	return nil
}

// byNameOf finds an instance by its name. As long as not all of its kind is
// expanded, only those blocks are that could have an instance of that name:
// expanding others could need what is being evaluated right now.
func (l *loader) byNameOf(kind, name string, at hcl.Range) *instance {
	if byName, ok := l.byName[kind]; ok || len(l.stack) == 0 {
		if !ok {
			byName = l.expandKind(kind, at)
		}
		return byName[name]
	}
	for _, label := range sortedKeys(l.decls[kind]) {
		d := l.decls[kind][label]
		if !d.mayBeCalled(name) {
			continue
		}
		l.expand(d, at)
		for _, inst := range d.instances {
			if inst.name == name {
				return inst
			}
		}
	}
	return nil
}

// mayBeCalled reports whether an instance of the block could have a name.
func (d *decl) mayBeCalled(name string) bool {
	attrs := d.block.Body.Attributes
	if a := attrs["name"]; a != nil {
		e := a.Expr
		if t, ok := e.(boundedText); ok {
			e = t.Expression
		}
		if t, ok := e.(*hclsyntax.TemplateExpr); ok {
			if v, ok := literal(t.Parts[0]); ok && v.Type() == cty.String {
				return strings.HasPrefix(name, v.AsString())
			}
		}
		return true
	}
	return attrs["for_each"] != nil && strings.HasPrefix(name, d.label+"-")
}
