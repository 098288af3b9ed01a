package keys_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

const leafHCL = smallHCL + `
host "edge" { system = "x86_64-linux" }
leaf "edge" { host = host.edge }
`

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// linked waits until a server has so many leaves.
func linked(t *testing.T, srv *keystest.Server, want int) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); srv.NumLeafNodes() != want; <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d links, want %d", srv.NumLeafNodes(), want)
		}
	}
}

// A leaf joins each of its accounts to the hub's, by what remotes.conf names, and
// a link that is revoked is cut.
func TestLeafLinks(t *testing.T) {
	t.Parallel()
	top, _ := source(t, leafHCL)
	port := freePort(t)
	top.NATS[0].Address, top.NATS[0].LeafPort = "127.0.0.1", port
	l := keystest.New(t, top)
	hubSite, leafSite := l.Model.HubOf("dev"), l.Model.Site(accounts.Leaf, "edge")
	listen := fmt.Sprintf("leafnodes { listen: \"127.0.0.1:%d\" }", port)
	hub := l.Start(t, hubSite, listen)
	leaf := l.Start(t, leafSite, "leafnodes { include \"remotes.conf\" }")
	linked(t, hub, 3)
	gate := hub.Connect(t, accounts.GateUser("dev", "virtual"))
	sub, err := gate.SubscribeSync("dev.nervous.cells.*.wave")
	if err != nil {
		t.Fatal(err)
	}
	operator := leaf.Connect(t, accounts.OperatorUser("dev"))
	for end := time.Now().Add(20 * time.Second); ; {
		if err := operator.Publish("dev.nervous.cells.a.wave", []byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := sub.NextMsg(50 * time.Millisecond); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("what is said on the leaf is not heard at the hub")
		}
	}
	// A user of the leaf is nobody at the hub, and the other way round.
	refusedLogin(t, hub, leaf.Creds(accounts.OperatorUser("dev")), "a user of the leaf at the hub")
	refusedLogin(t, leaf, hub.Creds(accounts.OperatorUser("dev")), "a user of the hub at the leaf")
	link := accounts.LinkUser("dev", "edge", "virtual")
	if nc, err := nats.Connect(hub.ClientURL(), nats.UserCredentials(hub.Creds(link)), nats.NoReconnect(), quiet); err == nil {
		nc.Close()
		t.Error("a link's credentials let a client in")
	}
	if !strings.Contains(hub.Creds(link), "/leaf/edge/creds/") {
		t.Errorf("a link's credentials are in %s, not with its leaf", hub.Creds(link))
	}
	if _, err := keys.Revoke(t.Context(), keys.What{User: link}, l.Options); err != nil {
		t.Fatal(err)
	}
	hub.Reload(t)
	linked(t, hub, 2)
}

// Where a leaf's host has its credentials: as asked for, as declared, where they
// are.
func TestRemotesNameCredentials(t *testing.T) {
	t.Parallel()
	_, m := source(t, leafHCL)
	file := accounts.LinkUser("dev", "edge", "real") + ".creds"
	for declared, want := range map[string]string{
		"": "out/nats/leaf/edge/creds/" + file, "/run/c": "\"/run/c/" + file, "/var/lib/nats/leaf.creds": "\"/var/lib/nats/" + file,
	} {
		top, _ := source(t, leafHCL)
		top.Leaves[0].Credentials = declared
		root := t.TempDir()
		o := keys.Options{Dir: root + "/keys", Out: root + "/out"}
		if _, err := keys.Init(t.Context(), m, o); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"", "/etc/creds"} {
			if path != "" {
				want = "\"" + path + "/" + file
			}
			o.CredsPath = path
			if _, err := keys.Apply(t.Context(), top, m, o); err != nil {
				t.Fatal(err)
			}
			if text := read(t, o.Out+"/nats/leaf/edge/remotes.conf"); !strings.Contains(text, want) {
				t.Errorf("declared %q, asked for %q: want %s in\n%s", declared, path, want, text)
			}
		}
	}
}
