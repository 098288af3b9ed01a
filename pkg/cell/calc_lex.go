package cell

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of the calculator: what is beyond them is not recognised, so that no
// text, however long or deep, costs more than a bounded amount of work.
const (
	calcMaxText   = 4096 // bytes of a text that are looked at
	calcMaxTokens = 256  // tokens of one expression
	calcMaxDepth  = 48   // nesting of parentheses, signs and powers
	calcMaxBits   = 4096 // bits of a numerator or denominator (1233 digits)
)

type tokenKind uint8

const (
	tokWord   tokenKind = iota // a word that means nothing to the calculator
	tokNumber                  // text is a canonical decimal
	tokOp                      // text is one of + - * / ^ mod from(swapped minus)
	tokFunc                    // prefix function: sqrt cbrt square cube half twice
	tokPost                    // postfix: squared cubed percent %
	tokOf                      // "of", joins percent, functions and two-place words
	tokAnd                     // "and", joins the two arguments of a two-place word
	tokPair                    // two-place word: sum difference product quotient
	tokOpen
	tokClose
	tokStop // punctuation that ends an expression
)

// token is one piece of a text. weak marks signs that ordinary prose uses too
// (a dash, a slash): they count only where the text clearly asks for a result.
type token struct {
	kind tokenKind
	text string
	weak bool
	glue bool // no space between this token and the one before
}

// signs are the symbols of the calculator.
var signs = map[rune]token{
	'+': {kind: tokOp, text: "+"},
	'-': {kind: tokOp, text: "-", weak: true},
	'−': {kind: tokOp, text: "-"},
	'–': {kind: tokOp, text: "-", weak: true},
	'*': {kind: tokOp, text: "*"},
	'×': {kind: tokOp, text: "*"},
	'·': {kind: tokOp, text: "*"},
	'/': {kind: tokOp, text: "/", weak: true},
	'÷': {kind: tokOp, text: "/"},
	'^': {kind: tokOp, text: "^"},
	'√': {kind: tokFunc, text: "sqrt"},
	'²': {kind: tokPost, text: "squared"},
	'³': {kind: tokPost, text: "cubed"},
	'%': {kind: tokPost, text: "%"},
	'(': {kind: tokOpen, text: "("},
	')': {kind: tokClose, text: ")"},
}

// lex cuts a text into tokens; number words and phrases are joined by a later
// pass (joinWords). Only the first calcMaxText bytes are looked at.
func lex(text string) []token {
	if len(text) > calcMaxText {
		text = text[:calcMaxText]
	}
	var out []token
	glue := false
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		var t token
		switch {
		case unicode.IsSpace(r):
			text, glue = text[size:], false
			continue
		case r >= '0' && r <= '9' || r == '.' && startsDigit(text[size:]):
			t, size = lexNumber(text)
		case unicode.IsLetter(r):
			t, size = lexWord(text)
		case strings.HasPrefix(text, "**"):
			t, size = token{kind: tokOp, text: "^"}, 2
		default:
			sign, known := signs[r]
			if !known {
				sign = token{kind: tokStop, text: string(r)}
			}
			t = sign
		}
		t.glue = glue && len(out) > 0
		out = append(out, t)
		text, glue = text[size:], true
	}
	return out
}

func startsDigit(s string) bool { return len(s) > 0 && s[0] >= '0' && s[0] <= '9' }

// lexWord takes letters, and apostrophes or hyphens between letters.
func lexWord(s string) (token, int) {
	end := 0
	for end < len(s) {
		r, size := utf8.DecodeRuneInString(s[end:])
		if unicode.IsLetter(r) {
			end += size
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[end+size:])
		if (r == '\'' || r == '’' || r == '-') && unicode.IsLetter(next) {
			end += size
			continue
		}
		break
	}
	return token{kind: tokWord, text: strings.ToLower(s[:end])}, end
}

// lexNumber takes digits with separators and an exponent. A run that is no
// number (10.0.0.1, a date with dots) becomes a word, which ends an expression.
func lexNumber(s string) (token, int) {
	end := 0
	for end < len(s) && (startsDigit(s[end:]) || (s[end] == '.' || s[end] == ',') && startsDigit(s[end+1:])) {
		end++
	}
	digits, ok := plainDecimal(s[:end])
	if exp := exponentLen(s[end:]); ok && exp > 0 {
		digits += strings.ToLower(s[end : end+exp])
		end += exp
	}
	if !ok {
		return token{kind: tokWord, text: s[:end]}, end
	}
	return token{kind: tokNumber, text: digits}, end
}

// exponentLen is the length of an exponent such as e9 or E-12 (at most three
// digits, not followed by a letter), or 0.
func exponentLen(s string) int {
	if len(s) < 2 || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	i := 1
	if s[i] == '+' || s[i] == '-' {
		i++
	}
	start := i
	for i < len(s) && startsDigit(s[i:]) {
		i++
	}
	if n := i - start; n < 1 || n > 3 {
		return 0
	}
	if r, _ := utf8.DecodeRuneInString(s[i:]); unicode.IsLetter(r) {
		return 0
	}
	return i
}

// plainDecimal turns 1,000.5 and 1.000,5 and 1,5 into digits with one decimal
// point. A single separator is a decimal point, except a comma before exactly
// three digits, which groups thousands.
func plainDecimal(s string) (string, bool) {
	points, commas := strings.Count(s, "."), strings.Count(s, ",")
	switch {
	case points == 0 && commas == 0:
		return s, true
	case points == 1 && commas == 0:
		return s, true
	case commas == 1 && points == 0 && !grouped(s, ","):
		return strings.Replace(s, ",", ".", 1), true
	case points <= 1 && commas >= 1 && (points == 0 || strings.LastIndex(s, ",") < strings.Index(s, ".")):
		whole, rest, _ := strings.Cut(s, ".")
		return joinGroups(whole, ",", rest)
	case commas <= 1 && points >= 1 && (commas == 0 || strings.LastIndex(s, ".") < strings.Index(s, ",")):
		whole, rest, _ := strings.Cut(s, ",")
		return joinGroups(whole, ".", rest)
	}
	return "", false
}

func joinGroups(whole, sep, rest string) (string, bool) {
	if !grouped(whole, sep) {
		return "", false
	}
	whole = strings.ReplaceAll(whole, sep, "")
	if rest == "" {
		return whole, true
	}
	return whole + "." + rest, true
}

// grouped says whether s is 1-3 digits, not zero alone, and then groups of three.
func grouped(s, sep string) bool {
	parts := strings.Split(s, sep)
	if len(parts[0]) < 1 || len(parts[0]) > 3 || parts[0][0] == '0' {
		return false
	}
	for _, p := range parts[1:] {
		if len(p) != 3 {
			return false
		}
	}
	return true
}
