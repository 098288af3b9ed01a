package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// describe says in one line what a message tells, and in which tone. What it
// does not know is shown as it is.
func describe(subject wave.Subject, m wave.Message) (string, tone) {
	say, ok := sayings[subject.Kind()]
	if ok {
		if text, tone := say(m.Data); text != "" {
			return text, tone
		}
	}
	body := jsontext.Value(m.Data)
	if !body.IsValid() {
		return fmt.Sprintf("%d bytes", len(m.Data)), plain
	}
	_ = body.Compact()
	return shorten(string(body), 160), plain
}

// sayings has a sentence for each kind that people watch.
var sayings = map[wave.Kind]func([]byte) (string, tone){
	wave.KindCellWave:           sayWaves,
	wave.KindCellWaveN:          sayWaves,
	wave.KindGateTransition:     saying(sayTransition),
	wave.KindGateReflex:         saying(sayTransition),
	wave.KindRealTransition:     saying(sayTransition),
	wave.KindGateCorrelation:    saying(sayCorrelation),
	wave.KindGateLean:           saying(sayLean),
	wave.KindEscalation:         saying(sayEscalation),
	wave.KindRealVerified:       saying(sayVerified),
	wave.KindRealFeedback:       saying(sayOutcome),
	wave.KindNerveState:         saying(sayNerve),
	wave.KindBoundaryTransform:  saying(sayTransform),
	wave.KindCognitiveRequestAs: saying(sayRequest),
	wave.KindCognitiveRequest:   saying(sayRequest),
	wave.KindCognitiveResponse:  saying(sayResponse),
	wave.KindCognitiveHeartbeat: saying(sayHeartbeat),
	wave.KindHostHeartbeat:      saying(sayHost),
	wave.KindRejects:            saying(sayReject),
}

func saying[T any](say func(T) (string, tone)) func([]byte) (string, tone) {
	return func(data []byte) (string, tone) {
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			return "", plain
		}
		return say(v)
	}
}

func sayWaves(data []byte) (string, tone) {
	var parts []string
	wave.ParseFrame(data, func(line int, w wave.Wave, err error) {
		if err != nil {
			parts = append(parts, fmt.Sprintf("line %d: %s", line, err))
			return
		}
		text := fmt.Sprintf("%s %.2f", w.Source, w.Confidence)
		if w.Region != "" {
			text += " " + w.Region
		}
		if w.Valence < 0 {
			text += " (not so)"
		}
		if len(w.Content) > 0 {
			text += " " + shorten(string(w.Content), 90)
		}
		parts = append(parts, text)
	})
	return strings.Join(parts, " | "), plain
}

func sayTransition(t wave.Transition) (string, tone) {
	text := fmt.Sprintf("%s %s -> %s", t.Gate, upper(t.From), upper(t.To))
	if t.Garden == wave.Real {
		text = "real " + text
	}
	switch t.Cause {
	case wave.CauseDecay:
		text += ": silence"
	case wave.CauseForced:
		text += ": " + t.Reason
	case wave.CauseVerified:
		text += ": handed over by " + t.Of
	default:
		text += ": " + string(t.Cause) + voices(t.Triggers)
	}
	if t.To == wave.Stable {
		return text, calm
	}
	text += fmt.Sprintf("  (value %+.2f, amplitude %.2f, weight %.2f, tier %d)", t.Value, t.Amplitude, t.Weight, t.Route.Tier)
	if t.To == wave.Open {
		return text, open
	}
	return text, closed
}

// voices lists who spoke, the weightiest first as the gate gave them.
func voices(signals []wave.Signal) string {
	var parts []string
	for _, s := range signals {
		if s.Confidence < 0.005 {
			continue // it agrees, but says nothing
		}
		name := s.Cell
		if name == "" {
			name = s.Source
		}
		parts = append(parts, fmt.Sprintf("%s %.2f", name, s.Confidence))
	}
	if len(parts) == 0 {
		return ""
	}
	text := " of " + strings.Join(parts, ", ")
	if about := signals[0].Region; about != "" {
		text += " about " + about
	}
	return text
}

func sayCorrelation(c wave.Correlation) (string, tone) {
	return fmt.Sprintf("%s compared %d voices: correlation %+.2f, %s", c.Gate, len(c.Signals), c.Aggregate,
		strings.ReplaceAll(string(c.Result), "_", " ")), plain
}

func sayLean(l wave.Lean) (string, tone) {
	return fmt.Sprintf("%s at %+.2f, %+.2f a second", l.Gate, l.Value, l.Slope), plain
}

func sayEscalation(e wave.Escalation) (string, tone) {
	return fmt.Sprintf("%s asks for tier %d: %s%s", e.Gate, e.Tier, e.Region, voices(e.Signals)), asked
}

func sayVerified(v wave.Verified) (string, tone) {
	return fmt.Sprintf("%s handed over to Real, amplitude %.2f", v.Transition, v.Amplitude), open
}

func sayOutcome(o wave.Outcome) (string, tone) {
	text := fmt.Sprintf("%s %s by %s", o.Transition, o.Outcome, o.By)
	if o.Discrepancy != nil && o.Outcome == wave.Partial {
		text += fmt.Sprintf(", discrepancy %.2f", *o.Discrepancy)
	}
	if o.Outcome == wave.Failed {
		return text, closed
	}
	return text, calm
}

func sayNerve(n wave.NerveState) (string, tone) {
	text := n.Nerve + " is " + n.State
	if n.Reason != "" {
		text += ": " + n.Reason
	}
	return text, calm
}

func sayTransform(t wave.Transform) (string, tone) {
	return fmt.Sprintf("%s: make a request for %s", t.Transition, t.Event), plain
}

func sayRequest(r wave.CognitiveRequest) (string, tone) {
	return fmt.Sprintf("asked (%s): %s", r.Event, shorten(string(r.Input), 140)), asked
}

func sayResponse(r wave.CognitiveResponse) (string, tone) {
	if r.Error != "" {
		return "no answer: " + r.Error, closed
	}
	who := r.Mind
	if r.Simulated {
		who += " (simulated)"
	}
	return fmt.Sprintf("answer of %s: %s  (%s)", who, answer(r.Result), time.Duration(r.Latency).Round(time.Millisecond)), open
}

// answer takes the answer itself out of a mind's result.
func answer(result jsontext.Value) string {
	var r struct {
		Answer jsontext.Value `json:"answer"`
		Text   string         `json:"text"`
	}
	if json.Unmarshal(result, &r) != nil || len(r.Answer) == 0 {
		return shorten(string(result), 140)
	}
	text := strings.Trim(string(r.Answer), `"`)
	if r.Text != "" && r.Text != text {
		text += " - " + shorten(r.Text, 120)
	}
	return text
}

func sayHeartbeat(h wave.Heartbeat) (string, tone) {
	text := h.Mind + " is " + h.State
	if h.Simulated {
		text += " (simulated)"
	} else if h.Model != "" {
		text += " with " + h.Model
	}
	return text, plain
}

func sayReject(r wave.Reject) (string, tone) {
	text := "refused on " + r.Subject + ": "
	if r.Field != "" {
		text += r.Field + ": "
	}
	text += r.Reason
	if r.Suppressed > 0 {
		text += fmt.Sprintf(" (%d more were only counted)", r.Suppressed)
	}
	return text, closed
}

func upper(s wave.State) string { return strings.ToUpper(s.String()) }

// shorten cuts a text to n runes, on one line.
func shorten(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
