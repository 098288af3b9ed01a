package organ_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/nimmerverse/nimmer/pkg/organ"
	"github.com/nimmerverse/nimmer/pkg/organ/organtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func backend(t *testing.T, c organ.Config) organ.Backend {
	t.Helper()
	b, err := organ.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if closer, ok := b.(organ.Closer); ok {
		t.Cleanup(func() { _ = closer.Close() })
	}
	return b
}

func TestBackends(t *testing.T) {
	t.Parallel()

	quick := time.Millisecond
	for kind, subject := range map[string]organtest.Subject{
		organ.KindOpenAI: {Network: true, New: func(t *testing.T, _ organtest.Mood, url string) organ.Backend {
			return backend(t, organ.Config{Kind: organ.KindOpenAI, URL: url, Backoff: quick})
		}},
		organ.KindOllama: {Network: true, New: func(t *testing.T, _ organtest.Mood, url string) organ.Backend {
			return backend(t, organ.Config{Kind: organ.KindOllama, URL: url, Backoff: quick})
		}},
		organ.KindSimulated: {New: func(t *testing.T, mood organtest.Mood, _ string) organ.Backend {
			load := quick
			if mood == organtest.Hanging || mood == organtest.Stalled {
				load = time.Hour
			}
			return backend(t, organ.Config{Kind: organ.KindSimulated, Load: load, TokensPerSecond: -1})
		}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			organtest.Run(t, subject)
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		config organ.Config
		want   string
	}{
		"kind":     {organ.Config{Kind: "telepathy", URL: "http://x"}, `"telepathy"`},
		"no url":   {organ.Config{Kind: organ.KindOpenAI}, "URL"},
		"scheme":   {organ.Config{Kind: organ.KindOpenAI, URL: "ftp://x"}, `"ftp://x"`},
		"host":     {organ.Config{Kind: organ.KindOllama, URL: "http:///v1"}, "http://host:port"},
		"password": {organ.Config{Kind: organ.KindOpenAI, URL: "http://u:secret@x"}, "name the file"},
		"query":    {organ.Config{Kind: organ.KindOpenAI, URL: "http://x/?key=1"}, "no query"},
		"timeout":  {organ.Config{Kind: organ.KindSimulated, Timeout: -1}, "Timeout"},
		"attempts": {organ.Config{Kind: organ.KindSimulated, Attempts: -1}, "Attempts"},
		"backoff":  {organ.Config{Kind: organ.KindSimulated, Backoff: -1}, "Backoff"},
	} {
		_, err := organ.New(c.config)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error with %q, got %v", name, c.want, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the password is in the error: %v", name, err)
		}
	}
}

func TestTokenIsReadEachTime(t *testing.T) {
	t.Parallel()

	engine := organtest.NewEngine(t, organtest.Fine)
	token := filepath.Join(t.TempDir(), "token")
	b := backend(t, organ.Config{Kind: organ.KindOpenAI, URL: engine.URL + "/v1/", Model: "m", TokenFile: token})
	chat := organ.Chat{Turns: []organ.Turn{{Role: organ.User, Text: "hello"}}, MaxTokens: 7}

	if _, err := b.Chat(t.Context(), chat); err == nil || !strings.Contains(err.Error(), token) {
		t.Errorf("without the file: %v", err)
	}
	for _, text := range []string{"first\n", "second"} {
		if err := os.WriteFile(token, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Chat(t.Context(), chat); err != nil {
			t.Fatal(err)
		}
		want := organtest.Asked{
			Path: "/v1/chat/completions", Authorization: "Bearer " + strings.TrimSpace(text), Model: "m", MaxTokens: 7,
			Turns: []struct{ Role, Content string }{{"user", "hello"}},
		}
		if diff := cmp.Diff(want, engine.Last()); diff != "" {
			t.Error(diff)
		}
	}
	if err := os.WriteFile(token, []byte("one\ntwo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Chat(t.Context(), chat); err == nil || strings.Contains(err.Error(), "two") {
		t.Errorf("two lines are no token, and are not shown: %v", err)
	}
}

func TestNothingListens(t *testing.T) {
	t.Parallel()

	b := backend(t, organ.Config{Kind: organ.KindOllama, URL: "http://127.0.0.1:1"})
	_, err := b.Chat(t.Context(), organ.Chat{Turns: []organ.Turn{{Role: organ.User, Text: "hello"}}})
	if err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:1/api/tags") || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v", err)
	}
}

func TestSimulatedTakesItsTime(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b, err := organ.New(organ.Config{Kind: organ.KindSimulated, Load: 2 * time.Second, TokensPerSecond: 10})
		if err != nil {
			t.Fatal(err)
		}
		chat := organ.Chat{Turns: []organ.Turn{{Role: organ.User, Text: "hello"}}}
		first, err := b.Chat(t.Context(), chat)
		if err != nil {
			t.Fatal(err)
		}
		if want := 2*time.Second + time.Duration(first.Tokens)*time.Second/10; first.Took != want {
			t.Errorf("the first took %s, want %s", first.Took, want)
		}
		second, err := b.Chat(t.Context(), chat)
		if err != nil || second.Took != first.Took-2*time.Second {
			t.Errorf("the second took %s (%v)", second.Took, err)
		}
		cut, err := b.Chat(t.Context(), organ.Chat{Turns: chat.Turns, MaxTokens: 3})
		if err != nil || cut.Tokens != 3 || !cut.Cut || len(cut.Text) > 12 {
			t.Errorf("three tokens are %+v (%v)", cut, err)
		}
	})
}

func TestSimulatedWords(t *testing.T) {
	t.Parallel()

	b := backend(t, organ.Config{Kind: organ.KindSimulated, Load: -1, TokensPerSecond: -1})
	for question, want := range map[string]string{
		`{"input":{"text":"what is 15 + 27","result":42}}`: "(simulated mind) what is 15 + 27: the result that came with it is 42.",
		`{"input":{"result":"6 x 7"}}`:                     "(simulated mind) The result that came with the request is 6 x 7.",
		`{"input":{"text":"good morning"}}`:                "(simulated mind) I heard: good morning",
		`{"input":{"gate":"pressure","result":null}}`:      "(simulated mind) Gate pressure opened; nothing in the request asks for more than to know it.",
		`{}`:    "(simulated mind) There is no text and no result in the request.",
		`hello`: "(simulated mind) I heard: hello",
	} {
		answer, err := b.Chat(t.Context(), organ.Chat{Turns: []organ.Turn{{Role: organ.User, Text: question}}})
		if err != nil || answer.Text != want || !answer.Simulated {
			t.Errorf("%s: %+v (%v)", question, answer, err)
		}
	}
}
