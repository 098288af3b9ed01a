package gatecore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Bus is what gate core needs of a connection into one account.
type Bus interface {
	wave.Publisher
	wave.Storer
	wave.Source
	// Follow hands over a stream's messages in order, from where the durable
	// reader stopped; a message is done when h returns nil. It returns when ctx
	// ends.
	Follow(ctx context.Context, stream, durable, filter string, h func(context.Context, wave.Message) error) error
	// Last returns a stream's newest message on a subject.
	Last(ctx context.Context, stream, subject string) (m wave.Message, found bool, err error)
	// Batch stores messages atomically, if the first one's subject still ends
	// with sequence expect; fenced says that it does not.
	Batch(ctx context.Context, msgs []wave.Message, expect uint64) (last uint64, fenced bool, err error)
	// Announce answers on the endpoints and makes the service discoverable, as
	// gate core of the environment under the owner's name.
	Announce(ctx context.Context, env, owner string, endpoints []Endpoint, stats func(endpoint string) any) (wave.Stopper, error)
	// Others names the gate cores that announce themselves for the environment.
	Others(ctx context.Context, env string) (owners []string, err error)
}

// Endpoint is one request subject of gate core's service.
type Endpoint struct {
	Name, Subject string
	Handle        func(context.Context, wave.Message) ([]byte, error)
}

// Config is everything gate core is told. Defaults are filled by New.
type Config struct {
	Env       string
	Host      string
	Gates     []topology.Gate // those that live in Env
	Events    []topology.Event
	Attention topology.Attention
	// Clock is "wall", or "stream": the newest wave's time is now.
	Clock string
	// Trace is "full" (a record for every quiet window too) or "gates".
	Trace string
	// MindCost is the lifeforce that one request to the event's mind costs.
	MindCost map[string]float64

	// Virtual and Real are connections into the two gardens' accounts; Real may
	// be the same connection.
	Virtual, Real Bus

	Logger *slog.Logger
	// Now is the wall clock; nil: time.Now.
	Now func() time.Time
	// SaveEvery is how often moved gates are stored although they decided
	// nothing; 0: 10s.
	SaveEvery time.Duration
}

// Ahead is how far a wave's time may be ahead of the clock.
const Ahead = 5 * time.Second

func (c *Config) fill() error {
	if c.Virtual == nil {
		return errors.New("gate core needs a bus")
	}
	if c.Real == nil {
		c.Real = c.Virtual
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.SaveEvery <= 0 {
		c.SaveEvery = 10 * time.Second
	}
	if _, err := wave.Everything(c.Env); err != nil {
		return fmt.Errorf("start gate core: %w", err)
	}
	return nil
}

// SpecOf turns a declared gate into the kernel's form.
func SpecOf(g topology.Gate) (gate.Spec, error) {
	name, err := wave.TokenFor(wave.KindGateTransition, g.Name)
	if err != nil {
		return gate.Spec{}, err
	}
	spec := gate.Spec{
		Name: name, Tier: g.Tier,
		Window: g.Window.Std(), HalfLife: g.HalfLife.Std(), Refractory: g.Refractory.Std(),
		Open: g.Open, Close: g.Close, Release: g.Release,
		Similarity: g.Similarity, Neighbours: g.Neighbours,
		Weight: g.Weight, Reflex: g.Reflex, ReflexConfidence: g.ReflexConfidence,
		Chance: g.Chance, Handover: g.Handover, Memory: int(g.Memory),
	}
	switch g.Garden {
	case "virtual":
		spec.Gardens = gate.OnlyVirtual
	case "real":
		spec.Gardens = gate.OnlyReal
	default:
		spec.Gardens = gate.Both
	}
	if g.Embedder == "lexical" {
		spec.Embedder = gate.Lexical
	}
	return spec, spec.Validate()
}

// stream names a stream of this environment.
func (c *Config) stream(name string) string { return topology.StreamName(c.Env, name) }
