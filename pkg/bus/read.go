package bus

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// ReadOptions says what Read reads.
type ReadOptions struct {
	// Filters are the subjects to read; none means all of the stream.
	Filters []string
	// From is the first stream sequence wanted. 0 and 1 mean the beginning.
	From uint64
	// NewOnly starts behind the end of the stream; From is not looked at.
	NewOnly bool
	// ToEnd returns when everything that was there at the start has been read.
	// It needs at most one filter.
	ToEnd bool
	// Prefetch is how many messages are asked for ahead. Default 500.
	Prefetch int
}

// Read hands the messages of a stream to the handler in stream order, without
// gaps and each once, until ctx ends or the handler returns an error, which
// Read then returns. The server keeps no position: who wants to continue gives
// From the next time. Message.Seq and Message.Time are the stream's.
//
// It returns nil at the end of a ToEnd read and ctx's cause when ctx ended.
func (c *Conn) Read(ctx context.Context, stream string, opts ReadOptions, h func(ctx context.Context, m wave.Message) error) error {
	end := uint64(math.MaxUint64)
	if opts.ToEnd {
		last, err := c.endOf(ctx, stream, opts.Filters)
		if errors.Is(err, ErrNotFound) || err == nil && last < opts.From {
			return nil
		}
		if err != nil {
			return err
		}
		end = last
	}
	cfg := jetstream.OrderedConsumerConfig{FilterSubjects: opts.Filters, DeliverPolicy: jetstream.DeliverAllPolicy, InactiveThreshold: defaultInactive}
	switch {
	case opts.NewOnly:
		cfg.DeliverPolicy = jetstream.DeliverNewPolicy
	case opts.From > 1:
		cfg.DeliverPolicy, cfg.OptStartSeq = jetstream.DeliverByStartSequencePolicy, opts.From
	}
	consumer, err := c.intake.js.OrderedConsumer(ctx, stream, cfg)
	if err != nil {
		return c.readError(stream, err)
	}
	prefetch := opts.Prefetch
	if prefetch <= 0 {
		prefetch = 500
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(prefetch))
	if err != nil {
		return c.readError(stream, err)
	}
	defer messages.Stop()
	return c.readUntil(ctx, stream, messages, end, h)
}

func (c *Conn) readUntil(ctx context.Context, stream string, messages jetstream.MessagesContext, end uint64, h func(ctx context.Context, m wave.Message) error) error {
	for {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return c.readError(stream, err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return fail("read", stream, "", err)
		}
		if meta.Sequence.Stream > end {
			return nil // the last one was deleted meanwhile
		}
		if err := h(ctx, stored(m, meta)); err != nil {
			return err
		}
		if meta.Sequence.Stream == end {
			return nil
		}
	}
}

// endOf finds the sequence of the newest message a ToEnd read has to reach.
func (c *Conn) endOf(ctx context.Context, stream string, filters []string) (uint64, error) {
	filter := ">"
	switch len(filters) {
	case 0:
	case 1:
		filter = filters[0]
	default:
		return 0, fmt.Errorf("read stream %s to its end: want at most one filter, got %d", stream, len(filters))
	}
	m, err := c.LastMsg(ctx, stream, filter)
	return m.Seq, err
}

func (c *Conn) readError(stream string, err error) error {
	hint := ""
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		hint = "see `nimmer bus plan`, then `nimmer bus apply`"
	case errors.Is(err, jetstream.ErrConsumerNotFound), errors.Is(err, jetstream.ErrConsumerDeleted):
		err = fmt.Errorf("%w (%w)", ErrNotFound, err)
		hint = "its durable consumer is gone: run `nimmer bus apply`"
	case errors.Is(err, nats.ErrNoResponders):
		return fail("read stream", stream, noJetStream, ErrNoJetStream)
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		hint = noJetStream
	}
	return fail("read stream", stream, hint, classify(err))
}
