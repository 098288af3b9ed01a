package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Bucket is a small, watched key-value store on the bus.
type Bucket struct {
	conn *Conn
	name string
	kv   jetstream.KeyValue
}

// Entry is one value of a key. Deleted entries appear only in a watch.
type Entry struct {
	Key      string
	Value    []byte
	Revision uint64
	Time     time.Time
	Deleted  bool
}

// Bucket opens an existing bucket; `bus apply` makes them. A missing one is
// ErrNotFound.
func (c *Conn) Bucket(ctx context.Context, name string) (*Bucket, error) {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	kv, err := c.control.js.KeyValue(ctx, name)
	if err != nil {
		return nil, bucketError("open bucket", name, err)
	}
	return &Bucket{conn: c, name: name, kv: kv}, nil
}

// Name returns the bucket's name.
func (b *Bucket) Name() string { return b.name }

// Get returns the newest value of a key, or ErrNotFound.
func (b *Bucket) Get(ctx context.Context, key string) (Entry, error) {
	ctx, cancel := b.conn.timeout(ctx)
	defer cancel()
	e, err := b.kv.Get(ctx, key)
	if err != nil {
		return Entry{}, bucketError("read key", b.name+"/"+key, err)
	}
	return entry(e), nil
}

// Put writes a value whatever was there and returns its revision.
func (b *Bucket) Put(ctx context.Context, key string, value []byte) (uint64, error) {
	ctx, cancel := b.conn.timeout(ctx)
	defer cancel()
	rev, err := b.kv.Put(ctx, key, value)
	return rev, bucketError("write key", b.name+"/"+key, err)
}

// Create writes a value only if the key has none; otherwise ErrConflict.
func (b *Bucket) Create(ctx context.Context, key string, value []byte) (uint64, error) {
	ctx, cancel := b.conn.timeout(ctx)
	defer cancel()
	rev, err := b.kv.Create(ctx, key, value)
	return rev, bucketError("create key", b.name+"/"+key, err)
}

// Update writes a value only if the key's newest revision is the given one;
// otherwise ErrConflict.
func (b *Bucket) Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	ctx, cancel := b.conn.timeout(ctx)
	defer cancel()
	rev, err := b.kv.Update(ctx, key, value, revision)
	return rev, bucketError("update key", b.name+"/"+key, err)
}

// Delete removes a key; a missing one is no error. With revision > 0 only if
// that is the newest, otherwise ErrConflict.
func (b *Bucket) Delete(ctx context.Context, key string, revision uint64) error {
	ctx, cancel := b.conn.timeout(ctx)
	defer cancel()
	var opts []jetstream.KVDeleteOpt
	if revision > 0 {
		opts = append(opts, jetstream.LastRevision(revision))
	}
	return bucketError("delete key", b.name+"/"+key, b.kv.Delete(ctx, key, opts...))
}

// Keys lists the keys that have a value, in no certain order.
func (b *Bucket) Keys(ctx context.Context) ([]string, error) {
	ctx, cancel := b.conn.timeout(ctx)
	defer cancel()
	keys, err := b.kv.Keys(ctx)
	if errors.Is(err, jetstream.ErrNoKeysFound) {
		return nil, nil
	}
	return keys, bucketError("list keys", b.name, err)
}

// Watch calls each for the newest value of every key that matches the pattern
// ("" or ">" for all), then ready once, then each for every change, until ctx
// ends or each returns an error, which Watch then returns. When ctx ended it
// returns ctx's cause. ready may be nil.
func (b *Bucket) Watch(ctx context.Context, pattern string, each func(Entry) error, ready func()) error {
	if pattern == "" {
		pattern = ">"
	}
	watching, end := context.WithCancel(ctx)
	defer end()
	w, err := b.kv.Watch(watching, pattern)
	if err != nil {
		return bucketError("watch", b.name+"/"+pattern, err)
	}
	defer func() {
		// Stop asks the server to forget the watch and waits for its answer; the
		// context has the client do that by itself.
		if b.conn.control.nc.IsConnected() {
			_ = w.Stop()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-b.conn.done:
			return fail("watch", b.name+"/"+pattern, "", ErrClosed)
		case e, ok := <-w.Updates():
			switch {
			case !ok && ctx.Err() != nil:
				return context.Cause(ctx)
			case !ok:
				return fail("watch", b.name+"/"+pattern, "", ErrClosed)
			case e == nil:
				if ready != nil {
					ready()
				}
			default:
				if err := each(entry(e)); err != nil {
					return err
				}
			}
		}
	}
}

func entry(e jetstream.KeyValueEntry) Entry {
	return Entry{
		Key: e.Key(), Value: e.Value(), Revision: e.Revision(), Time: e.Created(),
		Deleted: e.Operation() != jetstream.KeyValuePut,
	}
}

func bucketError(op, what string, err error) error {
	api := new(jetstream.APIError)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jetstream.ErrBucketNotFound):
		return fail(op, what, "see `nimmer bus plan`, then `nimmer bus apply`", fmt.Errorf("%w (%w)", ErrNotFound, err))
	case errors.Is(err, jetstream.ErrKeyNotFound), errors.Is(err, jetstream.ErrKeyDeleted):
		return fail(op, what, "", fmt.Errorf("%w (%w)", ErrNotFound, err))
	case errors.Is(err, jetstream.ErrKeyExists), errors.As(err, &api) && api.ErrorCode == codeWrongLastSequence:
		return fail(op, what, "", fmt.Errorf("%w (%w)", ErrConflict, err))
	}
	return fail(op, what, "", classify(err))
}
