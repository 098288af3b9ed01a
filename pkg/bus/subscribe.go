package bus

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// ServeGroup is the queue group in which Serve answers, so that of several
// instances one does.
const ServeGroup = "nimmer"

// Subscribe calls the handler for every message that matches the filter, one
// at a time and in the order of arrival, until Stop is called, ctx ends or the
// Conn is drained. When it returns, the server knows the subscription. The
// handler's context ends with the subscription.
func (c *Conn) Subscribe(ctx context.Context, filter string, h wave.Handler) (wave.Stopper, error) {
	return c.subscribe(ctx, c.intake, filter, "", func(s *subscription, m *nats.Msg) {
		h(s.ctx, incoming(m))
	})
}

// Serve answers requests on the subjects that match the filter. Instances that
// serve the same filter share the requests. Up to Options.Concurrency requests
// are worked on at a time. An error is sent to the asker (code 400 for a
// *wave.Rule, else 500).
func (c *Conn) Serve(ctx context.Context, filter string, h func(ctx context.Context, m wave.Message) ([]byte, error)) (wave.Stopper, error) {
	return c.ServeIn(ctx, ServeGroup, filter, h)
}

// ServeIn is Serve in a queue group of the caller's choice; with "" every
// instance answers every request.
func (c *Conn) ServeIn(ctx context.Context, group, filter string, h func(ctx context.Context, m wave.Message) ([]byte, error)) (wave.Stopper, error) {
	places := make(chan struct{}, c.opts.Concurrency)
	return c.subscribe(ctx, c.control, filter, group, func(s *subscription, m *nats.Msg) {
		select {
		case places <- struct{}{}:
		case <-s.ctx.Done():
			return
		}
		s.running.Add(1)
		go func() {
			defer func() { <-places; s.running.Done() }()
			data, err := h(s.ctx, incoming(m))
			if m.Reply == "" {
				return
			}
			if err := answer(m, data, err); err != nil {
				c.log.Warn("answer not sent", "subject", m.Subject, "err", err)
			}
		}()
	})
}

// subscription is one open subscription. Stop ends it for good.
type subscription struct {
	conn    *Conn
	line    *line
	sub     *nats.Subscription
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup // handlers at work, including the callback's

	forget  func() bool   // stops watching the caller's context
	ended   chan struct{} // closed when no handler runs any more
	end     sync.Once
	stop    sync.Once
	stopErr error
	lost    atomic.Uint64 // dropped messages, as far as known
}

func (c *Conn) subscribe(ctx context.Context, l *line, filter, group string, h func(*subscription, *nats.Msg)) (wave.Stopper, error) {
	s := &subscription{conn: c, line: l, ended: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(ctx)
	before := l.nc.LastError()
	if err := s.open(ctx, filter, group, h); err != nil {
		s.cancel()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, c.sendError("subscribe", wave.Message{Subject: filter}, err)
	}
	if err := c.confirm(ctx, l, filter, before); err != nil {
		_ = s.Stop()
		return nil, c.sendError("subscribe", wave.Message{Subject: filter}, err)
	}
	return s, nil
}

// open subscribes and enters the subscription into the Conn's list.
func (s *subscription) open(ctx context.Context, filter, group string, h func(*subscription, *nats.Msg)) error {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.draining {
		return ErrClosed
	}
	sub, err := s.line.nc.QueueSubscribe(filter, group, func(m *nats.Msg) {
		if s.ctx.Err() == nil {
			h(s, m)
		}
	})
	if err != nil {
		return err
	}
	s.sub = sub
	c.subs[s] = struct{}{}
	// Not before: a context that ends meanwhile must find something to stop.
	s.forget = context.AfterFunc(ctx, func() { _ = s.Stop() })
	sub.SetClosedHandler(func(string) { go s.finish() })
	if !sub.IsValid() { // closed before the handler was set
		go s.finish()
	}
	return sub.SetPendingLimits(c.opts.PendingMessages, c.opts.PendingBytes)
}

// confirm waits until the server has read what was sent, and reports when it
// refused the subscription: its refusal arrives before its answer to the ping.
func (c *Conn) confirm(ctx context.Context, l *line, filter string, before error) error {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	if err := l.nc.FlushWithContext(ctx); err != nil {
		return err
	}
	return l.refusal(before, filter)
}

// Stop ends the subscription: messages that had already arrived are still
// handled, then the handlers' context ends. It waits for running handlers, but
// not for a server that is gone, and at most Options.Timeout for one that does
// not answer. Called from the subscription's own handler it would wait for
// itself; cancel the context given to Subscribe instead.
func (s *subscription) Stop() error {
	s.stop.Do(func() {
		s.dropped()
		s.drain()
	})
	<-s.ended
	return s.stopErr
}

// stopPoll is how often a subscription that stops looks whether it may end.
const stopPoll = 20 * time.Millisecond

// drain has the server send no more and ends the subscription when all that
// came is handled. The client's own drain waits for the server's answer before
// it looks, which a server that is gone never gives: then this ends it.
func (s *subscription) drain() {
	patience := time.NewTimer(s.conn.opts.Timeout)
	defer patience.Stop()
	look := time.NewTicker(stopPoll)
	defer look.Stop()
	var asked, late bool
	for {
		connected := s.line.nc.IsConnected()
		if connected && !asked {
			asked = true
			s.failed(s.sub.Drain())
		}
		if waiting, _, err := s.sub.Pending(); err != nil || waiting == 0 && (late || !connected) {
			s.failed(s.sub.Unsubscribe())
			return
		}
		select {
		case <-s.ended:
			return
		case <-patience.C:
			late = true
		case <-look.C:
		}
	}
}

// failed keeps the first error of stopping. That there is nothing to stop any
// more is none.
func (s *subscription) failed(err error) {
	if err != nil && !isClosed(err) && s.stopErr == nil {
		s.stopErr = s.conn.sendError("stop", wave.Message{Subject: s.sub.Subject}, err)
	}
}

// finish runs once the client will call the handler no more.
func (s *subscription) finish() {
	s.end.Do(func() {
		s.running.Wait()
		s.forget()
		s.cancel()
		s.conn.mu.Lock()
		s.conn.count.dropped.Add(s.lost.Load())
		delete(s.conn.subs, s)
		s.conn.mu.Unlock()
		close(s.ended)
	})
}

// dropped reads how many messages this subscription lost. The client forgets
// the number when the subscription closes, so the last one read is kept.
func (s *subscription) dropped() uint64 {
	if n, err := s.sub.Dropped(); err == nil && n > 0 {
		s.lost.Store(uint64(n))
	}
	return s.lost.Load()
}

// The bus-shaped verbs that services are written against.
var (
	_ wave.Publisher = (*Conn)(nil)
	_ wave.Storer    = (*Conn)(nil)
	_ wave.Requester = (*Conn)(nil)
	_ wave.Source    = (*Conn)(nil)
	_ wave.Replier   = (*Conn)(nil)
)
