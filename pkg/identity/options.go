package identity

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Options say where a server is and who logs in.
type Options struct {
	// Server is its name: the one in its certificate, which it also wants to
	// be called by.
	Server string
	// Address is where it is reached, HOST:PORT; empty: Server, port 443.
	Address string
	// CAFile is the path of the CA certificate; empty: the system's.
	CAFile string
	// Login is how one logs in: Password or Kerberos.
	Login Login
	// Timeout bounds one request; 0: two minutes.
	Timeout time.Duration
	// Batch is how many commands travel together; 0: 50.
	Batch  int
	Logger *slog.Logger
}

// The defaults of Options.
const (
	defaultTimeout = 2 * time.Minute
	defaultBatch   = 50
)

func (o Options) filled() Options {
	o.Address = cmp.Or(o.Address, net.JoinHostPort(o.Server, "443"))
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.Batch = cmp.Or(o.Batch, defaultBatch)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// transport speaks TLS to one address, whatever name is asked for.
func (o Options) transport() (*http.Transport, error) {
	roots, err := o.roots()
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, o.Address)
		},
		TLSClientConfig:     &tls.Config{RootCAs: roots, ServerName: o.Server, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		// Shorter than Apache's, so that it is us who close: a POST that meets a
		// closing connection fails, and nobody would know whether it ran.
		IdleConnTimeout: 4 * time.Second,
	}, nil
}

func (o Options) roots() (*x509.CertPool, error) {
	if o.CAFile == "" {
		return nil, nil // the system's
	}
	const hint = "copy /etc/ipa/ca.crt from the server or an enrolled machine, and name it with `ipa { ca_file }` or --ca-file"
	data, err := os.ReadFile(o.CAFile)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, &daemon.Error{Op: "read CA certificate", Subject: o.CAFile, Err: err, Hint: hint}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, &daemon.Error{Op: "read CA certificate", Subject: o.CAFile, Err: errors.New("it holds no certificate in PEM form"), Hint: hint}
	}
	return pool, nil
}
