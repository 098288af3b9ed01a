package bus

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

var journal = topology.Stream{Name: "DEV_JOURNAL", Environment: "dev", Direct: true, Subjects: []string{"dev.journal.*"}, Atomic: true}

func frames(subject string, n int) []wave.Message {
	out := make([]wave.Message, n)
	for i := range out {
		out[i] = wave.Message{Subject: subject, Data: fmt.Appendf(nil, "frame %d", i)}
	}
	return out
}

func TestStoreBatch(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, []topology.Stream{journal}, nil)
	last, err := c.StoreBatch(t.Context(), frames("dev.journal.0", 100), 0)
	if err != nil || last != 100 {
		t.Fatalf("first batch: last %d, %v", last, err)
	}
	last, err = c.StoreBatch(t.Context(), frames("dev.journal.1", MaxBatch), 0)
	if err != nil || last != 1100 {
		t.Fatalf("other shard: last %d, %v", last, err)
	}
	if last, err = c.StoreBatch(t.Context(), frames("dev.journal.0", 3), 100); err != nil || last != 1103 {
		t.Fatalf("next batch: last %d, %v", last, err)
	}
	if last, err = c.StoreBatch(t.Context(), frames("dev.journal.0", 2), Unfenced); err != nil || last != 1105 {
		t.Fatalf("unfenced: last %d, %v", last, err)
	}
	if last, err = c.StoreBatch(t.Context(), frames("dev.journal.0", 1), 1105); err != nil || last != 1106 {
		t.Fatalf("single: last %d, %v", last, err)
	}
	m, err := c.LastMsg(t.Context(), "DEV_JOURNAL", "dev.journal.1")
	if err != nil || m.Seq != 1100 || string(m.Data) != "frame 999" {
		t.Errorf("last of shard 1: %+v, %v", m, err)
	}
}

// A writer that was overtaken is refused, whole batch or single message, and
// learns where the subject really ends.
func TestStoreBatchFenced(t *testing.T) {
	_, c := lab(t)
	mustApply(t, c, []topology.Stream{journal}, nil)
	if _, err := c.StoreBatch(t.Context(), frames("dev.journal.0", 10), 0); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2, 50} {
		_, err := c.StoreBatch(t.Context(), frames("dev.journal.0", n), 4)
		fence := new(FencedError)
		if !errors.Is(err, ErrFenced) || !errors.As(err, &fence) || fence.Last != 10 || fence.Fenced() != 10 {
			t.Errorf("%d messages: got %v, want ErrFenced at 10", n, err)
		}
	}
	// Storing the same batch again, because its acknowledgement was lost.
	if _, err := c.StoreBatch(t.Context(), frames("dev.journal.0", 10), 0); !errors.Is(err, ErrFenced) {
		t.Errorf("repeated: got %v, want ErrFenced", err)
	}
	m, err := c.LastMsg(t.Context(), "DEV_JOURNAL", ">")
	if err != nil || m.Seq != 10 {
		t.Errorf("refused batches left something: last is %d, %v", m.Seq, err)
	}
}

func TestStoreBatchRefused(t *testing.T) {
	_, c := lab(t)
	plain := topology.Stream{Name: "DEV_PLAIN", Environment: "dev", Direct: true, Subjects: []string{"dev.plain.*"}}
	mustApply(t, c, []topology.Stream{plain}, nil)
	for _, n := range []int{0, MaxBatch + 1} {
		if _, err := c.StoreBatch(t.Context(), frames("dev.plain.0", n), Unfenced); err == nil {
			t.Errorf("%d messages: accepted", n)
		}
	}
	_, err := c.StoreBatch(t.Context(), frames("dev.plain.0", 2), Unfenced)
	if !errors.Is(err, ErrUnsupported) || !strings.Contains(daemon.Hint(err), "bus apply") {
		t.Errorf("stream without batches: got %v", err)
	}
	if _, err := c.StoreBatch(t.Context(), frames("dev.plain.0", 1), 0); err != nil {
		t.Errorf("a single message needs no batch: %v", err)
	}
	if _, err := c.StoreBatch(t.Context(), frames("dev.nowhere", 2), Unfenced); !errors.Is(err, ErrNoStream) {
		t.Errorf("no stream: got %v", err)
	}
	if err := c.Store(t.Context(), wave.Message{Subject: "dev.nowhere"}); !errors.Is(err, ErrNoStream) {
		t.Errorf("no stream: got %v", err)
	}
}

// An old server would store each message of a batch by itself: it gets none.
func TestStoreBatchOldServer(t *testing.T) {
	c := connect(t, Options{Server: oldServer(t)})
	_, err := c.StoreBatch(t.Context(), frames("dev.journal.0", 2), 0)
	if !errors.Is(err, ErrUnsupported) || !strings.Contains(daemon.Hint(err), "2.11.4") {
		t.Errorf("got %v, want ErrUnsupported naming the version", err)
	}
}

// oldServer greets like a server that is too old and answers pings.
func oldServer(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_, _ = io.WriteString(conn, `INFO {"server_id":"OLD","version":"2.11.4","proto":1,"headers":true,"max_payload":1048576}`+"\r\n")
				for in := bufio.NewScanner(conn); in.Scan(); {
					if strings.HasPrefix(in.Text(), "PING") {
						_, _ = io.WriteString(conn, "PONG\r\n")
					}
				}
			}()
		}
	}()
	return "nats://" + l.Addr().String()
}

// A server that stops in the middle leaves all of a batch or nothing.
func TestStoreBatchAcrossRestart(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, embedded.Options{StoreDir: dir})
	c := connect(t, Options{Server: s.ClientURL()})
	mustApply(t, c, []topology.Stream{journal}, nil)
	stopped := make(chan struct{})
	var last int64
	go func() {
		defer close(stopped)
		for {
			seq, err := c.StoreBatch(t.Context(), frames("dev.journal.0", 7), last)
			if err != nil {
				return
			}
			last = int64(seq)
			if last == 70 {
				go func() { _ = s.Stop(context.Background()) }()
			}
		}
	}()
	recv(t, stopped)
	recv(t, s.Done())
	s = startServer(t, embedded.Options{StoreDir: dir})
	c = connect(t, Options{Server: s.ClientURL()})
	m, err := c.LastMsg(t.Context(), "DEV_JOURNAL", "dev.journal.0")
	if err != nil || m.Seq%7 != 0 || int64(m.Seq) < last {
		t.Errorf("after restart the journal ends with %d, acknowledged %d: %v", m.Seq, last, err)
	}
}

func BenchmarkStoreBatch(b *testing.B) {
	s := startServer(b, embedded.Options{})
	c := connect(b, Options{Server: s.ClientURL()})
	if _, err := c.Apply(b.Context(), []topology.Stream{journal}, nil); err != nil {
		b.Fatal(err)
	}
	batch := frames("dev.journal.0", 500)
	for i := range batch {
		batch[i].Data = make([]byte, 300)
	}
	last := int64(0)
	for b.Loop() {
		seq, err := c.StoreBatch(b.Context(), batch, last)
		if err != nil {
			b.Fatal(err)
		}
		last = int64(seq)
	}
	b.ReportMetric(float64(b.N*len(batch))/b.Elapsed().Seconds(), "msg/s")
}
