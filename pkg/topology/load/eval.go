package load

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// state of a thing that is evaluated once, when something first asks for it.
type state uint8

const (
	fresh state = iota
	busy
	done
)

// scopes are what expressions are evaluated in.
type scopes struct {
	base *hcl.EvalContext // functions only
	full *hcl.EvalContext // and every name; nil until all is expanded
	// stack names what is being evaluated, for messages about cycles.
	stack []frame
	// quiet: the reference being resolved stands inside a try, so what is wrong
	// with it is not reported.
	quiet bool
	cards cards
	// byName finds instances by kind and name; a kind is in it once all of its
	// blocks are expanded.
	byName map[string]map[string]*instance
}

// frame is one evaluation under way, and whether what asked for it is quiet.
type frame struct {
	name  string
	quiet bool
}

// maxChain is how long a chain of values that need one another may be.
const maxChain = 500

// partial is a scope that holds what some expressions need: root, then name.
type partial map[string]map[string]cty.Value

func (p partial) set(root, name string, v cty.Value) {
	if p == nil {
		return
	}
	if p[root] == nil {
		p[root] = map[string]cty.Value{}
	}
	p[root][name] = v
}

// enter begins the evaluation of a thing. It returns false when the thing is
// done already, or is needed by itself, which it reports.
func (l *loader) enter(s *state, name string, at hcl.Range) bool {
	switch {
	case *s == done:
		return false
	case *s == busy:
		l.cycle(name, at)
		return false
	case len(l.stack) >= maxChain:
		l.diags.errorf(posOf(at), "Chain of values too long", "More than %d values need one another here.", maxChain)
		return false
	}
	*s = busy
	l.stack = append(l.stack, frame{name, l.quiet})
	l.quiet = false
	return true
}

func (l *loader) leave(s *state) {
	*s = done
	last := len(l.stack) - 1
	l.quiet = l.stack[last].quiet
	l.stack = l.stack[:last]
}

func (l *loader) cycle(name string, at hcl.Range) {
	var names []string
	for _, f := range l.stack {
		if f.name == name || names != nil {
			names = append(names, f.name)
		}
	}
	l.diags.errorf(posOf(at), "Cycle", "%s needs itself: %s. Break the circle by writing one of them out.",
		name, strings.Join(append(names, name), " needs "))
}

// wrong reports a reference that leads nowhere.
func (l *loader) wrong(at hcl.Range, summary, format string, args ...any) {
	if !l.quiet {
		l.diags.errorf(posOf(at), summary, format, args...)
	}
}

// literal returns the value of an expression that needs no evaluation.
func literal(e hclsyntax.Expression) (cty.Value, bool) {
	switch x := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return x.Val, true
	case *hclsyntax.TemplateExpr:
		if x.IsStringLiteral() {
			return x.Parts[0].(*hclsyntax.LiteralValueExpr).Val, true
		}
	}
	return cty.NilVal, false
}

// eval evaluates an expression that others may depend on, resolving first what
// it depends on itself. each is the instance's object, or cty.NilVal.
func (l *loader) eval(e hclsyntax.Expression, each cty.Value) (cty.Value, bool) {
	if v, ok := literal(e); ok {
		return v, true
	}
	scope := partial{}
	if !l.touchAll(e, each != cty.NilVal, scope) {
		return cty.DynamicVal, false
	}
	ctx := l.base.NewChild()
	ctx.Variables = map[string]cty.Value{}
	for root, names := range scope {
		ctx.Variables[root] = cty.ObjectVal(names)
	}
	if each != cty.NilVal {
		ctx.Variables["each"] = each
	}
	v, diags := e.Value(ctx)
	l.diags.hcl(diags)
	return v, !diags.HasErrors()
}

// touchAll resolves every reference of an expression. It reports those that
// are wrong and returns whether all were right; what a try or can forgives is
// left out of the scope.
func (l *loader) touchAll(e hclsyntax.Expression, each bool, into partial) bool {
	ok := true
	for _, tr := range e.Variables() {
		soft := l.soft[tr.SourceRange()]
		l.quiet = soft
		ok = l.touch(tr, each, into) && ok || soft && ok
		l.quiet = false
	}
	return ok
}

// touch resolves one reference.
func (l *loader) touch(tr hcl.Traversal, each bool, into partial) bool {
	root := tr.RootName()
	switch {
	case root == "each":
		return l.touchEach(tr, each)
	case root == "local":
		return l.touchLocal(tr, into)
	case root == "gpu":
		return l.touchCard(tr, into)
	case root == "lab":
		return l.touchLab(tr, into)
	case l.decls[root] != nil:
		return l.touchBlock(tr, into)
	}
	l.unknownRoot(tr)
	return false
}

func (l *loader) touchEach(tr hcl.Traversal, each bool) bool {
	if !each {
		l.wrong(tr.SourceRange(), "each outside of for_each", "each.key and each.value exist only in a block that has for_each.")
		return false
	}
	if name, at, ok := step(tr, 1); ok && name != "key" && name != "value" {
		l.wrong(at, "Unknown attribute", "each has only key and value.")
		return false
	}
	return true
}

