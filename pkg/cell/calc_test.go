package cell

import (
	"errors"
	"math/big"
	"strings"
	"testing"
)

func TestCalculate(t *testing.T) {
	tests := []struct {
		text, expression, result string
		exact                    bool
		fraction                 string
	}{
		{"what is 15 + 27", "15+27", "42", true, ""},
		{"15+27", "15+27", "42", true, ""},
		{"15 + 27 = ?", "15+27", "42", true, ""},
		{"What's 15 plus 27?", "15+27", "42", true, ""},
		{"fifteen plus twenty-seven", "15+27", "42", true, ""},
		{"was ist fünfzehn plus siebenundzwanzig?", "15+27", "42", true, ""},
		{"Was ergibt fuenfzehn mal drei", "15*3", "45", true, ""},
		{"zweihundertfünfunddreißig minus eins", "235-1", "234", true, ""},
		{"dreitausendzweihundert durch zwei", "3200/2", "1600", true, ""},
		{"zwei Millionen geteilt durch acht", "2000000/8", "250000", true, ""},
		{"two thousand three hundred and five times 2", "2305*2", "4610", true, ""},
		{"a hundred minus one", "100-1", "99", true, ""},
		{"3 million plus 2", "3000000+2", "3000002", true, ""},
		{"three point one four times two", "3.14*2", "6.28", true, ""},
		{"drei komma fünf plus 0,5", "3.5+0.5", "4", true, ""},
		{"1,000.50 + 1", "1000.50+1", "1001.5", true, ""},
		{"1.000,5 + 1", "1000.5+1", "1001.5", true, ""},
		{"2 + 3 * 4", "2+3*4", "14", true, ""},
		{"(2 + 3) * 4", "(2+3)*4", "20", true, ""},
		{"2 - (3 - 4)", "2-(3-4)", "3", true, ""},
		{"2^3^2", "2^3^2", "512", true, ""},
		{"-2^2 + 0", "-2^2+0", "-4", true, ""},
		{"2 to the power of 10", "2^10", "1024", true, ""},
		{"2 hoch 10", "2^10", "1024", true, ""},
		{"2**-1", "2^(-1)", "0.5", true, ""},
		{"5 squared plus 2 cubed", "5^2+2^3", "33", true, ""},
		{"15% of 200", "15% of 200", "30", true, ""},
		{"fifteen percent of 200", "15% of 200", "30", true, ""},
		{"wie viel ist 15 Prozent von 200", "15% of 200", "30", true, ""},
		{"200 + 10%", "200+10%", "220", true, ""},
		{"17 % 5", "17 mod 5", "2", true, ""},
		{"17 modulo 5", "17 mod 5", "2", true, ""},
		{"the square root of 16", "sqrt(16)", "4", true, ""},
		{"Wurzel aus 16 plus 1", "sqrt(16)+1", "5", true, ""},
		{"√2 * √2", "sqrt(2)*sqrt(2)", `"2"`, false, ""},
		{"cube root of 27", "cbrt(27)", "3", true, ""},
		{"the sum of 3 and 4", "3+4", "7", true, ""},
		{"difference between 10 and 3", "10-3", "7", true, ""},
		{"3 subtracted from 10", "10-3", "7", true, ""},
		{"half of 20 plus 2", "20/2+2", "12", true, ""},
		{"twice 21", "2*21", "42", true, ""},
		{"10 ÷ 4", "10/4", "2.5", true, ""},
		{"what is 10/3", "10/3", `"3.3333333333333333"`, false, "10/3"},
		{"12/4", "12/4", "3", true, ""},
		{"0.1 + 0.2", "0.1+0.2", "0.3", true, ""},
		{"2^64 + 1", "2^64+1", `"18446744073709551617"`, true, ""},
		{"3 x 4", "3*4", "12", true, ""},
		{"5 − 7", "5-7", "-2", true, ""},
		{"5 times -3", "5*(-3)", "-15", true, ""},
		{"I have 3 apples. How much is 2 + 2 please", "2+2", "4", true, ""},
		{`she asked "what is 6 * 7"`, "6*7", "42", true, ""},
		{"1e3 + 1", "1000+1", "1001", true, ""},
		{"2 + 2 and 3 + 3 + 3", "3+3+3", "9", true, ""},
		{"4^0.5", "4^0.5", "2", true, ""},
		{"8^(1/3)", "8^(1/3)", `"2"`, false, ""},
	}
	for _, tt := range tests {
		c, ok := Calculate(tt.text)
		if !ok {
			t.Errorf("%q: not recognised", tt.text)
			continue
		}
		if c.Err != nil {
			t.Errorf("%q: %v", tt.text, c.Err)
			continue
		}
		result, exact, fraction := c.Number()
		expression := strings.ReplaceAll(c.Expression, "1e3", "1000")
		if expression != tt.expression || result != tt.result || exact != tt.exact || fraction != tt.fraction {
			t.Errorf("%q: %s = %s exact %v fraction %q, want %s = %s exact %v fraction %q", tt.text,
				expression, result, exact, fraction, tt.expression, tt.result, tt.exact, tt.fraction)
		}
	}
}

