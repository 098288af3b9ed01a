package load

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// loader holds one declaration while it is read.
type loader struct {
	read  func(name string) ([]byte, error)
	texts map[string][]byte
	diags bag

	decls  map[string]map[string]*decl // by kind, then label
	order  []*decl
	locals map[string]*local
	specs  map[string]*topology.BlockSpec

	scopes
	soft map[hcl.Range]bool // references inside try or can
	// garbled are the places of syntax errors in the file being parsed.
	garbled []hcl.Range
	steps   int
	hints   int // references that lead nowhere so far
	blocks  int
}

// decl is one top-level block as it stands in a file.
type decl struct {
	kind, label string
	block       *hclsyntax.Block
	spec        *topology.BlockSpec // nil for a kind whose meaning comes later
	head        topology.Pos
	// broken: something about it is wrong that was reported, so nobody should
	// complain about it or what refers to it.
	broken bool
	expansion
	plan *plan
}

// local is one value of a locals block.
type local struct {
	attr  *hclsyntax.Attribute
	state state
	value cty.Value
}

func newLoader(read func(string) ([]byte, error)) *loader {
	l := &loader{
		read: read, texts: map[string][]byte{},
		decls: map[string]map[string]*decl{}, locals: map[string]*local{},
		specs: map[string]*topology.BlockSpec{}, soft: map[hcl.Range]bool{},
	}
	for i, b := range topology.Catalogue() {
		l.specs[b.Name] = &topology.Catalogue()[i]
		l.decls[b.Name] = map[string]*decl{}
	}
	for _, kind := range topology.LaterKinds() {
		l.decls[kind] = map[string]*decl{}
	}
	l.base = &hcl.EvalContext{Functions: l.functions()}
	return l
}

// kinds are the names of all blocks, sorted.
func (l *loader) kinds() []string { return sortedKeys(l.decls) }

// parse reads one file into blocks and locals.
func (l *loader) parse(name string, src []byte) {
	if p := tooDeep(name, src); p != nil {
		l.diags.problem(*p)
		l.salvage(name, src)
		return
	}
	body, diags := parseBody(name, src)
	l.diags.hcl(diags)
	if body == nil {
		return
	}
	l.garbled = nil
	for _, d := range diags {
		if d.Subject != nil {
			l.garbled = append(l.garbled, *d.Subject)
		}
	}
	for _, a := range attributesOf(body) {
		l.strayAttribute(a)
	}
	for _, b := range body.Blocks {
		l.add(b)
	}
	if diags.HasErrors() {
		l.salvage(name, src)
	}
}

// strayAttribute reports an attribute outside any block.
func (l *loader) strayAttribute(a *hclsyntax.Attribute) {
	if _, ok := l.decls[a.Name]; ok {
		l.diags.errorf(posOf(a.NameRange), "Block written as an attribute", "%q is a block: write %s \"NAME\" { ... } without \"=\".", a.Name, a.Name)
		return
	}
	l.diags.errorf(posOf(a.NameRange), "Attribute outside a block", "A declaration consists of blocks. Values that several blocks share belong into a locals block: locals { %s = ... }, read as local.%s.", a.Name, a.Name)
}

func (l *loader) add(b *hclsyntax.Block) {
	if b.Type == "locals" {
		l.addLocals(b)
		return
	}
	kind := b.Type
	d := &decl{kind: kind, block: b, spec: l.specs[kind], head: posOf(b.DefRange())}
	byLabel, known := l.decls[kind]
	if !known {
		near := suggest(kind, append(l.kinds(), "locals"))
		l.diags.errorf(posOf(b.TypeRange), "Unknown block", "There is no block %q.%s", kind, orList(near, "Blocks are "+list(l.kinds())+" and locals."))
		if near == "locals" {
			l.addLocals(b)
		}
		if near == "" || near == "locals" {
			return
		}
		// It is read as what was meant, so that its contents are looked at and
		// references to it are not wrong as well.
		d.kind, d.spec = near, l.specs[near]
		byLabel = l.decls[near]
	}
	if !l.label(d, b) {
		d.broken = true
	}
	if d.label == "" {
		return
	}
	if first, ok := byLabel[d.label]; ok {
		if !d.broken && !first.broken {
			l.diags.problem(topology.Problem{
				Summary: "Duplicate block", Pos: d.head, Other: first.head,
				Detail: fmt.Sprintf("%s is already declared at %s. Blocks of one kind have different labels.", d, place(first.head)),
			})
		}
		return
	}
	l.guardBody(b.Body)
	byLabel[d.label] = d
	l.order = append(l.order, d)
}

