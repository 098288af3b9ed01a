package bus

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"
)

// InProcess is a server in this process that hands out connections to itself.
type InProcess interface {
	InProcessConn() (net.Conn, error)
}

// Options says where the bus is and how to behave on it. The zero value looks
// for the bus where the nats command line would.
type Options struct {
	// Server is one or more URLs separated by commas. Empty: see Resolve.
	Server string
	// Creds is the path of a credentials file.
	Creds string
	// Context is the name (or absolute path) of a NATS context.
	Context string
	// User and Password log in without a credentials file.
	User, Password string
	// InProcess connects without a socket. It wins over everything but Creds,
	// User and Password.
	InProcess InProcess

	// Name is what the server lists this client as. Default "nimmer".
	Name string
	// InboxPrefix is where answers come in, without a final dot, for example
	// "_IN.gate-dev". Default: "_IN." and the user's name, as the credentials
	// or User say it; what the NATS context says; else "_INBOX".
	InboxPrefix string
	// Domain is the JetStream domain. Default: the server's own (or what the
	// NATS context says).
	Domain string
	// Split opens separate connections for intake, store and control.
	Split bool
	// Wait keeps trying to connect until the context ends, instead of failing
	// at once when no server answers. Refused credentials still fail at once.
	Wait bool

	// Timeout bounds connecting, requests and stream writes whose context has
	// no deadline of its own. Default 5s.
	Timeout time.Duration
	// PendingMessages and PendingBytes bound what waits in one subscription
	// before messages are dropped (and counted). Defaults 65536 and 32 MiB.
	PendingMessages, PendingBytes int
	// Concurrency bounds the requests one Serve works on at a time. Default 32.
	Concurrency int

	// Logger receives what happens to the connection. Default: nothing is logged.
	Logger *slog.Logger
}

const (
	defaultServer  = "nats://127.0.0.1:4222"
	defaultAPI     = "$JS.API"
	defaultTimeout = 5 * time.Second

	reconnectWait   = 250 * time.Millisecond
	reconnectJitter = 500 * time.Millisecond
)

// withDefaults fills what was left zero.
func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "nimmer"
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.PendingMessages == 0 {
		o.PendingMessages = 65536
	}
	if o.PendingBytes == 0 {
		o.PendingBytes = 32 << 20
	}
	if o.Concurrency == 0 {
		o.Concurrency = 32
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// validate names the first option that cannot work, its bound and its value.
func (o Options) validate() error {
	switch {
	case o.Timeout < 0:
		return fmt.Errorf("bus option Timeout: want 0 (default 5s) or more, got %s", o.Timeout)
	case o.PendingMessages < 0:
		return fmt.Errorf("bus option PendingMessages: want 0 (default 65536) or more, got %d", o.PendingMessages)
	case o.PendingBytes < 0:
		return fmt.Errorf("bus option PendingBytes: want 0 (default 32 MiB) or more, got %d", o.PendingBytes)
	case o.Concurrency < 0:
		return fmt.Errorf("bus option Concurrency: want 0 (default 32) or more, got %d", o.Concurrency)
	case strings.HasSuffix(o.InboxPrefix, ".") || strings.ContainsAny(o.InboxPrefix, "*> \t\r\n"):
		return fmt.Errorf("bus option InboxPrefix: want a subject without wildcards and final dot, got %q", o.InboxPrefix)
	case strings.ContainsAny(o.Domain, ".*> \t\r\n"):
		return fmt.Errorf("bus option Domain: want one subject token, got %q", o.Domain)
	case o.Creds != "" && o.User != "":
		return fmt.Errorf("bus options Creds and User: only one way to log in can be used, got both")
	}
	return nil
}
