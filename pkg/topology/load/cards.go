package load

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// metalCard is the name of the card of Apple silicon.
const metalCard = "metal"

// cards are the cards of every host, for references gpu.HOST.CARD.
type cards struct {
	state  state
	byHost map[string]map[string]cty.Value
	// vague hosts have cards that could not be read, so any name may be one.
	vague map[string]bool
}

// touchCard resolves gpu.HOST.CARD, where HOST may be an instance.
func (l *loader) touchCard(tr hcl.Traversal, into partial) bool {
	at := tr.SourceRange()
	c := l.allCards(at)
	label, hostAt, ok := step(tr, 1)
	if !ok {
		for name, v := range l.cardObjects() {
			into.set("gpu", name, v)
		}
		return true
	}
	host, next := label, 2
	d := l.decls["host"][label]
	switch {
	case d != nil && d.broken:
		into.set("gpu", label, cty.DynamicVal)
		return true
	case d != nil && d.mode != single:
		key, _, ok := step(tr, 2)
		if !ok {
			into.set("gpu", label, l.cardObject(d))
			return true
		}
		if !l.touchSteps(tr[:3], d) {
			return false
		}
		host, next = d.index(key).name, 3
		into.set("gpu", label, l.cardObject(d))
	case d != nil:
		host = d.instances[0].name
		into.set("gpu", label, l.cardObject(d))
	default:
		if !l.touchName(tr[:2], "host", label, hostAt, nil) {
			return false
		}
		into.set("gpu", label, cardsOf(c.byHost[label]))
	}
	return l.touchCardOf(tr, host, next)
}

// touchCardOf checks the card's name in a reference.
func (l *loader) touchCardOf(tr hcl.Traversal, host string, next int) bool {
	card, at, ok := step(tr, next)
	if !ok {
		return true
	}
	have := l.cards.byHost[host]
	if _, ok := have[card]; ok || l.cards.vague[host] {
		return l.identityOnly(tr, next+1, "gpu")
	}
	names := naturalKeys(have)
	other := "It has " + list(names) + "."
	if len(names) == 0 {
		other = "It declares no gpu block."
	}
	l.wrong(at, "Unknown card", "host %q has no card %q.%s", host, card, orList(prefixed("gpu."+host+".", suggest(card, names)), other))
	return false
}

// allCards finds every card once: those of the hosts, and on guests those that
// are passed through to them.
func (l *loader) allCards(at hcl.Range) *cards {
	c := &l.cards
	if !l.enter(&c.state, "gpu", at) {
		return c
	}
	defer l.leave(&c.state)
	c.byHost, c.vague = map[string]map[string]cty.Value{}, map[string]bool{}
	for _, inst := range l.expandKind("host", at) {
		l.cardsOfHost(inst)
	}
	return c
}

func (c *cards) add(host, card string) {
	if c.byHost[host] == nil {
		c.byHost[host] = map[string]cty.Value{}
	}
	c.byHost[host][card] = refValue("gpu", host+"/"+card)
}

func (l *loader) cardsOfHost(inst *instance) {
	for _, b := range inst.decl.block.Body.Blocks {
		kind := b.Type
		if findBlock(inst.decl.spec, kind) == nil {
			kind = suggest(kind, shapeNames(inst.decl.spec)) // as it will be read
		}
		switch kind {
		case "apple":
			l.cards.add(inst.name, metalCard)
		case "gpu":
			for _, n := range l.nested(b, inst.each) {
				if n.name == "" {
					l.cards.vague[inst.name] = true
					continue
				}
				l.cards.add(inst.name, n.name)
				l.passThrough(b, n)
				for _, slice := range b.Body.Blocks {
					for _, s := range l.nested(slice, n.each) {
						l.passThrough(slice, s)
					}
				}
			}
		}
	}
}

// passThrough gives a card, or a slice of one, to the guest its block names.
func (l *loader) passThrough(b *hclsyntax.Block, n nestedInstance) {
	to := b.Body.Attributes["to"]
	if to == nil {
		return
	}
	if v, ok := l.eval(to.Expr, n.each); ok {
		if r := asRef(v); r != nil && r.kind == "host" {
			l.cards.add(r.name, n.name)
		}
	}
}

// nestedInstance is one instance of a block inside another.
type nestedInstance struct {
	name string // empty: not known
	each cty.Value
}

// nested expands for_each and name of a block inside another, whose each it
// inherits.
func (l *loader) nested(b *hclsyntax.Block, each cty.Value) []nestedInstance {
	label := ""
	if len(b.Labels) > 0 {
		label = b.Labels[0]
	}
	out := []nestedInstance{{label, each}}
	if a := b.Body.Attributes["for_each"]; a != nil {
		v, ok := l.eval(a.Expr, each)
		if !ok {
			return []nestedInstance{{"", each}}
		}
		keys, values, _, ok := l.elements(v, a.Expr.Range(), b.Type+" "+label)
		if !ok {
			return []nestedInstance{{"", each}}
		}
		out = out[:0]
		for i, key := range keys {
			out = append(out, nestedInstance{label + "-" + keyText(key), cty.ObjectVal(map[string]cty.Value{"key": key, "value": values[i]})})
		}
	}
	if a := b.Body.Attributes["name"]; a != nil {
		for i := range out {
			out[i].name = ""
			if v, ok := l.eval(a.Expr, out[i].each); ok {
				out[i].name, _ = l.nameOf(v, a, b.Type+" "+label)
			}
		}
	}
	return out
}

func keyText(key cty.Value) string {
	if key.Type() == cty.String {
		return key.AsString()
	}
	return numberText(key)
}

func cardsOf(have map[string]cty.Value) cty.Value {
	if have == nil {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(have)
}

// cardObject is what gpu.LABEL evaluates to.
func (l *loader) cardObject(d *decl) cty.Value {
	values := make([]cty.Value, len(d.instances))
	byKey := map[string]cty.Value{}
	for i, inst := range d.instances {
		values[i] = cardsOf(l.cards.byHost[inst.name])
		if l.cards.vague[inst.name] {
			values[i] = cty.DynamicVal
		}
		byKey[inst.key] = values[i]
	}
	switch {
	case d.broken || d.state != done:
		return cty.DynamicVal
	case d.mode == listed:
		return cty.TupleVal(values)
	case d.mode == keyed:
		return cty.ObjectVal(byKey)
	default:
		return values[0]
	}
}

// cardObjects is gpu as a whole.
func (l *loader) cardObjects() map[string]cty.Value {
	out := map[string]cty.Value{}
	for host, have := range l.cards.byHost {
		out[host] = cardsOf(have)
	}
	for label, d := range l.decls["host"] {
		out[label] = l.cardObject(d)
	}
	return out
}
