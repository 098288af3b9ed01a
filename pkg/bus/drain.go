package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
)

// Drain ends the Conn in order and waits for it: subscriptions stop, what had
// arrived is handled, running handlers finish, what was published is sent, the
// connections close. When ctx ends first, or a connection is down, the rest is
// cut off and the error says what may be lost.
func (c *Conn) Drain(ctx context.Context) error {
	var errs []error
	if err := c.stopSubscriptions(ctx); err != nil {
		errs = append(errs, err)
	}
	for _, l := range c.lines() {
		if err := l.flush(ctx); err != nil {
			errs = append(errs, err)
		}
	}
	c.Close()
	return errors.Join(errs...)
}

// Close cuts the Conn off at once: messages that wait to be handled or sent
// are lost. It is safe to call more than once and after Drain.
func (c *Conn) Close() {
	c.mu.Lock()
	c.draining = true
	for s := range c.subs {
		s.dropped()
		s.cancel()
	}
	c.mu.Unlock()
	for _, l := range c.lines() {
		l.nc.Close()
		<-l.closed
	}
	c.doneOnce.Do(func() { close(c.done) })
}

// stopSubscriptions stops them side by side and waits for all of them.
func (c *Conn) stopSubscriptions(ctx context.Context) error {
	c.mu.Lock()
	c.draining = true
	all := make([]*subscription, 0, len(c.subs))
	for s := range c.subs {
		all = append(all, s)
	}
	c.mu.Unlock()

	stopped := make(chan struct{})
	var wg sync.WaitGroup
	for _, s := range all {
		wg.Go(func() { _ = s.Stop() })
	}
	go func() { wg.Wait(); close(stopped) }()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		left := len(c.subs)
		c.mu.Unlock()
		return fmt.Errorf("drain bus connection: %d of %d subscriptions were still handling messages: %w",
			left, len(all), context.Cause(ctx))
	}
}

// flush sends what is buffered. A connection that is down is not waited for:
// draining it would only close it and lose the buffer without a word.
func (l *line) flush(ctx context.Context) error {
	n, err := l.nc.Buffered()
	switch {
	case l.nc.IsClosed():
		return nil
	case !l.nc.IsConnected() && err == nil && n > 0:
		return fmt.Errorf("drain bus connection: the server is not reachable, %d bytes were not sent", n)
	case !l.nc.IsConnected():
		return nil
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
	}
	if err := l.nc.FlushWithContext(ctx); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		return fmt.Errorf("drain bus connection: send what is buffered: %w", err)
	}
	return nil
}

// Done is closed when the Conn has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }
