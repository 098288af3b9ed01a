package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
)

// Conn is a client of the bus. Its methods may be called from any goroutine.
type Conn struct {
	opts   Options
	target Target
	log    *slog.Logger
	count  counters

	// The roles; all three are the same line unless Options.Split is set.
	intake, store, control *line

	batches atomic.Bool // the server has proved that it knows batches

	mu       sync.Mutex
	subs     map[*subscription]struct{}
	draining bool
	done     chan struct{} // closed when the Conn was drained or closed
	doneOnce sync.Once
}

// line is one connection to a server with the stream client that uses it.
type line struct {
	role   string
	nc     *nats.Conn
	js     jetstream.JetStream
	closed chan struct{}

	resumed, lost, denied signal // raised at each reconnect, disconnect and refusal
}

// signal wakes everybody who waits for the next time something happens.
type signal struct{ ch atomic.Pointer[chan struct{}] }

// raise wakes those who wait and begins anew.
func (s *signal) raise() {
	next := make(chan struct{})
	if old := s.ch.Swap(&next); old != nil {
		close(*old)
	}
}

// next is closed the next time.
func (s *signal) next() <-chan struct{} { return *s.ch.Load() }

// Connect finds the bus (see Resolve) and connects to it. The context bounds
// the attempt, not the life of the connection.
func Connect(ctx context.Context, opts Options) (*Conn, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	target, err := Resolve(opts)
	if err != nil {
		return nil, err
	}
	c := &Conn{
		opts: opts, target: target, log: opts.Logger,
		subs: map[*subscription]struct{}{}, done: make(chan struct{}),
	}
	if err := c.open(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// open connects every role, at the same time when they are separate.
func (c *Conn) open(ctx context.Context) error {
	if !c.opts.Split {
		l, err := c.dial(ctx, "")
		c.intake, c.store, c.control = l, l, l
		return err
	}
	var g errgroup.Group
	for _, r := range []struct {
		role string
		to   **line
	}{{"intake", &c.intake}, {"store", &c.store}, {"control", &c.control}} {
		g.Go(func() (err error) {
			*r.to, err = c.dial(ctx, r.role)
			return err
		})
	}
	return g.Wait()
}

// dial opens one connection, again and again when Options.Wait is set.
func (c *Conn) dial(ctx context.Context, role string) (*line, error) {
	backoff := reconnectWait
	for {
		l, err := c.dialOnce(ctx, role)
		if err == nil || !c.opts.Wait || !transient(err) {
			return l, err
		}
		c.log.Warn("waiting for the bus", "server", redact(c.target.URLs), "err", err)
		timer := time.NewTimer(backoff)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		case <-timer.C:
		}
		backoff = min(backoff*2, 5*time.Second)
	}
}

func (c *Conn) dialOnce(ctx context.Context, role string) (*line, error) {
	l := &line{role: role, closed: make(chan struct{})}
	l.resumed.raise()
	l.lost.raise()
	l.denied.raise()
	type result struct {
		nc  *nats.Conn
		err error
	}
	got := make(chan result, 1)
	go func() {
		nc, err := nats.Connect(c.target.URLs, c.natsOptions(ctx, l)...)
		got <- result{nc, err}
	}()
	select {
	case r := <-got:
		if r.err != nil {
			return nil, c.connectError(r.err)
		}
		l.nc = r.nc
	case <-ctx.Done():
		go func() {
			if r := <-got; r.nc != nil {
				r.nc.Close()
			}
		}()
		return nil, c.connectError(context.Cause(ctx))
	}
	js, err := jetstream.NewWithAPIPrefix(l.nc, c.target.api, jetstream.WithDefaultTimeout(c.opts.Timeout))
	if err != nil {
		l.nc.Close()
		return nil, fail("use JetStream API", c.target.api, "", err)
	}
	l.js = js
	return l, nil
}

// natsOptions is how every connection behaves. Reconnecting never gives up: a
// service that stops trying after some minutes only looks alive.
func (c *Conn) natsOptions(ctx context.Context, l *line) []nats.Option {
	name := c.opts.Name
	if l.role != "" {
		name += " " + l.role
	}
	timeout := c.opts.Timeout
	if d, ok := ctx.Deadline(); ok {
		timeout = max(min(timeout, time.Until(d)), time.Millisecond)
	}
	options := append([]nats.Option{}, c.target.options...)
	options = append(options,
		nats.Name(name),
		nats.Timeout(timeout),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectJitter(reconnectJitter, reconnectJitter),
		nats.IgnoreAuthErrorAbort(), // credentials are rotated under us
		nats.PingInterval(20*time.Second),
		nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(c.onDisconnect(l)),
		nats.ReconnectHandler(c.onReconnect(l)),
		nats.ErrorHandler(c.onError(l)),
		nats.ClosedHandler(func(*nats.Conn) { close(l.closed) }),
	)
	if c.target.inboxPrefix != "" {
		options = append(options, nats.CustomInboxPrefix(c.target.inboxPrefix))
	}
	if l.role == "store" {
		// A stream write that cannot be sent now is the writer's business: it
		// must not come out of a buffer after the writer gave up on it.
		options = append(options, nats.ReconnectBufSize(-1))
	}
	if c.opts.InProcess != nil && (l.role != "intake" || c.opts.Server == "") {
		options = append(options, nats.InProcessServer(c.opts.InProcess))
	}
	return options
}

func (c *Conn) onDisconnect(l *line) nats.ConnErrHandler {
	return func(_ *nats.Conn, err error) {
		if err == nil {
			return // we closed it
		}
		c.count.disconnects.Add(1)
		c.log.Warn("lost the bus", "server", redact(c.target.URLs), "role", l.role, "err", err)
		l.lost.raise()
	}
}

func (c *Conn) onReconnect(l *line) nats.ConnHandler {
	return func(nc *nats.Conn) {
		c.count.reconnects.Add(1)
		c.log.Info("found the bus again", "server", nc.ConnectedUrlRedacted(), "role", l.role)
		l.resumed.raise()
	}
}

func (c *Conn) onError(l *line) nats.ErrHandler {
	return func(_ *nats.Conn, sub *nats.Subscription, err error) {
		attrs := []any{"role", l.role, "err", err}
		if sub != nil {
			attrs = append(attrs, "subject", sub.Subject)
		}
		switch {
		case errors.Is(err, nats.ErrSlowConsumer):
			c.count.slow.Add(1)
			c.log.Warn("dropping messages: the reader is too slow", attrs...)
		case errors.Is(err, nats.ErrPermissionViolation):
			c.count.denied.Add(1)
			c.log.Error("the server refused", attrs...)
			l.denied.raise()
		default:
			c.count.errors.Add(1)
			c.log.Warn("bus error", attrs...)
		}
	}
}

// awaiting returns a context for waiting for the answer to a message. It ends
// when no answer can come any more: the connection was lost, or the server
// refused the message, which it says only on the side.
func (l *line) awaiting(ctx context.Context, subject string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	lost, denied := l.lost.next(), l.denied.next()
	before := l.nc.LastError()
	go func() {
		for {
			select {
			case <-lost:
				cancel(ErrLost)
			case <-denied:
				denied = l.denied.next()
				if err := l.refusal(before, subject); err != nil {
					cancel(err)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// refusal is the server's refusal of a subject, said since before was its last
// error; nil when there is none. The same refusal may be said again, so it asks
// which error it is, not of which kind.
func (l *line) refusal(before error, subject string) error {
	if err := l.nc.LastError(); err != before && deniedSubject(err, subject) {
		return err
	}
	return nil
}

// whyNot prefers the reason why ctx ended to an error that only says it did.
func whyNot(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if cause := context.Cause(ctx); errors.Is(cause, ErrLost) || isDenied(cause) {
		return cause
	}
	return err
}

// lines lists the connections there are, each once.
func (c *Conn) lines() []*line {
	var out []*line
	for _, l := range []*line{c.intake, c.store, c.control} {
		if l != nil && (len(out) == 0 || out[0] != l) {
			out = append(out, l)
		}
	}
	return out
}

// Target says where the Conn was told to connect.
func (c *Conn) Target() Target { return c.target }

// Connected returns the server in use now, or an error while there is none.
func (c *Conn) Connected() (string, error) {
	for _, l := range c.lines() {
		if !l.nc.IsConnected() {
			return "", fmt.Errorf("bus connection %s is %s", l.role, l.nc.Status())
		}
	}
	return c.control.nc.ConnectedUrlRedacted(), nil
}

// timeout returns a context that ends at the latest when Options.Timeout is
// over, unless ctx has a deadline of its own.
func (c *Conn) timeout(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.opts.Timeout)
}
