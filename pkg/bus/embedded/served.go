package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/metric"
)

// Served is a server that does what its configuration file says, as the
// nats-server command does. Unlike Start's, it takes nothing from us: no store,
// no bound, no name.
type Served struct {
	daemon.Base
	file   string
	opts   *server.Options // as it was started
	digest string          // of the file as last reloaded; "": never
	srv    *server.Server
	voice  *voice
	store  *storeLock
}

// Check reads a configuration file as nats-server -t does, and then as a server
// that is about to start. It returns the digest of what was read.
func Check(file string) (digest string, err error) {
	opts := &server.Options{}
	if err := opts.ProcessConfigFile(file); err != nil {
		return "", unreadable(file, err)
	}
	if _, err := newServer(opts); err != nil {
		return "", unreadable(file, err)
	}
	return opts.ConfigDigest(), nil
}

// Serve makes a server of a configuration file; Start starts it. What the file
// is warned about is logged.
func Serve(file string, logger *slog.Logger) (*Served, error) {
	opts := &server.Options{}
	if err := opts.ProcessConfigFile(file); err != nil {
		var both interface {
			Errors() []error
			Warnings() []error
		}
		if !errors.As(err, &both) || len(both.Errors()) > 0 {
			return nil, unreadable(file, err)
		}
		for _, w := range both.Warnings() {
			logger.Warn("server configuration", "file", file, daemon.KeyErr, w)
		}
	}
	srv, err := newServer(opts)
	if err != nil {
		return nil, unreadable(file, err)
	}
	s := &Served{file: file, opts: opts, srv: srv, voice: newVoice(logger)}
	s.speak()
	return s, nil
}

func newServer(opts *server.Options) (*server.Server, error) {
	opts.NoSigs = true // anything else that no file says, a reload would take for a change
	return server.NewServer(opts)
}

// unreadable says what the server says: each line names a place in the file.
func unreadable(file string, err error) error {
	text, hint := strings.TrimSpace(err.Error()), ""
	if strings.Contains(text, "no such file") && strings.Contains(text, "include") {
		hint = "an emitted configuration includes files that `nimmer bus keys apply` writes beside it"
	}
	return fail("read server configuration", file, hint, errors.New(text))
}

// speak has the server log through us, unless its file names a place of its own.
func (s *Served) speak() {
	opts := s.opts
	if opts.LogFile != "" || opts.Syslog || opts.RemoteSyslog != "" {
		s.srv.ConfigureLogger()
		return
	}
	debug := opts.Debug || s.voice.log.Enabled(context.Background(), slog.LevelDebug)
	s.srv.SetLoggerV2(s.voice, debug, opts.Trace, opts.TraceVerbose)
}

// Start starts the server. It is Started when it accepts clients and its streams
// are loaded, and ends by itself after LameDuck or when it cannot go on.
func (s *Served) Start(ctx context.Context) error {
	if s.opts.JetStream && s.opts.StoreDir != "" {
		store, err := lockStore(s.opts.StoreDir, s.opts.ServerName)
		if err != nil {
			return err
		}
		s.store = store
	}
	err := s.Base.Start(ctx, s.run)
	if err != nil {
		s.store.release()
	}
	return err
}

func (s *Served) run(ctx context.Context, ready func()) error {
	defer s.store.release()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		loadAccounts(s.srv, s.file)
		s.srv.Start()
		switch {
		case s.voice.fatal() != "":
		case s.srv.ReadyForConnections(startTimeout):
			s.store.note(s.srv.ClientURL())
			ready()
		default:
			s.voice.Fatalf("it accepted no clients for %s", startTimeout)
		}
		s.srv.WaitForShutdown()
	}()
	select {
	case <-ended:
	case <-s.voice.dead:
	case <-ctx.Done():
	}
	go s.srv.Shutdown() // it waits for a start that is under way
	select {
	case <-ended:
	case <-daemon.Drain(ctx).Done():
		return context.Cause(daemon.Drain(ctx))
	}
	if text := s.voice.fatal(); text != "" {
		return explainServed(text, s.file, s.opts)
	}
	return nil
}

// Reload reads the file again and applies what can be changed while it runs;
// what cannot, or is wrong, changes nothing.
func (s *Served) Reload() error {
	if err := s.srv.Reload(); err != nil {
		return fail("reload server configuration", s.file, "the server goes on with what it had: mend the file and reload again", errors.New(strings.TrimSpace(err.Error())))
	}
	before := cmp.Or(s.digest, s.opts.ConfigDigest())
	s.digest = before
	if opts, err := server.ProcessConfigFile(s.file); err == nil {
		s.digest = opts.ConfigDigest()
	}
	s.speak() // a reload that touches logging takes the log away from us
	if s.digest != before {
		s.rejoinLeaves()
	}
	return nil
}

// LameDuck takes no more clients, sends those there are away one after the
// other, and ends the server.
func (s *Served) LameDuck() { go s.srv.LameDuckShutdown() }

// ReopenLog opens the file of the log anew, after it was moved away.
func (s *Served) ReopenLog() { s.srv.ReOpenLogFile() }

// Name is the server's name.
func (s *Served) Name() string { return s.srv.Name() }

// ClientURL is where clients connect.
func (s *Served) ClientURL() string { return s.srv.ClientURL() }

// Metrics tells what prometheus-nats-exporter would tell.
func (s *Served) Metrics(ctx context.Context, to metric.Sink) error {
	return (&Server{srv: s.srv}).Metrics(ctx, to)
}

// explainServed turns the server's fatal line into an error that says where to
// change what.
func explainServed(text, file string, opts *server.Options) error {
	cause := fmt.Errorf("%w: %s", errStart, text)
	for _, l := range []struct {
		host string
		port int
	}{{opts.Host, opts.Port}, {opts.HTTPHost, opts.HTTPPort}, {opts.LeafNode.Host, opts.LeafNode.Port}, {opts.Cluster.Host, opts.Cluster.Port}, {opts.Gateway.Host, opts.Gateway.Port}, {opts.Websocket.Host, opts.Websocket.Port}} {
		where := net.JoinHostPort(l.host, fmt.Sprint(l.port))
		if l.port > 0 && containsAll(text, "address already in use", where) {
			return fail("listen on", where, "stop that one, or change the port in "+file, errors.New("the port is in use by "+whoListens(where)))
		}
		if l.port > 0 && containsAll(text, "cannot assign requested address", where) {
			return fail("listen on", where, "this machine does not have that address (yet): is its network up, and is this its file?", cause)
		}
	}
	return fail("run bus server", file, "", cause)
}
