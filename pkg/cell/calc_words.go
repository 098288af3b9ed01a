package cell

import (
	"math/big"
	"strings"
)

// phrases are the words of the calculator, English and German, as they are
// written with single spaces. The longest phrase at a place wins.
var phrases = map[string]token{
	"plus": {kind: tokOp, text: "+"}, "added to": {kind: tokOp, text: "+"}, "addiert zu": {kind: tokOp, text: "+"},
	"minus": {kind: tokOp, text: "-"}, "take away": {kind: tokOp, text: "-"}, "weniger": {kind: tokOp, text: "-", weak: true},
	"less": {kind: tokOp, text: "-", weak: true}, "subtracted from": {kind: tokOp, text: "from"},
	"times": {kind: tokOp, text: "*"}, "multiplied by": {kind: tokOp, text: "*"}, "multiplied with": {kind: tokOp, text: "*"},
	"mal": {kind: tokOp, text: "*"}, "multipliziert mit": {kind: tokOp, text: "*"},
	"divided by": {kind: tokOp, text: "/"}, "over": {kind: tokOp, text: "/", weak: true},
	"geteilt durch": {kind: tokOp, text: "/"}, "dividiert durch": {kind: tokOp, text: "/"}, "durch": {kind: tokOp, text: "/", weak: true},
	"mod": {kind: tokOp, text: "mod"}, "modulo": {kind: tokOp, text: "mod"},
	"to the power of": {kind: tokOp, text: "^"}, "to the power": {kind: tokOp, text: "^"}, "raised to": {kind: tokOp, text: "^"},
	"raised to the power of": {kind: tokOp, text: "^"}, "raised to the power": {kind: tokOp, text: "^"}, "hoch": {kind: tokOp, text: "^"},
	"squared": {kind: tokPost, text: "squared"}, "quadriert": {kind: tokPost, text: "squared"},
	"im quadrat": {kind: tokPost, text: "squared"}, "zum quadrat": {kind: tokPost, text: "squared"}, "cubed": {kind: tokPost, text: "cubed"},
	"percent": {kind: tokPost, text: "percent"}, "per cent": {kind: tokPost, text: "percent"}, "prozent": {kind: tokPost, text: "percent"},
	"of": {kind: tokOf}, "von": {kind: tokOf}, "vom": {kind: tokOf}, "and": {kind: tokAnd}, "und": {kind: tokAnd},
	"square root of": {kind: tokFunc, text: "sqrt"}, "square root": {kind: tokFunc, text: "sqrt"}, "root of": {kind: tokFunc, text: "sqrt"},
	"sqrt": {kind: tokFunc, text: "sqrt"}, "wurzel aus": {kind: tokFunc, text: "sqrt"}, "wurzel von": {kind: tokFunc, text: "sqrt"},
	"quadratwurzel aus": {kind: tokFunc, text: "sqrt"}, "quadratwurzel von": {kind: tokFunc, text: "sqrt"},
	"cube root of": {kind: tokFunc, text: "cbrt"}, "cbrt": {kind: tokFunc, text: "cbrt"},
	"kubikwurzel aus": {kind: tokFunc, text: "cbrt"}, "kubikwurzel von": {kind: tokFunc, text: "cbrt"},
	"square of": {kind: tokFunc, text: "square"}, "quadrat von": {kind: tokFunc, text: "square"}, "cube of": {kind: tokFunc, text: "cube"},
	"half of": {kind: tokFunc, text: "half"}, "hälfte von": {kind: tokFunc, text: "half"},
	"twice": {kind: tokFunc, text: "twice"}, "double of": {kind: tokFunc, text: "twice"}, "doppelte von": {kind: tokFunc, text: "twice"},
	"sum of": {kind: tokPair, text: "+"}, "summe von": {kind: tokPair, text: "+"}, "summe aus": {kind: tokPair, text: "+"},
	"difference between": {kind: tokPair, text: "-"}, "difference of": {kind: tokPair, text: "-"},
	"differenz zwischen": {kind: tokPair, text: "-"}, "differenz von": {kind: tokPair, text: "-"}, "differenz aus": {kind: tokPair, text: "-"},
	"product of": {kind: tokPair, text: "*"}, "produkt von": {kind: tokPair, text: "*"}, "produkt aus": {kind: tokPair, text: "*"},
	"quotient of": {kind: tokPair, text: "/"}, "quotient von": {kind: tokPair, text: "/"}, "quotient aus": {kind: tokPair, text: "/"},
}

