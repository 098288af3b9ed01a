package organ

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// readAgain is the pause before a reader that failed is called again.
const readAgain = time.Second

// Reasons of a refusal.
var (
	errStopping = errors.New("the mind is stopping")
	errFull     = errors.New("too many wait already")
	errLate     = errors.New("the deadline has passed")
)

// read takes in requests until ctx ends; a reader that fails is called again.
func (m *Mind) read(ctx context.Context, ready func()) {
	handle := func(_ context.Context, msg wave.Message) error { return m.handle(ctx, msg) }
	for {
		err := m.options.Requests.read(ctx, ready, handle)
		if ctx.Err() != nil {
			return
		}
		m.options.Logger.Warn("requests cannot be read, trying again", daemon.KeyOrgan, m.options.Name, daemon.KeyErr, err)
		if sleep(ctx, readAgain) != nil {
			return
		}
	}
}

// handle takes one message of the reader; of a durable one it returns when the response is kept.
func (m *Mind) handle(ctx context.Context, msg wave.Message) error {
	identity, ok := asksOf(msg.Subject, m.options.Env, m.options.Name)
	if !ok {
		return nil // another mind's, or a response in the same stream
	}
	request, err := wave.Decode[wave.CognitiveRequest](msg.Data)
	if err != nil {
		m.note(func() { m.counts.Unreadable++ })
		m.options.Logger.Warn("request refused", daemon.KeySubject, msg.Subject, daemon.KeyErr, err)
		return nil
	}
	fresh := false
	m.note(func() {
		if fresh = m.known.Add(request.ID); !fresh {
			m.counts.Repeated++
		}
	})
	if !fresh {
		return nil
	}
	j := m.job(request, identity)
	select {
	case m.incoming <- j:
	case <-ctx.Done():
		m.dismiss(ctx, j)
	}
	if m.options.Requests.durable {
		return <-j.done
	}
	return nil
}

// job says how long a request may wait and when its answer is due.
func (m *Mind) job(r wave.CognitiveRequest, identity string) *job {
	now := time.Now()
	j := &job{
		request: r, identity: identity, arrived: now, until: now.Add(m.options.Wait),
		due: now.Add(m.options.Longest), done: make(chan error, 1),
	}
	if !r.Deadline.IsZero() {
		j.due = r.Deadline
		if r.Deadline.Before(j.until) {
			j.until = r.Deadline
		}
	}
	return j
}

// usher owns the queue: it lets requests in, hands the first to the worker, and sends away who has waited
// too long.
func (m *Mind) usher(ctx context.Context) {
	q := queue{depth: m.options.Depth}
	alarm := time.NewTimer(m.options.Wait)
	defer alarm.Stop()
	for {
		var turn chan<- *job
		if q.head() != nil {
			turn = m.turn
		}
		if at, ok := q.next(); ok {
			alarm.Reset(time.Until(at))
		} else {
			alarm.Stop()
		}
		select {
		case <-ctx.Done():
			for _, j := range q.drain() {
				m.dismiss(ctx, j)
			}
			return
		case j := <-m.incoming:
			if !q.push(j) {
				m.refuse(ctx, j, fmt.Errorf("%w: %d", errFull, m.options.Depth))
			}
		case turn <- q.head():
			q.pop()
		case <-alarm.C:
		}
		for _, j := range q.expire(time.Now()) {
			m.refuse(ctx, j, tooLong(j))
		}
		m.note(func() { m.waiting = len(q.jobs) })
	}
}

// tooLong says why a request was sent away from the queue.
func tooLong(j *job) error {
	if j.until.Before(j.due) {
		return fmt.Errorf("nobody may wait longer than %s", j.until.Sub(j.arrived))
	}
	return errLate
}
