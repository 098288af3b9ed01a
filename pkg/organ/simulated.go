package organ

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
)

const (
	simulatedLoad  = 250 * time.Millisecond
	simulatedSpeed = 200.0
	// bytesPerToken is how long a token is in English, about.
	bytesPerToken = 4
)

// Simulated is a mind without a model: it takes the time that loading and generating would take, and its
// words are made from the question alone, so the same question brings the same answer. It always says
// that it is simulated.
type Simulated struct {
	load  time.Duration
	speed float64 // tokens per second

	mu    sync.Mutex
	ready time.Time // zero: not loaded; in the future: loading
}

// NewSimulated makes the backend. c.Load is the time a load takes [250ms], c.TokensPerSecond the
// throughput [200]; a negative value means no time at all.
func NewSimulated(c Config) (*Simulated, error) {
	s := &Simulated{load: c.Load, speed: c.TokensPerSecond}
	if s.load == 0 {
		s.load = simulatedLoad
	}
	if s.speed == 0 {
		s.speed = simulatedSpeed
	}
	return s, nil
}

// Kind is "simulated".
func (*Simulated) Kind() string { return KindSimulated }

// Load waits until the model would be in memory; those who come meanwhile wait for the same load, which
// goes on when they leave.
func (s *Simulated) Load(ctx context.Context) error {
	s.mu.Lock()
	if s.ready.IsZero() {
		s.ready = time.Now().Add(max(0, s.load))
	}
	ready := s.ready
	s.mu.Unlock()
	if err := sleep(ctx, time.Until(ready)); err != nil {
		return fmt.Errorf("load simulated mind: %w", err)
	}
	return nil
}

// Unload forgets the model; the next question loads it again.
func (s *Simulated) Unload(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = time.Time{}
	return nil
}

// Models is the one model there is not.
func (*Simulated) Models(context.Context) ([]string, error) { return []string{KindSimulated}, nil }

// Alive is always so.
func (*Simulated) Alive(ctx context.Context) error { return context.Cause(ctx) }

// Chat answers the last turn of the user.
func (s *Simulated) Chat(ctx context.Context, c Chat) (Answer, error) {
	start := time.Now()
	if len(c.Turns) == 0 {
		return Answer{}, fmt.Errorf("ask simulated mind: %w", errNoTurns)
	}
	if err := s.Load(ctx); err != nil {
		return Answer{}, err
	}
	text := words(c.Turns[len(c.Turns)-1].Text)
	answer := Answer{Text: text, Model: KindSimulated, Tokens: tokens(text), Simulated: true}
	if c.MaxTokens > 0 && answer.Tokens > c.MaxTokens {
		answer.Text = strings.ToValidUTF8(text[:c.MaxTokens*bytesPerToken], "")
		answer.Tokens, answer.Cut = c.MaxTokens, true
	}
	if s.speed > 0 {
		took := time.Duration(float64(answer.Tokens) / s.speed * float64(time.Second))
		if err := sleep(ctx, took); err != nil {
			return Answer{}, fmt.Errorf("ask simulated mind: %w", err)
		}
	}
	answer.Took = time.Since(start)
	return answer, nil
}

func tokens(text string) int { return (len(text) + bytesPerToken - 1) / bytesPerToken }

// words answers from the question: a result that came with the request, else the text in it.
func words(question string) string {
	var asked struct {
		Event string `json:"event"`
		Input struct {
			Result json.RawMessage `json:"result"`
			Text   string          `json:"text"`
			Gate   string          `json:"gate"`
		} `json:"input"`
	}
	said := "(simulated mind) "
	if json.Unmarshal([]byte(question), &asked) != nil {
		return said + "I heard: " + shorten(question)
	}
	result, text := strings.Trim(string(asked.Input.Result), `"`), shorten(asked.Input.Text)
	has := result != "" && result != "null"
	switch {
	case has && text != "":
		return said + fmt.Sprintf("%s: the result that came with it is %s.", text, shorten(result))
	case has:
		return said + fmt.Sprintf("The result that came with the request is %s.", shorten(result))
	case text != "":
		return said + "I heard: " + text
	case asked.Input.Gate != "":
		return said + fmt.Sprintf("Gate %s opened; nothing in the request asks for more than to know it.", asked.Input.Gate)
	default:
		return said + "There is no text and no result in the request."
	}
}

// sleep lets time pass, or the context end it.
func sleep(ctx context.Context, d time.Duration) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

var (
	_ Backend = (*Simulated)(nil)
	_ Lister  = (*Simulated)(nil)
	_ Loader  = (*Simulated)(nil)
	_ Prober  = (*Simulated)(nil)
)
