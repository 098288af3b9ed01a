package organ

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Decisions of a response, besides the names of the request's own actions.
const (
	DecisionAnswer = "answer" // the mind said something, and decided for no action
	DecisionRefuse = "refuse" // the mind was not asked: too late, too many waiting, stopping
	DecisionFail   = "fail"   // the engine brought no answer
)

// Result is the "result" of a response.
type Result struct {
	// Answer is the result that came with the request, else what the mind said; null when there is neither.
	Answer jsontext.Value `json:"answer"`
	// Text is what the mind said, in its own words.
	Text string `json:"text"`
	// Mind that was asked, and the kind of backend that spoke for it; empty when none did.
	Mind    string `json:"mind"`
	Backend string `json:"backend,omitempty"`
	// Simulated is true when no model spoke.
	Simulated bool `json:"simulated"`
}

// respond makes the response to a request from what came of it: an answer, or the error.
func respond(mind string, r wave.CognitiveRequest, kind string, a Answer, err error) (wave.CognitiveResponse, error) {
	out := wave.CognitiveResponse{
		ID: wave.CognitiveResponseID(r.ID), Request: r.ID, Decision: DecisionAnswer,
		Mind: mind, Model: clip(a.Model, 256), Simulated: a.Simulated,
		Spent: wave.Budget{Tokens: int64(a.Tokens)},
	}
	text := clip(a.Text, maxText)
	if err != nil {
		out.Decision, out.Error = DecisionFail, clip(err.Error(), 1024)
	} else {
		out.Decision, text = decided(text, r.Actions)
	}
	result := Result{Answer: computed(r.Input), Text: text, Mind: mind, Backend: kind, Simulated: a.Simulated}
	if result.Answer == nil {
		result.Answer = jsontext.Value("null")
		if text != "" {
			quoted, err := json.Marshal(text)
			if err != nil {
				return out, fmt.Errorf("write answer: %w", err)
			}
			result.Answer = quoted
		}
	}
	var failed error
	out.Result, failed = json.Marshal(result)
	return out, failed
}

// refuse makes the response to a request that no mind was asked about.
func refuse(mind string, r wave.CognitiveRequest, why string) wave.CognitiveResponse {
	return wave.CognitiveResponse{
		ID: wave.CognitiveResponseID(r.ID), Request: r.ID, Decision: DecisionRefuse, Mind: mind, Error: clip(why, 1024),
	}
}

// clip keeps at most n bytes of a text, whole characters.
func clip(text string, n int) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// think asks the backend about one request, until the deadline.
func think(ctx context.Context, b Backend, mind string, r wave.CognitiveRequest, most int) (Answer, error) {
	chat, err := prompt(mind, r)
	if err != nil {
		return Answer{}, err
	}
	chat.MaxTokens = most
	if budget := int(min(r.Budget.Tokens, 1<<20)); budget > 0 {
		chat.MaxTokens = min(cmp.Or(most, budget), budget)
	}
	start := time.Now()
	answer, err := b.Chat(ctx, chat)
	answer.Took = time.Since(start)
	return answer, err
}
