package organ

import (
	"cmp"
	"context"
	"fmt"
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
	// Answer is the result that came with the request, else what the mind said.
	Answer jsontext.Value `json:"answer"`
	// Text is what the mind said, in its own words.
	Text string `json:"text"`
	// Mind that was asked, and the kind of backend that spoke for it; empty when none did.
	Mind    string `json:"mind"`
	Backend string `json:"backend,omitempty"`
	// Simulated is true when no model spoke.
	Simulated bool `json:"simulated"`
	// Failed says why the mind said nothing, though there is an answer.
	Failed string `json:"failed,omitempty"`
}

// respond makes the response to a request from what came of asking: an answer, or why there is none. The
// result that came with a request stands, whatever became of the mind.
func respond(mind string, r wave.CognitiveRequest, kind string, a Answer, failed error) (wave.CognitiveResponse, error) {
	out := wave.CognitiveResponse{
		ID: wave.CognitiveResponseID(r.ID), Request: r.ID, Decision: DecisionAnswer,
		Mind: mind, Model: wave.Cut(a.Model, 256), Simulated: a.Simulated,
		Spent: wave.Budget{Tokens: int64(a.Tokens)},
	}
	result := Result{Answer: computed(r.Input), Mind: mind, Backend: kind, Simulated: a.Simulated}
	switch {
	case failed == nil:
		out.Decision, result.Text = decided(wave.Cut(a.Text, maxText), r.Actions)
	case result.Answer == nil:
		out.Decision, out.Error = DecisionFail, wave.Cut(failed.Error(), 1024)
		return out, nil
	default:
		result.Failed = wave.Cut(failed.Error(), 1024)
	}
	var err error
	if result.Answer == nil {
		if result.Answer, err = json.Marshal(result.Text); err != nil {
			return out, fmt.Errorf("write answer: %w", err)
		}
	}
	if out.Result, err = json.Marshal(result); err != nil {
		return out, fmt.Errorf("write result: %w", err)
	}
	return out, nil
}

// refuse makes the response to a request that no mind was asked about.
func refuse(mind string, r wave.CognitiveRequest, why string) wave.CognitiveResponse {
	return wave.CognitiveResponse{
		ID: wave.CognitiveResponseID(r.ID), Request: r.ID, Decision: DecisionRefuse, Mind: mind, Error: wave.Cut(why, 1024),
	}
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
