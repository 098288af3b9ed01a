// Package buslab puts a lab's server configurations on a disk, with real keys
// beside them, and runs real servers from them.
package buslab

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// Lab is a lab on a disk, ready to run.
type Lab struct {
	*keystest.Lab
	t testing.TB
}

// New emits a lab's configurations and signs its accounts.
func New(t testing.TB, top *topology.Topology) *Lab {
	t.Helper()
	l := &Lab{keystest.New(t, top), t}
	files, err := natsconf.Emit(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(l.Options.Out, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// Server returns a server of the lab by its name.
func (l *Lab) Server(name string) natsconf.Server {
	l.t.Helper()
	for _, s := range natsconf.Servers(l.Topology, l.Model) {
		if s.Name == name {
			return s
		}
	}
	l.t.Fatalf("no server %s", name)
	return natsconf.Server{}
}

// Config is the path of a server's configuration.
func (l *Lab) Config(s natsconf.Server) string {
	return filepath.Join(l.Options.Out, filepath.FromSlash(s.Path()))
}

// Edit replaces text in a server's configuration: where a test's machine is not
// the declared one.
func (l *Lab) Edit(s natsconf.Server, old, new string) {
	l.t.Helper()
	data, err := os.ReadFile(l.Config(s))
	if err != nil {
		l.t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(old)) {
		l.t.Fatalf("%s has no %s:\n%s", s.Path(), old, data)
	}
	if err := os.WriteFile(l.Config(s), bytes.ReplaceAll(data, []byte(old), []byte(new)), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// Creds is the path of the credentials of a site's user.
func (l *Lab) Creds(s *accounts.Site, user string) string {
	l.t.Helper()
	for i := range s.Accounts {
		if u := s.Accounts[i].User(user); u != nil {
			return filepath.Join(l.Options.Out, keys.CredsFile(s, u))
		}
	}
	l.t.Fatalf("%s has no user %s", s.Name, user)
	return ""
}

// Dial logs in to a server as a user of a site, with the user's own inbox.
func (l *Lab) Dial(url string, s *accounts.Site, user string, more ...nats.Option) (*nats.Conn, error) {
	o := append([]nats.Option{nats.UserCredentials(l.Creds(s, user)), nats.Name(user), nats.CustomInboxPrefix(accounts.Inbox(user)), nats.NoReconnect()}, more...)
	return nats.Connect(url, o...)
}

// Revoke puts a user out, once the servers of its site have reloaded.
func (l *Lab) Revoke(s *accounts.Site, user string) {
	l.t.Helper()
	if _, err := keys.Revoke(l.t.Context(), keys.What{Site: s.Name, User: user}, l.Options); err != nil {
		l.t.Fatal(err)
	}
}
