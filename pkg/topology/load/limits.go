package load

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// What a declaration may cost. A lab of 10,000 hosts stays far below; without
// bounds a few lines could take all memory, or all day.
const (
	maxFile      = 32 << 20  // bytes of one file
	maxDepth     = 100       // brackets inside one another
	maxStretch   = 2000      // operators between two commas or line ends
	maxRange     = 100_000   // elements that range may make
	maxSteps     = 1_000_000 // iterations of all for expressions, bytes of text/64, elements of lists
	maxInstances = 20_000    // instances of one for_each
	maxBlocks    = 100_000   // instances of all of them together
	maxString    = 4 << 20   // bytes of a string that a function makes
	maxText      = 256 << 10 // bytes of text in a local value
	maxElements  = 400_000   // elements, at every level, of a local value
	maxExponent  = 4096      // binary digits of a number
)

// tooDeep looks for text that would make the parser recurse too deep. It looks
// at bytes first, which is cheap and may take a string for code, and only where
// that is suspicious at tokens.
func tooDeep(name string, src []byte) *topology.Problem {
	depth, stretch := 0, 0
	suspicious := false
	for _, c := range src {
		switch c {
		case '(', '[', '{':
			depth++
			stretch++
		case ')', ']', '}':
			depth--
		case ',', '\n':
			stretch = 0
		case '!', '-', '+', '*', '/', '%', '?', ':', '<', '>', '=', '&', '|', '.':
			stretch++
		}
		if depth > maxDepth || stretch > maxStretch {
			suspicious = true
			break
		}
	}
	if !suspicious {
		return nil
	}
	return tooDeepTokens(name, src)
}

func tooDeepTokens(name string, src []byte) *topology.Problem {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	var open []int // operators of the stretch in each bracket that is open
	stretch := 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc,
			hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open = append(open, stretch+1)
			stretch = 0
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc,
			hclsyntax.TokenTemplateSeqEnd:
			if n := len(open); n > 0 {
				stretch, open = open[n-1], open[:n-1]
			}
		case hclsyntax.TokenComma, hclsyntax.TokenNewline:
			stretch = 0
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenComment:
		default:
			stretch++
		}
		if len(open) > maxDepth || stretch > maxStretch {
			return &topology.Problem{
				Severity: topology.Error, Summary: "Expression too deep", Pos: posOf(t.Range),
				Detail: fmt.Sprintf("Brackets may stand %d deep and %d operators in a row. Give parts of it names in a locals block.", maxDepth, maxStretch),
			}
		}
	}
	return nil
}

// tooCostly is the summary of the one problem that is reported when what the
// expressions may cost is spent; whatever is evaluated after that fails.
const tooCostly = "Declaration too costly"

var errSpent = fmt.Errorf("the ranges, for expressions and texts of this folder take more than %d steps together", maxSteps)

// spent reports the problem at a place.
func spent(at hcl.Range) (cty.Value, hcl.Diagnostics) {
	return cty.DynamicVal, hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: tooCostly, Subject: &at,
		Detail: errSpent.Error() + ".",
	}}
}

// boundedFor is a for expression that counts its iterations.
type boundedFor struct {
	*hclsyntax.ForExpr
	l *loader
}

// Value evaluates the collection, charges its length, then loops over it.
func (f boundedFor) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if f.l.steps > maxSteps {
		return spent(f.SrcRange)
	}
	coll, diags := f.CollExpr.Value(ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if coll.IsKnown() && !coll.IsNull() && coll.CanIterateElements() && !f.l.charge(coll.LengthInt()) {
		return spent(f.SrcRange)
	}
	loop := *f.ForExpr
	loop.CollExpr = &hclsyntax.LiteralValueExpr{Val: coll, SrcRange: f.CollExpr.Range()}
	return loop.Value(ctx)
}

// boundedText is a template or a function call that pays for the text it makes.
type boundedText struct {
	hclsyntax.Expression
	l *loader
}

