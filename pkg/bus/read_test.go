package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

var logStream = topology.Stream{Name: "DEV_LOG", Environment: "dev", Direct: true, Subjects: []string{"dev.log.>"}}

var errEnough = errors.New("enough")

func TestReadToEnd(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, []topology.Stream{logStream}, nil)
	read := func(o ReadOptions) (seqs []uint64) {
		t.Helper()
		o.ToEnd = true
		if err := c.Read(t.Context(), "DEV_LOG", o, func(_ context.Context, m wave.Message) error {
			if m.Time.IsZero() || m.Reply != "" {
				t.Errorf("message %+v", m)
			}
			seqs = append(seqs, m.Seq)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return seqs
	}
	if got := read(ReadOptions{}); len(got) != 0 {
		t.Errorf("empty stream: %v", got)
	}
	store(t, c, "dev.log.a", 0, 3) // 1..3
	store(t, c, "dev.log.b", 0, 2) // 4..5
	for _, tc := range []struct {
		o    ReadOptions
		want []uint64
	}{
		{ReadOptions{}, []uint64{1, 2, 3, 4, 5}},
		{ReadOptions{From: 4}, []uint64{4, 5}},
		{ReadOptions{From: 6}, nil},
		{ReadOptions{Filters: []string{"dev.log.a"}, From: 2}, []uint64{2, 3}},
		{ReadOptions{Filters: []string{"dev.log.none"}}, nil},
	} {
		if got := read(tc.o); !slices.Equal(got, tc.want) {
			t.Errorf("%+v: got %v, want %v", tc.o, got, tc.want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, []topology.Stream{logStream}, nil)
	store(t, c, "dev.log.a", 0, 3)
	never := func(context.Context, wave.Message) error { return nil }
	if err := c.Read(t.Context(), "DEV_NONE", ReadOptions{}, never); !errors.Is(err, ErrNoStream) {
		t.Errorf("missing stream: %v", err)
	}
	if err := c.Read(t.Context(), "DEV_NONE", ReadOptions{ToEnd: true}, never); !errors.Is(err, ErrNoStream) {
		t.Errorf("missing stream to its end: %v", err)
	}
	if err := c.Read(t.Context(), "DEV_LOG", ReadOptions{}, func(_ context.Context, m wave.Message) error {
		if m.Seq == 2 {
			return errEnough
		}
		return nil
	}); !errors.Is(err, errEnough) {
		t.Errorf("handler's error: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := c.Read(ctx, "DEV_LOG", ReadOptions{}, func(context.Context, wave.Message) error {
		cancel(errEnough)
		return nil
	}); !errors.Is(err, errEnough) {
		t.Errorf("ended context: %v", err)
	}
}

func TestGet(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, []topology.Stream{logStream}, nil)
	store(t, c, "dev.log.a", 0, 3)
	store(t, c, "dev.log.b", 0, 2)
	for name, get := range map[string]func() (wave.Message, error){
		"3 dev.log.a 2": func() (wave.Message, error) { return c.LastMsg(t.Context(), "DEV_LOG", "dev.log.a") },
		"5 dev.log.b 1": func() (wave.Message, error) { return c.LastMsg(t.Context(), "DEV_LOG", "dev.log.*") },
		"2 dev.log.a 1": func() (wave.Message, error) { return c.MsgAt(t.Context(), "DEV_LOG", 2) },
		"4 dev.log.b 0": func() (wave.Message, error) { return c.MsgFrom(t.Context(), "DEV_LOG", "dev.log.b", 0) },
	} {
		m, err := get()
		if got := fmt.Sprintf("%d %s %s", m.Seq, m.Subject, m.Data); err != nil || got != name || m.Time.IsZero() || len(m.Header) != 0 {
			t.Errorf("got %s (%+v), %v, want %s", got, m, err, name)
		}
	}
	if _, err := c.MsgAt(t.Context(), "DEV_LOG", 99); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if _, err := c.LastMsg(t.Context(), "DEV_LOG", "dev.log.z"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if _, err := c.LastMsg(t.Context(), "DEV_NONE", "x"); !errors.Is(err, ErrNoStream) {
		t.Errorf("got %v, want ErrNoStream", err)
	}
}

func TestStoreOnce(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, []topology.Stream{logStream}, nil)
	for range 2 {
		if err := c.Store(t.Context(), wave.Message{Subject: "dev.log.a", ID: "one"}); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := c.LastMsg(t.Context(), "DEV_LOG", ">"); err != nil || m.Seq != 1 || m.ID != "one" {
		t.Errorf("stored twice: %+v, %v", m, err)
	}
}

// numbers collects the data of messages until want of them came.
type numbers struct {
	got  []int
	want int
}

func (n *numbers) handle(_ context.Context, m wave.Message) error {
	i, err := strconv.Atoi(string(m.Data))
	if err != nil {
		return err
	}
	n.got = append(n.got, i)
	if len(n.got) == n.want {
		return errEnough
	}
	return nil
}

func (n *numbers) check(t *testing.T, from int) {
	t.Helper()
	for i, v := range n.got {
		if v != from+i {
			t.Fatalf("position %d: got %d, want %d (%v)", i, v, from+i, n.got)
		}
	}
}

// A follower that fails on a message gets that very message first when it
// follows again, at once, and everything behind it in order.
func TestFollowContinues(t *testing.T) {
	for _, domain := range []string{"", "hub"} {
		t.Run("domain "+domain, func(t *testing.T) {
			s := startServer(t, embedded.Options{Domain: domain})
			c := connect(t, Options{Server: s.ClientURL(), Domain: domain})
			mustApply(t, c, []topology.Stream{logStream}, nil)
			store(t, c, "dev.log.other", 0, 5)
			store(t, c, "dev.log.a", 0, 600)
			follow := func(n *numbers) {
				t.Helper()
				if err := c.Follow(t.Context(), "DEV_LOG", "reader", "dev.log.a", FollowFrom{}, n.handle); !errors.Is(err, errEnough) {
					t.Fatal(err)
				}
			}
			first := &numbers{want: 10}
			follow(first) // the tenth, number 9, is not acknowledged
			first.check(t, 0)
			second := &numbers{want: 400}
			follow(second)
			second.check(t, 9)
			// Another process takes over: nothing in memory helps it.
			c = connect(t, Options{Server: s.ClientURL(), Domain: domain, Split: true})
			third := &numbers{want: 192}
			follow(third)
			third.check(t, 408)
		})
	}
}

// The server restarts while a follower reads: nothing is lost, nothing comes
// out of order, and the follower needs no help.
func TestFollowAcrossRestart(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, embedded.Options{StoreDir: dir})
	url := s.ClientURL()
	c := connect(t, Options{Server: url})
	mustApply(t, c, []topology.Stream{logStream}, nil)
	store(t, c, "dev.log.a", 0, 500)
	restarted := make(chan struct{})
	n := &numbers{want: 1000}
	done := make(chan error, 1)
	go func() {
		done <- c.Follow(t.Context(), "DEV_LOG", "reader", "", FollowFrom{}, func(ctx context.Context, m wave.Message) error {
			if len(n.got) == 100 {
				_ = s.Stop(context.Background())
				close(restarted)
			}
			if len(n.got) > 0 && string(m.Data) == strconv.Itoa(n.got[len(n.got)-1]) {
				return nil // the acknowledgement was lost: it comes again
			}
			return n.handle(ctx, m)
		})
	}()
	recv(t, restarted)
	startServer(t, embedded.Options{StoreDir: dir, Listen: url[len("nats://"):]})
	other := connect(t, Options{Server: url})
	store(t, other, "dev.log.a", 500, 500)
	if err := recv(t, done); !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	n.check(t, 0)
}

func TestFollowRefused(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, []topology.Stream{logStream}, nil)
	store(t, c, "dev.log.a", 0, 2)
	n := &numbers{want: 1}
	if err := c.Follow(t.Context(), "DEV_NONE", "r", "", FollowFrom{}, n.handle); !errors.Is(err, ErrNoStream) {
		t.Errorf("missing stream: %v", err)
	}
	if err := c.Follow(t.Context(), "DEV_LOG", "r", "dev.log.a", FollowFrom{Seq: 2}, n.handle); !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	n.check(t, 1)
	if err := c.Follow(t.Context(), "DEV_LOG", "r", "dev.log.b", FollowFrom{}, n.handle); err == nil || errors.Is(err, errEnough) {
		t.Errorf("another filter under the same name: %v", err)
	}
}
