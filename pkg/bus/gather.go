package bus

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// GatherOptions says when Gather has heard enough.
type GatherOptions struct {
	// Max ends it after so many answers. 0: no limit.
	Max int
	// Wait is how long the first answer may take. Default: Options.Timeout.
	Wait time.Duration
	// Quiet ends it when so long no further answer came. Default 250ms.
	Quiet time.Duration
}

func (o GatherOptions) withDefaults(timeout time.Duration) GatherOptions {
	if o.Wait <= 0 {
		o.Wait = timeout
	}
	if o.Quiet <= 0 {
		o.Quiet = 250 * time.Millisecond
	}
	return o
}

// Gather asks everybody who listens on a subject and collects the answers
// until there are opts.Max, or none came for opts.Quiet, or ctx ends. Answers
// that say the other side failed are left out. Nobody listening is ErrNobody.
func (c *Conn) Gather(ctx context.Context, subject string, data []byte, opts GatherOptions) ([]wave.Message, error) {
	opts = opts.withDefaults(c.opts.Timeout)
	nc := c.control.nc
	inbox := nc.NewInbox()
	sub, err := nc.SubscribeSync(inbox)
	if err == nil {
		defer func() { _ = sub.Unsubscribe() }()
		err = nc.PublishRequest(subject, inbox, data)
	}
	if err != nil {
		return nil, c.sendError("ask", wave.Message{Subject: subject}, err)
	}
	var out []wave.Message
	for wait := opts.Wait; opts.Max == 0 || len(out) < opts.Max; wait = opts.Quiet {
		m, err := next(ctx, sub, wait)
		switch {
		case errors.Is(err, nats.ErrNoResponders):
			return nil, c.sendError("ask", wave.Message{Subject: subject}, err)
		case err != nil && ctx.Err() != nil:
			return out, context.Cause(ctx)
		case errors.Is(err, context.DeadlineExceeded):
			return out, nil
		case err != nil:
			return out, c.sendError("ask", wave.Message{Subject: subject}, err)
		}
		if remoteError(subject, m) == nil {
			out = append(out, incoming(m))
		}
	}
	return out, nil
}

func next(ctx context.Context, sub *nats.Subscription, wait time.Duration) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	m, err := sub.NextMsgWithContext(ctx)
	if err == nil && len(m.Data) == 0 && m.Header.Get("Status") == "503" {
		return nil, nats.ErrNoResponders
	}
	return m, err
}
