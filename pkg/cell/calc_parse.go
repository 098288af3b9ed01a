package cell

import "strings"

// expr is a node: a number (op ""), a sign or function with one operand, or an
// operator with two.
type expr struct {
	op   string // "" number, neg, sqrt, cbrt, percent, + - * / ^ mod of
	num  string
	a, b *expr
}

// parser reads one expression from the front of its tokens, by precedence:
// sum, product, sign, power (right to left), postfix, primary.
type parser struct {
	in     []token
	pos    int
	depth  int
	ops    int  // operators and functions read
	strong bool // at least one of them is not weak
	failed bool
}

func (p *parser) peek() token {
	if p.pos < len(p.in) && p.pos < calcMaxTokens {
		return p.in[p.pos]
	}
	return token{kind: tokStop}
}

func (p *parser) isOp(ops ...string) bool {
	t := p.peek()
	return t.kind == tokOp && oneOf(t.text, ops...)
}

// take consumes an operator or function and counts it.
func (p *parser) take() token {
	t := p.peek()
	p.pos++
	p.ops++
	p.strong = p.strong || !t.weak
	return t
}

func (p *parser) fail() *expr {
	p.failed = true
	return &expr{num: "0"}
}

func (p *parser) deeper() bool {
	p.depth++
	return p.depth <= calcMaxDepth
}

func (p *parser) sum() *expr {
	left := p.product()
	for !p.failed && p.isOp("+", "-", "from") {
		op := p.take().text
		right := p.product()
		if op == "from" {
			op, left, right = "-", right, left
		}
		left = &expr{op: op, a: left, b: right}
	}
	return left
}

func (p *parser) product() *expr {
	left := p.signed()
	for !p.failed && p.isOp("*", "/", "mod") {
		op := p.take().text
		left = &expr{op: op, a: left, b: p.signed()}
	}
	return left
}

func (p *parser) signed() *expr {
	if !p.isOp("+", "-") {
		return p.power()
	}
	if !p.deeper() {
		return p.fail()
	}
	defer func() { p.depth-- }()
	op := p.peek().text
	p.pos++ // a sign is no operation of its own
	operand := p.signed()
	if op == "-" {
		return &expr{op: "neg", a: operand}
	}
	return operand
}

func (p *parser) power() *expr {
	base := p.postfix()
	if p.failed || !p.isOp("^") {
		return base
	}
	if !p.deeper() {
		return p.fail()
	}
	defer func() { p.depth-- }()
	p.take()
	return &expr{op: "^", a: base, b: p.signed()}
}

func (p *parser) postfix() *expr {
	x := p.primary()
	for !p.failed && p.peek().kind == tokPost {
		t := p.peek()
		if t.text == "percent" || t.text == "%" {
			x = p.percent(x)
			continue
		}
		p.take()
		x = &expr{op: "^", a: x, b: &expr{num: map[string]string{"squared": "2", "cubed": "3"}[t.text]}}
	}
	return x
}

// percent reads "% of X"; a sign directly before a number is the remainder.
func (p *parser) percent(x *expr) *expr {
	strong := p.strong
	sign := p.take()
	switch next := p.peek(); {
	case next.kind == tokOf:
		if !p.deeper() {
			return p.fail()
		}
		defer func() { p.depth-- }()
		p.pos++
		return &expr{op: "of", a: &expr{op: "percent", a: x}, b: p.postfix()}
	case sign.text == "%" && (next.kind == tokNumber || next.kind == tokOpen):
		return &expr{op: "mod", a: x, b: p.primary()}
	}
	p.ops, p.strong = p.ops-1, strong // 5 % alone is no calculation
	return &expr{op: "percent", a: x}
}

func (p *parser) primary() *expr {
	if !p.deeper() {
		return p.fail()
	}
	defer func() { p.depth-- }()
	t := p.peek()
	switch t.kind {
	case tokNumber:
		p.pos++
		return &expr{num: plainNumber(t.text)}
	case tokOpen:
		p.pos++
		x := p.sum()
		if p.failed || p.peek().kind != tokClose {
			return p.fail()
		}
		p.pos++
		return x
	case tokFunc:
		p.take()
		if p.peek().kind == tokOf {
			p.pos++
		}
		return function(t.text, p.postfix())
	case tokPair:
		p.take()
		left := p.product()
		if p.failed || p.peek().kind != tokAnd {
			return p.fail()
		}
		p.pos++
		return &expr{op: t.text, a: left, b: p.product()}
	default:
		return p.fail()
	}
}

// plainNumber drops leading zeros.
func plainNumber(s string) string {
	s = strings.TrimLeft(s, "0")
	if s == "" || s[0] < '0' || s[0] > '9' {
		s = "0" + s
	}
	return s
}

func function(name string, x *expr) *expr {
	switch name {
	case "square":
		return &expr{op: "^", a: x, b: &expr{num: "2"}}
	case "cube":
		return &expr{op: "^", a: x, b: &expr{num: "3"}}
	case "half":
		return &expr{op: "/", a: x, b: &expr{num: "2"}}
	case "twice":
		return &expr{op: "*", a: &expr{num: "2"}, b: x}
	}
	return &expr{op: name, a: x}
}

// level is how tightly an operator binds, for printing.
func level(op string) int {
	switch op {
	case "+", "-":
		return 1
	case "*", "/", "mod", "of":
		return 2
	case "neg":
		return 3
	case "^":
		return 4
	case "percent":
		return 5
	}
	return 6
}

// String is the expression in symbols, without spaces where none are needed;
// reading it again gives the same value.
func (e *expr) String() string {
	var b strings.Builder
	e.print(&b)
	return b.String()
}

func (e *expr) print(b *strings.Builder) {
	switch e.op {
	case "":
		b.WriteString(e.num)
	case "neg":
		b.WriteByte('-')
		e.a.inside(b, level(e.op)+1)
	case "percent":
		e.a.inside(b, level(e.op)+1)
		b.WriteByte('%')
	case "sqrt", "cbrt":
		b.WriteString(e.op)
		b.WriteByte('(')
		e.a.print(b)
		b.WriteByte(')')
	default:
		left, right := level(e.op), level(e.op)+1
		switch {
		case e.op == "^":
			left, right = left+1, left
		case e.op == "of":
			right = level("percent")
		case e.b.op == "neg":
			right = level("^")
		}
		e.a.inside(b, left)
		if len(e.op) > 1 {
			b.WriteString(" " + e.op + " ")
		} else {
			b.WriteString(e.op)
		}
		e.b.inside(b, right)
	}
}

// inside prints an operand, in parentheses when it binds less than need.
func (e *expr) inside(b *strings.Builder, need int) {
	if level(e.op) >= need {
		e.print(b)
		return
	}
	b.WriteByte('(')
	e.print(b)
	b.WriteByte(')')
}
