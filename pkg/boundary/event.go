package boundary

import (
	"fmt"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// identity is who the boundary asks as: the last token of its requests, which the server pins.
const identity = "boundary"

// defaultSchema is what the request of an event without a schema of its own must satisfy.
const defaultSchema = "cognitive-request"

// event is a declared event, ready to make requests.
type event struct {
	subject string // where its requests go
	domain  string
	actions []string
	budget  wave.Budget
	schema  *wave.Compiled
}

// compile prepares one declared event.
func compile(env string, declared topology.Event, budget wave.Budget) (*event, error) {
	mind, err := wave.Token(declared.Mind)
	if err != nil {
		return nil, fmt.Errorf("prepare event %s: mind: %w", declared.Name, err)
	}
	subject, err := wave.New(wave.KindCognitiveRequestAs, env, mind, identity)
	if err != nil {
		return nil, fmt.Errorf("prepare event %s: %w", declared.Name, err)
	}
	schema := []byte(declared.Schema)
	if len(schema) == 0 {
		if schema, err = wave.Schema(defaultSchema); err != nil {
			return nil, fmt.Errorf("prepare event %s: %w", declared.Name, err)
		}
	}
	compiled, err := wave.CompileSchema(declared.Name, schema)
	if err != nil {
		return nil, fmt.Errorf("prepare event %s: %w", declared.Name, err)
	}
	return &event{
		subject: subject.String(), domain: declared.Domain, actions: declared.Actions, budget: budget, schema: compiled,
	}, nil
}
