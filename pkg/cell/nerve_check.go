package cell

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Check is an answer held against the computed result.
type Check struct {
	Expression  string         `json:"expression"`
	Expected    jsontext.Value `json:"expected"`
	Answer      string         `json:"answer,omitzero"` // the number that was found in the answer
	Outcome     wave.Verdict   `json:"outcome"`
	Discrepancy float64        `json:"discrepancy"`
}

const (
	sameWithin  = 1e-9 // relative error that is still the same number (digits of a rounded result)
	closeWithin = 0.01 // relative error that is partly right, as 3.33 for 10/3
)

// check compares a mind's answer with the result. Without an error in the
// calculation.
func (c Calculation) check(answer jsontext.Value) Check {
	number, _, _ := c.Number()
	out := Check{Expression: c.Expression, Expected: jsontext.Value(number), Outcome: wave.Failed, Discrepancy: 1}
	got, text, ok := answered(answer)
	out.Answer = wave.Cut(text, 128)
	if !ok {
		return out
	}
	diff := new(big.Rat).Sub(got, c.Value)
	off := 1.0
	if diff.Sign() == 0 {
		off = 0
	} else if c.Value.Sign() != 0 {
		off, _ = diff.Quo(diff, c.Value).Float64()
		off = max(off, -off)
	}
	switch {
	case off == 0, off <= sameWithin && number[0] == '"':
		out.Outcome, out.Discrepancy = wave.Confirmed, 0
	case off <= closeWithin:
		out.Outcome, out.Discrepancy = wave.Partial, round(max(off/closeWithin, 0.01))
	}
	return out
}

// answered finds the number of an answer: the answer itself, the field result,
// answer, value or text of an object, and in a text the last number in it.
func answered(answer jsontext.Value) (*big.Rat, string, bool) {
	switch answer.Kind() {
	case '0':
		r, ok := parseNumber(string(answer))
		return r, string(answer), ok
	case '"':
		var text string
		if json.Unmarshal(answer, &text) != nil {
			return nil, "", false
		}
		return lastNumber(text)
	case '{':
		var fields map[string]jsontext.Value
		if json.Unmarshal(answer, &fields) != nil {
			return nil, "", false
		}
		for _, key := range []string{"result", "answer", "value", "text"} {
			if v, found := fields[key]; found && v.Kind() != '{' {
				if r, text, ok := answered(v); ok {
					return r, text, true
				}
			}
		}
	}
	return nil, "", false
}

// lastNumber is the last number that is written in a text; "10/3" is one too.
func lastNumber(text string) (*big.Rat, string, bool) {
	if len(text) > 16*calcMaxText {
		text = text[len(text)-16*calcMaxText:]
	}
	var found *big.Rat
	var as string
	isPart := func(r rune) bool { return r >= '0' && r <= '9' || strings.ContainsRune(".,-−+/eE", r) }
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return !isPart(r) }) {
		run = strings.ReplaceAll(run, "−", "-")
		run = strings.TrimRight(strings.TrimLeft(run, "+/.,eE"), ".,-/+eE")
		if r, ok := parseNumber(run); ok {
			found, as = r, run
		}
	}
	return found, as, found != nil
}

// parseNumber reads 42, -1,000.5, 1e9 and 10/3 within the calculator's bounds.
func parseNumber(s string) (*big.Rat, bool) {
	if num, den, ok := strings.Cut(s, "/"); ok {
		a, okA := parseNumber(num)
		b, okB := parseNumber(den)
		if !okA || !okB || b.Sign() == 0 {
			return nil, false
		}
		return a.Quo(a, b), true
	}
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || !startsDigit(digits) {
		return nil, false
	}
	t, used := lexNumber(digits)
	if t.kind != tokNumber || used != len(digits) {
		return nil, false
	}
	v, err := literal(t.text)
	if err != nil {
		return nil, false
	}
	if digits != s {
		v.r.Neg(v.r)
	}
	return v.r, true
}

func (c Check) reason(mind string) string {
	if c.Answer == "" {
		return fmt.Sprintf("%s: %s gave no number, %s is %s", c.Outcome, mind, c.Expression, c.Expected)
	}
	return fmt.Sprintf("%s: %s said %s, %s is %s", c.Outcome, mind, c.Answer, c.Expression, c.Expected)
}

// outcome is the check as a teacher of the gate.
func (c Check) outcome(gate, transition string, now time.Time) wave.Outcome {
	expected, _ := marshal(map[string]any{"expression": c.Expression, "result": c.Expected})
	actual, _ := marshal(map[string]any{"answer": c.Answer})
	return wave.Outcome{
		ID: wave.OutcomeID(transition, wave.ByService, c.Outcome), Gate: gate, Transition: transition, Outcome: c.Outcome,
		Expected: expected, Actual: actual, Discrepancy: new(c.Discrepancy), By: wave.ByService, Time: now,
	}
}
