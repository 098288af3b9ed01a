package organ

import (
	"context"
	"fmt"
	"time"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Choice is the engine that will speak for a mind.
type Choice struct {
	Backend Backend
	// Model it asks for; empty until it is known.
	Model string
	// Why is one line for people: what was chosen, and what led there.
	Why string
}

// Chooser finds the engine of a mind. It is called once, when the mind has started.
type Chooser func(ctx context.Context) (Choice, error)

// Fixed chooses a backend that is there already.
func Fixed(b Backend) Chooser {
	return func(context.Context) (Choice, error) { return Choice{Backend: b, Why: b.Kind()}, nil }
}

// Choose finds the engine of a declared mind. An endpoint that was configured (a backend with a url, or the
// simulated one) is used as it is, also when it does not answer. Everything else is looked for on loopback;
// getenv may be nil. When nothing is there, the simulated mind speaks.
func Choose(declared *topology.Backend, getenv func(string) string) Chooser {
	return choose(declared, getenv, discoverWithin)
}

func choose(declared *topology.Backend, getenv func(string) string, within time.Duration) Chooser {
	return func(ctx context.Context) (Choice, error) {
		if c, ok := configured(declared); ok {
			b, err := New(c)
			if err != nil {
				return Choice{}, err
			}
			return Choice{b, c.Model, describe(c, "configured")}, nil
		}
		places, wanted := expected(declared)
		found, ok := discover(ctx, Candidates(getenv, places...), within)
		if !ok {
			b, err := NewSimulated(Config{})
			return Choice{b, KindSimulated, "simulated: no endpoint is configured, and none answers on loopback"}, err
		}
		c := found.Config(wanted...)
		b, err := New(c)
		return Choice{b, c.Model, describe(c, found.From)}, err
	}
}

// configured says which backends need no search.
func configured(b *topology.Backend) (Config, bool) {
	switch {
	case b == nil:
		return Config{}, false
	case b.Kind == KindSimulated:
		return Config{Kind: KindSimulated}, true
	case b.URL == "":
		return Config{}, false
	}
	c := Config{Kind: KindOpenAI, URL: b.URL, Model: b.ServedAs, TokenFile: b.TokenFile}
	if b.Kind == KindOllama {
		c.Kind = KindOllama
	}
	if c.Model == "" {
		c.Model = b.Model
	}
	return c, true
}

// expected is where an engine of this declaration listens when it runs on this machine, and what it is
// called there.
func expected(b *topology.Backend) (places []Candidate, models []string) {
	if b == nil {
		return nil, nil
	}
	models = []string{b.Model, b.ServedAs}
	switch {
	case b.Port == 0:
		return nil, models
	case b.Kind == KindOllama:
		return []Candidate{{KindOllama, fmt.Sprintf("http://127.0.0.1:%d", b.Port), "declared port"}}, models
	}
	return []Candidate{{KindOpenAI, fmt.Sprintf("http://127.0.0.1:%d/v1", b.Port), "declared port"}}, models
}

// describe is "ollama at http://127.0.0.1:11434, model llama3.2 (usual port of ollama)".
func describe(c Config, from string) string {
	text := c.Kind
	if c.URL != "" {
		text += " at " + c.URL
	}
	if c.Model != "" {
		text += ", model " + c.Model
	}
	return fmt.Sprintf("%s (%s)", text, from)
}
