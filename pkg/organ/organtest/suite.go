package organtest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/organ"
)

// Subject is one kind of backend.
type Subject struct {
	// New makes the backend over an engine that behaves as the mood says. A backend without an engine does
	// what it can: it hangs when the mood hangs.
	New func(t *testing.T, mood Mood, url string) organ.Backend
	// Network: it talks to the engine over HTTP, so that the bad moods reach it.
	Network bool
}

// question is what the suite asks.
func question() organ.Chat {
	return organ.Chat{Turns: []organ.Turn{
		{Role: organ.System, Text: "You are a mind."},
		{Role: organ.User, Text: `{"event":"math","input":{"text":"what is 15 + 27","result":42}}`},
	}}
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	t.Helper()
	t.Run("answers", func(t *testing.T) { t.Parallel(); answers(t, s) })
	t.Run("ends with its context", func(t *testing.T) { t.Parallel(); ends(t, s) })
	t.Run("serves many at once", func(t *testing.T) { t.Parallel(); many(t, s) })
	t.Run("capabilities", func(t *testing.T) { t.Parallel(); capabilities(t, s) })
	if s.Network {
		t.Run("bad moods", func(t *testing.T) { t.Parallel(); moods(t, s) })
	}
}

// subject makes the backend and lets its connections go before the engine ends.
func subject(t *testing.T, s Subject, mood Mood) (organ.Backend, *Engine) {
	t.Helper()
	engine := NewEngine(t, mood)
	b := s.New(t, mood, engine.URL)
	if closer, ok := b.(organ.Closer); ok {
		t.Cleanup(func() {
			if err := closer.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	return b, engine
}

func answers(t *testing.T, s Subject) {
	b, _ := subject(t, s, Fine)
	if b.Kind() == "" {
		t.Error("a backend has a kind")
	}
	first, err := b.Chat(t.Context(), question())
	if err != nil {
		t.Fatal(err)
	}
	if first.Text == "" || first.Model == "" || first.Tokens <= 0 || first.Took <= 0 || first.Cut {
		t.Errorf("incomplete answer: %+v", first)
	}
	if first.Simulated != (b.Kind() == organ.KindSimulated) {
		t.Errorf("simulated: %v, of kind %s", first.Simulated, b.Kind())
	}
	again, err := b.Chat(t.Context(), question())
	if err != nil || again.Text != first.Text {
		t.Errorf("the same question brought %q, then %q (%v)", first.Text, again.Text, err)
	}
	if _, err := b.Chat(t.Context(), organ.Chat{}); err == nil {
		t.Error("a chat without turns got an answer")
	}
}

// ends shows that neither a deadline nor a cancelled context leaves Chat hanging.
func ends(t *testing.T, s Subject) {
	for _, mood := range []Mood{Hanging, Stalled} {
		b, _ := subject(t, s, mood)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := b.Chat(ctx, question())
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: want the deadline, got %v", mood, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: the deadline was 50 ms, it took %s", mood, took)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := b.Chat(gone, question()); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: want the cancellation, got %v", mood, err)
		}
	}
}

func many(t *testing.T, s Subject) {
	b, _ := subject(t, s, Slow)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := b.Chat(t.Context(), question()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func capabilities(t *testing.T, s Subject) {
	b, _ := subject(t, s, Fine)
	if l, ok := b.(organ.Lister); ok {
		if names, err := l.Models(t.Context()); err != nil || len(names) == 0 {
			t.Errorf("models: %v, %v", names, err)
		}
	}
	if p, ok := b.(organ.Prober); ok {
		if err := p.Alive(t.Context()); err != nil {
			t.Errorf("alive: %v", err)
		}
	}
	l, ok := b.(organ.Loader)
	if !ok {
		return
	}
	for range 2 {
		if err := l.Load(t.Context()); err != nil {
			t.Errorf("load: %v", err)
		}
	}
	for range 2 {
		if err := l.Unload(t.Context()); err != nil {
			t.Errorf("unload: %v", err)
		}
	}
	if _, err := b.Chat(t.Context(), question()); err != nil {
		t.Errorf("a question after unload loads again: %v", err)
	}
}

// bad lists what each bad mood must lead to: how often it is asked, what the error says, and whether it
// tells what to do.
var bad = map[Mood]struct {
	asked int64
	says  string
	hint  bool
}{
	Overrun:   {4, "429 Too Many Requests", false},
	Later:     {1, "wants 1h0m0s", false},
	Broken:    {1, "CUDA out of memory", false},
	Malformed: {1, "it begins", true},
	Page:      {1, "<!doctype html>", true},
	Empty:     {1, "no choices", false},
	Silent:    {1, `no text in it (finish_reason "tool_calls")`, false},
	Excuse:    {1, "context too long", false},
	Huge:      {1, "more than", false},
	Elsewhere: {1, "http://192.0.2.1/", true},
	Locked:    {1, "no key", true},
	Unknown:   {1, "model not found", true},
	Hangup:    {1, "EOF", false},
}

func moods(t *testing.T, s Subject) {
	for mood, want := range bad {
		t.Run(string(mood), func(t *testing.T) {
			t.Parallel()
			b, engine := subject(t, s, mood)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			answer, err := b.Chat(ctx, question())
			if err == nil {
				t.Fatalf("got an answer: %+v", answer)
			}
			if !strings.Contains(err.Error(), want.says) || !strings.Contains(err.Error(), engine.URL) {
				t.Errorf("the error names neither the endpoint nor %q: %v", want.says, err)
			}
			if (daemon.Hint(err) != "") != want.hint {
				t.Errorf("hint %q, want one: %v", daemon.Hint(err), want.hint)
			}
			if engine.Chats() != want.asked {
				t.Errorf("asked %d times, want %d", engine.Chats(), want.asked)
			}
		})
	}
	for _, mood := range []Mood{Busy, Thinking} {
		t.Run(string(mood), func(t *testing.T) {
			t.Parallel()
			b, _ := subject(t, s, mood)
			if answer, err := b.Chat(t.Context(), question()); err != nil || answer.Text != Said {
				t.Errorf("got %q, %v", answer.Text, err)
			}
		})
	}
}
