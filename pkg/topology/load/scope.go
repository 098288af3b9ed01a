package load

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// expandAll expands every block, evaluates every local, and builds the scope
// in which all attributes are evaluated.
func (l *loader) expandAll() {
	var nowhere hcl.Range
	for _, kind := range l.kinds() {
		l.expandKind(kind, nowhere)
	}
	l.allCards(nowhere)
	locals := map[string]cty.Value{}
	for _, name := range sortedKeys(l.locals) {
		locals[name] = l.local(name, l.locals[name].attr.NameRange)
	}
	full := l.base.NewChild()
	full.Variables = map[string]cty.Value{
		"local": cty.ObjectVal(locals),
		"gpu":   cty.ObjectVal(l.cardObjects()),
		"lab":   cty.ObjectVal(l.labObject(nowhere)),
	}
	for _, kind := range l.kinds() {
		if kind != "lab" {
			full.Variables[kind] = cty.ObjectVal(l.kindObject(kind, nowhere))
		}
	}
	l.full = full
}

// kindObject is every block of a kind, by label and by name.
func (l *loader) kindObject(kind string, at hcl.Range) map[string]cty.Value {
	object := map[string]cty.Value{}
	if kind == "environment" {
		envs, _ := l.environments(at)
		for _, name := range envs {
			object[name] = refValue(kind, name)
		}
	}
	for name, inst := range l.expandKind(kind, at) {
		if inst.value != cty.NilVal {
			object[name] = inst.value
		}
	}
	for label, d := range l.decls[kind] {
		object[label] = cty.DynamicVal
		if d.value != cty.NilVal {
			object[label] = d.value
		}
	}
	return object
}

// scope is the evaluation scope of an instance.
func (l *loader) scope(each cty.Value) *hcl.EvalContext {
	if each == cty.NilVal {
		return l.full
	}
	ctx := l.full.NewChild()
	ctx.Variables = map[string]cty.Value{"each": each}
	return ctx
}