// Value evaluates the expression and charges what it made.
func (t boundedText) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if t.l.steps > maxSteps {
		return spent(t.Range())
	}
	v, diags := t.Expression.Value(ctx)
	if v.Type() == cty.String && v.IsKnown() && !v.IsNull() && !t.l.charge(len(v.AsString())/64) {
		return spent(t.Range())
	}
	return v, diags
}

// charge takes n steps from what is left of the budget.
func (l *loader) charge(n int) bool {
	l.steps += n + 1
	return l.steps <= maxSteps
}

// guard prepares an expression: it bounds its for expressions, refuses numbers
// of absurd size, and remembers which references a try or can forgives. soft
// is whether e stands inside one.
func (l *loader) guard(e *hclsyntax.Expression, soft bool) {
	switch x := (*e).(type) {
	case *hclsyntax.LiteralValueExpr:
		l.guardNumber(x)
	case *hclsyntax.ScopeTraversalExpr:
		if soft {
			l.soft[x.SrcRange] = true
		}
	case *hclsyntax.TemplateExpr:
		if !x.IsStringLiteral() {
			l.guardAll(x.Parts, soft)
			*e = boundedText{x, l}
		}
	case *hclsyntax.TupleConsExpr:
		l.guardAll(x.Exprs, soft)
	case *hclsyntax.ObjectConsExpr:
		for i := range x.Items {
			l.guard(&x.Items[i].KeyExpr, soft)
			l.guard(&x.Items[i].ValueExpr, soft)
		}
	case *hclsyntax.ObjectConsKeyExpr:
		l.guard(&x.Wrapped, soft)
	case *hclsyntax.FunctionCallExpr:
		l.guardAll(x.Args, soft || x.Name == "try" || x.Name == "can")
		*e = boundedText{x, l}
	case *hclsyntax.ParenthesesExpr:
		l.guard(&x.Expression, soft)
	case *hclsyntax.TemplateWrapExpr:
		l.guard(&x.Wrapped, soft)
	case *hclsyntax.TemplateJoinExpr:
		l.guard(&x.Tuple, soft)
	case *hclsyntax.RelativeTraversalExpr:
		l.guard(&x.Source, soft)
	case *hclsyntax.IndexExpr:
		l.guard(&x.Collection, soft)
		l.guard(&x.Key, soft)
	case *hclsyntax.SplatExpr:
		l.guard(&x.Source, soft)
		l.guard(&x.Each, soft)
	case *hclsyntax.ConditionalExpr:
		l.guard(&x.Condition, soft)
		l.guard(&x.TrueResult, soft)
		l.guard(&x.FalseResult, soft)
	case *hclsyntax.BinaryOpExpr:
		l.guard(&x.LHS, soft)
		l.guard(&x.RHS, soft)
	case *hclsyntax.UnaryOpExpr:
		l.guard(&x.Val, soft)
	case *hclsyntax.ForExpr:
		l.guardFor(e, x, soft)
	}
}

func (l *loader) guardAll(list []hclsyntax.Expression, soft bool) {
	for i := range list {
		l.guard(&list[i], soft)
	}
}

func (l *loader) guardFor(e *hclsyntax.Expression, x *hclsyntax.ForExpr, soft bool) {
	l.guard(&x.CollExpr, soft)
	for _, part := range []*hclsyntax.Expression{&x.KeyExpr, &x.ValExpr, &x.CondExpr} {
		if *part != nil {
			l.guard(part, soft)
		}
	}
	*e = boundedFor{x, l}
}

func (l *loader) guardNumber(x *hclsyntax.LiteralValueExpr) {
	if x.Val.Type() != cty.Number || x.Val.IsNull() || !x.Val.IsKnown() {
		return
	}
	if exp := x.Val.AsBigFloat().MantExp(nil); exp > maxExponent || exp < -maxExponent {
		l.diags.errorf(posOf(x.SrcRange), "Number too large", "A number has at most %d binary digits here.", maxExponent)
		x.Val = cty.UnknownVal(cty.Number)
	}
}
