package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// LastMsg returns the newest message of a stream on one subject, read without
// a consumer. None is ErrNotFound. The stream must allow direct reads, as all
// declared streams do.
func (c *Conn) LastMsg(ctx context.Context, stream, subject string) (wave.Message, error) {
	return c.direct(ctx, stream, "."+subject, subject, nil)
}

// MsgAt returns the message of a stream with that sequence, or ErrNotFound.
func (c *Conn) MsgAt(ctx context.Context, stream string, seq uint64) (wave.Message, error) {
	return c.direct(ctx, stream, "", fmt.Sprintf("sequence %d", seq), map[string]any{"seq": seq})
}

// MsgFrom returns the first message on a subject (wildcards allowed) whose
// sequence is at least seq, or ErrNotFound.
func (c *Conn) MsgFrom(ctx context.Context, stream, subject string, seq uint64) (wave.Message, error) {
	return c.direct(ctx, stream, "", subject, map[string]any{"seq": max(seq, 1), "next_by_subj": subject})
}

// direct asks any server that has the stream's data.
func (c *Conn) direct(ctx context.Context, stream, suffix, what string, query any) (wave.Message, error) {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	var body []byte
	if query != nil {
		var err error
		if body, err = json.Marshal(query); err != nil {
			return wave.Message{}, fail("read", stream, "", err)
		}
	}
	subject := c.target.api + ".DIRECT.GET." + stream + suffix
	reply, err := c.control.nc.RequestMsgWithContext(ctx, &nats.Msg{Subject: subject, Data: body})
	if err != nil {
		if errors.Is(err, nats.ErrNoResponders) {
			return wave.Message{}, fail("read", stream, "the stream is not there or does not allow direct reads: see `nimmer bus plan`", ErrNoStream)
		}
		return wave.Message{}, c.sendError("read", wave.Message{Subject: subject}, err)
	}
	switch status := reply.Header.Get("Status"); status {
	case "":
		return directMsg(reply), nil
	case "404":
		return wave.Message{}, fail("read", stream, "", fmt.Errorf("%s: %w", what, ErrNotFound))
	default:
		return wave.Message{}, fail("read", stream, "", fmt.Errorf("%s: %s %s", what, status, reply.Header.Get("Description")))
	}
}

// directMsg takes the stream's own headers off a directly read message.
func directMsg(reply *nats.Msg) wave.Message {
	m := incoming(reply)
	m.Subject, m.Reply = m.Header["Nats-Subject"], ""
	m.Seq, _ = strconv.ParseUint(m.Header["Nats-Sequence"], 10, 64)
	m.Time, _ = time.Parse(time.RFC3339Nano, m.Header["Nats-Time-Stamp"])
	for _, h := range []string{"Nats-Subject", "Nats-Sequence", "Nats-Time-Stamp", "Nats-Stream", "Nats-Num-Pending", "Nats-Last-Sequence"} {
		delete(m.Header, h)
	}
	return m
}
