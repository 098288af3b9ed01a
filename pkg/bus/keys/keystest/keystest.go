// Package keystest signs for a lab and runs real servers that trust what was
// signed, for tests that log in with credentials.
//
//	l := keystest.New(t, top)                      // init and apply, in a folder of the test
//	s := l.Start(t, l.Model.HubOf("dev"))          // a server in operator mode
//	nc, err := s.Dial(accounts.CellUser("dev", "math"))
//	l.Apply(t); s.Reload(t)                        // after a change
package keystest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// Lab is a lab whose account model was signed.
type Lab struct {
	Topology *topology.Topology
	Model    *accounts.Model
	// Options are what it was signed with; Dir and Out are folders of the test.
	Options keys.Options
}

// New makes the keys of a lab and signs its account model.
func New(t testing.TB, top *topology.Topology) *Lab {
	t.Helper()
	m, err := accounts.Compile(top)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	here := *top
	here.Leaves = slices.Clone(top.Leaves)
	for i := range here.Leaves {
		here.Leaves[i].Credentials = "" // where the test has them
	}
	l := &Lab{Topology: &here, Model: m, Options: keys.Options{Dir: filepath.Join(dir, "keys"), Out: filepath.Join(dir, "out")}}
	if _, err := keys.Init(t.Context(), m, l.Options); err != nil {
		t.Fatal(err)
	}
	l.Apply(t)
	return l
}

// Apply signs what changed in Topology or Model.
func (l *Lab) Apply(t testing.TB) *keys.Report {
	t.Helper()
	r, err := keys.Apply(t.Context(), l.Topology, l.Model, l.Options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Compile makes Model anew after a change of Topology.
func (l *Lab) Compile(t testing.TB) {
	t.Helper()
	m, err := accounts.Compile(l.Topology)
	if err != nil {
		t.Fatal(err)
	}
	l.Model = m
}

// Folder has the files for a site's servers.
func (l *Lab) Folder(s *accounts.Site) string {
	return filepath.Join(l.Options.Out, keys.SiteFolder(s.Kind, s.Name))
}

// Server is a running server that trusts a site's operator.
type Server struct {
	*server.Server
	lab  *Lab
	site *accounts.Site
	conf string
}

// Start runs a server of a site with its resolver.conf, on loopback, and stops
// it with the test. A leaf has no remotes: more is what else its configuration
// says, and may include remotes.conf.
func (l *Lab) Start(t testing.TB, site *accounts.Site, more ...string) *Server {
	t.Helper()
	conf := filepath.Join(l.Folder(site), fmt.Sprintf("server-%d.conf", time.Now().UnixNano()))
	text := fmt.Sprintf("listen: \"127.0.0.1:-1\"\nserver_name: %q\nmax_control_line: %d\njetstream { store_dir: %q, domain: %q, max_mem: 1TB, max_file: 1TB }\ninclude %q\n",
		string(site.Kind)+"-"+site.Name, natsconf.MaxControlLine, t.TempDir(), site.Domain, natsconf.ResolverFile)
	for _, m := range more {
		text += m + "\n"
	}
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	opts, err := server.ProcessConfigFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	opts.NoLog, opts.NoSigs = true, true
	srv, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() {
		srv.Shutdown()
		srv.WaitForShutdown()
	})
	if !srv.ReadyForConnections(20 * time.Second) {
		t.Fatalf("the server of %s takes no clients", site.Name)
	}
	return &Server{srv, l, site, conf}
}

// Reload makes the server read its files again, as a signal does.
func (s *Server) Reload(t testing.TB) {
	t.Helper()
	if err := s.Server.Reload(); err != nil {
		t.Fatal(err)
	}
}

// Creds is the path of a user's credentials.
func (s *Server) Creds(user string) string {
	for i := range s.site.Accounts {
		if u := s.site.Accounts[i].User(user); u != nil {
			return filepath.Join(s.lab.Options.Out, keys.CredsFile(s.site, u))
		}
	}
	return filepath.Join(s.lab.Folder(s.site), keys.CredsFolder, user+".creds")
}

// Dial logs in as a user, with its own inbox.
func (s *Server) Dial(user string, more ...nats.Option) (*nats.Conn, error) {
	o := append([]nats.Option{
		nats.UserCredentials(s.Creds(user)), nats.Name(user), nats.CustomInboxPrefix(accounts.Inbox(user)),
		nats.Timeout(10 * time.Second), nats.NoReconnect(),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // refusals are for the test to look at
	}, more...)
	return nats.Connect(s.ClientURL(), o...)
}

// Connect is Dial for a test that needs the connection, and ends it with the test.
func (s *Server) Connect(t testing.TB, user string, more ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := s.Dial(user, more...)
	if err != nil {
		t.Fatalf("log in as %s: %v", user, err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// Claims reads what a file of credentials says, and checks that its two halves
// belong together.
func Claims(t testing.TB, path string) *jwt.UserClaims {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.ParseDecoratedJWT(data)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := jwt.DecodeUserClaims(token)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	pair, err := jwt.ParseDecoratedUserNKey(data)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if public, err := pair.PublicKey(); err != nil || public != claims.Subject {
		t.Fatalf("%s: its seed is not that of its JWT: %v", path, err)
	}
	return claims
}

// Heard waits for a message on a subscription.
func Heard(t testing.TB, sub *nats.Subscription) *nats.Msg {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	m, err := sub.NextMsgWithContext(ctx)
	if err != nil {
		t.Fatalf("nothing is heard on %s: %v", sub.Subject, err)
	}
	return m
}
