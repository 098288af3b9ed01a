package cell

import (
	"context"
	"log/slog"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

const (
	outboxSize  = 64              // outcomes that wait for the bus
	outboxRetry = 2 * time.Second // between two tries
	outboxLast  = 2 * time.Second // for what waits at the end
)

// outbox stores outcomes, again and again until the bus takes them: they are
// the only teachers of the gates. Their ids are derived, so twice does no harm.
type outbox struct {
	cfg   Config
	queue chan wave.Message
}

func newOutbox(cfg Config) *outbox { return &outbox{cfg, make(chan wave.Message, outboxSize)} }

// put hands an outcome over; it is lost when too many wait already.
func (o *outbox) put(outcome wave.Outcome) {
	subject, err := wave.New(wave.KindRealFeedback, o.cfg.Env, outcome.Gate)
	if err != nil {
		o.cfg.Logger.Error("outcome cannot be made", slog.Any(daemon.KeyErr, err))
		return
	}
	body, err := wave.Encode(outcome)
	if err != nil {
		o.cfg.Logger.Error("outcome cannot be made", slog.String("id", outcome.ID), slog.Any(daemon.KeyErr, err))
		return
	}
	select {
	case o.queue <- wave.Message{Subject: subject.String(), ID: outcome.ID, Data: body}:
	default:
		o.cfg.Logger.Error("outcome is lost: too many wait for the bus", slog.String("id", outcome.ID))
	}
}

// run stores what comes until ctx ends, and then tries once more what waits,
// within drain.
func (o *outbox) run(ctx, drain context.Context) {
	for {
		select {
		case m := <-o.queue:
			if !o.store(ctx, m) {
				o.last(drain, m)
				return
			}
		case <-ctx.Done():
			o.last(drain)
			return
		}
	}
}

// store tries until it is done; false when ctx ended before.
func (o *outbox) store(ctx context.Context, m wave.Message) bool {
	for tries := 0; ctx.Err() == nil; tries++ {
		err := o.cfg.Bus.Store(ctx, m)
		if err == nil {
			return true
		}
		if tries == 0 && ctx.Err() == nil {
			o.cfg.Logger.Warn("outcome is not stored yet; it is tried again", slog.String("id", m.ID), slog.Any(daemon.KeyErr, err))
		}
		wait := time.NewTimer(outboxRetry)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
		}
	}
	return false
}

func (o *outbox) last(ctx context.Context, waiting ...wave.Message) {
	ctx, cancel := context.WithTimeout(ctx, outboxLast)
	defer cancel()
	for len(o.queue) > 0 {
		waiting = append(waiting, <-o.queue)
	}
	for _, m := range waiting {
		if err := o.cfg.Bus.Store(ctx, m); err != nil {
			o.cfg.Logger.Error("outcome is lost", slog.String("id", m.ID), slog.Any(daemon.KeyErr, err))
		}
	}
}
