package organ

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// OpenAI is an endpoint that somebody else runs and that speaks the OpenAI API: llama-server, vLLM,
// LM Studio, a gateway, the original. Nothing is loaded or unloaded.
type OpenAI struct {
	endpoint *endpoint
	list     func(context.Context) ([]string, error) // Models, or those of who embeds this

	mu    sync.Mutex
	model string // "": the first the endpoint lists, once asked
}

// NewOpenAI makes the backend; nothing is contacted. c.URL is needed, "/v1" is added when it has no path.
func NewOpenAI(c Config) (*OpenAI, error) {
	e, err := newEndpoint(c, "/v1")
	if err != nil {
		return nil, err
	}
	o := &OpenAI{endpoint: e, model: c.Model}
	o.list = o.Models
	return o, nil
}

// Kind is "openai".
func (*OpenAI) Kind() string { return KindOpenAI }

// Chat asks chat/completions once; a busy endpoint (429, 503) is asked again until the deadline.
func (o *OpenAI) Chat(ctx context.Context, c Chat) (Answer, error) {
	start := time.Now()
	if len(c.Turns) == 0 {
		return Answer{}, fmt.Errorf("ask %s: %w", o.endpoint.base, errNoTurns)
	}
	model, err := o.choose(ctx)
	if err != nil {
		return Answer{}, err
	}
	var out completion
	in := completionRequest{Model: model, Messages: c.Turns, MaxTokens: c.MaxTokens, Temperature: c.Temperature}
	if err := o.endpoint.call(ctx, "/chat/completions", in, &out); err != nil {
		return Answer{}, err
	}
	answer, err := out.answer()
	if err != nil {
		return Answer{}, fmt.Errorf("read answer of %s: %w", o.endpoint.base, err)
	}
	if answer.Model == "" {
		answer.Model = model
	}
	answer.Took = time.Since(start)
	return answer, nil
}

// Models lists what the endpoint serves, those that cannot chat left out.
func (o *OpenAI) Models(ctx context.Context) ([]string, error) {
	var out struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := o.endpoint.call(ctx, "/models", nil, &out); err != nil {
		return nil, err
	}
	var names []string
	for _, m := range out.Data {
		names = append(names, m.ID)
	}
	return chatModels(names), nil
}

// Alive asks for one token: the health check of an engine may answer while the engine is dead.
func (o *OpenAI) Alive(ctx context.Context) error {
	_, err := o.Chat(ctx, Chat{Turns: []Turn{{User, "ping"}}, MaxTokens: 1})
	if errors.Is(err, errNoText) {
		return nil // one token of thinking is a token
	}
	return err
}

// Close lets idle connections go.
func (o *OpenAI) Close() error {
	o.endpoint.close()
	return nil
}

// choose returns the model to ask: the configured one, else the first that the endpoint lists.
func (o *OpenAI) choose(ctx context.Context) (string, error) {
	o.mu.Lock()
	model := o.model
	o.mu.Unlock()
	if model != "" {
		return model, nil
	}
	names, err := o.list(ctx)
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", hinted("choose model of", o.endpoint.base.String(), "load a model there, or name one", errors.New("it lists none that chats"))
	}
	o.mu.Lock()
	o.model = names[0]
	o.mu.Unlock()
	return names[0], nil
}

// chatModels drops names that say they only embed, rank, hear or speak.
func chatModels(names []string) []string {
	var chat []string
	for _, name := range names {
		lower := strings.ToLower(name)
		other := false
		for _, word := range []string{"embed", "rerank", "whisper", "tts", "minilm", "bge-"} {
			other = other || strings.Contains(lower, word)
		}
		if name != "" && !other {
			chat = append(chat, name)
		}
	}
	return chat
}

type completionRequest struct {
	Model       string   `json:"model"`
	Messages    []Turn   `json:"messages"`
	MaxTokens   int      `json:"max_tokens,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	Stream      bool     `json:"stream"`
}

// completion is the part of a chat completion that is read.
type completion struct {
	Model   string `json:"model"`
	Choices []struct {
		Message struct {
			Content *string `json:"content"`
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		CompletionTokens int `json:"completion_tokens"`
	} `json:"usage"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// errNoText is an answer without words.
var errNoText = errors.New("no text in it")

func (c completion) answer() (Answer, error) {
	if c.Error != nil {
		return Answer{}, errors.New(shorten(c.Error.Message))
	}
	if len(c.Choices) == 0 {
		return Answer{}, errors.New("no choices in it")
	}
	choice := c.Choices[0]
	answer := Answer{Model: c.Model, Tokens: max(0, c.Usage.CompletionTokens), Cut: choice.FinishReason == "length"}
	if choice.Message.Content != nil {
		answer.Text = withoutThinking(*choice.Message.Content)
	}
	if answer.Text == "" {
		return Answer{}, fmt.Errorf("%w (finish_reason %q)", errNoText, choice.FinishReason)
	}
	return answer, nil
}

// withoutThinking drops the reasoning that some engines leave in front of the answer.
func withoutThinking(text string) string {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "<think>"); ok {
		_, after, closed := strings.Cut(rest, "</think>")
		if !closed {
			return ""
		}
		text = strings.TrimSpace(after)
	}
	return text
}

var (
	_ Backend = (*OpenAI)(nil)
	_ Lister  = (*OpenAI)(nil)
	_ Prober  = (*OpenAI)(nil)
	_ Closer  = (*OpenAI)(nil)
)
