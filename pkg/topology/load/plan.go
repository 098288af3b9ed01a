package load

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// plan is how one block of text is decoded. It is made once, however many
// instances the block has; what is wrong with the block's shape is reported
// then.
type plan struct {
	spec   *topology.BlockSpec
	src    *topology.Source
	attrs  []planAttr
	blocks []planBlock
}

type planAttr struct {
	spec *topology.AttrSpec
	expr hclsyntax.Expression
	// refsOK: every reference in it leads somewhere.
	refsOK bool
	// each: it depends on the instance. If not, the first value is kept.
	each  bool
	ready bool
	value reflect.Value // invalid: none could be read, or it is null
}

type planBlock struct {
	spec  *topology.BlockSpec
	block *hclsyntax.Block
	plan  *plan
}

// plan looks at the shape of a block. inEach says whether it, or a block
// around it, has for_each.
func (l *loader) plan(spec *topology.BlockSpec, b *hclsyntax.Block, what string, inEach bool) *plan {
	p := &plan{spec: spec, src: &topology.Source{Block: posOf(b.DefRange()), Attrs: make(map[string]topology.Pos, len(b.Body.Attributes))}}
	p.attrs = make([]planAttr, 0, len(b.Body.Attributes))
	inEach = inEach || b.Body.Attributes["for_each"] != nil || misspeltMeta(b.Body, spec)
	for _, a := range attributesOf(b.Body) {
		switch {
		case spec.Label >= 0 && spec.Name != "lab" && (a.Name == "name" || a.Name == "for_each"):
			p.src.Attrs[a.Name] = posOf(a.Expr.Range())
		case spec.Name == "lab" && a.Name == "for_each":
			l.diags.errorf(posOf(a.NameRange), "Unknown attribute", "There is exactly one lab, so it has no for_each.")
		default:
			l.planAttr(p, a, what, inEach)
		}
	}
	for _, inner := range b.Body.Blocks {
		l.planBlock(p, inner, what, inEach)
	}
	l.planMissing(p, what)
	return p
}

func (l *loader) planAttr(p *plan, a *hclsyntax.Attribute, what string, inEach bool) {
	spec := findAttr(p.spec, a.Name)
	if spec == nil {
		if spec = l.misspelt(p.spec, a, what); spec == nil || p.src.Has(spec.Name) {
			return
		}
	}
	pa := planAttr{spec: spec, expr: a.Expr, refsOK: true}
	if _, plain := literal(a.Expr); !plain {
		pa.refsOK = l.touchAll(a.Expr, inEach, nil)
		pa.each = inEach && slices.ContainsFunc(a.Expr.Variables(), func(tr hcl.Traversal) bool { return tr.RootName() == "each" })
	}
	p.src.Attrs[spec.Name] = posOf(a.Expr.Range())
	elementPlaces(p.src.Attrs, spec.Name, a.Expr)
	p.attrs = append(p.attrs, pa)
}

// elementPlaces remembers where the elements of a literal list or object are.
func elementPlaces(places map[string]topology.Pos, name string, e hclsyntax.Expression) {
	switch x := e.(type) {
	case *hclsyntax.TupleConsExpr:
		for i, element := range x.Exprs {
			places[name+"."+strconv.Itoa(i)] = posOf(element.Range())
		}
	case *hclsyntax.ObjectConsExpr:
		for _, item := range x.Items {
			if key := keyOf(item.KeyExpr); key != "" {
				places[name+"."+key] = posOf(item.ValueExpr.Range())
			}
		}
	}
}

// keyOf is the literal key of an object's item, or "".
func keyOf(e hclsyntax.Expression) string {
	if kw := hcl.ExprAsKeyword(e); kw != "" {
		return kw
	}
	if wrapped, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		if v, ok := literal(wrapped.Wrapped); ok && v.Type().FriendlyName() == "string" {
			return v.AsString()
		}
	}
	return ""
}

// misspelt reports an attribute that does not exist, and returns what it was
// probably meant to be.
func (l *loader) misspelt(spec *topology.BlockSpec, a *hclsyntax.Attribute, what string) *topology.AttrSpec {
	at := posOf(a.NameRange)
	if b := findBlock(spec, a.Name); b != nil {
		l.diags.errorf(at, "Block written as an attribute", "%s of %s is a block: write %s { ... } without \"=\".", a.Name, what, head(b))
		return nil
	}
	if a.Name == "for_each" || a.Name == "name" {
		l.diags.errorf(at, "Unknown attribute", "%s has no %s: there is only one of it.", what, a.Name)
		return nil
	}
	candidates := shapeNames(spec)
	if spec.Label >= 0 && spec.Name != "lab" {
		candidates = append(candidates, "for_each", "name")
	}
	near := suggest(a.Name, candidates)
	l.diags.errorf(at, "Unknown attribute", "%s has no attribute %q.%s", what, a.Name, orList(near, "It has "+list(shapeNames(spec))+"."))
	return findAttr(spec, near)
}

