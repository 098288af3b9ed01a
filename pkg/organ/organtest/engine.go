// Package organtest holds the conformance suite that every backend of a mind passes, and the engine it
// runs against: a real HTTP server on loopback that speaks the OpenAI API and ollama's, in good and bad
// moods.
package organtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Mood is how an engine behaves when it is asked to chat.
type Mood string

// The moods. Only Fine, Slow, Busy and Thinking bring an answer.
const (
	Fine      Mood = "fine"
	Slow      Mood = "slow"      // the answer comes in pieces
	Busy      Mood = "busy"      // 503 twice, then fine
	Thinking  Mood = "thinking"  // the answer begins with its reasoning
	Hanging   Mood = "hanging"   // no answer, until the client goes
	Stalled   Mood = "stalled"   // half an answer, then nothing, until the client goes
	Overrun   Mood = "overrun"   // 429 each time
	Later     Mood = "later"     // 503, come back in an hour
	Broken    Mood = "broken"    // 500 with a reason
	Malformed Mood = "malformed" // 200, and half a JSON document
	Page      Mood = "page"      // 200, and a web page
	Empty     Mood = "empty"     // 200, and no choices
	Silent    Mood = "silent"    // 200, and no text
	Excuse    Mood = "excuse"    // 200, and an error in the body
	Huge      Mood = "huge"      // 200, and more bytes than anybody says
	Elsewhere Mood = "elsewhere" // a redirect
	Locked    Mood = "locked"    // 401
	Unknown   Mood = "unknown"   // 404
	Hangup    Mood = "hangup"    // the connection ends without an answer
)

// Said is what an engine in a good mood says.
const Said = "Fifteen and twenty-seven make forty-two."

// Model is the one it lists for chatting.
const Model = "little-mind:1b"

// Engine is a server in one mood.
type Engine struct {
	// URL of the server, without a path.
	URL string

	mood  Mood
	asked atomic.Int64

	mu   sync.Mutex
	last Asked
}

// Asked is what the last chat brought.
type Asked struct {
	Path, Authorization, Model string
	Turns                      []struct{ Role, Content string }
	MaxTokens                  int `json:"max_tokens"`
}

// NewEngine starts a server; the test's end stops it.
func NewEngine(t testing.TB, mood Mood) *Engine {
	t.Helper()
	e := &Engine{mood: mood}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", e.list(`{"object":"list","data":[{"id":"nomic-embed-text"},{"id":"`+Model+`"}]}`))
	mux.HandleFunc("GET /api/tags", e.list(`{"models":[{"name":"nomic-embed-text"},{"name":"`+Model+`"}]}`))
	mux.HandleFunc("POST /v1/chat/completions", e.chat)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	e.URL = server.URL
	return e
}

// Chats counts the requests to chat.
func (e *Engine) Chats() int64 { return e.asked.Load() }

// Last is what the last chat brought.
func (e *Engine) Last() Asked {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last
}

func (e *Engine) list(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, body) }
}

func (e *Engine) chat(w http.ResponseWriter, r *http.Request) {
	count := e.asked.Add(1)
	var in struct {
		Asked
		Messages []struct{ Role, Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		say(w, http.StatusBadRequest, `{"error":{"message":"no JSON"}}`)
		return
	}
	in.Path, in.Authorization, in.Turns = r.URL.Path, r.Header.Get("Authorization"), in.Messages
	e.mu.Lock()
	e.last = in.Asked
	e.mu.Unlock()
	e.answer(w, r, count)
}

func (e *Engine) answer(w http.ResponseWriter, r *http.Request, count int64) {
	switch e.mood {
	case Busy:
		if count <= 2 {
			say(w, http.StatusServiceUnavailable, `{"error":{"message":"Loading model"}}`)
			return
		}
		say(w, http.StatusOK, completion(Said))
	case Slow:
		pieces(w, completion(Said))
	case Thinking:
		say(w, http.StatusOK, completion("<think>15 + 27, that is\n42.</think>\n\n"+Said))
	case Hanging:
		<-r.Context().Done()
	case Stalled:
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"choices":[`))
		flush(w)
		<-r.Context().Done()
	case Later:
		w.Header().Set("Retry-After", "3600")
		say(w, http.StatusServiceUnavailable, `{"error":"loading"}`)
	case Elsewhere:
		w.Header().Set("Location", "http://192.0.2.1/v1/chat/completions")
		w.WriteHeader(http.StatusTemporaryRedirect)
	case Hangup:
		panic(http.ErrAbortHandler)
	default:
		reply := replies[e.mood]
		say(w, reply.status, reply.body)
	}
}

// replies are the moods that are one status and one body.
var replies = map[Mood]struct {
	status int
	body   string
}{
	Fine:      {http.StatusOK, completion(Said)},
	Overrun:   {http.StatusTooManyRequests, `{"error":{"message":"too many requests"}}`},
	Broken:    {http.StatusInternalServerError, `{"error":{"message":"CUDA out of memory"}}`},
	Malformed: {http.StatusOK, `{"choices":[{"message":`},
	Page:      {http.StatusOK, "<!doctype html><title>Hello</title>"},
	Empty:     {http.StatusOK, `{"choices":[]}`},
	Silent:    {http.StatusOK, `{"choices":[{"message":{"content":null},"finish_reason":"tool_calls"}]}`},
	Excuse:    {http.StatusOK, `{"error":{"message":"context too long"}}`},
	Huge:      {http.StatusOK, completion(strings.Repeat("word ", 1<<20))},
	Locked:    {http.StatusUnauthorized, `{"detail":"no key"}`},
	Unknown:   {http.StatusNotFound, `{"error":"model not found"}`},
}

func completion(text string) string {
	quoted, _ := json.Marshal(text)
	return fmt.Sprintf(`{"id":"1","object":"chat.completion","model":%q,"choices":[{"index":0,"message":{"role":"assistant","content":%s},`+
		`"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12}}`, Model, quoted)
}

func say(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

// pieces sends the answer in ten parts, 5 ms apart.
func pieces(w http.ResponseWriter, body string) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	step := len(body)/10 + 1
	for len(body) > 0 {
		n := min(step, len(body))
		_, _ = w.Write([]byte(body[:n]))
		flush(w)
		body = body[n:]
		<-ticker.C
	}
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}
