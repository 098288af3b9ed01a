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
	// followExpiry is how long a vanished reader can still be sent messages.
	followExpiry = 10 * time.Second
	// followPending is how many messages are under way to a follower.
	followPending = 128
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
	consumer, err := c.durable(ctx, stream, durable, filter, from)
	if err != nil {
		return err
	}
	f := &follower{conn: c, stream: stream, durable: durable, handler: h, consumer: consumer}
	return f.run(ctx)
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
	subject := c.target.api + ".CONSUMER.CREATE." + stream + "." + name
	if filter != "" {
		subject += "." + filter
	}
	ctx, release := c.intake.awaiting(ctx, subject)
	defer release()
	consumer, err = c.intake.js.CreateConsumer(ctx, stream, durableConfig(name, filter, from))
	if err = whyNot(ctx, err); isDenied(err) {
		return nil, fail("read stream", stream, "the durable reader "+name+" is made beforehand: run `nimmer bus apply`", classify(err))
	}
	if err != nil {
		return nil, c.readError(stream, err)
	}
	return consumer, nil
}

// durableConfig is what every durable reader of ours is made with.
func durableConfig(name, filter string, from FollowFrom) jetstream.ConsumerConfig {
	cfg := jetstream.ConsumerConfig{
		Durable:       name,
		AckPolicy:     jetstream.AckExplicitPolicy,
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
	if err := suits(name, filter, cfg); err != nil {
		return fail("read stream", stream, "another program uses this name: choose another, or delete the durable with `nats consumer rm`", err)
	}
	return nil
}

// suits says why a durable that is there cannot be read on with.
func suits(name, filter string, cfg jetstream.ConsumerConfig) error {
	switch {
	case cfg.DeliverSubject != "":
		return fmt.Errorf("durable %s is sent to %q, want one that is asked", name, cfg.DeliverSubject)
	case cfg.AckPolicy != jetstream.AckExplicitPolicy:
		return fmt.Errorf("durable %s acknowledges %s, want each message", name, cfg.AckPolicy)
	case cfg.FilterSubject != filter || len(cfg.FilterSubjects) > 0:
		return fmt.Errorf("durable %s reads %q, want %q", name, cfg.FilterSubject, filter)
	}
	return nil
}
