package gatecore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// memoryStore is a snapshot store and stream that can be made to fail.
type memoryStore struct {
	mu        sync.Mutex
	images    map[int]image
	said      []string
	failSave  int // so many more saves fail
	failStore int
	fenced    bool
}

func (m *memoryStore) load(_ context.Context, shard int) (image, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	im, ok := m.images[shard]
	if !ok {
		return image{}, errNoChunk
	}
	return im, nil
}

func (m *memoryStore) save(_ context.Context, shard int, im image) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fenced {
		return ErrFenced
	}
	if m.failSave > 0 {
		m.failSave--
		return errors.New("no space left on device")
	}
	im.outbox = slices.Clone(im.outbox)
	m.images[shard] = im
	return nil
}

// published is the newest message that was published on a subject.
func (m *memoryStore) published(_ context.Context, msg wave.Message) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.said) == 0 || msg.Subject != "s" {
		return "", nil
	}
	return m.said[len(m.said)-1], nil
}

func (m *memoryStore) store(_ context.Context, msg wave.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failStore > 0 {
		m.failStore--
		return errors.New("no answer")
	}
	for _, im := range m.images {
		if slices.ContainsFunc(im.outbox, func(o wave.Message) bool { return o.ID == msg.ID }) {
			m.said = append(m.said, msg.ID)
			return nil
		}
	}
	return fmt.Errorf("%s was published before it was stored", msg.ID)
}

func newTestCommitter(m *memoryStore) *committer {
	return newCommitter(m, m.store, slog.New(slog.DiscardHandler))
}

func messages(from, to int) []wave.Message {
	var out []wave.Message
	for i := from; i <= to; i++ {
		out = append(out, wave.Message{Subject: "s", ID: fmt.Sprint("m-", i)})
	}
	return out
}

// Whatever fails in between, everything is published, in order, after it was
// stored; a repetition of an id is the same message.
func TestCommitterLosesNothingWhenTheBusFails(t *testing.T) {
	for name, fail := range map[string]struct{ save, store int }{
		"nothing fails":      {},
		"saving fails":       {save: 3},
		"publishing fails":   {store: 5},
		"both fail for long": {save: 4, store: 9},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &memoryStore{images: map[int]image{}, failSave: fail.save, failStore: fail.store}
				c := newTestCommitter(m)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- c.run(ctx) }()
				for i := 1; i <= 9; i += 3 {
					c.put(commit{shard: 1, kernel: []byte("state"), out: messages(i, i+2)})
				}
				<-c.flush()
				cancel()
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				seen := slices.Compact(slices.Clone(m.said))
				if want := "m-1 m-2 m-3 m-4 m-5 m-6 m-7 m-8 m-9"; strings.Join(seen, " ") != want {
					t.Errorf("published %v, want %s", m.said, want)
				}
			})
		})
	}
}

// A gate core that dies between storing and publishing publishes the rest when
// it starts again.
func TestCommitterPublishesWhatWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memoryStore{images: map[int]image{}, failStore: 1 << 30}
		c := newTestCommitter(m)
		ctx, kill := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.run(ctx) }()
		c.put(commit{shard: 5, kernel: []byte("state of seq 2"), out: messages(1, 2)})
		synctest.Wait()
		kill()
		<-done
		if len(m.said) != 0 {
			t.Fatalf("published %v although the stream failed", m.said)
		}

		m.failStore = 0
		again := newTestCommitter(m)
		kernel, err := again.restore(t.Context(), 5)
		if err != nil || string(kernel) != "state of seq 2" {
			t.Fatalf("restored %q, %v", kernel, err)
		}
		ctx, kill = context.WithCancel(t.Context())
		defer kill()
		go func() { done <- again.run(ctx) }()
		<-again.flush()
		kill()
		<-done
		if got := strings.Join(m.said, " "); got != "m-1 m-2" {
			t.Errorf("published %q after the restart, want both", got)
		}
	})
}

func TestCommitterStopsWhenFenced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memoryStore{images: map[int]image{}, fenced: true}
		c := newTestCommitter(m)
		c.put(commit{shard: 1, out: messages(1, 1)})
		if err := c.run(t.Context()); !errors.Is(err, ErrFenced) {
			t.Errorf("got %v, want ErrFenced", err)
		}
		if len(m.said) != 0 {
			t.Errorf("a fenced gate core published %v", m.said)
		}
	})
}

// What the stream holds already is not told again by the next gate core.
func TestCommitterDoesNotRepeatWhatWasStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memoryStore{images: map[int]image{}}
		c := newTestCommitter(m)
		ctx, kill := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.run(ctx) }()
		c.put(commit{shard: 5, kernel: []byte("state"), out: messages(1, 3)})
		<-c.settled(5)
		if !c.repeats(5) {
			t.Error("nobody knows that the stored outbox was published")
		}
		kill()
		<-done
		m.said = m.said[:2] // the last one was lost on the way

		again := newTestCommitter(m)
		if _, err := again.restore(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		ctx, kill = context.WithCancel(t.Context())
		go func() { done <- again.run(ctx) }()
		<-again.flush()
		kill()
		<-done
		if got := strings.Join(m.said, " "); got != "m-1 m-2 m-3" {
			t.Errorf("told %q", got)
		}
	})
}

// A shard that cannot be stored does not hold up the others, and the trouble is
// known until it is over.
func TestCommitterGoesOnWithOtherShards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memoryStore{images: map[int]image{}, failSave: 1}
		c := newTestCommitter(m)
		c.put(commit{shard: 1, kernel: []byte("a"), out: messages(1, 1)})
		c.put(commit{shard: 2, kernel: []byte("b"), out: messages(2, 2)})
		first, second := c.settled(1), c.settled(2)
		ctx, kill := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.run(ctx) }()
		synctest.Wait()
		if tr := c.trouble(); tr == nil || tr.err == nil {
			t.Error("nobody knows that storing fails")
		}
		<-second
		<-first
		if tr := c.trouble(); tr != nil {
			t.Errorf("still in trouble: %v", tr.err)
		}
		kill()
		<-done
		if got := strings.Join(m.said, " "); got != "m-2 m-1" {
			t.Errorf("told %q", got)
		}
	})
}
