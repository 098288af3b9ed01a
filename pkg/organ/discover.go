package organ

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// discoverWithin bounds the whole search: what is on loopback answers in a few milliseconds, or is not
// there.
const discoverWithin = 150 * time.Millisecond

// Found is a mind that answered on this machine.
type Found struct {
	Kind string
	URL  string
	// Models it lists, at least one.
	Models []string
	// From says what led there: an environment variable, a declared port, or a usual one.
	From string
}

// Config is what New makes a backend of. It asks for the wanted model when that is there, else for the
// first.
func (f Found) Config(wanted ...string) Config {
	c := Config{Kind: f.Kind, URL: f.URL, Model: f.Models[0]}
	for _, name := range wanted {
		if slices.Contains(f.Models, name) {
			c.Model = name
		}
	}
	return c
}

// Candidate is a place where a mind may be.
type Candidate struct{ Kind, URL, From string }

// usual are the ports where engines listen unless told otherwise, the most likely first.
var usual = []Candidate{
	{KindOllama, "http://127.0.0.1:11434", "usual port of ollama"},
	{KindOpenAI, "http://127.0.0.1:8080/v1", "usual port of llama-server"},
	{KindOpenAI, "http://127.0.0.1:8000/v1", "usual port of vLLM"},
	{KindOpenAI, "http://127.0.0.1:1234/v1", "usual port of LM Studio"},
	{KindOpenAI, "http://127.0.0.1:31000/v1", "usual port of a cortex"},
	{KindOpenAI, "http://127.0.0.1:8645/v1", "usual port of an organ"},
}

// Candidates lists where to look, in order of preference: what OPENAI_BASE_URL and OLLAMA_HOST name when
// that is this machine, the declared ports, the usual ones. getenv may be nil. A variable that names
// another machine is left out: questions leave this machine only when an endpoint was configured.
func Candidates(getenv func(string) string, declared ...Candidate) []Candidate {
	var list []Candidate
	if getenv != nil {
		if base, ok := loopback(getenv("OPENAI_BASE_URL"), ""); ok {
			list = append(list, Candidate{KindOpenAI, base, "OPENAI_BASE_URL"})
		}
		if base, ok := loopback(getenv("OLLAMA_HOST"), "11434"); ok {
			list = append(list, Candidate{KindOllama, base, "OLLAMA_HOST"})
		}
	}
	list = append(list, declared...)
	return append(list, usual...)
}

// Discover asks all candidates at once which models they have and returns the first of them, in their
// order, that has one. It takes 150 ms at most, and as long as a loopback connection when nothing listens.
func Discover(ctx context.Context, candidates []Candidate) (Found, bool) {
	return discover(ctx, candidates, discoverWithin)
}

func discover(ctx context.Context, candidates []Candidate, within time.Duration) (Found, bool) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()

	answers := make([]chan []string, len(candidates))
	for i, c := range candidates {
		answers[i] = make(chan []string, 1)
		go func() { answers[i] <- models(ctx, c) }()
	}
	defer func() {
		cancel()
		for i := range answers {
			if answers[i] != nil {
				<-answers[i] // none outlives the search
			}
		}
	}()
	for i, c := range candidates {
		names := <-answers[i]
		answers[i] = nil
		if len(names) > 0 {
			return Found{Kind: c.Kind, URL: c.URL, Models: names, From: c.From}, true
		}
	}
	return Found{}, false
}

// models asks one candidate; none means there is no mind.
func models(ctx context.Context, c Candidate) []string {
	backend, err := New(Config{Kind: c.Kind, URL: c.URL, Attempts: 1})
	if err != nil {
		return nil
	}
	if closer, ok := backend.(Closer); ok {
		defer func() { _ = closer.Close() }()
	}
	lister, ok := backend.(Lister)
	if !ok {
		return nil
	}
	names, err := lister.Models(ctx)
	if err != nil {
		return nil
	}
	return names
}

// loopback reads a variable that may be a URL, a host, a port or both, and returns it as a URL when it
// names this machine. The address a server binds to on all interfaces is this machine, too.
func loopback(text, port string) (string, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", false
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" {
		return "", false
	}
	host := u.Hostname()
	switch address, err := netip.ParseAddr(host); {
	case host == "", err == nil && address.IsUnspecified():
		host = "127.0.0.1"
	case host == "localhost", err == nil && address.IsLoopback():
	default:
		return "", false
	}
	if u.Port() != "" {
		port = u.Port()
	}
	u.Host = host
	if port != "" {
		u.Host = net.JoinHostPort(host, port)
	} else if strings.Contains(host, ":") {
		u.Host = "[" + host + "]"
	}
	return u.String(), true
}
