package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Web is an HTTP server as a Service.
type Web struct {
	Base
	listener net.Listener
	server   *http.Server
}

// Serve opens the address (host:port, port 0 takes a free one) at once, so that a port in use is an error
// here; requests are answered from Start on.
func Serve(address string, h http.Handler) (*Web, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &Error{Op: "listen on", Subject: address, Err: err, Hint: "choose another address, or stop what uses this one"}
	}
	return &Web{listener: l, server: &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}}, nil
}

// Addr is where it listens.
func (w *Web) Addr() string { return w.listener.Addr().String() }

// Start answers requests until Stop; those in progress are finished.
func (w *Web) Start(ctx context.Context) error {
	return w.Base.Start(ctx, func(ctx context.Context, ready func()) error {
		failed := make(chan error, 1)
		go func() { failed <- w.server.Serve(w.listener) }()
		ready()
		select {
		case err := <-failed:
			return fmt.Errorf("serve %s: %w", w.Addr(), err)
		case <-ctx.Done():
		}
		err := w.server.Shutdown(Drain(ctx))
		if err != nil {
			err = errors.Join(err, w.server.Close())
		}
		if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	})
}

var (
	_ Service  = (*Web)(nil)
	_ Finisher = (*Web)(nil)
)
