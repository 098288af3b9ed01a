package gatecore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// ErrFenced says that somebody else stored this shard's state: another gate
// core decides over the same gates, and this one must not.
var ErrFenced = errors.New("another gate core owns these gates")

// maxBacklog bounds the messages that wait for a bus that does not store. A
// gate core that cannot be heard for so long ends and says so.
const maxBacklog = 100_000

// snapshots stores images durably, one writer per shard.
type snapshots interface {
	load(ctx context.Context, shard int) (image, error)
	save(ctx context.Context, shard int, im image) error
	// published returns the id of the newest stored message on a subject.
	published(ctx context.Context, m wave.Message) (id string, err error)
}

// commit is one hand-over from the loop: the state of a shard after a
// decision, and the messages of that decision.
type commit struct {
	shard  int
	kernel []byte // nil: nothing new, only what is still to be published
	out    []wave.Message
	done   []chan struct{} // closed when all of it is stored and published
}

// trouble is why nothing is stored, and since when.
type trouble struct {
	since time.Time
	err   error
}

// committer makes decisions durable and then public, off the loop's goroutine;
// within a shard in their order. When the bus does not answer it keeps
// everything and tries again; newer states of a shard replace older ones that
// were not stored yet.
type committer struct {
	snapshots snapshots
	store     func(ctx context.Context, m wave.Message) error
	logger    *slog.Logger
	retry     time.Duration
	now       func() time.Time

	mu      sync.Mutex
	pending map[int]*commit
	order   []int
	working int // shard that is being stored; -1: none
	waiting []chan struct{}
	waits   int            // messages in pending
	told    map[int]bool   // shards whose stored outbox was published since
	failed  *trouble       // nil: all is well
	images  map[int]*image // last stored, by shard; only run touches it
	current *commit        // what is being stored; its messages are run's, see saving
	saving  int            // messages of the commit whose state is being stored
	kept    map[int]int    // messages that are stored and not yet published, by shard
	wake    chan struct{}
	took    metric.Meter // to store a shard and publish its decisions
}

func newCommitter(s snapshots, store func(context.Context, wave.Message) error, logger *slog.Logger) *committer {
	return &committer{
		snapshots: s, store: store, logger: logger, retry: 250 * time.Millisecond, now: time.Now,
		pending: map[int]*commit{}, images: map[int]*image{}, told: map[int]bool{}, kept: map[int]int{}, wake: make(chan struct{}, 1),
		working: -1,
	}
}

// restore loads a shard and hands what its last owner did not publish any more
// to the queue.
func (c *committer) restore(ctx context.Context, shard int) ([]byte, error) {
	im, err := c.snapshots.load(ctx, shard)
	if errors.Is(err, errNoChunk) {
		c.images[shard] = &image{}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load snapshot of shard %d: %w", shard, err)
	}
	c.told[shard] = len(im.outbox) > 0
	if im.outbox, err = c.unpublished(ctx, im.outbox); err != nil {
		return nil, fmt.Errorf("see what shard %d has published: %w", shard, err)
	}
	c.images[shard] = &im
	c.keep(shard, len(im.outbox))
	if len(im.outbox) > 0 {
		c.put(commit{shard: shard})
	}
	return im.kernel, nil
}

// unpublished leaves out what the streams hold already. A shard publishes in
// order, so the newest stored message of a subject tells about all before it.
func (c *committer) unpublished(ctx context.Context, outbox []wave.Message) ([]wave.Message, error) {
	last := map[string]int{} // by subject: index of the newest that is stored
	for _, m := range outbox {
		if _, asked := last[m.Subject]; asked {
			continue
		}
		id, err := c.snapshots.published(ctx, m)
		if err != nil {
			return nil, err
		}
		last[m.Subject] = slices.IndexFunc(outbox, func(o wave.Message) bool { return o.Subject == m.Subject && o.ID == id && id != "" })
	}
	var left []wave.Message
	for i, m := range outbox {
		if i > last[m.Subject] {
			left = append(left, m)
		}
	}
	return left, nil
}

// put queues a commit. It never blocks.
func (c *committer) put(next commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits += len(next.out)
	if waiting := c.pending[next.shard]; waiting != nil {
		if next.kernel != nil {
			waiting.kernel = next.kernel
		}
		waiting.out = append(waiting.out, next.out...)
		waiting.done = append(waiting.done, next.done...)
	} else {
		c.pending[next.shard] = &next
		c.order = append(c.order, next.shard)
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// settled returns a channel that is closed when what is queued for a shard now
// is stored and published.
func (c *committer) settled(shard int) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := make(chan struct{})
	switch {
	case c.pending[shard] != nil:
		c.pending[shard].done = append(c.pending[shard].done, done)
	case c.working == shard:
		c.current.done = append(c.current.done, done)
	default:
		close(done)
	}
	return done
}

// flush returns a channel that is closed when everything queued is stored and
// published.
func (c *committer) flush() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := make(chan struct{})
	if len(c.order) == 0 && c.working < 0 {
		close(done)
		return done
	}
	c.waiting = append(c.waiting, done)
	return done
}

