package wave

import (
	"context"
	"time"
)

// Message is one message of a bus, on its way or received.
type Message struct {
	Subject string
	Reply   string // where an answer is expected; "" when none is
	Data    []byte
	ID      string            // derived id; a store uses it to recognise a repetition
	Header  map[string]string // nil when there are none
	Seq     uint64            // position in its stream, when it was read from one
	Time    time.Time         // when it was stored, or received; zero on the way out
}

// Publisher sends a message at most once: nobody confirms it.
type Publisher interface {
	Publish(ctx context.Context, m Message) error
}

// Storer puts a message into a stream and returns when it is kept. Storing the same ID again is no error.
type Storer interface {
	Store(ctx context.Context, m Message) error
}

// Requester asks and waits for one answer, until ctx ends.
type Requester interface {
	Request(ctx context.Context, subject string, data []byte) ([]byte, error)
}

// Handler takes one received message. It may keep m.Data.
type Handler func(ctx context.Context, m Message)

// Source delivers what is published on a filter, in order, from the moment Subscribe returns.
type Source interface {
	Subscribe(ctx context.Context, filter string, h Handler) (Stopper, error)
}

// Replier answers requests on a filter: what h returns is sent back, an error as an error of the service.
type Replier interface {
	Serve(ctx context.Context, filter string, h func(ctx context.Context, m Message) ([]byte, error)) (Stopper, error)
}

// Stopper ends what returned it, after the call in progress. Stopping twice is no error.
type Stopper interface {
	Stop() error
}