func (l *loader) touchLocal(tr hcl.Traversal, into partial) bool {
	name, at, ok := step(tr, 1)
	if !ok {
		for _, name := range sortedKeys(l.locals) {
			into.set("local", name, l.local(name, tr.SourceRange()))
		}
		if len(l.locals) == 0 && into != nil {
			into["local"] = map[string]cty.Value{}
		}
		return true
	}
	if l.locals[name] == nil {
		names := func() []string { return sortedKeys(l.locals) }
		l.wrong(at, "Unknown local value", "No locals block sets %q.%s", name, l.hint(name, "local.", names, "Set it in one: locals { "+name+" = ... }."))
		return false
	}
	into.set("local", name, l.local(name, at))
	return true
}

// local returns the value of a local, evaluated once.
func (l *loader) local(name string, at hcl.Range) cty.Value {
	v := l.locals[name]
	if !l.enter(&v.state, "local."+name, at) {
		if v.state != done {
			return cty.DynamicVal
		}
		return v.value
	}
	defer l.leave(&v.state)
	v.value = cty.DynamicVal
	if value, ok := l.eval(v.attr.Expr, cty.NilVal); ok {
		if texts, elements := weigh(value); texts > maxText || elements > maxElements {
			l.diags.errorf(posOf(v.attr.Expr.Range()), "Value too large", "local.%s has %d bytes of text in %d elements; at most %d and %d are kept.", name, texts, elements, maxText, maxElements)
			return v.value
		}
		v.value = value
	}
	return v.value
}

// weigh counts the text and the elements in a value.
func weigh(v cty.Value) (texts, elements int) {
	if v.IsNull() || !v.IsKnown() {
		return 0, 1
	}
	if v.Type() == cty.String {
		return len(v.AsString()), 1
	}
	if !v.CanIterateElements() {
		return 0, 1
	}
	for it := v.ElementIterator(); it.Next() && elements <= maxElements; {
		_, e := it.Element()
		t, n := weigh(e)
		texts, elements = texts+t, elements+n
	}
	return texts, elements + 1
}

// unknownRoot reports a name that means nothing.
func (l *loader) unknownRoot(tr hcl.Traversal) {
	root := tr.RootName()
	at := tr[0].SourceRange()
	for _, kind := range l.kinds() {
		if len(tr) == 1 && l.decls[kind][root] != nil {
			l.wrong(at, "Unknown name", "There is no %q. Did you mean %s.%s? References begin with the kind of block; text stands in quotes.", root, kind, root)
			return
		}
	}
	near := suggest(root, append(l.kinds(), "gpu", "local", "each"))
	l.wrong(at, "Unknown name", "There is no %q.%s", root, orList(near, "References begin with the kind of block, as in host.NAME; text stands in quotes: \""+root+"\"."))
}

// step returns the name or index that stands at place i of a reference, if it
// has a constant one.
func step(tr hcl.Traversal, i int) (string, hcl.Range, bool) {
	if i >= len(tr) {
		return "", hcl.Range{}, false
	}
	switch s := tr[i].(type) {
	case hcl.TraverseAttr:
		return s.Name, withoutDot(s.SrcRange, s.Name), true
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String && !s.Key.IsNull() {
			return s.Key.AsString(), s.SrcRange, true
		}
		if s.Key.Type() == cty.Number && !s.Key.IsNull() {
			name := numberText(s.Key)
			return name, withoutDot(s.SrcRange, name), true
		}
	}
	return "", tr[i].SourceRange(), false
}

// withoutDot is the range of a step ".name" less its dot.
func withoutDot(at hcl.Range, name string) hcl.Range {
	if at.End.Byte-at.Start.Byte == len(name)+1 {
		at.Start.Byte++
		at.Start.Column++
	}
	return at
}

// numberText renders a number as a key, without a needless fraction.
func numberText(v cty.Value) string {
	if n, acc := v.AsBigFloat().Int64(); acc == big.Exact {
		return strconv.FormatInt(n, 10)
	}
	return v.AsBigFloat().Text('f', -1)
}

// rendered is a reference as it stands in the text.
func rendered(tr hcl.Traversal) string {
	var b strings.Builder
	b.WriteString(tr.RootName())
	for i := 1; i < len(tr); i++ {
		name, _, _ := step(tr, i)
		if s, ok := tr[i].(hcl.TraverseIndex); ok && s.Key.Type() == cty.Number && s.SrcRange.End.Byte-s.SrcRange.Start.Byte > len(name)+1 {
			fmt.Fprintf(&b, "[%s]", name)
			continue
		}
		b.WriteString("." + name)
	}
	return b.String()
}

func prefixed(prefix, name string) string {
	if name == "" {
		return ""
	}
	return prefix + name
}

func (l *loader) problem(p topology.Problem) { l.diags.problem(p) }
