package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

var shards = topology.Bucket{Name: "dev_shards", Environment: "dev", History: 2}

func TestBucket(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, nil, []topology.Bucket{shards})
	ctx := t.Context()
	b, err := c.Bucket(ctx, "dev_shards")
	if err != nil {
		t.Fatal(err)
	}
	rev, err := b.Create(ctx, "shard.0", []byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Create(ctx, "shard.0", nil); !errors.Is(err, ErrConflict) {
		t.Errorf("second create: %v", err)
	}
	if _, err := b.Update(ctx, "shard.0", nil, rev+7); !errors.Is(err, ErrConflict) {
		t.Errorf("update of a stale revision: %v", err)
	}
	rev, err = b.Update(ctx, "shard.0", []byte("b"), rev)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := b.Get(ctx, "shard.0"); err != nil || string(e.Value) != "b" || e.Revision != rev || e.Deleted {
		t.Errorf("got %+v, %v", e, err)
	}
	if err := b.Delete(ctx, "shard.0", rev-1); !errors.Is(err, ErrConflict) {
		t.Errorf("delete of a stale revision: %v", err)
	}
	if err := b.Delete(ctx, "shard.0", rev); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(ctx, "shard.0"); !errors.Is(err, ErrNotFound) {
		t.Errorf("get of a deleted key: %v", err)
	}
	if keys, err := b.Keys(ctx); err != nil || len(keys) != 0 {
		t.Errorf("keys %v, %v", keys, err)
	}
	if _, err := b.Put(ctx, "x", nil); err != nil {
		t.Error(err)
	}
	if keys, err := b.Keys(ctx); err != nil || !slices.Equal(keys, []string{"x"}) {
		t.Errorf("keys %v, %v", keys, err)
	}
	if _, err := c.Bucket(ctx, "dev_none"); !errors.Is(err, ErrNotFound) || !strings.Contains(daemon.Hint(err), "bus apply") {
		t.Errorf("missing bucket: %v", err)
	}
}

func TestBucketWatch(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, nil, []topology.Bucket{shards})
	b, err := c.Bucket(t.Context(), "dev_shards")
	if err != nil {
		t.Fatal(err)
	}
	put := func(key, value string) {
		if _, err := b.Put(t.Context(), key, []byte(value)); err != nil {
			t.Error(err)
		}
	}
	put("a.1", "old")
	put("a.1", "new")
	put("b.1", "other")
	var got []string
	err = b.Watch(t.Context(), "a.*", func(e Entry) error {
		got = append(got, fmt.Sprintf("%s=%s %t", e.Key, e.Value, e.Deleted))
		if e.Deleted {
			return errEnough
		}
		return nil
	}, func() {
		got = append(got, "ready")
		put("a.2", "x")
		if err := b.Delete(t.Context(), "a.2", 0); err != nil {
			t.Error(err)
		}
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	want := []string{"a.1=new false", "ready", "a.2=x false", "a.2= true"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := b.Watch(ctx, "", func(Entry) error { return nil }, func() { cancel(errEnough) }); !errors.Is(err, errEnough) {
		t.Errorf("ended context: %v", err)
	}
	if err := b.Watch(t.Context(), "", func(Entry) error { return nil }, func() { go c.Close() }); !errors.Is(err, ErrClosed) {
		t.Errorf("closed connection: %v", err)
	}
}

// Our buckets are what every NATS client makes of the same settings.
func TestBucketConfigIsTheClients(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, nil, []topology.Bucket{shards})
	ctx := t.Context()
	if _, err := c.control.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "theirs", History: 2}); err != nil {
		t.Fatal(err)
	}
	config := func(name string) jetstream.StreamConfig {
		s, err := c.control.js.Stream(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		cfg := s.CachedInfo().Config
		cfg.Name, cfg.Subjects, cfg.Metadata = "", nil, nil
		return cfg
	}
	if diff := cmp.Diff(config("KV_theirs"), config("KV_dev_shards")); diff != "" {
		t.Errorf("-theirs +ours\n%s", diff)
	}
}
