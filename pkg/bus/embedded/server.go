package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is a running NATS server.
type Server struct {
	srv    *server.Server
	store  *storeLock
	log    *slog.Logger
	listen bool
	logins bool // as Options.Accounts says

	stop    sync.Once
	stopped chan struct{}
}

// Start starts a server and returns when it accepts clients and its streams
// are loaded. An error says in one sentence what is in the way and what to do.
func Start(o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	opts, err := serverOptions(o)
	if err != nil {
		return nil, err
	}
	s := &Server{log: o.Logger, listen: !opts.DontListen, logins: len(o.Accounts) > 0, stopped: make(chan struct{})}
	if opts.JetStream {
		if s.store, err = openStore(opts.StoreDir, opts.ServerName, opts.JetStreamMaxStore); err != nil {
			return nil, err
		}
		opts.JetStreamMaxStore = max(s.store.limit, s.store.bound)
	}
	if err := s.run(opts); err != nil {
		s.store.release()
		return nil, err
	}
	s.store.note(s.ClientURL())
	return s, nil
}

// serverOptions builds the server's own options.
func serverOptions(o Options) (*server.Options, error) {
	opts := &server.Options{}
	if o.ConfigFile != "" {
		if err := opts.ProcessConfigFile(o.ConfigFile); err != nil {
			return nil, fail("read server configuration", o.ConfigFile, "", err)
		}
	}
	if len(o.Accounts) > 0 {
		if err := opts.ProcessConfigString(string(o.Accounts)); err != nil {
			return nil, fail("read accounts of bus server", o.ServerName, "", err)
		}
		if err := onlyAccounts(opts); err != nil {
			return nil, fail("read accounts of bus server", o.ServerName, "use a configuration file", err)
		}
	}
	opts.NoSigs, opts.NoLog, opts.DisableJetStreamBanner = true, true, true
	if o.StoreDir != "" {
		opts.JetStream, opts.StoreDir = true, o.StoreDir
	}
	if o.ServerName != "" {
		opts.ServerName = o.ServerName
	}
	if o.Domain != "" {
		opts.JetStreamDomain = o.Domain
	}
	opts.ServerName = cmp.Or(opts.ServerName, defaultName)
	opts.JetStreamMaxMemory = cmp.Or(o.MaxMemory, opts.JetStreamMaxMemory, defaultMaxMemory)
	if o.MaxStore > 0 {
		opts.JetStreamMaxStore = o.MaxStore
	}
	if opts.JetStream && opts.StoreDir == "" {
		return nil, fail("read server configuration", o.ConfigFile, "name a directory there (jetstream { store_dir }), or with --state",
			errors.New("JetStream has no store directory"))
	}
	if o.SyncAlways {
		opts.SyncAlways = true
	}
	switch o.Listen {
	case "":
	case listenNowhere:
		opts.DontListen = true
	default:
		opts.Host, opts.Port, _ = splitListen("Listen", o.Listen)
		if opts.Port == 0 {
			opts.Port = server.RANDOM_PORT
		}
	}
	if o.Monitor != "" {
		opts.HTTPHost, opts.HTTPPort, _ = splitListen("Monitor", o.Monitor)
		if opts.HTTPPort == 0 {
			opts.HTTPPort = server.RANDOM_PORT
		}
	}
	return opts, nil
}

// run starts the server. The server reports what stops it from starting as a
// fatal log line, and goes on or not: the log is where we learn of it.
func (s *Server) run(opts *server.Options) error {
	listen := net.JoinHostPort(opts.Host, fmt.Sprint(opts.Port))
	srv, err := server.NewServer(opts)
	if err != nil {
		return fail("start bus server", opts.ServerName, "", err)
	}
	log := &bridge{log: s.log, logins: s.logins}
	srv.SetLoggerV2(log, false, false, false)
	srv.Start()
	text := log.fatal()
	if text == "" && !srv.ReadyForConnections(startTimeout) {
		text = fmt.Sprintf("it accepted no clients for %s", startTimeout)
	}
	if text != "" {
		srv.Shutdown()
		srv.WaitForShutdown()
		return explain(text, listen, opts)
	}
	s.srv = srv
	return nil
}

// ClientURL is where clients connect, for example "nats://127.0.0.1:4222". It
// is empty for a server that listens nowhere.
func (s *Server) ClientURL() string {
	if !s.listen {
		return ""
	}
	return s.srv.ClientURL()
}

// MonitorURL is where the monitoring pages are, or empty.
func (s *Server) MonitorURL() string {
	if addr := s.srv.MonitorAddr(); addr != nil {
		return "http://" + addr.String()
	}
	return ""
}

// Name is the server's name.
func (s *Server) Name() string { return s.srv.Name() }

// MaxStore is how many bytes streams on disk should be given together: what
// was asked for, or what the disk can give. 0: the server keeps no streams.
func (s *Server) MaxStore() int64 {
	if s.store == nil {
		return 0
	}
	return s.store.limit
}

// InProcessConn hands out a connection that needs no socket.
func (s *Server) InProcessConn() (net.Conn, error) {
	conn, err := s.srv.InProcessConn()
	if err != nil {
		return nil, fmt.Errorf("connect in process to bus server %s: %w", s.srv.Name(), err)
	}
	return conn, nil
}

// Stop closes the clients' connections, writes the streams out and returns
// when all that is done. It is safe to call on a nil Server and more than
// once. When ctx ends first the server goes on stopping by itself; the store
// directory stays locked until it has.
func (s *Server) Stop(ctx context.Context) error {
	if s == nil {
		return nil
	}
	s.stop.Do(func() {
		go func() {
			s.srv.Shutdown()
			s.srv.WaitForShutdown()
			s.store.release()
			close(s.stopped)
		}()
	})
	select {
	case <-s.stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop bus server %s: it is still writing its streams out: %w", s.srv.Name(), context.Cause(ctx))
	}
}

// Done is closed when the server has stopped.
func (s *Server) Done() <-chan struct{} { return s.stopped }
