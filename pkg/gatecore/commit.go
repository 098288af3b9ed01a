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
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// ErrFenced says that somebody else stored this shard's state: another gate
// core decides over the same gates, and this one must not.
var ErrFenced = errors.New("another gate core owns these gates")

// snapshots stores images durably, one writer per shard.
type snapshots interface {
	load(ctx context.Context, shard int) (image, error)
	save(ctx context.Context, shard int, im image) error
}

// commit is one hand-over from the loop: the state of a shard after a
// decision, and the messages of that decision.
type commit struct {
	shard  int
	kernel []byte
	out    []wave.Message
}

// committer makes decisions durable and then public, in their order, off the
// loop's goroutine. When the bus does not answer it keeps everything and tries
// again; newer states of a shard replace older ones that were not stored yet.
type committer struct {
	snapshots snapshots
	store     func(ctx context.Context, m wave.Message) error
	logger    *slog.Logger
	retry     time.Duration

	mu      sync.Mutex
	pending map[int]*commit
	order   []int
	images  map[int]*image // last stored, by shard; only run touches it
	told    map[int]bool   // shards whose stored outbox was published since
	wake    chan struct{}
	waiters []chan struct{}
	busy    bool
}

func newCommitter(s snapshots, store func(context.Context, wave.Message) error, logger *slog.Logger) *committer {
	return &committer{
		snapshots: s, store: store, logger: logger, retry: 250 * time.Millisecond,
		pending: map[int]*commit{}, images: map[int]*image{}, told: map[int]bool{}, wake: make(chan struct{}, 1),
	}
}

// restore loads a shard and hands its unpublished messages to the queue.
func (c *committer) restore(ctx context.Context, shard int) ([]byte, error) {
	im, err := c.snapshots.load(ctx, shard)
	if errors.Is(err, errNoChunk) {
		c.images[shard] = &image{}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load snapshot of shard %d: %w", shard, err)
	}
	c.images[shard] = &im
	if len(im.outbox) > 0 {
		c.put(commit{shard: shard, kernel: im.kernel})
	}
	return im.kernel, nil
}

// put queues a commit. It never blocks.
func (c *committer) put(next commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if waiting := c.pending[next.shard]; waiting != nil {
		waiting.kernel = next.kernel
		waiting.out = append(waiting.out, next.out...)
	} else {
		c.pending[next.shard] = &next
		c.order = append(c.order, next.shard)
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// flush returns a channel that is closed when everything queued is stored and
// published.
func (c *committer) flush() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := make(chan struct{})
	if len(c.order) == 0 && !c.busy {
		close(done)
		return done
	}
	c.waiters = append(c.waiters, done)
	return done
}

// backlog is the number of shards whose state waits to be stored.
func (c *committer) backlog() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.order)
}

// run stores and publishes until the context ends or the shards are fenced.
func (c *committer) run(ctx context.Context) error {
	failing := false
	for {
		next, ok := c.take()
		if !ok {
			select {
			case <-ctx.Done():
				return nil
			case <-c.wake:
				continue
			}
		}
		err := c.apply(ctx, &next)
		switch {
		case err == nil:
			if failing {
				c.logger.Info("the bus stores again", "backlog", c.backlog())
			}
			failing = false
			continue
		case errors.Is(err, ErrFenced):
			return err
		case ctx.Err() != nil:
			return nil
		}
		if !failing {
			c.logger.Warn("gate state cannot be stored; kept and tried again", daemon.KeyErr, err)
		}
		failing = true
		c.giveBack(next)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.retry):
		}
	}
}

// take removes the oldest queued commit, and wakes who waits when there is none.
func (c *committer) take() (commit, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = len(c.order) > 0
	if !c.busy {
		for _, w := range c.waiters {
			close(w)
		}
		c.waiters = nil
		return commit{}, false
	}
	shard := c.order[0]
	c.order = c.order[1:]
	next := *c.pending[shard]
	delete(c.pending, shard)
	return next, true
}

// giveBack puts a failed commit in front again.
func (c *committer) giveBack(failed commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if newer := c.pending[failed.shard]; newer != nil {
		newer.out = append(failed.out, newer.out...)
		return
	}
	c.pending[failed.shard] = &failed
	c.order = append([]int{failed.shard}, c.order...)
}

// apply stores the shard's state together with everything not yet published,
// then publishes. The outbox is emptied in memory; the store learns of it with
// the next snapshot, and publishing the same ids again does no harm.
func (c *committer) apply(ctx context.Context, next *commit) error {
	im := c.images[next.shard]
	if im == nil {
		im = &image{}
		c.images[next.shard] = im
	}
	outbox := append(slices.Clip(im.outbox), next.out...)
	fresh := image{generation: im.generation + 1, kernel: next.kernel, outbox: outbox}
	if err := c.snapshots.save(ctx, next.shard, fresh); err != nil {
		return err
	}
	*im = fresh
	next.out = nil // the image holds them from here on
	for len(im.outbox) > 0 {
		if err := c.store(ctx, im.outbox[0]); err != nil {
			return fmt.Errorf("publish %s: %w", im.outbox[0].Subject, err)
		}
		im.outbox = im.outbox[1:]
	}
	im.outbox = nil
	c.mu.Lock()
	c.told[next.shard] = len(fresh.outbox) > 0
	c.mu.Unlock()
	return nil
}

// repeats reports whether a shard's stored state would make the next start
// tell again what was told already: harmless, and cured by storing it anew.
func (c *committer) repeats(shard int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.told[shard]
}
