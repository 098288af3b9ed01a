package bus

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// lateAfter is how long messages that are owed may take to come.
const lateAfter = 2 * time.Second

// owed is what the server sent and never saw acknowledged, and what of it has
// come again.
type owed struct {
	active bool
	upTo   uint64           // highest stream sequence the server had sent when asked
	count  int              // how many up to there were not acknowledged then
	early  []delivery       // what came since, each stream sequence once, not handled yet
	late   <-chan time.Time // fires when it is time to ask again
}

// add keeps a delivery until its turn. The same message again replaces the
// first: its acknowledgement is the one the server waits for.
func (o *owed) add(d delivery) {
	i := slices.IndexFunc(o.early, func(e delivery) bool { return e.meta.Sequence.Stream == d.meta.Sequence.Stream })
	if i >= 0 {
		o.early[i] = d
		return
	}
	o.early = append(o.early, d)
}

// ready returns, in order, all that was owed, once it is complete.
func (o *owed) ready() ([]delivery, bool) {
	slices.SortFunc(o.early, func(a, b delivery) int { return cmp.Compare(a.meta.Sequence.Stream, b.meta.Sequence.Stream) })
	n := 0
	for n < len(o.early) && o.early[n].meta.Sequence.Stream <= o.upTo {
		n++
	}
	if n < o.count {
		return nil, false
	}
	due := slices.Clone(o.early[:n])
	o.early = slices.Clone(o.early[n:])
	return due, true
}

// settle handles what was owed when it has come. Newer messages that came
// meanwhile may have holes between them, so they are asked about once more; as
// nothing is acknowledged until then, there are at most followPending of them.
func (f *follower) settle(ctx context.Context) error {
	due, complete := f.owed.ready()
	if !complete {
		return nil
	}
	for _, d := range due {
		if err := f.handle(ctx, d); err != nil {
			return err
		}
	}
	if len(f.owed.early) > 0 {
		return f.recall(ctx)
	}
	f.owed = owed{}
	return nil
}

// recall has everything sent again that is not acknowledged, and learns how
// much that is. Without it the server would send newer messages first and
// those only after followAckWait. When the server does not answer now, it is
// asked again later.
func (f *follower) recall(ctx context.Context) error {
	asking, cancel := f.conn.timeout(ctx)
	defer cancel()
	info, err := f.consumer.Info(asking)
	if err == nil && info.NumAckPending > 0 {
		if err = f.refuse(asking, info); err == nil {
			// Acknowledgements that were still under way are counted by now.
			info, err = f.consumer.Info(asking)
		}
	}
	f.owed.active = true
	f.owed.late = time.After(lateAfter)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case isClosed(err), isDenied(err):
		return f.conn.readError(f.stream, err)
	default:
		if err := f.judge(err); err != nil {
			return err
		}
		f.conn.log.Warn("durable reader waits for the server", "stream", f.stream, "durable", f.durable, "err", err)
		f.owed.count = followPending + 1 // unknown: nothing is complete
		return nil
	}
	f.sent = info.Delivered.Consumer
	f.owed.upTo, f.owed.count = info.Delivered.Stream, info.NumAckPending
	return f.settle(ctx)
}

// refuse hands back every message that is not acknowledged. What else is in
// that range is passed over by the server.
func (f *follower) refuse(ctx context.Context, info *jetstream.ConsumerInfo) error {
	line, last := f.conn.intake, info.Delivered.Stream
	for seq := info.AckFloor.Stream + 1; seq <= last; seq++ {
		subject := fmt.Sprintf("$JS.ACK.%s.%s.1.%d.%d.0.0", f.stream, f.durable, seq, info.Delivered.Consumer)
		var err error
		if seq < last {
			err = line.nc.Publish(subject, []byte("-NAK"))
		} else {
			// The answer to the last one says that all were read.
			waiting, release := line.awaiting(ctx, subject)
			_, err = line.nc.RequestWithContext(waiting, subject, []byte("-NAK"))
			err = whyNot(waiting, err)
			release()
		}
		if err != nil {
			return f.conn.sendError("recall messages", wave.Message{Subject: subject}, err)
		}
	}
	return nil
}
