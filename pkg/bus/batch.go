package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// MaxBatch is the most messages one atomic batch can have.
const MaxBatch = 1000

// Unfenced is the expectLast of a batch that may follow anything.
const Unfenced int64 = -1

// The headers and error codes of atomic batches (NATS ADR-50).
const (
	headerBatchID     = "Nats-Batch-Id"
	headerBatchSeq    = "Nats-Batch-Sequence"
	headerBatchCommit = "Nats-Batch-Commit"
	headerExpectLast  = "Nats-Expected-Last-Subject-Sequence"

	codeWrongLastSequence = 10071
	codeAtomicDisabled    = 10174
	codeBatchIncomplete   = 10176
	codeBatchTooLarge     = 10199
)

// FencedError says that somebody else wrote to the subject: the batch was not
// stored. errors.Is(err, ErrFenced) is true for it.
type FencedError struct {
	Subject string
	// Last is the sequence the subject really ends with.
	Last uint64
}

func (e *FencedError) Error() string {
	return fmt.Sprintf("store on %s: %v: the subject ends with sequence %d now", e.Subject, ErrFenced, e.Last)
}

// Is makes the error an ErrFenced.
func (e *FencedError) Is(target error) bool { return target == ErrFenced }

// Fenced returns the sequence the subject really ends with.
func (e *FencedError) Fenced() uint64 { return e.Last }

// StoreBatch stores 1 to 1000 messages of one stream, all or none, and returns
// the stream sequence of the last. With expectLast >= 0 the batch is stored
// only if the first message's subject ends with that sequence in the stream (0:
// no message yet); otherwise a *FencedError comes back. A context that ends,
// or ErrLost, leaves it open whether the batch was stored: storing it again with the same
// expectLast is safe, and a FencedError then tells that it was.
//
// A single message goes the ordinary way and works on every server. More need
// nats-server 2.12 and a stream that allows it, else ErrUnsupported comes back
// and nothing is stored.
func (c *Conn) StoreBatch(ctx context.Context, msgs []wave.Message, expectLast int64) (uint64, error) {
	if len(msgs) == 0 || len(msgs) > MaxBatch {
		return 0, fmt.Errorf("store batch: want 1 to %d messages, got %d", MaxBatch, len(msgs))
	}
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	first := outgoing(msgs[0])
	first.Reply = ""
	if expectLast >= 0 {
		setHeader(first, headerExpectLast, strconv.FormatInt(expectLast, 10))
	}
	if len(msgs) == 1 {
		return c.commit(ctx, msgs[0], first)
	}
	if err := c.checkBatchServer(msgs[0].Subject); err != nil {
		return 0, err
	}
	return c.storeMany(ctx, msgs, first)
}

// storeMany sends all but the last without waiting and asks for the verdict
// with the last. Until a server has proved that it understands batches, the
// first is confirmed alone: an older one would store each message by itself.
func (c *Conn) storeMany(ctx context.Context, msgs []wave.Message, first *nats.Msg) (uint64, error) {
	id, last := nuid.Next(), len(msgs)-1
	number := func(m *nats.Msg, i int) *nats.Msg {
		setHeader(m, headerBatchID, id)
		setHeader(m, headerBatchSeq, strconv.Itoa(i+1))
		return m
	}
	send := func(m *nats.Msg) error {
		if err := c.store.nc.PublishMsg(m); err != nil {
			return c.sendError("store batch", msgs[0], err)
		}
		return nil
	}
	if !c.batches.Load() {
		send = func(m *nats.Msg) error { return c.prove(ctx, msgs[0], m) }
	}
	if err := send(number(first, 0)); err != nil {
		return 0, err
	}
	for i := 1; i < last; i++ {
		m := outgoing(msgs[i])
		m.Reply = ""
		if err := c.store.nc.PublishMsg(number(m, i)); err != nil {
			return 0, c.sendError("store batch", msgs[i], err)
		}
	}
	end := outgoing(msgs[last])
	setHeader(end, headerBatchCommit, "1")
	return c.commit(ctx, msgs[0], number(end, last))
}

