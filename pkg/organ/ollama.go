package organ

import "context"

// Ollama is an ollama server. It chats by ollama's OpenAI-compatible API and lists models by its own,
// which also names those that are not loaded. Ollama loads and unloads them itself.
type Ollama struct {
	OpenAI
	native *endpoint
}

// NewOllama makes the backend; nothing is contacted. c.URL is the server, without "/v1".
func NewOllama(c Config) (*Ollama, error) {
	native, err := newEndpoint(c, "")
	if err != nil {
		return nil, err
	}
	chat := *native
	base := *native.base
	base.Path += "/v1"
	chat.base = &base
	o := &Ollama{native: native}
	o.endpoint, o.model = &chat, c.Model
	o.list = o.Models
	return o, nil
}

// Kind is "ollama".
func (*Ollama) Kind() string { return KindOllama }

// Models lists what was pulled, those that only embed left out.
func (o *Ollama) Models(ctx context.Context) ([]string, error) {
	var out struct {
		Models []struct {
			Name string `json:"name"`
		} `json:"models"`
	}
	if err := o.native.call(ctx, "/api/tags", nil, &out); err != nil {
		return nil, err
	}
	var names []string
	for _, m := range out.Models {
		names = append(names, m.Name)
	}
	return chatModels(names), nil
}

var (
	_ Backend = (*Ollama)(nil)
	_ Lister  = (*Ollama)(nil)
	_ Prober  = (*Ollama)(nil)
	_ Closer  = (*Ollama)(nil)
)
