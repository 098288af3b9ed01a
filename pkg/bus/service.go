package bus

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Service describes a micro service: what the `$SRV` discovery subjects tell
// about it, so that `nats micro ls` finds it.
type Service struct {
	// Name is one token of letters, digits, - and _. Version is a semantic
	// version such as 1.2.3.
	Name, Version string
	Description   string
	Metadata      map[string]string
	Endpoints     []Endpoint
	// Stats adds data of the caller's own to an endpoint's STATS. It may be nil
	// and is called from other goroutines.
	Stats func(endpoint string) any
}

// Endpoint is one subject that a Service answers.
type Endpoint struct {
	Name, Subject string
	// Group is the queue group; "" means ServeGroup. With Everybody set every
	// instance answers every request.
	Group     string
	Everybody bool
	Metadata  map[string]string
	// Handle answers one request at a time. Its context ends when the service stops.
	Handle func(ctx context.Context, m wave.Message) ([]byte, error)
}

// AddService announces the service and answers on its endpoints until Stop is
// called, ctx ends or the Conn closes. It belongs to the control plane: one
// request at a time per endpoint; Serve works on many.
func (c *Conn) AddService(ctx context.Context, s Service) (wave.Stopper, error) {
	running := &service{conn: c}
	running.ctx, running.cancel = context.WithCancel(ctx)
	config := micro.Config{
		Name: s.Name, Version: s.Version, Description: s.Description, Metadata: s.Metadata,
		QueueGroup: ServeGroup,
		ErrorHandler: func(_ micro.Service, err *micro.NATSError) {
			c.log.Warn("service error", "service", s.Name, "subject", err.Subject, "err", err)
		},
	}
	if s.Stats != nil {
		config.StatsHandler = func(e *micro.Endpoint) any { return s.Stats(e.Name) }
	}
	var err error
	running.micro, err = micro.AddService(c.control.nc, config)
	if err != nil {
		running.cancel()
		return nil, fail("announce service", s.Name, "", classify(err))
	}
	for _, e := range s.Endpoints {
		if err := running.add(c, e); err != nil {
			_ = running.Stop()
			return nil, c.sendError("serve", wave.Message{Subject: e.Subject}, err)
		}
	}
	if err := c.Flush(ctx); err != nil {
		_ = running.Stop()
		return nil, err
	}
	running.watch(ctx)
	return running, nil
}

// service is a running Service.
type service struct {
	conn   *Conn
	micro  micro.Service
	ctx    context.Context
	cancel context.CancelFunc
	forget func() bool

	mu       sync.Mutex
	stopping bool
	running  sync.WaitGroup // requests being answered
	err      error
}

// watch stops the service when ctx ends.
func (s *service) watch(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget = context.AfterFunc(ctx, func() { _ = s.Stop() })
}

// enter counts a request in, unless the service is stopping.
func (s *service) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopping {
		s.running.Add(1)
	}
	return !s.stopping
}

func (s *service) add(c *Conn, e Endpoint) error {
	opts := []micro.EndpointOpt{micro.WithEndpointSubject(e.Subject)}
	switch {
	case e.Everybody:
		opts = append(opts, micro.WithEndpointQueueGroupDisabled())
	case e.Group != "":
		opts = append(opts, micro.WithEndpointQueueGroup(e.Group))
	}
	if len(e.Metadata) > 0 {
		opts = append(opts, micro.WithEndpointMetadata(e.Metadata))
	}
	opts = append(opts, micro.WithEndpointPendingLimits(c.opts.PendingMessages, c.opts.PendingBytes))
	handle := func(r micro.Request) {
		m := wave.Message{Subject: r.Subject(), Reply: r.Reply(), Data: r.Data()}
		for k, v := range r.Headers() {
			if m.Header == nil {
				m.Header = map[string]string{}
			}
			m.Header[k] = v[0]
		}
		if !s.enter() {
			_ = r.Error("503", "the service is stopping", nil)
			return
		}
		defer s.running.Done()
		data, err := e.Handle(s.ctx, m)
		if err != nil {
			err = r.Error(strconv.Itoa(statusOf(err)), oneLine(err.Error()), nil)
		} else {
			err = r.Respond(data)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			c.log.Warn("answer not sent", "subject", m.Subject, "err", err)
		}
	}
	return s.micro.AddEndpoint(e.Name, micro.HandlerFunc(handle), opts...)
}

// Stop takes the service off the bus and waits for the requests being
// answered. Those that arrived but were not begun are refused. The context of
// one that is being answered ends when no server is there to take the answer,
// or after Options.Timeout.
func (s *service) Stop() error {
	s.mu.Lock()
	first, forget := !s.stopping, s.forget
	s.stopping = true
	s.mu.Unlock()
	if first {
		if forget != nil {
			forget()
		}
		if err := s.micro.Stop(); err != nil && !isClosed(err) {
			s.err = err
		}
	}
	hurry := time.AfterFunc(s.patience(), s.cancel)
	defer hurry.Stop()
	s.running.Wait()
	s.cancel()
	return s.err
}

// patience is how long a request that is being answered may still take.
func (s *service) patience() time.Duration {
	if !s.conn.control.nc.IsConnected() {
		return 0
	}
	return s.conn.opts.Timeout
}

// ServiceInfo is what a service answered to discovery.
type ServiceInfo struct {
	Name        string            `json:"name"`
	ID          string            `json:"id"`
	Version     string            `json:"version"`
	Description string            `json:"description"`
	Metadata    map[string]string `json:"metadata"`
	Endpoints   []struct {
		Name    string `json:"name"`
		Subject string `json:"subject"`
	} `json:"endpoints"`
}

// Services asks every service on the bus (or every instance of one name) who
// it is. Nobody there is an empty list.
func (c *Conn) Services(ctx context.Context, name string, opts GatherOptions) ([]ServiceInfo, error) {
	subject := micro.APIPrefix + ".INFO"
	if name != "" {
		subject += "." + name
	}
	answers, err := c.Gather(ctx, subject, nil, opts)
	if errors.Is(err, ErrNobody) {
		return nil, nil
	}
	var out []ServiceInfo
	for _, a := range answers {
		var info ServiceInfo
		if json.Unmarshal(a.Data, &info) == nil && info.Name != "" {
			out = append(out, info)
		}
	}
	return out, err
}
