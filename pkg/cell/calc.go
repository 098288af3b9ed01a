package cell

import (
	"math/big"
	"strings"
)

// Calculation is a calculation that was recognised in a text.
type Calculation struct {
	Expression string   // in symbols, without spaces: 15+27
	Value      *big.Rat // nil when Err is set; bounded to 4096 bits
	Exact      bool     // false: Value is rounded (most roots)
	Err        error    // why there is no result: ErrDivideByZero, ErrTooBig, ErrNotReal, ErrNotWhole
}

// Calculate finds a calculation in ordinary English or German words, in
// symbols, or in a mixture, and computes it exactly where that is possible.
// The second value is false when the text holds no calculation: a number alone
// is none, and a dash or slash between numbers (a date, "24/7", "pages 10-20")
// is one only when the text asks for it ("what is 24/7?") or holds nothing
// else. Of several the one with most operations counts. Work is bounded
// whatever the text.
func Calculate(text string) (Calculation, bool) {
	found := recognise(text)
	if found == nil {
		return Calculation{}, false
	}
	c := Calculation{Expression: found.String()}
	v, err := found.eval()
	if err != nil {
		c.Err = err
		return c, true
	}
	c.Value, c.Exact = v.r, v.exact
	return c, true
}

// recognise tries each place where an expression may start.
func recognise(text string) *expr {
	tokens := joinWords(lex(text))
	var best *expr
	ops := 0
	for i := 0; i < len(tokens); {
		p := &parser{in: tokens[i:]}
		if !mayStart(tokens, i) {
			i++
			continue
		}
		e := p.sum()
		if !p.failed && p.ops > ops && mayEnd(tokens, i+p.pos) && (p.strong || asked(tokens, i, i+p.pos)) {
			best, ops = e, p.ops
		}
		i += max(1, p.pos)
	}
	return best
}

// mayStart says whether an expression may start at i: not behind another part
// of one, and not glued to a word or to a sign such as $ or #.
func mayStart(in []token, i int) bool {
	switch in[i].kind {
	case tokNumber, tokOpen, tokFunc, tokPair, tokOp:
	default:
		return false
	}
	if i == 0 {
		return true
	}
	left := in[i-1]
	if in[i].kind == tokOp && left.kind == tokWord && !cues[left.text] {
		return false // "x - 5 + 3" is about x
	}
	switch left.kind {
	case tokWord:
		return !in[i].glue
	case tokAnd, tokOf:
		return true
	case tokStop:
		inNumber := i > 1 && left.glue && in[i-2].kind == tokNumber && left.text != "="
		return !in[i].glue || strings.Contains("\"'“”„,;:=?!([{<>¿¡", left.text) && !inNumber
	default:
		return false
	}
}

// mayEnd says whether an expression may end before i.
func mayEnd(in []token, i int) bool {
	if i >= len(in) {
		return true
	}
	switch in[i].kind {
	case tokWord:
		return !in[i].glue
	case tokAnd:
		return true
	case tokStop:
		return i+1 >= len(in) || !in[i+1].glue || in[i+1].kind == tokStop || in[i].text == "="
	default:
		return false
	}
}

// cues are words after which a number is asked about.
var cues = map[string]bool{
	"is": true, "are": true, "what's": true, "what’s": true, "whats": true, "equals": true, "equal": true, "makes": true,
	"calculate": true, "calc": true, "compute": true, "evaluate": true, "solve": true, "much": true,
	"ist": true, "sind": true, "gibt": true, "ergibt": true, "macht": true, "berechne": true, "rechne": true, "wieviel": true,
}

// closers are words that may follow what was asked.
var closers = map[string]bool{
	"please": true, "equals": true, "equal": true, "bitte": true, "ist": true, "is": true, "ergibt": true, "gleich": true,
}

// asked says whether the text between i and j is what a person wants to know:
// alone in its sentence, or behind a cue.
func asked(in []token, i, j int) bool {
	if dateLike(in[i:j]) {
		return false
	}
	left := i == 0 || in[i-1].kind == tokWord && cues[in[i-1].text] ||
		in[i-1].kind == tokStop && (strings.Contains(".!?=", in[i-1].text) || i > 1 && in[i-1].text == ":" && cues[in[i-2].text])
	right := j >= len(in) || in[j].kind == tokStop || closers[in[j].text]
	return left && right
}

// dateLike recognises 2024-05-12, 12/05/2024 and 05-12.
func dateLike(in []token) bool {
	long, short, zero := 0, 0, false
	for i, t := range in {
		switch {
		case i%2 == 1 && t.kind == tokOp && t.weak && t.glue:
		case i%2 == 0 && t.kind == tokNumber && (i == 0 || t.glue):
			zero = zero || len(t.text) > 1 && t.text[0] == '0' && t.text[1] != '.'
			if len(t.text) == 4 {
				long++
			} else if len(t.text) <= 2 {
				short++
			}
		default:
			return false
		}
	}
	return zero || long == 1 && short == 2
}
