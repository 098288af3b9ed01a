package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// wantedDurables are the declared durable readers as changes that are not
// decided yet.
func wantedDurables(durables []accounts.Durable) []Change {
	var out []Change
	for _, d := range durables {
		out = append(out, Change{Kind: "durable", Name: d.Stream + "/" + d.Name, reader: &d})
	}
	return out
}

// planDurables compares declared readers with those of the streams that are
// there. A stream that is still to be made has none.
func (c *Conn) planDurables(ctx context.Context, durables []accounts.Durable, there map[string]bool) ([]Change, error) {
	out := wantedDurables(durables)
	var all errgroup.Group
	all.SetLimit(applyParallel)
	for i := range out {
		change := &out[i]
		change.Action = ActionCreate
		if !there[change.reader.Stream] {
			continue
		}
		all.Go(func() error {
			ctx, cancel := c.timeout(ctx)
			defer cancel()
			consumer, err := c.control.js.Consumer(ctx, change.reader.Stream, change.reader.Name)
			switch {
			case errors.Is(err, jetstream.ErrConsumerNotFound):
				return nil
			case err != nil:
				return c.manageError("look at", "durable "+change.Name, err)
			}
			change.decideDurable(consumer.CachedInfo())
			return nil
		})
	}
	return out, all.Wait()
}

// decideDurable compares a declared reader with the one that is there. Its
// position is somebody's memory: it is never touched.
func (c *Change) decideDurable(have *jetstream.ConsumerInfo) {
	c.Action = ActionSame
	c.Messages = have.NumPending + uint64(max(have.NumAckPending, 0))
	if err := suits(c.reader.Name, c.reader.Filter, have.Config); err != nil {
		c.Action, c.Reason = ActionBlocked, err.Error()
		c.Remedy = fmt.Sprintf("its position would be lost, so it is left alone; when nobody needs it (see nats consumer info %[1]s %[2]s): "+
			"nats consumer rm %[1]s %[2]s, then apply: a new one reads from the beginning, and readers know by its id what they had", c.reader.Stream, c.reader.Name)
	}
}

// makeDurable makes a reader as Follow expects it. One that is there meanwhile
// is left as it is.
func (c *Conn) makeDurable(ctx context.Context, d *accounts.Durable) error {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	_, err := c.control.js.CreateConsumer(ctx, d.Stream, durableConfig(d.Name, d.Filter, FollowFrom{}))
	if errors.Is(err, jetstream.ErrConsumerExists) {
		err = nil
	}
	return c.manageError("create", "durable "+d.Stream+"/"+d.Name, err)
}