func TestCalculateIsNotRecognised(t *testing.T) {
	for _, text := range []string{
		"", "hello", "what is 42", "fifteen", "2024-05-12", "on 2024-05-12 we met", "12/05/2024", "open 24/7",
		"what does 24/7 mean", "pages 10-20", "call 555-1234 now", "C++ 11", "10.0.0.1/24", "he lost 3 times", "at 12:30",
		"x + 3 + 4", "3 + 4 * x", "5 km + 3 km", "5+ years", "3 +", "+ 3", "(3 + 4", "3 + 4)", "3 4 + 5", "version 1.2-3",
		"1920x1080 pixels", "five six plus two", "A4-5", "$5 + $3", "50 %", "-5", "rock and roll", "one of 5",
		"the times are hard", "sum of 3", "v2+3", "15 + 27abc", strings.Repeat("(", 5000), strings.Repeat("-", 5000) + "1",
		strings.Repeat("1+", 5000), strings.Repeat("√", 300) + "2", "\xff\xfe+\x00", "١ + ٢",
	} {
		if c, ok := Calculate(text); ok {
			t.Errorf("%.60q: recognised as %s", text, c.Expression)
		}
	}
}

func TestCalculateWithoutResult(t *testing.T) {
	tests := []struct {
		text string
		want error
	}{
		{"1 ÷ 0", ErrDivideByZero},
		{"what is 5/(3-3)", ErrDivideByZero},
		{"0^(-1)", ErrDivideByZero},
		{"5 mod 0", ErrDivideByZero},
		{"5.5 mod 2", ErrNotWhole},
		{"9^9^9", ErrTooBig},
		{"9^9^9^9^9", ErrTooBig},
		{"10^999 * 10^999 * 10^999", ErrTooBig},
		{"2^5000", ErrTooBig},
		{"1e999 * 1e999", ErrTooBig},
		{"sqrt(2)^99999", ErrTooBig},
		{"sqrt(-4)", ErrNotReal},
		{"(-8)^0.3", ErrNotReal},
		{"1.5^1e9 + 1", ErrTooBig},
	}
	for _, tt := range tests {
		c, ok := Calculate(tt.text)
		if !ok || !errors.Is(c.Err, tt.want) {
			t.Errorf("%q: recognised %v, error %v, want %v", tt.text, ok, c.Err, tt.want)
		}
	}
}

func TestCalculateEdges(t *testing.T) {
	for text, want := range map[string]string{"(-1)^1000001": "-1", "1^99999999999999999999": "1", "0^5": "0", "0^0": "1"} {
		c, ok := Calculate(text)
		if got, _, _ := c.Number(); !ok || got != want {
			t.Errorf("%q: %v %s, want %s", text, ok, got, want)
		}
	}
}

// FuzzCalculate: no text hangs or panics, and what was recognised is written so
// that reading it again gives the same value.
func FuzzCalculate(f *testing.F) {
	for _, s := range []string{
		"what is 15 + 27", "9^9^9", "zweiundvierzig mal (3,5 + -2)", "15% of 5%", "√√16²³", "1.000.000,5/3",
		"sum of 3 and 4 and 5", "200-10%%", "(5%)%3", "2^-3^2", "3 - - 3", "a hundred and and five plus 1", "00- 0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := Calculate(text)
		if !ok {
			return
		}
		json, _, _ := c.Number()
		if (c.Err == nil) != (json != "") {
			t.Fatalf("%q: error %v beside result %q", text, c.Err, json)
		}
		tokens := joinWords(lex(c.Expression))
		if len(c.Expression) > calcMaxText || len(tokens) >= calcMaxTokens || strings.Count(c.Expression, "(") > calcMaxDepth/4 {
			return // printing adds parentheses, which count
		}
		p := &parser{in: tokens}
		again := p.sum()
		if p.failed || p.pos != len(tokens) {
			t.Fatalf("%q: wrote %q, which does not read again", text, c.Expression)
		}
		v, err := again.eval()
		if (err == nil) != (c.Err == nil) || err == nil && !near(v.r, c.Value) {
			t.Fatalf("%q: wrote %q = %v, which reads as %q = %v (%v)", text, c.Expression, c.Value, again, v.r, err)
		}
	})
}

// near allows for the rounding of inexact steps.
func near(a, b *big.Rat) bool {
	diff := new(big.Rat).Sub(a, b)
	limit := new(big.Rat).Mul(new(big.Rat).Abs(a), big.NewRat(1, 1e12))
	return diff.Abs(diff).Cmp(limit) <= 0
}
