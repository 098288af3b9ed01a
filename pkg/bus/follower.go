package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// errResync ends one run over the connection when messages may have been lost
// on the way: the next one asks the server what is still owed.
var errResync = errors.New("durable reader out of step")

// owedTimeout is how long a message that the server owes may take to come.
const owedTimeout = 2 * time.Second

// follower is the state of one Follow that survives a resync.
type follower struct {
	conn            *Conn
	stream, durable string
	handler         func(ctx context.Context, m wave.Message) error
	handled         uint64 // highest stream sequence the handler accepted
}

// owed is what the server had sent before this run and never saw acknowledged.
type owed struct {
	sent  uint64 // number of the last delivery
	upTo  uint64 // highest stream sequence among the owed ones
	count int    // how many are still to come
	early []delivery
}

// delivery is one message with the server's numbering.
type delivery struct {
	jetstream.Msg
	meta *jetstream.MsgMetadata
}

// run hands over messages until something is wrong. The server numbers what it
// sends to a durable; a hole in that numbering is a message lost on the way.
func (f *follower) run(ctx context.Context, consumer jetstream.Consumer, resumed <-chan struct{}) error {
	rest, err := f.recall(ctx, consumer)
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(followPending))
	if err != nil {
		return f.conn.readError(f.stream, err)
	}
	defer messages.Stop()
	watch, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-resumed:
			cancel(errResync)
		case <-watch.Done():
		}
	}()
	for {
		d, err := f.next(ctx, watch, messages, rest.count > 0)
		if err != nil {
			return err
		}
		if rest.sent++; d.meta.Sequence.Consumer != rest.sent {
			return errResync
		}
		for _, d := range rest.sort(d) {
			if err := f.handle(ctx, d); err != nil {
				return err
			}
		}
	}
}

// sort holds owed messages back until all of them are there, since the server
// sends them in any order, and returns what may be handled now. It always
// sends them before newer ones: a newer one means that the rest is gone from
// the stream.
func (o *owed) sort(d delivery) []delivery {
	if o.count == 0 {
		return []delivery{d}
	}
	if slices.ContainsFunc(o.early, func(e delivery) bool { return e.meta.Sequence.Stream == d.meta.Sequence.Stream }) {
		return nil // the same one again does not stand for another
	}
	o.early = append(o.early, d)
	if o.count--; d.meta.Sequence.Stream > o.upTo {
		o.count = 0
	}
	if o.count > 0 {
		return nil
	}
	slices.SortFunc(o.early, func(a, b delivery) int { return cmp.Compare(a.meta.Sequence.Stream, b.meta.Sequence.Stream) })
	all := o.early
	o.early = nil
	return all
}

// next waits for a message; for one that is owed not for long.
func (f *follower) next(ctx, watch context.Context, messages jetstream.MessagesContext, isOwed bool) (delivery, error) {
	wait := watch
	if isOwed {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeoutCause(watch, owedTimeout, errResync)
		defer cancel()
	}
	m, err := messages.Next(jetstream.NextContext(wait))
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return delivery{}, context.Cause(ctx)
	case errors.Is(context.Cause(wait), errResync), errors.Is(err, jetstream.ErrNoHeartbeat):
		return delivery{}, errResync
	default:
		return delivery{}, f.conn.readError(f.stream, err)
	}
	meta, err := m.Metadata()
	if err != nil {
		return delivery{}, fail("read stream", f.stream, "", err)
	}
	return delivery{m, meta}, nil
}

// handle gives the message to the handler unless it had it, and acknowledges.
func (f *follower) handle(ctx context.Context, d delivery) error {
	if d.meta.Sequence.Stream > f.handled {
		if err := f.handler(ctx, stored(d.Msg, d.meta)); err != nil {
			return err
		}
		f.handled = d.meta.Sequence.Stream
	}
	if err := d.Ack(); err != nil {
		if isClosed(err) {
			return f.conn.readError(f.stream, err)
		}
		return errResync
	}
	return nil
}

// recall makes the server send again at once what it sent to an earlier reader
// of this durable and never saw acknowledged. Without it newer messages would
// come first and those only after followAckWait.
func (f *follower) recall(ctx context.Context, consumer jetstream.Consumer) (*owed, error) {
	ctx, cancel := f.conn.timeout(ctx)
	defer cancel()
	info, err := consumer.Info(ctx)
	if err != nil {
		return nil, f.conn.readError(f.stream, err)
	}
	o := &owed{sent: info.Delivered.Consumer, upTo: info.Delivered.Stream, count: info.NumAckPending}
	if o.count == 0 {
		return o, nil
	}
	nc := f.conn.intake.nc
	for seq := info.AckFloor.Stream + 1; seq <= o.upTo; seq++ {
		// Where a handled message's acknowledgement was lost, this one is late
		// but right: it is handed out again and left out by its sequence.
		subject := fmt.Sprintf("$JS.ACK.%s.%s.1.%d.%d.0.0", f.stream, f.durable, seq, o.sent)
		if seq < o.upTo {
			err = nc.Publish(subject, []byte("-NAK"))
		} else {
			// The answer to the last one says that all were read.
			_, err = nc.RequestWithContext(ctx, subject, []byte("-NAK"))
		}
		if err != nil {
			return nil, f.conn.sendError("recall messages", wave.Message{Subject: subject}, err)
		}
	}
	return o, nil
}
