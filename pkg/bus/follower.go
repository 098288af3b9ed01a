package bus

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// follower is one running Follow.
//
// The server numbers what it sends to a durable consumer. While the numbers
// have no hole, messages come in stream order and each is handled at once. A
// hole, a reconnect or the start mean that the server may have sent something
// that never arrived: then the follower asks what is owed (recall), has it sent
// again, and handles nothing until all of that is there and sorted.
type follower struct {
	conn            *Conn
	stream, durable string
	handler         func(ctx context.Context, m wave.Message) error
	consumer        jetstream.Consumer

	handled uint64 // highest stream sequence the handler accepted
	sent    uint64 // highest delivery number seen
	owed    owed
}

// delivery is one message with the server's numbering.
type delivery struct {
	jetstream.Msg
	meta *jetstream.MsgMetadata
}

// run hands over messages until ctx ends, the handler fails, or the consumer
// or the connection is gone.
func (f *follower) run(ctx context.Context) error {
	arrivals := make(chan jetstream.Msg)
	broken := make(chan error, 1)
	end := make(chan struct{})
	consuming, err := f.consumer.Consume(
		func(m jetstream.Msg) {
			select {
			case arrivals <- m:
			case <-end:
			}
		},
		jetstream.PullMaxMessages(followPending), jetstream.PullExpiry(followExpiry),
		jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
			select {
			case broken <- err:
			default:
			}
		}))
	if err != nil {
		return f.conn.readError(f.stream, err)
	}
	defer func() {
		// The server must know that nobody listens here any more before the
		// next Follow has messages sent again.
		close(end)
		consuming.Stop()
		<-consuming.Closed()
	}()
	return f.loop(ctx, arrivals, broken)
}

func (f *follower) loop(ctx context.Context, arrivals <-chan jetstream.Msg, broken <-chan error) error {
	resumed := f.conn.intake.resumed.next()
	if err := f.recall(ctx); err != nil {
		return err
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-f.conn.done:
			return f.conn.readError(f.stream, ErrClosed)
		case m := <-arrivals:
			err = f.take(ctx, m)
		case err = <-broken:
			err = f.judge(err)
		case <-resumed:
			resumed = f.conn.intake.resumed.next()
			err = f.recall(ctx)
		case <-f.owed.late:
			err = f.recall(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// take handles a message that is next in order, or asks what is missing.
func (f *follower) take(ctx context.Context, m jetstream.Msg) error {
	meta, err := m.Metadata()
	if err != nil {
		return fail("read stream", f.stream, "", err)
	}
	d := delivery{m, meta}
	next := meta.Sequence.Consumer == f.sent+1
	f.sent = max(f.sent, meta.Sequence.Consumer)
	switch {
	case f.owed.active:
		f.owed.add(d)
		return f.settle(ctx)
	case next, meta.Sequence.Stream <= f.handled:
		return f.handle(ctx, d)
	}
	f.owed.add(d)
	return f.recall(ctx)
}

// handle gives the message to the handler unless it had it, and acknowledges.
func (f *follower) handle(ctx context.Context, d delivery) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if d.meta.Sequence.Stream > f.handled {
		if err := f.handler(ctx, stored(d.Msg, d.meta)); err != nil {
			return err
		}
		f.handled = d.meta.Sequence.Stream
	}
	if err := d.Ack(); isClosed(err) {
		return f.conn.readError(f.stream, err)
	}
	return nil // an acknowledgement that did not go out makes it come again
}

// judge tells whether the reader can go on after an error of the client, which
// repairs most things itself.
func (f *follower) judge(err error) error {
	for _, end := range []error{jetstream.ErrConsumerDeleted, jetstream.ErrConsumerNotFound, jetstream.ErrBadRequest} {
		if errors.Is(err, end) {
			return f.conn.readError(f.stream, err)
		}
	}
	if isClosed(err) {
		return f.conn.readError(f.stream, err)
	}
	return nil
}
