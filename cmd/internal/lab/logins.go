package lab

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// played is a lab as one machine plays it: everything connects to one server,
// so what would lie on leaves lies there, and gate core runs even where no gate
// asks for it.
func played(t *topology.Topology, env string) *topology.Topology {
	p := *t
	p.Leaves = nil
	p.Streams = slices.Clone(t.Streams)
	for i := range p.Streams {
		p.Streams[i].At = ""
	}
	if gateBlock(&p, env) == "" {
		p.Services = append(slices.Clone(t.Services), topology.Service{Name: "gate", Process: "gate", Environments: []string{env}})
	}
	return &p
}

// gateBlock is the service that is gate core in an environment, "" when there
// is none.
func gateBlock(t *topology.Topology, env string) string {
	for _, s := range t.In(env).Services {
		if s.Process == "gate" {
			return "service." + s.Name
		}
	}
	return ""
}

// logins are the users of a lab that is played here. Their passwords are made
// anew at each start and are known to this process only.
type logins struct {
	env    string
	site   *accounts.Site
	secret map[string]string // by user
	server *embedded.Server
	logger *slog.Logger

	mu    sync.Mutex
	conns map[string]*bus.Conn // by user
}

func newLogins(t *topology.Topology, env string, logger *slog.Logger) (*logins, error) {
	m, err := accounts.Compile(t)
	if err != nil {
		return nil, err
	}
	site := m.HubOf(env)
	if site == nil {
		return nil, fmt.Errorf("no bus is declared for %s", env)
	}
	return &logins{env: env, site: site, secret: map[string]string{}, logger: logger, conns: map[string]*bus.Conn{}}, nil
}

// accounts is what the server is told. Who connects without a login is the
// operator, who can only come from this machine.
func (g *logins) accounts() ([]byte, error) {
	return accounts.Static(g.site, func(user string) string {
		g.secret[user] = rand.Text()
		return g.secret[user]
	}, accounts.StaticOptions{Environments: []string{g.env}, Anonymous: accounts.OperatorUser(g.env), Unbounded: true})
}

// block returns the connection of the user that a block has in an account.
func (g *logins) block(ctx context.Context, kind, block string) (*bus.Conn, error) {
	u := g.site.For(g.env, kind, block)
	if u == nil {
		return nil, fmt.Errorf("connect %s: it has no user in account %s", block, accounts.AccountName(g.env, kind))
	}
	return g.user(ctx, u.Name)
}

// all are the connections that were made, by user.
func (g *logins) all() map[string]*bus.Conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.conns)
}

// user returns the connection of a user; there is one for each.
func (g *logins) user(ctx context.Context, name string) (*bus.Conn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if conn := g.conns[name]; conn != nil {
		return conn, nil
	}
	conn, err := g.connect(ctx, name)
	if err == nil {
		g.conns[name] = conn
	}
	return conn, err
}

func (g *logins) connect(ctx context.Context, name string) (*bus.Conn, error) {
	conn, err := bus.Connect(ctx, bus.Options{
		InProcess: g.server, User: name, Password: g.secret[name], Name: "nimmer up " + name, Logger: g.logger.With("user", name),
	})
	if err != nil {
		return nil, fmt.Errorf("connect to our own bus as %s: %w", name, err)
	}
	return conn, nil
}

// apply brings what an environment stores to what is declared, as the admin of
// each account.
func (g *logins) apply(ctx context.Context, want Stored) error {
	var all errgroup.Group
	for _, kind := range Kinds {
		all.Go(func() error {
			conn, err := g.connect(ctx, accounts.AdminUser(g.env, kind))
			if err != nil {
				return err
			}
			defer conn.Close()
			in := want.In(kind)
			if _, err = conn.Apply(ctx, in.Streams, in.Buckets, in.Durables...); err != nil {
				return fmt.Errorf("make the streams of %s: %w", accounts.AccountName(g.env, kind), err)
			}
			return nil
		})
	}
	return all.Wait()
}

// drain ends every connection.
func (g *logins) drain(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all errgroup.Group
	for _, conn := range g.conns {
		all.Go(func() error { return conn.Drain(ctx) })
	}
	return all.Wait()
}