func head(b *topology.BlockSpec) string {
	if b.Label >= 0 {
		return b.Name + " \"NAME\""
	}
	return b.Name
}

// shapeNames are the attributes and blocks that may stand in a block.
func shapeNames(spec *topology.BlockSpec) []string {
	var names []string
	for i := range spec.Attrs {
		names = append(names, spec.Attrs[i].Name)
	}
	for i := range spec.Blocks {
		names = append(names, spec.Blocks[i].Name)
	}
	return names
}

func (l *loader) planBlock(p *plan, b *hclsyntax.Block, what string, inEach bool) {
	spec := findBlock(p.spec, b.Type)
	at := posOf(b.TypeRange)
	if spec == nil {
		if a := findAttr(p.spec, b.Type); a != nil {
			l.diags.errorf(at, "Attribute written as a block", "%s of %s is an attribute: write %s = ... (a %s).", b.Type, what, b.Type, a.Kind())
			return
		}
		near := suggest(b.Type, shapeNames(p.spec))
		l.diags.errorf(at, "Unknown block", "%s has no block %q.%s", what, b.Type, orList(near, "It has "+list(shapeNames(p.spec))+"."))
		if spec = findBlock(p.spec, near); spec == nil {
			return
		}
	}
	if !l.nestedLabels(spec, b, what) {
		return
	}
	if !spec.Many {
		for i := range p.blocks {
			if p.blocks[i].spec == spec {
				l.problem(topology.Problem{Summary: "Duplicate block", Pos: posOf(b.DefRange()), Other: p.blocks[i].plan.src.Block,
					Detail: what + " has one " + b.Type + " block; the first is at " + place(p.blocks[i].plan.src.Block) + "."})
				return
			}
		}
	}
	name := b.Type
	if len(b.Labels) > 0 {
		name += " \"" + b.Labels[0] + "\""
	}
	p.blocks = append(p.blocks, planBlock{spec, b, l.plan(spec, b, name+" of "+what, inEach)})
}

func (l *loader) nestedLabels(spec *topology.BlockSpec, b *hclsyntax.Block, what string) bool {
	switch {
	case spec.Label < 0 && len(b.Labels) > 0:
		l.diags.errorf(posOf(b.LabelRanges[0]), "Too many labels", "A %s block has no label: write %s { ... }.", b.Type, b.Type)
	case spec.Label >= 0 && (len(b.Labels) == 0 || b.Labels[0] == ""):
		l.diags.errorf(posOf(b.TypeRange), "Block without a name", "Write a name behind it: %s \"NAME\" { ... }.", b.Type)
		return false
	case spec.Label >= 0 && len(b.Labels) > 1:
		l.diags.errorf(posOf(b.LabelRanges[1]), "Too many labels", "%s %q of %s has one label, its name.", b.Type, b.Labels[0], what)
	}
	if spec.Label >= 0 && spec.LabelEnum != nil && !slices.Contains(spec.LabelEnum, b.Labels[0]) {
		l.diags.errorf(posOf(b.LabelRanges[0]), "Unknown choice", "%s of %s cannot be %q.%s", b.Type, what, b.Labels[0], orList(suggest(b.Labels[0], spec.LabelEnum), "It is one of "+list(spec.LabelEnum)+"."))
	}
	return true
}

// planMissing reports what must be written and is not, and what must not be
// written together.
func (l *loader) planMissing(p *plan, what string) {
	for i := range p.spec.Attrs {
		a := &p.spec.Attrs[i]
		if a.Need && !p.src.Has(a.Name) {
			l.diags.errorf(p.src.Block, "Missing attribute", "%s needs %s (a %s).", what, a.Name, a.Kind())
			markBroken(p.src, a.Name)
		}
		if a.Alone != "" && p.src.Has(a.Name) && p.src.Has(a.Alone) {
			l.diags.errorf(p.src.At(a.Alone), "Attributes exclude one another", "%s has %s and %s: write one of them.", what, a.Name, a.Alone)
		}
	}
}

func findAttr(spec *topology.BlockSpec, name string) *topology.AttrSpec {
	for i := range spec.Attrs {
		if spec.Attrs[i].Name == name {
			return &spec.Attrs[i]
		}
	}
	return nil
}

func findBlock(spec *topology.BlockSpec, name string) *topology.BlockSpec {
	for i := range spec.Blocks {
		if spec.Blocks[i].Name == name {
			return &spec.Blocks[i]
		}
	}
	return nil
}