// backlog is the number of shards whose state waits to be stored.
func (c *committer) backlog() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.order)
}

// untold is the number of messages that wait to be stored and published.
func (c *committer) untold() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.waits + c.saving
	for _, kept := range c.kept {
		n += kept
	}
	return n
}

// keep notes how many messages of a shard are still to be published.
func (c *committer) keep(shard, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[shard] = n
}

// trouble says why nothing is stored; nil when all is well.
func (c *committer) trouble() *trouble {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// repeats reports whether a shard's stored state would make the next start
// look for what was told already: harmless, and cured by storing it anew.
func (c *committer) repeats(shard int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.told[shard]
}

// run stores and publishes until the context ends or the shards are fenced.
func (c *committer) run(ctx context.Context) error {
	for {
		next := c.take()
		if next == nil {
			select {
			case <-ctx.Done():
				return nil
			case <-c.wake:
				continue
			}
		}
		begun := c.now()
		err := c.apply(ctx, next)
		if err == nil {
			c.took.Observe(c.now().Sub(begun))
			c.finished(next)
			continue
		}
		if errors.Is(err, ErrFenced) {
			return err
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // told to stop: what is left is in the stored state
		}
		if err := c.giveBack(next, err); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.retry):
		}
	}
}

// take removes the oldest queued commit, and wakes who waits when there is none.
func (c *committer) take() *commit {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working, c.current, c.saving = -1, nil, 0
	if len(c.order) == 0 {
		for _, w := range c.waiting {
			close(w)
		}
		c.waiting = nil
		return nil
	}
	c.working = c.order[0]
	c.order = c.order[1:]
	c.current = c.pending[c.working]
	c.saving = len(c.current.out)
	c.waits -= c.saving
	delete(c.pending, c.working)
	return c.current
}

// finished tells who waits for this commit.
func (c *committer) finished(done *commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		c.logger.Info("the bus stores again", "waiting", len(c.order))
	}
	c.failed = nil
	for _, w := range done.done {
		close(w)
	}
}

// giveBack queues a failed commit again, behind the others: one shard that
// cannot be stored does not hold them up.
func (c *committer) giveBack(failed *commit, why error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed == nil {
		c.logger.Warn("gate state cannot be stored; it is kept and tried again", daemon.KeyErr, why)
		c.failed = &trouble{since: c.now()}
	}
	c.failed.err = why
	c.working, c.current, c.saving = -1, nil, 0
	c.waits += len(failed.out)
	if c.waits > maxBacklog {
		return &daemon.Error{
			Op: "store", Subject: fmt.Sprintf("%d decisions that wait since %s", c.waits, c.failed.since.Format(time.TimeOnly)), Err: why,
			Hint: "see the bus with `nimmer doctor`; the gates go on from their last stored state",
		}
	}
	if newer := c.pending[failed.shard]; newer != nil {
		newer.out = append(failed.out, newer.out...)
		newer.done = append(failed.done, newer.done...)
		if newer.kernel == nil {
			newer.kernel = failed.kernel
		}
		return nil
	}
	c.pending[failed.shard] = failed
	c.order = append(c.order, failed.shard)
	return nil
}

// apply stores the shard's state together with everything not yet published,
// then publishes. The outbox is emptied in memory; the store learns of it with
// the next snapshot.
func (c *committer) apply(ctx context.Context, next *commit) error {
	im := c.images[next.shard]
	if im == nil {
		im = &image{}
		c.images[next.shard] = im
	}
	if next.kernel != nil || len(next.out) > 0 {
		fresh := image{generation: im.generation + 1, kernel: next.kernel, outbox: append(slices.Clip(im.outbox), next.out...)}
		if fresh.kernel == nil {
			fresh.kernel = im.kernel
		}
		if err := c.snapshots.save(ctx, next.shard, fresh); err != nil {
			return err
		}
		*im = fresh
		next.kernel, next.out = nil, nil // the image holds them from here on
		c.mu.Lock()
		c.told[next.shard] = len(fresh.outbox) > 0
		c.saving, c.kept[next.shard] = 0, len(fresh.outbox)
		c.mu.Unlock()
	}
	for len(im.outbox) > 0 {
		if err := c.store(ctx, im.outbox[0]); err != nil {
			return fmt.Errorf("publish %s: %w", im.outbox[0].Subject, err)
		}
		im.outbox = im.outbox[1:]
		c.keep(next.shard, len(im.outbox))
	}
	im.outbox = nil
	return nil
}
