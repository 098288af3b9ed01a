package bus

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Publish sends a message to whoever listens now, at most once. It returns
// when the message is in the client's buffer; Flush waits for the server.
func (c *Conn) Publish(ctx context.Context, m wave.Message) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := c.control.nc.PublishMsg(outgoing(m)); err != nil {
		return c.sendError("publish", m, err)
	}
	return nil
}

// Flush waits until the server has taken everything published before, or the
// context (Options.Timeout when it has no deadline) ends.
func (c *Conn) Flush(ctx context.Context) error {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	for _, l := range c.lines() {
		if err := l.nc.FlushWithContext(ctx); err != nil {
			return c.connectError(err)
		}
	}
	return nil
}

// Store writes a message into the stream that captures its subject and returns
// when the server has it. With Message.ID a repetition within the stream's
// duplicate window is stored once and is no error. ErrLost leaves open whether
// it was stored: storing it again with its id is safe.
func (c *Conn) Store(ctx context.Context, m wave.Message) error {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	ctx, release := c.store.awaiting(ctx, m.Subject)
	defer release()
	_, err := c.store.js.PublishMsg(ctx, outgoing(m))
	return c.storeError(m, whyNot(ctx, err))
}

// Request asks and returns the first answer. An answer that says the other
// side failed comes back as *RemoteError; nobody listening is ErrNobody.
func (c *Conn) Request(ctx context.Context, subject string, data []byte) ([]byte, error) {
	m, err := c.Ask(ctx, wave.Message{Subject: subject, Data: data})
	return m.Data, err
}

// Ask is Request with headers in both directions.
func (c *Conn) Ask(ctx context.Context, m wave.Message) (wave.Message, error) {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	ctx, release := c.control.awaiting(ctx, m.Subject)
	defer release()
	msg := outgoing(m)
	msg.Reply = ""
	reply, err := c.control.nc.RequestMsgWithContext(ctx, msg)
	if err != nil {
		return wave.Message{}, c.sendError("ask", m, whyNot(ctx, err))
	}
	if err := remoteError(m.Subject, reply); err != nil {
		return wave.Message{}, err
	}
	return incoming(reply), nil
}

// outgoing turns a message into the client's form. The id and the headers
// travel as headers; a message without either has none, which is cheaper.
func outgoing(m wave.Message) *nats.Msg {
	out := &nats.Msg{Subject: m.Subject, Reply: m.Reply, Data: m.Data}
	if m.ID == "" && len(m.Header) == 0 {
		return out
	}
	out.Header = make(nats.Header, len(m.Header)+1)
	for k, v := range m.Header {
		out.Header[k] = []string{v}
	}
	if m.ID != "" {
		out.Header[nats.MsgIdHdr] = []string{m.ID}
	}
	return out
}

// incoming turns a received message into ours.
func incoming(m *nats.Msg) wave.Message {
	out := wave.Message{Subject: m.Subject, Reply: m.Reply, Data: m.Data, Time: time.Now()}
	if len(m.Header) > 0 {
		out.ID = m.Header.Get(nats.MsgIdHdr)
		out.Header = make(map[string]string, len(m.Header))
		for k, v := range m.Header {
			if len(v) > 0 {
				out.Header[k] = v[0]
			}
		}
	}
	return out
}

// stored turns a message read from a stream into ours. Its reply subject is
// the acknowledgement's and of no use to a handler, so it is left out.
func stored(m jetstream.Msg, meta *jetstream.MsgMetadata) wave.Message {
	out := incoming(&nats.Msg{Subject: m.Subject(), Data: m.Data(), Header: m.Headers()})
	out.Seq, out.Time = meta.Sequence.Stream, meta.Timestamp
	return out
}

// RemoteError is an answer that says the other side failed.
type RemoteError struct {
	Subject string
	// Code is 400 when the request was wrong, 500 when serving it failed, or
	// what a foreign service wrote.
	Code int
	Text string
}

func (e *RemoteError) Error() string {
	return "answer on " + e.Subject + ": " + e.Text
}

// The headers of nats.go/micro, so that any client understands our failures.
const (
	headerError     = "Nats-Service-Error"
	headerErrorCode = "Nats-Service-Error-Code"
)

func remoteError(subject string, m *nats.Msg) error {
	text := m.Header.Get(headerError)
	if text == "" {
		return nil
	}
	code, err := strconv.Atoi(m.Header.Get(headerErrorCode))
	if err != nil {
		code = 500
	}
	return &RemoteError{Subject: subject, Code: code, Text: text}
}

// answer sends what a handler returned.
func answer(m *nats.Msg, data []byte, err error) error {
	out := &nats.Msg{Subject: m.Reply, Data: data}
	if err != nil {
		out.Data = nil
		out.Header = nats.Header{headerError: {oneLine(err.Error())}, headerErrorCode: {strconv.Itoa(statusOf(err))}}
	}
	return m.RespondMsg(out)
}

// statusOf blames the asker for a broken rule and the server for all else.
func statusOf(err error) int {
	if rule := new(wave.Rule); errors.As(err, &rule) {
		return 400
	}
	return 500
}
