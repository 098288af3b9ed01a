package tests

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
	"github.com/nimmerverse/nimmer/tests/buslab"
)

const threeServers = `
lab "three" {}
network "bus" { subnet = "127.7.0.0/16" }
host "bus" {
  for_each  = range(1, 4)
  name      = "bus-${each.value}"
  addresses = { bus = "127.7.1.${each.value}" }
}
nats "hub" {
  hosts        = host.bus
  network      = network.bus
  port         = 14222
  cluster_port = 16222
  monitor_port = 18222
  jetstream {
    memory = "16MiB"
    store  = "16MiB"
  }
}
`

// run starts all servers of a lab on this machine, with stores of their own.
func run(t *testing.T, l *buslab.Lab) map[string]*buslab.Process {
	t.Helper()
	out := map[string]*buslab.Process{}
	for _, s := range natsconf.Servers(l.Topology, l.Model) {
		l.Edit(s, `"/var/lib/nats/`, `"`+t.TempDir()+`/`)
		if s.Hub != nil { // all have one loopback
			l.Edit(s, fmt.Sprintf("127.0.0.1:%d", s.Hub.MonitorPort), "127.0.0.1:-1")
		}
		out[s.Name] = l.Start(s, buslab.NATSServer(t), "-c")
	}
	return out
}

func login(t *testing.T, l *buslab.Lab, site *accounts.Site, url, user string) *nats.Conn {
	t.Helper()
	buslab.Listens(t, strings.TrimPrefix(url, "nats://"))
	nc, err := l.Dial(url, site, user)
	if err != nil {
		t.Fatalf("%s: %v", user, err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// TestLimitsCountReplicas: an account's bound counts every replica, so that of
// a cluster is as many times a server's as streams have replicas, and what is
// stored three times still fits each server.
func TestLimitsCountReplicas(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("three servers need three addresses of the loopback, which only Linux has without being told")
	}
	l := buslab.New(t, loadtest.Source(t, threeServers))
	run(t, l)
	site := l.Model.Site(accounts.Hub, "hub")
	js, err := jetstream.New(login(t, l, site, "nats://127.7.1.1:14222", accounts.AdminUser("dev", "virtual")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	limit := int64(site.Account("DEV_VIRTUAL").JetStream.Store)
	if want := int64(3 * 12 << 20); limit != want {
		t.Fatalf("the account may store %d, want %d: three quarters of three servers", limit, want)
	}
	create := func(name string, bytes int64, replicas int) error {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: name, Subjects: []string{"dev.work." + name}, Replicas: replicas, MaxBytes: bytes})
		return err
	}
	buslab.Until(t, "the cluster makes a stream", 30*time.Second, func() error { return create("a", limit/3, 3) })
	if err := js.DeleteStream(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if err := create("b", limit/3+1, 3); err == nil {
		t.Errorf("a stream of three replicas got more than a third of the account's %d bytes", limit)
	}
	if err := create("fill", -1, 3); err != nil {
		t.Fatal(err)
	}
	says, err := jetstream.New(login(t, l, site, "nats://127.7.1.2:14222", accounts.OperatorUser("dev")))
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, 256<<10)
	stored := int64(0)
	for err == nil && stored < limit {
		if _, err = says.Publish(ctx, "dev.work.fill", body); err == nil {
			stored += int64(len(body))
		}
	}
	// Servers tell one another every second or so what they store: what is
	// published until then is more than the account's, and still each server's.
	if third := limit / 3; stored > 16<<20 || stored < third-2*int64(len(body)) {
		t.Errorf("a stream of three replicas took %d bytes and then said %v, want from %d to %d", stored, err, third, 16<<20)
	}
	t.Logf("an account's bound of %d bytes takes %d in a stream of three replicas", limit, stored)
}
