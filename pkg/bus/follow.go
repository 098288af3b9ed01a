package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

const (
	// defaultInactive is how long the server keeps a reader that keeps no
	// position after it vanished.
	defaultInactive = 2 * time.Minute
	// followAckWait is after how long the server sends an unacknowledged message again.
	followAckWait = 30 * time.Second
	// followPending is how many messages are under way to a follower.
	followPending = 256
)

// FollowFrom says where a durable reader begins that does not exist yet.
type FollowFrom struct {
	// Seq is the first stream sequence wanted; 0 and 1 mean the beginning.
	Seq uint64
	// New begins behind the end of the stream.
	New bool
}

// Follow hands the messages of a stream to the handler in stream order, one at
// a time. The server remembers the position under the durable name: a message
// is acknowledged after the handler returned nil for it. Follow returns ctx's
// cause when ctx ended, or the handler's error; following again continues with
// that very message.
//
// A message may come again after a crash of either side, but never before an
// earlier one, and none is left out. Only one Follow may use a durable name at
// a time. filter "" means all subjects. The durable is made when it is not
// there and this user may make it; otherwise `bus apply` makes it.
func (c *Conn) Follow(ctx context.Context, stream, durable, filter string, from FollowFrom, h func(ctx context.Context, m wave.Message) error) error {
	f := &follower{conn: c, stream: stream, durable: durable, handler: h}
	for {
		resumed := c.intake.reconnected()
		consumer, err := c.durable(ctx, stream, durable, filter, from)
		if err != nil {
			return err
		}
		if err := f.run(ctx, consumer, resumed); !errors.Is(err, errResync) {
			return err
		}
		c.log.Info("resuming durable reader", "stream", stream, "durable", durable, "after", f.handled)
	}
}

// durable finds the consumer or makes it.
func (c *Conn) durable(ctx context.Context, stream, name, filter string, from FollowFrom) (jetstream.Consumer, error) {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	consumer, err := c.intake.js.Consumer(ctx, stream, name)
	if err == nil {
		return consumer, checkDurable(stream, name, filter, consumer.CachedInfo().Config)
	}
	if !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil, c.readError(stream, err)
	}
	consumer, err = c.intake.js.CreateConsumer(ctx, stream, durableConfig(name, filter, from))
	if err != nil {
		return nil, c.readError(stream, err)
	}
	return consumer, nil
}

// durableConfig is what every durable reader of ours is made with.
func durableConfig(name, filter string, from FollowFrom) jetstream.ConsumerConfig {
	cfg := jetstream.ConsumerConfig{
		Durable:       name,
		AckPolicy:     jetstream.AckAllPolicy,
		AckWait:       followAckWait,
		MaxAckPending: followPending,
		FilterSubject: filter,
		DeliverPolicy: jetstream.DeliverAllPolicy,
	}
	switch {
	case from.New:
		cfg.DeliverPolicy = jetstream.DeliverNewPolicy
	case from.Seq > 1:
		cfg.DeliverPolicy, cfg.OptStartSeq = jetstream.DeliverByStartSequencePolicy, from.Seq
	}
	return cfg
}

func checkDurable(stream, name, filter string, cfg jetstream.ConsumerConfig) error {
	var err error
	switch {
	case cfg.AckPolicy != jetstream.AckAllPolicy:
		err = fmt.Errorf("durable %s acknowledges %s, want all", name, cfg.AckPolicy)
	case cfg.FilterSubject != filter || len(cfg.FilterSubjects) > 0:
		err = fmt.Errorf("durable %s reads %q, want %q", name, cfg.FilterSubject, filter)
	default:
		return nil
	}
	return fail("read stream", stream, "another program uses this name: choose another, or delete the durable with `nats consumer rm`", err)
}

// errResync ends one run over the connection when messages may have been lost
// on the way: the next one asks the server what is still owed.
var errResync = errors.New("durable reader out of step")

// follower is the state of one Follow that survives a resync.
type follower struct {
	conn            *Conn
	stream, durable string
	handler         func(ctx context.Context, m wave.Message) error
	handled         uint64 // highest stream sequence the handler accepted
}

// run hands over messages until something is wrong. The server numbers what it
// sends to a durable; a hole in that numbering is a message lost on the way.
func (f *follower) run(ctx context.Context, consumer jetstream.Consumer, resumed <-chan struct{}) error {
	sent, err := f.recall(ctx, consumer)
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
		m, err := messages.Next(jetstream.NextContext(watch))
		if err != nil {
			return f.nextError(ctx, watch, err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return fail("read stream", f.stream, "", err)
		}
		if sent++; meta.Sequence.Consumer != sent {
			return errResync
		}
		if err := f.handle(ctx, m, meta); err != nil {
			return err
		}
	}
}

// handle gives the message to the handler unless it had it, and acknowledges.
func (f *follower) handle(ctx context.Context, m jetstream.Msg, meta *jetstream.MsgMetadata) error {
	if meta.Sequence.Stream > f.handled {
		if err := f.handler(ctx, stored(m, meta)); err != nil {
			return err
		}
		f.handled = meta.Sequence.Stream
	}
	if err := m.Ack(); err != nil {
		if isClosed(err) {
			return f.conn.readError(f.stream, err)
		}
		return errResync
	}
	return nil
}

func (f *follower) nextError(ctx, watch context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(context.Cause(watch), errResync), errors.Is(err, jetstream.ErrNoHeartbeat):
		return errResync
	}
	return f.conn.readError(f.stream, err)
}

// recall makes the server send again, at once and in order, what it sent to an
// earlier reader of this durable and never saw acknowledged. Without it new
// messages would come first and those only after followAckWait. It returns the
// number of the last delivery made before.
func (f *follower) recall(ctx context.Context, consumer jetstream.Consumer) (uint64, error) {
	ctx, cancel := f.conn.timeout(ctx)
	defer cancel()
	info, err := consumer.Info(ctx)
	if err != nil {
		return 0, f.conn.readError(f.stream, err)
	}
	nc := f.conn.intake.nc
	if info.NumAckPending > 0 {
		for seq := info.AckFloor.Stream + 1; seq <= info.Delivered.Stream; seq++ {
			subject := fmt.Sprintf("$JS.ACK.%s.%s.1.%d.%d.0.0", f.stream, f.durable, seq, info.Delivered.Consumer)
			if seq < info.Delivered.Stream {
				err = nc.Publish(subject, []byte("-NAK"))
			} else {
				_, err = nc.RequestWithContext(ctx, subject, []byte("-NAK"))
			}
			if err != nil {
				return 0, f.conn.sendError("recall messages", wave.Message{Subject: subject}, err)
			}
		}
	}
	return info.Delivered.Consumer, nil
}
