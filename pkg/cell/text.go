package cell

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// heard is what text cells read of a content.
type heard struct {
	Text *string `json:"text"`
	From *string `json:"from"`
}

// textOf is the text of a content: of an object its string "text", or the
// content itself when it is a string. from is set when somebody passed the text
// on. Texts longer than 4 KiB are cut.
func textOf(content jsontext.Value) (text string, passedOn, ok bool) {
	switch content.Kind() {
	case '"':
		ok = json.Unmarshal(content, &text) == nil
	case '{':
		var h heard
		if json.Unmarshal(content, &h, jsontext.AllowDuplicateNames(true)) == nil && h.Text != nil {
			text, passedOn, ok = *h.Text, h.From != nil, true
		}
	}
	if len(text) > calcMaxText {
		text = text[:calcMaxText]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	return text, passedOn, ok && strings.TrimSpace(text) != ""
}

// textBehaviour labels what texts are about.
type textBehaviour struct{ fields []string }

// TextContent is the content of a wave of the text cell.
type TextContent struct {
	Text   string `json:"text"`
	From   string `json:"from"`   // who said it
	Reason string `json:"reason"` // the rule that decided
}

func (b *textBehaviour) Describe() string { return "says what a text is about" }
func (b *textBehaviour) Fields() []string { return b.fields }

// Hear answers raw texts only: a wave that has a region is somebody's opinion
// already, its own included.
func (b *textBehaviour) Hear(_ context.Context, _ string, w wave.Wave) []wave.Wave {
	text, passedOn, ok := textOf(w.Content)
	if !ok || passedOn || w.Region != "" || len(w.Embedding) > 0 {
		return nil
	}
	topic, ok := Classify(text)
	if !ok {
		return nil
	}
	out, err := Say(topic.Region, topic.Confidence, TextContent{text, w.Source, topic.Reason})
	if err != nil {
		return nil // not reached: text is valid
	}
	return []wave.Wave{out}
}

// Answer serves "classify" with {"text": ...} or a string.
func (b *textBehaviour) Answer(_ context.Context, r wave.CellRequest) (any, error) {
	text, err := requested(r, "classify")
	if err != nil {
		return nil, err
	}
	topic, ok := Classify(text)
	if !ok {
		return nil, errNoText
	}
	return struct {
		Region     string  `json:"region"`
		Confidence float64 `json:"confidence"`
		Reason     string  `json:"reason"`
	}(topic), nil
}
