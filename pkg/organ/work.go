package organ

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

const (
	// storePatience bounds the attempts to keep a response, storePause is the time between two.
	storePatience = 30 * time.Second
	storePause    = 500 * time.Millisecond
	// lastWords is how long a mind that was cut off tries to say so.
	lastWords = 2 * time.Second
)

// work chooses the engine and asks it, one request after the other.
func (m *Mind) work(ctx context.Context) {
	backend, broken := m.choose(ctx)
	if closer, ok := backend.(Closer); ok {
		defer func() { _ = closer.Close() }()
	}
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-m.turn:
			m.answer(daemon.Drain(ctx), j, backend, broken)
		}
	}
}

// choose finds the engine and loads its model where it has to be loaded.
func (m *Mind) choose(ctx context.Context) (Backend, error) {
	m.note(func() { m.state = Choosing })
	choice, err := m.options.Choose(ctx)
	if err != nil {
		m.note(func() { m.state = Failed })
		m.options.Logger.Error("mind has no engine", daemon.KeyOrgan, m.options.Name, daemon.KeyErr, err)
		return nil, fmt.Errorf("choose engine: %w", err)
	}
	m.note(func() { m.chosen = choice })
	m.options.Logger.Info("mind", daemon.KeyOrgan, m.options.Name, "engine", choice.Why)
	if loader, ok := choice.Backend.(Loader); ok {
		if err := loader.Load(ctx); err != nil && ctx.Err() == nil {
			m.options.Logger.Warn("model not loaded yet", daemon.KeyOrgan, m.options.Name, daemon.KeyErr, err)
		}
	}
	m.note(func() { m.state = Ready })
	return choice.Backend, nil
}

// answer serves one request; ctx ends when the mind is cut off.
func (m *Mind) answer(ctx context.Context, j *job, b Backend, broken error) {
	if broken != nil {
		m.conclude(ctx, j, "", Answer{}, broken)
		return
	}
	m.note(func() { m.state = Busy })
	due, cancel := context.WithDeadlineCause(ctx, j.due, fmt.Errorf("%w: %w", errLate, context.DeadlineExceeded))
	answer, err := think(due, b, m.options.Name, j.request, m.options.MaxTokens)
	cancel()
	m.note(func() {
		m.state = Ready
		if err == nil {
			m.chosen.Model = answer.Model
		}
	})
	if ctx.Err() != nil && err != nil {
		m.dismiss(ctx, j)
		return
	}
	m.conclude(ctx, j, b.Kind(), answer, err)
}

// conclude keeps the response that came of asking.
func (m *Mind) conclude(ctx context.Context, j *job, kind string, a Answer, failed error) {
	response, err := respond(m.options.Name, j.request, kind, a, failed)
	if err != nil {
		response = refuse(m.options.Name, j.request, err.Error())
	}
	if failed == nil {
		response.Spent.Lifeforce = m.options.Cost
		m.note(func() {
			m.counts.Answered++
			m.tokens += uint64(max(0, a.Tokens))
		})
		m.took.Observe(time.Since(j.arrived))
	} else {
		m.note(func() { m.counts.Failed++ })
		m.log(j).Warn("mind said nothing", daemon.KeyErr, failed)
	}
	m.keep(ctx, j, response)
}

// log is about one request.
func (m *Mind) log(j *job) *slog.Logger {
	return m.options.Logger.With(daemon.KeyOrgan, m.options.Name, "request", j.request.ID, daemon.KeyIdentity, j.identity)
}

// refuse keeps the response to a request that the engine was not asked about.
func (m *Mind) refuse(ctx context.Context, j *job, why error) {
	m.note(func() { m.counts.Refused++ })
	m.keep(daemon.Drain(ctx), j, refuse(m.options.Name, j.request, why.Error()))
}

// dismiss lets go of a request because the mind stops: a durable reader brings it again, to others it is
// said.
func (m *Mind) dismiss(ctx context.Context, j *job) {
	if !m.options.Requests.durable {
		m.refuse(ctx, j, errStopping)
		return
	}
	m.note(func() { m.known.Forget(j.request.ID) })
	j.done <- errStopping
}

// keep stores a response and lets the reader go on.
func (m *Mind) keep(ctx context.Context, j *job, r wave.CognitiveResponse) {
	r.Time = time.Now()
	r.Latency = wave.Duration(r.Time.Sub(j.arrived))
	data, err := wave.Encode(r)
	if err != nil { // one that breaks a rule is our fault, and would be made again for ever
		r = refuse(m.options.Name, j.request, err.Error())
		data, err = wave.Encode(r)
	}
	if err == nil {
		err = m.store(ctx, wave.Message{Subject: m.response, Data: data, ID: r.ID})
	}
	switch {
	case err != nil:
		m.note(func() { m.known.Forget(j.request.ID) })
		m.log(j).Error("response not kept", daemon.KeyErr, err)
	case r.Error != "":
		m.log(j).Info("not answered", "decision", r.Decision, "why", r.Error)
	default:
		m.log(j).Info("answered", "decision", r.Decision, "took", r.Latency.String())
	}
	j.done <- err
}

// store puts a response into its stream; while the bus does not take it, it is tried again.
func (m *Mind) store(ctx context.Context, msg wave.Message) error {
	patience := storePatience
	if ctx.Err() != nil {
		ctx, patience = context.WithoutCancel(ctx), lastWords
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := m.options.Storer.Store(ctx, msg)
		if err == nil {
			return nil
		}
		if pause := sleep(ctx, storePause); pause != nil {
			return errors.Join(err, pause)
		}
	}
}
