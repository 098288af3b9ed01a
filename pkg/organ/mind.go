package organ

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// MindOptions says which mind, where it is asked, and who speaks for it. What is left zero has the default
// named beside it.
type MindOptions struct {
	// Env and Name are tokens: the environment, and the mind as its subjects have it.
	Env, Name string
	// Host it runs on, for its heartbeat [none].
	Host string
	// Requests brings what is asked: Live or Durable.
	Requests Reader
	// Storer keeps the responses, Publisher sends the heartbeat.
	Storer    wave.Storer
	Publisher wave.Publisher
	// Choose finds the engine, once, beside the start [Choose(nil, nil): whatever is on loopback].
	Choose Chooser
	// Depth is how many may wait [64], Wait how long one may at most [60s].
	Depth int
	Wait  time.Duration
	// Longest bounds an answer for which the request names no deadline [2m].
	Longest time.Duration
	// MaxTokens bounds an answer; a request's own budget may be less [512].
	MaxTokens int
	// Cost is the lifeforce of one answer [0].
	Cost float64
	// Beat is the time between heartbeats [10s]; a change of the state is said at once.
	Beat time.Duration
	// Logger [nothing is logged].
	Logger *slog.Logger
}

// withDefaults fills what was left zero.
func (o MindOptions) withDefaults() MindOptions {
	o.Depth = cmp.Or(o.Depth, 64)
	o.Wait = cmp.Or(o.Wait, time.Minute)
	o.Longest = cmp.Or(o.Longest, 2*time.Minute)
	o.MaxTokens = cmp.Or(o.MaxTokens, 512)
	o.Beat = cmp.Or(o.Beat, 10*time.Second)
	if o.Choose == nil {
		o.Choose = Choose(nil, nil)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func (o MindOptions) validate() error {
	switch {
	case o.Requests.read == nil:
		return errors.New("mind option Requests: want Live or Durable, got none")
	case o.Storer == nil || o.Publisher == nil:
		return errors.New("mind options Storer and Publisher: want both")
	case o.Depth < 1:
		return fmt.Errorf("mind option Depth: want 0 (64) or more, got %d", o.Depth)
	case min(o.Wait, o.Longest, o.Beat) < 0:
		return fmt.Errorf("mind options Wait, Longest and Beat: want 0 (the default) or more, got %s, %s, %s", o.Wait, o.Longest, o.Beat)
	case o.MaxTokens < 0 || o.Cost < 0:
		return fmt.Errorf("mind options MaxTokens and Cost: want 0 or more, got %d, %v", o.MaxTokens, o.Cost)
	}
	return nil
}

// Mind answers what one mind is asked, one request at a time.
type Mind struct {
	daemon.Base
	options   MindOptions
	response  string // subjects
	heartbeat string

	incoming chan *job // reader -> usher
	turn     chan *job // usher -> worker

	changed chan struct{} // the state is another one: the heart says so at once

	mu      sync.Mutex // guards everything below
	known   wave.Recent
	state   State
	chosen  Choice
	waiting int
	counts  Counts
	tokens  uint64

	took metric.Meter // from arrival to answer
}

// Counts says what a mind has done since it was made.
type Counts struct {
	Answered, Failed, Refused uint64
	Repeated                  uint64 // requests that came again
	Unreadable                uint64 // messages that are no request
}

// State is what a mind is doing, as its heartbeat says.
type State string

// The states of a mind.
const (
	Choosing State = "choosing" // looking for its engine, or loading the model
	Ready    State = "ready"
	Busy     State = "busy"
	Failed   State = "failed" // no engine could be made: what is asked is answered with the reason
)

// NewMind prepares a mind; nothing is heard or contacted before Start.
func NewMind(o MindOptions) (*Mind, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	response, err := wave.New(wave.KindCognitiveResponse, o.Env, o.Name)
	if err != nil {
		return nil, err
	}
	heartbeat, err := wave.New(wave.KindCognitiveHeartbeat, o.Env, o.Name)
	if err != nil {
		return nil, err
	}
	return &Mind{
		options: o, response: response.String(), heartbeat: heartbeat.String(),
		incoming: make(chan *job), turn: make(chan *job), changed: make(chan struct{}, 1), state: Choosing,
	}, nil
}

// Start begins to hear requests. The engine is chosen beside it: requests wait meanwhile.
func (m *Mind) Start(ctx context.Context) error { return m.Base.Start(ctx, m.run) }

// Status says what the mind is doing, how many wait, who speaks for it (once chosen) and what was done.
func (m *Mind) Status() (State, Choice, Counts) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, m.chosen, m.counts
}

// run is the mind's life: a reader, an usher who owns the queue, a worker who asks the engine, a heart.
func (m *Mind) run(ctx context.Context, ready func()) error {
	var group sync.WaitGroup
	group.Go(func() { m.read(ctx, ready) })
	group.Go(func() { m.usher(ctx) })
	group.Go(func() { m.beat(ctx) })
	m.work(ctx)
	group.Wait()
	return nil
}

// note changes what Status and the heartbeat say. Another state, or that an engine was chosen, is said at
// once.
func (m *Mind) note(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	state, chosen := m.state, m.chosen.Backend != nil
	change()
	if m.state == state && (m.chosen.Backend != nil) == chosen {
		return
	}
	select {
	case m.changed <- struct{}{}:
	default: // the heart has not said the one before yet: it will say this one
	}
}

// beat says every now and then, and when the state changes, that the mind is alive.
func (m *Mind) beat(ctx context.Context) {
	ticker := time.NewTicker(m.options.Beat)
	defer ticker.Stop()
	for {
		m.sayAlive(ctx)
		select {
		case <-ctx.Done():
			return
		case <-m.changed:
		case <-ticker.C:
		}
	}
}

func (m *Mind) sayAlive(ctx context.Context) {
	m.mu.Lock()
	beat := wave.Heartbeat{
		Mind: m.options.Name, Host: m.options.Host, State: string(m.state), Queue: m.waiting, Time: time.Now(),
	}
	if m.chosen.Backend != nil {
		beat.Model = wave.Cut(m.chosen.Model, 256)
		beat.Simulated = m.chosen.Backend.Kind() == KindSimulated
	}
	m.mu.Unlock()
	data, err := wave.Encode(beat)
	if err == nil {
		err = m.options.Publisher.Publish(ctx, wave.Message{Subject: m.heartbeat, Data: data})
	}
	if err != nil && ctx.Err() == nil {
		m.options.Logger.Debug("heartbeat not sent", daemon.KeySubject, m.heartbeat, daemon.KeyErr, err)
	}
}

var _ daemon.Service = (*Mind)(nil)
