package cell

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Behaviour is what a cell does. It has at least one of the abilities Sampler,
// Listener and Answerer; a cell looks for them once.
type Behaviour interface {
	// Describe says in one line what the cell is about.
	Describe() string
}

// Sampler is a Behaviour that looks at the world: once at the start and then at
// every Config.Interval. It is called by one goroutine. An error is logged and
// the next sample is taken as usual.
type Sampler interface {
	Sample(ctx context.Context, now time.Time) ([]wave.Wave, error)
}

// Listener is a Behaviour that reacts to waves of others.
type Listener interface {
	// Fields are the cells whose waves it hears ("*": all).
	Fields() []string
	// Hear is called for each wave in the order of arrival, never twice at a
	// time, and returns what the cell says to it. The cell's own waves are left
	// out before. It must not keep w.Content.
	Hear(ctx context.Context, field string, w wave.Wave) []wave.Wave
}

// Answerer is a Behaviour that answers requests on the cell's own request
// subject; several may be asked for at a time. The result becomes JSON. An error
// is told to who asked.
type Answerer interface {
	Answer(ctx context.Context, r wave.CellRequest) (any, error)
}

// Say makes a wave that says: this is so. What it is about is its region, or
// when that is "" its content (any JSON; nil: none). Source, time and counter
// are filled in by the cell.
func Say(region string, confidence float64, content any) (wave.Wave, error) {
	w := wave.Wave{Region: region, Confidence: confidence, Valence: 1}
	if content == nil {
		return w, nil
	}
	raw, err := marshal(content)
	if err != nil {
		return wave.Wave{}, fmt.Errorf("write content of wave: %w", err)
	}
	w.Content = raw
	return w, nil
}

// marshal writes JSON as it is read: without escapes for HTML.
func marshal(v any) (jsontext.Value, error) { return json.Marshal(v, json.Deterministic(true)) }

// ErrNoAbility is returned for a behaviour that can neither sample, listen nor answer.
var ErrNoAbility = errors.New("the behaviour can neither sample, listen nor answer")

// Sense makes a Behaviour of a sensor: it samples, and answers the request
// "read" with its latest reading.
func Sense(about string, s Sensor) Behaviour { return &sensing{about: about, sensor: s} }
