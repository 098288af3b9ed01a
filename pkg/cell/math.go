package cell

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// RegionArithmetic is what the math cell's waves are about.
const RegionArithmetic = "arithmetic"

const (
	sureResult = 0.95 // of a calculation that was recognised and computed
	sureTopic  = 0.8  // of one that has no result
)

var errNoText = errors.New("the input holds no text")

// MathContent is the content of a wave of the math cell.
type MathContent struct {
	Expression string         `json:"expression"`
	Result     jsontext.Value `json:"result,omitzero"`   // a number, or a string of digits where a number would not be exact
	Exact      bool           `json:"exact"`             // false: the result is rounded, or there is none
	Fraction   string         `json:"fraction,omitzero"` // the exact result as a fraction, where it is short
	Error      string         `json:"error,omitzero"`    // why there is no result
	Text       string         `json:"text"`
}

// mathBehaviour computes what is asked in words or symbols.
type mathBehaviour struct{ fields []string }

func (b *mathBehaviour) Describe() string {
	return "recognises calculations in texts, in words or symbols, and computes them exactly"
}

func (b *mathBehaviour) Fields() []string { return b.fields }

// Hear takes raw texts, and texts that somebody who is no text cell labelled
// arithmetic. What was passed on (it has "from") was heard before.
func (b *mathBehaviour) Hear(_ context.Context, _ string, w wave.Wave) []wave.Wave {
	text, passedOn, ok := textOf(w.Content)
	if !ok || passedOn || w.Region != "" && w.Region != RegionArithmetic || w.Valence < 0 {
		return nil
	}
	content, ok := calculated(text)
	if !ok {
		return nil
	}
	sure := sureResult
	if content.Error != "" {
		sure = sureTopic
	}
	out, err := Say(RegionArithmetic, sure, content)
	if err != nil {
		return nil // not reached: the content is made of valid text
	}
	return []wave.Wave{out}
}

// Answer serves "calculate" with {"text": ...} or a string.
func (b *mathBehaviour) Answer(_ context.Context, r wave.CellRequest) (any, error) {
	text, err := requested(r, "calculate")
	if err != nil {
		return nil, err
	}
	content, ok := calculated(text)
	if !ok {
		return nil, &daemon.Error{
			Op: "recognise", Subject: "calculation", Err: errors.New("there is none in the text"),
			Hint: `write it in symbols or words, like "15 + 27" or "fifteen plus twenty-seven"`,
		}
	}
	return content, nil
}

func calculated(text string) (MathContent, bool) {
	c, ok := Calculate(text)
	if !ok {
		return MathContent{}, false
	}
	out := MathContent{Expression: c.Expression, Text: text}
	if c.Err != nil {
		out.Error = c.Err.Error()
		return out, true
	}
	var result string
	result, out.Exact, out.Fraction = c.Number()
	out.Result = jsontext.Value(result)
	return out, true
}

// requested reads the text of a request for one command.
func requested(r wave.CellRequest, command string) (string, error) {
	if r.Command != command {
		return "", unknownCommand(r.Command, command)
	}
	if text, _, ok := textOf(r.Input); ok {
		return text, nil
	}
	return "", errNoText
}

var (
	_ Listener = (*mathBehaviour)(nil)
	_ Answerer = (*mathBehaviour)(nil)
	_ Listener = (*textBehaviour)(nil)
	_ Answerer = (*textBehaviour)(nil)
)
