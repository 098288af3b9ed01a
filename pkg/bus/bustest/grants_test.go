package bustest_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/bus/bustest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// TestGrantsAreWhatTheServerGrants tries, for random labs, everything that
// anybody there may do as every user there is: what the server lets through is
// what was derived and declared for that user, and nothing else.
func TestGrantsAreWhatTheServerGrants(t *testing.T) {
	t.Parallel()
	labs := uint64(4)
	if testing.Short() {
		labs = 1
	}
	tried, granted := 0, 0
	for seed := range labs {
		m, err := accounts.Compile(loadtest.Random(t, seed))
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Sites {
			a, b := trySite(t, &m.Sites[i])
			tried, granted = tried+a, granted+b
		}
		if t.Failed() {
			t.Fatal(loadtest.HCL(seed))
		}
	}
	if granted == 0 || granted == tried {
		t.Errorf("%d of %d attempts were let through: nothing was proved", granted, tried)
	}
	t.Logf("%d attempts, %d let through", tried, granted)
}

// trySite tries everything as every user of one site.
func trySite(t *testing.T, site *accounts.Site) (tried, granted int) {
	t.Helper()
	srv := bustest.Site(t, site, "")
	publish, subscribe := attempts(site)
	for i := range site.Accounts {
		for j := range site.Accounts[i].Users {
			u := &site.Accounts[i].Users[j]
			c := login(t, srv, u.Name)
			refused := c.publish(t, publish)
			for _, s := range publish {
				tried++
				granted += count(t, u.Name+" publishes "+s, !refused[s], u.Publish.Allows(s))
			}
			refused = c.subscribe(t, subscribe)
			for _, s := range subscribe {
				tried++
				granted += count(t, u.Name+" subscribes to "+s, !refused[s], u.Subscribe.AllowsFilter(s))
			}
			c.nc.Close()
		}
	}
	return tried, granted
}

func count(t *testing.T, what string, got, want bool) int {
	t.Helper()
	if got != want {
		t.Errorf("%s: let through %v, granted %v", what, got, want)
	}
	if got {
		return 1
	}
	return 0
}

// attempts are the subjects of all grants of a site, and some that nobody is
// granted; for publishing, wildcards become words.
func attempts(site *accounts.Site) (publish, subscribe []string) {
	filters := map[string]bool{">": true, "$SRV.>": true, "_IN.>": true, "_INBOX.>": true, "$JS.API.>": true, "$KV.>": true, "cim.>": true, "zz.nervous.cells.math.wave": true}
	for _, env := range site.Environments {
		filters[env+".>"] = true
		for _, d := range []string{"nervous", "real", "infra", "organs", "cognitive"} {
			filters[env+"."+d+".>"] = true
		}
		for _, s := range []string{
			".nervous.cells.somebody-else.wave", ".nervous.cells.real.wave", ".real.gates.g.verified", ".real.gates.g.transition",
			".real.outcomes.g.feedback", ".infra.deploy.deploy", ".infra.hosts.somebody-else.heartbeat", ".organs.o.detect.somebody-else", ".journal.0",
		} {
			filters[env+s] = true
		}
		filters["$JS.API.STREAM.DELETE."+topology.StreamName(env, "GATES")] = true
		filters["$JS.API.STREAM.PURGE."+topology.StreamName(env, "GATES")] = true
	}
	for i := range site.Accounts {
		for _, u := range site.Accounts[i].Users {
			for _, g := range []accounts.Grants{u.Publish, u.Subscribe} {
				for _, s := range slices.Concat(g.Allow(), g.Deny) {
					filters[s] = true
				}
			}
		}
	}
	words := map[string]bool{}
	for s := range filters {
		words[strings.NewReplacer("*", "w", ">", "w.w").Replace(s)] = true
		if strings.HasSuffix(s, ".*") { // what a last wildcard does not cover
			words[strings.ReplaceAll(strings.TrimSuffix(s, "*"), "*", "w")+"w.w"] = true
		}
	}
	return slices.Sorted(maps.Keys(words)), slices.Sorted(maps.Keys(filters))
}

// client is one user's connection, and what the server refused it.
type client struct {
	nc      *nats.Conn
	mu      sync.Mutex
	refused map[string]bool
}

var violation = regexp.MustCompile(`[Pp]ermissions [Vv]iolation for (?:Publish|Subscription) to "([^"]*)"`)

func login(t *testing.T, srv *bustest.Server, user string) *client {
	t.Helper()
	c := &client{refused: map[string]bool{}}
	nc, err := nats.Connect(srv.ClientURL(), nats.UserInfo(user, bustest.Password(user)), nats.NoReconnect(), nats.Timeout(10*time.Second),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if m := violation.FindStringSubmatch(err.Error()); m != nil {
				c.mu.Lock()
				c.refused[m[1]] = true
				c.mu.Unlock()
			}
		}))
	if err != nil {
		t.Fatalf("%s logs in: %v", user, err)
	}
	t.Cleanup(nc.Close)
	c.nc = nc
	return c
}

// publish publishes to each subject and returns those that were refused.
func (c *client) publish(t *testing.T, subjects []string) map[string]bool {
	t.Helper()
	for _, s := range subjects {
		if err := c.nc.Publish(s, nil); err != nil {
			t.Fatalf("publish %s: %v", s, err)
		}
	}
	return c.settled(t)
}

// subscribe subscribes to each filter and returns those that were refused.
func (c *client) subscribe(t *testing.T, filters []string) map[string]bool {
	t.Helper()
	for _, f := range filters {
		if _, err := c.nc.SubscribeSync(f); err != nil {
			t.Fatalf("subscribe to %s: %v", f, err)
		}
	}
	return c.settled(t)
}

// settled waits until the server has looked at everything and its refusals have
// been handled: they come in order, before the pong and before a last one of
// which is known that it is refused.
func (c *client) settled(t *testing.T) map[string]bool {
	t.Helper()
	const last = "$nobody.is.granted.this"
	if err := c.nc.Publish(last, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.nc.FlushTimeout(30 * time.Second); err != nil {
		t.Fatalf("flush: %v", err)
	}
	for end := time.Now().Add(30 * time.Second); ; <-time.After(time.Millisecond) {
		c.mu.Lock()
		done := c.refused[last]
		c.mu.Unlock()
		if done {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the server refuses nothing")
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	got := c.refused
	c.refused = map[string]bool{}
	return got
}
