package boundary

import (
	"cmp"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// voice is what a signal said, as the input lists it.
type voice struct {
	Source     string         `json:"source"`
	Cell       string         `json:"cell,omitzero"`
	Region     string         `json:"region,omitzero"`
	Confidence float64        `json:"confidence"`
	Valence    float64        `json:"valence"`
	Content    jsontext.Value `json:"content,omitzero"`
}

// request turns a transform into the request of its event. It depends on its arguments alone.
func (e *event) request(t wave.Transform, asked, deadline time.Time) (wave.CognitiveRequest, error) {
	input, err := json.Marshal(input(t), json.Deterministic(true))
	if err != nil {
		return wave.CognitiveRequest{}, err
	}
	r := wave.CognitiveRequest{
		ID:         wave.CognitiveRequestID(t.Transition, t.Event),
		Event:      t.Event,
		Domain:     cmp.Or(t.Domain, e.domain),
		Confidence: t.Confidence,
		Input:      input,
		Budget:     e.budget,
		Gate:       t.Gate,
		Transition: t.Transition,
		Time:       asked,
		Deadline:   deadline,
	}
	for _, s := range t.Signals {
		s.Content = nil // what was said stands in the input, once
		r.Signals = append(r.Signals, s)
	}
	for _, name := range e.actions {
		// Nothing deterministic prefers one of them: each is as fitting as the opening is sure.
		r.Actions = append(r.Actions, wave.Action{Action: name, Confidence: t.Confidence})
	}
	return r, nil
}

// input merges what the signals carried; the package comment says how.
func input(t wave.Transform) map[string]any {
	in := map[string]any{"gate": t.Gate}
	voices := make([]voice, 0, len(t.Signals))
	for _, s := range t.Signals {
		voices = append(voices, voice{s.Source, s.Cell, s.Region, s.Confidence, s.Valence, s.Content})
	}
	in["signals"] = voices

	surest := slices.Clone(voices)
	slices.SortStableFunc(surest, func(a, b voice) int { return cmp.Compare(b.Confidence, a.Confidence) })
	for _, v := range surest {
		if _, taken := in["region"]; !taken && v.Region != "" && v.Valence >= 0 {
			in["region"] = v.Region
		}
	}
	for _, v := range surest {
		if v.Valence < 0 {
			continue
		}
		for key, value := range said(v.Content) {
			if _, taken := in[key]; !taken && key != "region" {
				in[key] = value
			}
		}
	}
	return in
}

// said reads a content as keys and values: an object's own, a string's as "text".
func said(content jsontext.Value) map[string]jsontext.Value {
	switch content.Kind() {
	case '{':
		var keys map[string]jsontext.Value
		if json.Unmarshal(content, &keys) != nil {
			return nil
		}
		return keys
	case '"':
		return map[string]jsontext.Value{"text": content}
	default:
		return nil
	}
}
