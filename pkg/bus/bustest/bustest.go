// Package bustest runs real servers with a lab's accounts, for tests that log in
// as its users.
package bustest

import (
	"context"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Server is a running server with the accounts of one site.
type Server struct {
	*embedded.Server
	Site *accounts.Site
}

// Password is the password of a user of every Server.
func Password(user string) string { return "password of " + user }

// Site starts a server with all accounts of a site, without bounds, and stops
// it at the test's end. Who gives no user is nobody, unless anonymous names one.
func Site(t testing.TB, site *accounts.Site, anonymous string) *Server {
	t.Helper()
	text, err := accounts.Static(site, Password, accounts.StaticOptions{Anonymous: anonymous, Unbounded: true})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", StoreDir: t.TempDir(), MaxStore: 4 << 30, Accounts: text})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := srv.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return &Server{srv, site}
}

// Hub starts a server with the accounts of the hub that carries an environment
// of a lab. A client without a login is nobody.
func Hub(t testing.TB, top *topology.Topology, env string) *Server {
	t.Helper()
	m, err := accounts.Compile(top)
	if err != nil {
		t.Fatal(err)
	}
	site := m.HubOf(env)
	if site == nil {
		t.Fatalf("no hub carries %s", env)
	}
	return Site(t, site, "")
}

// Connect logs in as a user; "" is a client without a login. The connection
// ends with the test.
func (s *Server) Connect(t testing.TB, user string) *bus.Conn {
	t.Helper()
	o := bus.Options{Server: s.ClientURL(), Name: user, User: user, Timeout: 10 * time.Second}
	if user != "" {
		o.Password = Password(user)
	}
	conn, err := bus.Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}
