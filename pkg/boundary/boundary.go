package boundary

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
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

const (
	// storePause is the time between two attempts to store a request.
	storePause = 500 * time.Millisecond
	// storeWithin is how long it is tried at least: a late request is kept, too, and its mind refuses it.
	storeWithin = 5 * time.Second
	// lastWords is how long a boundary that was cut off tries to store what it holds.
	lastWords = 2 * time.Second
)

// Options says what a boundary serves. What is left zero has the default named beside it.
type Options struct {
	// Env is the environment's token.
	Env string
	// Events that may be asked about; each names its mind.
	Events []topology.Event
	// Source brings the transforms, Storer keeps the requests, Publisher carries the rejects.
	Source    wave.Source
	Storer    wave.Storer
	Publisher wave.Publisher
	// Deadline is how long an answer is of use, counted from the opening [60s].
	Deadline time.Duration
	// FromArrival counts it from the arrival of the transform: for an environment whose clock is not the
	// wall's.
	FromArrival bool
	// Budget of each request [512 tokens].
	Budget wave.Budget
	// Logger [nothing is logged].
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	o.Deadline = cmp.Or(o.Deadline, time.Minute)
	o.Budget = cmp.Or(o.Budget, wave.Budget{Tokens: 512})
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Boundary makes requests of openings.
type Boundary struct {
	daemon.Base
	options Options
	filter  string
	events  map[string]*event
	rejects wave.Rejects
	said    string // the subject of rejects

	mu     sync.Mutex // guards everything below
	known  wave.Recent
	counts Counts
}

// Counts says what a boundary has done since it was made.
type Counts struct {
	Requests uint64 // stored
	Repeated uint64 // transforms that came again
	Rejected uint64 // broke a rule, or their event's schema
	Lost     uint64 // could not be stored before their deadline
}

// New compiles the events; a schema that is none is refused here. Nothing is heard before Start.
func New(o Options) (*Boundary, error) {
	o = o.withDefaults()
	switch {
	case o.Source == nil || o.Storer == nil || o.Publisher == nil:
		return nil, errors.New("boundary options Source, Storer and Publisher: want all three")
	case o.Deadline < 0:
		return nil, fmt.Errorf("boundary option Deadline: want 0 (60s) or more, got %s", o.Deadline)
	}
	filter, err := wave.Filter(wave.KindBoundaryTransform, o.Env)
	if err != nil {
		return nil, err
	}
	rejects, err := wave.New(wave.KindRejects, o.Env)
	if err != nil {
		return nil, err
	}
	b := &Boundary{
		options: o, filter: filter, events: map[string]*event{},
		rejects: wave.Rejects{By: identity}, said: rejects.String(),
	}
	for _, declared := range o.Events {
		if b.events[declared.Name], err = compile(o.Env, declared, o.Budget); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Start begins to hear transforms.
func (b *Boundary) Start(ctx context.Context) error { return b.Base.Start(ctx, b.run) }

// Counts returns what the boundary has done.
func (b *Boundary) Counts() Counts {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.counts
}

// run hears transforms until ctx ends, and works off those that had arrived until its drain context ends.
func (b *Boundary) run(ctx context.Context, ready func()) error {
	drain := daemon.Drain(ctx)
	s, err := b.options.Source.Subscribe(drain, b.filter, func(_ context.Context, m wave.Message) { b.handle(drain, m) })
	if err != nil {
		return fmt.Errorf("hear transforms: %w", err)
	}
	ready()
	<-ctx.Done()
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	select {
	case err := <-stopped:
		return err
	case <-drain.Done():
	}
	last := time.NewTimer(lastWords) // of the transform in hand
	defer last.Stop()
	select {
	case err := <-stopped:
		return err
	case <-last.C:
		return context.Cause(drain)
	}
}

// handle makes the request of one transform, or refuses it.
func (b *Boundary) handle(ctx context.Context, m wave.Message) {
	request, subject, err := b.request(m.Data)
	if err != nil {
		b.reject(ctx, m, err)
		return
	}
	if !b.fresh(request.ID) {
		return
	}
	data, err := b.check(request)
	if err != nil {
		b.reject(ctx, m, err)
		return
	}
	log := b.options.Logger.With("request", request.ID, daemon.KeyGate, request.Gate)
	if err := b.store(ctx, request.Deadline, wave.Message{Subject: subject, Data: data, ID: request.ID}); err != nil {
		b.note(func() {
			b.counts.Lost++
			b.known.Forget(request.ID)
		})
		log.Error("request not stored", daemon.KeySubject, subject, daemon.KeyErr, err)
		return
	}
	b.note(func() { b.counts.Requests++ })
	log.Info("request", daemon.KeySubject, subject, "event", request.Event)
}

// request reads a transform and makes the request of its event.
func (b *Boundary) request(data []byte) (wave.CognitiveRequest, string, error) {
	t, err := wave.Decode[wave.Transform](data)
	if err != nil {
		return wave.CognitiveRequest{}, "", err
	}
	e := b.events[t.Event]
	if e == nil {
		return wave.CognitiveRequest{}, "", &wave.Rule{Field: "event", Reason: fmt.Sprintf("no event %q is declared here", t.Event)}
	}
	asked := t.Time
	if b.options.FromArrival {
		asked = time.Now()
	}
	r, err := e.request(t, asked, asked.Add(b.options.Deadline))
	return r, e.subject, err
}

// check encodes a request and holds it against its event's schema.
func (b *Boundary) check(r wave.CognitiveRequest) ([]byte, error) {
	data, err := wave.Encode(r)
	if err != nil {
		return nil, err
	}
	if len(data) > wave.MaxMessage {
		return nil, &wave.Rule{Reason: fmt.Sprintf("its request would be %d bytes, the most is %d", len(data), wave.MaxMessage)}
	}
	if err := b.events[r.Event].schema.Validate(data); err != nil {
		return nil, ofSchema(r.Event, err)
	}
	return data, nil
}

// ofSchema says whose schema a request breaks.
func ofSchema(event string, err error) error {
	rule := &wave.Rule{Reason: err.Error()}
	if errors.As(err, &rule) {
		rule = &wave.Rule{Field: rule.Field, Reason: rule.Reason}
	}
	rule.Reason = fmt.Sprintf("schema of event %s: %s", event, rule.Reason)
	return rule
}

// reject counts a refused transform and says why, unless too much was said already.
func (b *Boundary) reject(ctx context.Context, m wave.Message, why error) {
	b.note(func() { b.counts.Rejected++ })
	report, say := b.rejects.Report(m.Subject, 0, m.Data, why, time.Now())
	if !say {
		return
	}
	data, err := wave.Encode(report)
	if err == nil {
		err = b.options.Publisher.Publish(ctx, wave.Message{Subject: b.said, Data: data})
	}
	if err != nil {
		b.options.Logger.Warn("reject not published", daemon.KeySubject, m.Subject, daemon.KeyErr, err)
	}
}

// fresh reports whether a request was not made yet, and remembers it.
func (b *Boundary) fresh(id string) (fresh bool) {
	b.note(func() {
		if fresh = b.known.Add(id); !fresh {
			b.counts.Repeated++
		}
	})
	return fresh
}

func (b *Boundary) note(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// store puts a request into its stream; while the bus does not take it, it is tried again until nobody
// needs the answer any more.
func (b *Boundary) store(ctx context.Context, deadline time.Time, m wave.Message) error {
	if least := time.Now().Add(storeWithin); deadline.Before(least) {
		deadline = least
	}
	if ctx.Err() != nil {
		ctx, deadline = context.WithoutCancel(ctx), time.Now().Add(lastWords)
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	for {
		err := b.options.Storer.Store(ctx, m)
		if err == nil {
			return nil
		}
		pause := time.NewTimer(storePause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return errors.Join(err, context.Cause(ctx))
		}
	}
}

// Metrics tells what the boundary has done.
func (b *Boundary) Metrics(_ context.Context, to metric.Sink) error {
	n := b.Counts()
	for result, count := range map[string]uint64{"stored": n.Requests, "repeated": n.Repeated, "rejected": n.Rejected, "lost": n.Lost} {
		to.Tell(metric.BoundaryRequests, float64(count), b.options.Env, result)
	}
	return nil
}

var (
	_ daemon.Service = (*Boundary)(nil)
	_ metric.Source  = (*Boundary)(nil)
)
