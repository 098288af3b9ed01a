package organ

import (
	"errors"
	"fmt"
	"time"
)

// Config says which engine serves a mind. What is left zero has the default named beside it.
type Config struct {
	// Kind is one of the Kind constants.
	Kind string
	// URL of an openai endpoint ("/v1" is added when it has no path) or of an ollama server.
	URL string
	// Model to ask for [the first the endpoint lists].
	Model string
	// TokenFile is the path of a file with a bearer token, read at each request [none].
	TokenFile string
	// Timeout bounds one call, also when the request's deadline is later [2m].
	Timeout time.Duration
	// Attempts is how often a busy endpoint is asked in one call [4].
	Attempts int
	// Backoff is the first pause before a busy endpoint is asked again; it doubles each time [250ms].
	Backoff time.Duration
	// Load and TokensPerSecond are for the simulated mind [250ms, 200]; negative: no time at all.
	Load            time.Duration
	TokensPerSecond float64
}

// New makes the backend that c names, without contacting anything.
func New(c Config) (Backend, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	switch c.Kind {
	case KindOpenAI:
		return NewOpenAI(c)
	case KindOllama:
		return NewOllama(c)
	case KindSimulated:
		return NewSimulated(c)
	}
	return nil, fmt.Errorf("make backend %q: want %s, %s or %s", c.Kind, KindOpenAI, KindOllama, KindSimulated)
}

func (c Config) validate() error {
	switch {
	case c.Timeout < 0:
		return fmt.Errorf("backend option Timeout: want 0 (2m) or more, got %s", c.Timeout)
	case c.Attempts < 0:
		return fmt.Errorf("backend option Attempts: want 0 (4) or more, got %d", c.Attempts)
	case c.Backoff < 0:
		return fmt.Errorf("backend option Backoff: want 0 (250ms) or more, got %s", c.Backoff)
	case c.Kind != KindSimulated && c.URL == "":
		return errors.New("backend option URL: want the endpoint, got none")
	}
	return nil
}
