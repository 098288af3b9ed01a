package organ

import (
	"context"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Handle takes one message of a Reader.
type Handle func(ctx context.Context, m wave.Message) error

// Reader brings a mind its messages, one at a time, until ctx ends or reading fails. It may bring other
// messages of the environment as well. Make one with Live or Durable.
type Reader struct {
	// read calls ready once when it misses nothing any more.
	read func(ctx context.Context, ready func(), h Handle) error
	// durable: a message whose handler failed comes again, so it is answered before the handler returns.
	durable bool
}

// Durable reads from a stream that remembers the position: read returns when ctx ends or with the handler's
// error, and brings that very message again when it is called again. The stream is the queue then: one
// request is in the mind at a time.
func Durable(read func(ctx context.Context, h Handle) error) Reader {
	return Reader{durable: true, read: func(ctx context.Context, ready func(), h Handle) error {
		ready()
		return read(ctx, h)
	}}
}

// Live subscribes to what is asked from now on; requests wait in the mind's own queue.
func Live(source wave.Source, env, mind string) Reader {
	return Reader{read: func(ctx context.Context, ready func(), h Handle) error {
		filters, err := requestFilters(env, mind)
		if err != nil {
			return err
		}
		for _, filter := range filters {
			s, err := source.Subscribe(ctx, filter, func(ctx context.Context, m wave.Message) { _ = h(ctx, m) })
			if err != nil {
				return err
			}
			defer func() { _ = s.Stop() }() // the bus logs what it could not do
		}
		ready()
		<-ctx.Done()
		return nil
	}}
}

// requestFilters are what a mind is asked on: by somebody unknown, and by an identity.
func requestFilters(env, mind string) ([]string, error) {
	anonymous, err := wave.Filter(wave.KindCognitiveRequest, env, mind)
	if err != nil {
		return nil, err
	}
	known, err := wave.Filter(wave.KindCognitiveRequestAs, env, mind, "*")
	if err != nil {
		return nil, err
	}
	return []string{anonymous, known}, nil
}

// asksOf reports whether a subject asks this mind, and who asks.
func asksOf(subject, env, mind string) (identity string, ok bool) {
	s, err := wave.ParseSubject(subject)
	if err != nil || s.Env() != env || s.Name() != mind {
		return "", false
	}
	switch s.Kind() {
	case wave.KindCognitiveRequest:
		return "anonymous", true
	case wave.KindCognitiveRequestAs:
		return s.Arg(1), true
	default:
		return "", false
	}
}
