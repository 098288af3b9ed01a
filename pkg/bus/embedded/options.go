// Package embedded runs a NATS server inside this process: for a lab on one
// machine, for `nimmer bus serve` and for tests. It is the only place that
// links the server.
//
// A server without a configuration file has no TLS, and no logins unless
// Options.Accounts gives it some, so it listens on loopback only; that is
// refused otherwise. What a server stores
// belongs to it alone: the store directory is locked while it runs and
// remembers the server's name.
package embedded

import (
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Options says how the server runs. StoreDir is required.
type Options struct {
	// Listen is host:port for clients. Default 127.0.0.1:4222; port 0 takes a
	// free one. "none" listens nowhere: only InProcessConn reaches the server.
	Listen string
	// StoreDir is where streams are kept. It is made when it is missing.
	StoreDir string
	// ServerName is told to clients and kept in StoreDir. Default "nimmer".
	ServerName string
	// Domain is the JetStream domain. Default: none.
	Domain string
	// MaxMemory bounds streams in memory, in bytes. Default 256 MiB.
	MaxMemory int64
	// MaxStore bounds streams on disk, in bytes. Default 10 GiB, or what the
	// disk can give when that is less: four fifths of what is free now plus
	// what the store holds already.
	MaxStore int64
	// SyncAlways makes an acknowledged message survive a power failure, at the
	// price of one disk flush per write or batch. Default: the operating system
	// decides, and the server flushes every two minutes.
	SyncAlways bool
	// Monitor is host:port of the HTTP monitoring pages. Default: off.
	Monitor string
	// ConfigFile is a nats-server configuration file, for accounts, logins,
	// TLS, clusters and leaf nodes. Options above that are set win over it.
	ConfigFile string
	// Accounts are accounts and their users in the form of a configuration file,
	// as accounts.Static writes them. The server stays on loopback: it has logins
	// but no TLS.
	Accounts []byte
	// Logger receives what the server says. Default: nothing is logged.
	Logger *slog.Logger
}

const (
	defaultListen    = "127.0.0.1:4222"
	defaultName      = "nimmer"
	defaultMaxMemory = 256 << 20
	defaultMaxStore  = 10 << 30
	// minFree is how much disk must be free to start at all.
	minFree = 64 << 20
	// startTimeout is how long a started server may take to accept clients.
	startTimeout = 10 * time.Second

	listenNowhere = "none"
)

// withDefaults fills what was left zero and no configuration file can say;
// serverOptions fills the rest.
func (o Options) withDefaults() Options {
	if o.Listen == "" && o.ConfigFile == "" {
		o.Listen = defaultListen
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// validate names the first option that cannot work, its bound and its value.
func (o Options) validate() error {
	switch {
	case o.StoreDir == "" && o.ConfigFile == "":
		return fmt.Errorf("embedded server option StoreDir: want a directory, got nothing")
	case o.MaxMemory < 0:
		return fmt.Errorf("embedded server option MaxMemory: want 0 (default 256 MiB) or more bytes, got %d", o.MaxMemory)
	case o.MaxStore < 0:
		return fmt.Errorf("embedded server option MaxStore: want 0 (default 10 GiB) or more bytes, got %d", o.MaxStore)
	case len(o.Accounts) > 0 && o.ConfigFile != "":
		return fmt.Errorf("embedded server options Accounts and ConfigFile: only one can say who may log in, got both")
	case strings.ContainsAny(o.ServerName, " \t\r\n"):
		return fmt.Errorf("embedded server option ServerName: want a name without spaces, got %q", o.ServerName)
	}
	if o.Listen != "" && o.Listen != listenNowhere {
		host, _, err := splitListen("Listen", o.Listen)
		if err != nil {
			return err
		}
		if o.ConfigFile == "" && !loopback(host) {
			return fail("listen on", o.Listen, "without a configuration file there are no logins and anybody could use this bus: "+
				"listen on 127.0.0.1, or give a configuration with accounts", fmt.Errorf("%s is not loopback", host))
		}
	}
	if o.Monitor != "" {
		if _, _, err := splitListen("Monitor", o.Monitor); err != nil {
			return err
		}
	}
	return nil
}

// splitListen reads host:port; the port may be 0.
func splitListen(option, listen string) (string, int, error) {
	host, text, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, fmt.Errorf("embedded server option %s: want host:port, got %q", option, listen)
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("embedded server option %s: want a port from 0 to 65535, got %q", option, text)
	}
	return host, port, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// jetstreamDir is where the server puts its files below the store directory.
func jetstreamDir(store string) string { return filepath.Join(store, "jetstream") }