// guardAttr guards an attribute's expression. One with a syntax error in it
// may lack a part, so nothing is known of its value.
func (l *loader) guardAttr(a *hclsyntax.Attribute) {
	for _, r := range l.garbled {
		if r.Start.Byte >= a.SrcRange.Start.Byte && r.Start.Byte <= a.SrcRange.End.Byte {
			a.Expr = &hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: a.Expr.Range()}
			return
		}
	}
	l.guard(&a.Expr, false)
}

// guardBody guards every expression of a block.
func (l *loader) guardBody(b *hclsyntax.Body) {
	for _, a := range b.Attributes {
		l.guardAttr(a)
	}
	for _, inner := range b.Blocks {
		l.guardBody(inner.Body)
	}
}

// label takes the block's one label.
func (l *loader) label(d *decl, b *hclsyntax.Block) bool {
	if len(b.Labels) > 0 {
		d.label = b.Labels[0]
	}
	switch {
	case len(b.Labels) == 0 || b.Labels[0] == "":
		l.diags.errorf(posOf(b.TypeRange), "Block without a name", "Write a name behind it: %s \"NAME\" { ... }.", b.Type)
		return false
	case len(b.Labels) > 1:
		l.diags.errorf(posOf(b.LabelRanges[1]), "Too many labels", "%s has one label, its name.", d)
		return false
	}
	return true
}

func (l *loader) addLocals(b *hclsyntax.Block) {
	for i := range b.Labels {
		l.diags.errorf(posOf(b.LabelRanges[i]), "Too many labels", "A locals block has no label.")
	}
	for _, inner := range b.Body.Blocks {
		l.diags.errorf(posOf(inner.TypeRange), "Unexpected block", "A locals block holds values only: write %s = { ... }.", inner.Type)
	}
	for _, a := range attributesOf(b.Body) {
		if first, ok := l.locals[a.Name]; ok {
			l.diags.problem(topology.Problem{
				Summary: "Duplicate local value", Pos: posOf(a.NameRange), Other: posOf(first.attr.NameRange),
				Detail: fmt.Sprintf("local.%s is already set at %s.", a.Name, place(posOf(first.attr.NameRange))),
			})
			continue
		}
		l.guardAttr(a)
		l.locals[a.Name] = &local{attr: a}
	}
}

var headLine = regexp.MustCompile(`(?m)^\s*([a-z_]+)\s+"?([A-Za-z0-9_-]+)"?`)

// salvage remembers blocks that a syntax error may have swallowed, so that
// references to them are not reported as well.
func (l *loader) salvage(name string, src []byte) {
	for _, m := range headLine.FindAllSubmatch(src, -1) {
		kind, label := string(m[1]), string(m[2])
		byLabel, ok := l.decls[kind]
		if !ok || byLabel[label] != nil {
			continue
		}
		byLabel[label] = &decl{
			kind: kind, label: label, spec: l.specs[kind], broken: true,
			block: &hclsyntax.Block{Type: kind, Labels: []string{label}, Body: &hclsyntax.Body{}},
			head:  topology.Pos{File: name},
		}
	}
}

// String is how messages name the block: host "theia".
func (d *decl) String() string { return fmt.Sprintf("%s %q", d.kind, d.label) }

// attributesOf returns a body's attributes in the order of the text.
func attributesOf(b *hclsyntax.Body) []*hclsyntax.Attribute {
	out := make([]*hclsyntax.Attribute, 0, len(b.Attributes))
	for _, a := range b.Attributes {
		out = append(out, a)
	}
	slices.SortFunc(out, func(x, y *hclsyntax.Attribute) int { return x.SrcRange.Start.Byte - y.SrcRange.Start.Byte })
	return out
}