const longestPhrase = 5 // words

// articles mean nothing between an operator and its number.
var articles = map[string]bool{"the": true, "der": true, "die": true, "das": true, "dem": true}

// joinWords replaces phrases and number words by the tokens they stand for and
// drops articles. A dropped or joined word never glues its neighbours.
func joinWords(in []token) []token {
	out := make([]token, 0, len(in))
	for i := 0; i < len(in); {
		if in[i].kind == tokNumber {
			t, used := scaledNumber(in[i:])
			out = append(out, t)
			i += used
			continue
		}
		if in[i].kind != tokWord {
			out = append(out, in[i])
			i++
			continue
		}
		if t, used := phraseAt(in[i:]); used > 0 {
			out, i = append(out, t), i+used
		} else if t, used := numberWords(in[i:]); used > 0 {
			out, i = append(out, t), i+used
		} else {
			if w := in[i].text; w == "x" && timesBetween(in, i) {
				out = append(out, token{kind: tokOp, text: "*", weak: true, glue: in[i].glue})
			} else if !articles[w] || in[i].glue {
				out = append(out, in[i])
			}
			i++
		}
	}
	return out
}

// timesBetween says whether the letter x at i stands between two operands.
func timesBetween(in []token, i int) bool {
	if i == 0 || i+1 >= len(in) {
		return false
	}
	l, r := in[i-1].kind, in[i+1].kind
	return (l == tokNumber || l == tokClose) && (r == tokNumber || r == tokOpen)
}

func phraseAt(in []token) (token, int) {
	var b strings.Builder
	best, used := token{}, 0
	for n := 0; n < min(longestPhrase, len(in)) && in[n].kind == tokWord && (n == 0 || !in[n].glue); n++ {
		if n > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(in[n].text)
		if t, ok := phrases[b.String()]; ok {
			best, used = t, n+1
		}
	}
	best.glue = in[0].glue
	return best, used
}

// scaledNumber joins digits with the scale word behind them: 3 million.
func scaledNumber(in []token) (token, int) {
	if len(in) > 1 && in[1].kind == tokWord && !in[1].glue {
		if w, ok := numberWord(in[1].text); ok && w.class == classScale {
			if r, ok := new(big.Rat).SetString(in[0].text); ok {
				r.Mul(r, new(big.Rat).SetInt64(w.value))
				return token{kind: tokNumber, text: decimal(r), glue: in[0].glue}, 2
			}
		}
	}
	return in[0], 1
}

// numberWords reads the longest number written in words at the front of in.
func numberWords(in []token) (token, int) {
	words, ends := splitWords(in)
	value, n := wordValue(words)
	if n == 0 || ends[n-1] == 0 {
		return token{}, 0
	}
	text, used := value.String(), ends[n-1]
	if digits, m := pointDigits(words[n:]); m > 0 && ends[n+m-1] > 0 {
		text, used = text+"."+digits, ends[n+m-1]
	}
	return token{kind: tokNumber, text: text, glue: in[0].glue}, used
}

// splitWords cuts hyphenated words; ends[i] is the number of tokens that are
// used up after words[i], 0 inside a hyphenated word.
func splitWords(in []token) (words []string, ends []int) {
	for i, t := range in {
		if t.kind != tokWord || i > 0 && t.glue || len(words) > 64 {
			break
		}
		parts := strings.Split(t.text, "-")
		for j, p := range parts {
			words = append(words, p)
			if j == len(parts)-1 {
				ends = append(ends, i+1)
			} else {
				ends = append(ends, 0)
			}
		}
	}
	return words, ends
}

// pointDigits reads "point one four" or "komma eins vier".
func pointDigits(words []string) (string, int) {
	if len(words) < 2 || words[0] != "point" && words[0] != "komma" {
		return "", 0
	}
	n := 1
	var b strings.Builder
	for ; n < len(words); n++ {
		w, ok := numberWord(words[n])
		if !ok || w.class != classUnit && w.class != classZero {
			break
		}
		b.WriteByte(byte('0' + w.value))
	}
	if b.Len() == 0 {
		return "", 0
	}
	return b.String(), n
}
