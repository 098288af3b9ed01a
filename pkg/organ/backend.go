package organ

import (
	"context"
	"errors"
	"time"
)

// Kinds of backends that exist so far.
const (
	KindOpenAI    = "openai"    // any OpenAI-compatible endpoint that somebody else runs
	KindOllama    = "ollama"    // an ollama server
	KindSimulated = "simulated" // a model of load time and throughput, in this binary
)

// Backend is one engine that serves a model. Chat may be called by many goroutines at once and ends when
// its context does.
type Backend interface {
	// Kind is one of the Kind constants.
	Kind() string
	// Chat asks for one answer. The error names the endpoint and, where a person can act, carries a hint.
	Chat(ctx context.Context, c Chat) (Answer, error)
}

// What a backend may be able to do besides; ask with a type assertion.
type (
	// Lister knows the models it could serve, the preferred one first.
	Lister interface {
		Models(ctx context.Context) ([]string, error)
	}
	// Loader brings its model into memory and out of it. Load joins a load that is under way; both are
	// safe twice.
	Loader interface {
		Load(ctx context.Context) error
		Unload(ctx context.Context) error
	}
	// Prober proves that tokens flow: a process that answers its health check may still be dead.
	Prober interface {
		Alive(ctx context.Context) error
	}
	// Closer lets idle connections go. The backend stays usable.
	Closer interface {
		Close() error
	}
)

// Role says whose turn it is in a chat.
type Role string

// The roles of a chat.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
)

// Turn is one message of a chat.
type Turn struct {
	Role Role   `json:"role"`
	Text string `json:"content"`
}

// Chat is one question.
type Chat struct {
	Turns []Turn
	// MaxTokens bounds the answer; 0 leaves it to the engine.
	MaxTokens int
	// Temperature is 0..2; nil leaves it to the engine.
	Temperature *float64
}

// Answer is what a backend said.
type Answer struct {
	Text string
	// Model that spoke, as the engine calls it.
	Model string
	// Tokens that were generated; 0 when the engine does not say.
	Tokens int
	// Cut is true when the answer ended at MaxTokens.
	Cut bool
	// Simulated is true when no model spoke.
	Simulated bool
	// Took is the time from the question to the whole answer.
	Took time.Duration
}

// errNoTurns is a chat in which nobody speaks.
var errNoTurns = errors.New("no turns in the chat")