// prove sends the first message of a batch and checks that the server took it
// as that: it answers with nothing at all.
func (c *Conn) prove(ctx context.Context, m wave.Message, first *nats.Msg) error {
	reply, err := c.ackOf(ctx, first)
	if err != nil {
		return c.storeError(m, err)
	}
	if len(reply.Data) == 0 {
		c.batches.Store(true)
		return nil
	}
	ack, err := readAck(m, reply)
	if err != nil {
		return err
	}
	return fail("store batch", m.Subject,
		fmt.Sprintf("its first message is in %s as %d: the JetStream server is older than 2.12, upgrade it", ack.Stream, ack.Seq),
		ErrUnsupported)
}

// commit sends the message that decides and reads the verdict.
func (c *Conn) commit(ctx context.Context, first wave.Message, m *nats.Msg) (uint64, error) {
	reply, err := c.ackOf(ctx, m)
	if err != nil {
		return 0, c.storeError(first, err)
	}
	ack, err := readAck(first, reply)
	return ack.Seq, err
}

// ackOf asks for an acknowledgement and gives up when the connection is lost.
func (c *Conn) ackOf(ctx context.Context, m *nats.Msg) (*nats.Msg, error) {
	ctx, cancel := c.store.awaiting(ctx, m.Subject)
	defer cancel()
	reply, err := c.store.nc.RequestMsgWithContext(ctx, m)
	return reply, whyNot(ctx, err)
}

// checkBatchServer refuses a server that is known to be too old.
func (c *Conn) checkBatchServer(subject string) error {
	v := c.store.nc.ConnectedServerVersion()
	if v == "" || atLeast(v, 2, 12) {
		return nil
	}
	return fail("store batch", subject, "upgrade nats-server to 2.15 or newer (this one is "+v+")", ErrUnsupported)
}

// pubAck is the server's answer to a stream write.
type pubAck struct {
	Stream string `json:"stream"`
	Seq    uint64 `json:"seq"`
	Error  *struct {
		Code        int    `json:"code"`
		ErrCode     int    `json:"err_code"`
		Description string `json:"description"`
	} `json:"error"`
}

func readAck(m wave.Message, reply *nats.Msg) (pubAck, error) {
	var ack pubAck
	if err := json.Unmarshal(reply.Data, &ack); err != nil {
		return ack, fail("store", m.Subject, "another service answers on this subject: a stream's subjects are not for requests",
			fmt.Errorf("the answer is no acknowledgement: %w", err))
	}
	if ack.Error == nil {
		return ack, nil
	}
	text := ack.Error.Description
	switch ack.Error.ErrCode {
	case codeWrongLastSequence:
		return ack, fenced(m.Subject, text)
	case codeAtomicDisabled:
		return ack, fail("store batch", m.Subject, "the stream does not allow atomic batches: run `nimmer bus apply`",
			fmt.Errorf("%w: %s", ErrUnsupported, text))
	case codeBatchIncomplete:
		return ack, fail("store batch", m.Subject, "some of its messages did not arrive in order; nothing was stored, store it again", errors.New(text))
	case codeBatchTooLarge:
		return ack, fail("store batch", m.Subject, fmt.Sprintf("a batch holds at most %d messages", MaxBatch), errors.New(text))
	}
	return ack, fail("store", m.Subject, "", fmt.Errorf("%s (code %d)", text, ack.Error.ErrCode))
}

// fenced reads the sequence out of "wrong last sequence: N".
func fenced(subject, text string) error {
	_, n, _ := strings.Cut(text, ": ")
	last, _ := strconv.ParseUint(strings.TrimSpace(n), 10, 64)
	return &FencedError{Subject: subject, Last: last}
}

func setHeader(m *nats.Msg, key, value string) {
	if m.Header == nil {
		m.Header = nats.Header{}
	}
	m.Header[key] = []string{value}
}

// atLeast compares a server version ("2.15.2", "2.12.0-beta.1") with a release.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, err1 := strconv.Atoi(parts[0])
	b, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil && (a > major || a == major && b >= minor)
}
