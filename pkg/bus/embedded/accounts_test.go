package embedded

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
)

const twoUsers = `
accounts { A { jetstream: enabled, users: [
	{ user: "a", password: "secret", permissions: { publish: { allow: ["x"] } } }
	{ user: "visitor", password: "other", permissions: { publish: { deny: [">"] } } }
] } }
no_auth_user: visitor
`

func TestAccounts(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var b bytes.Buffer
	s := start(t, Options{
		Accounts: []byte(twoUsers),
		Logger:   slog.New(slog.NewTextHandler(lockedWriter{&mu, &b}, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	for _, o := range [][]nats.Option{{nats.UserInfo("a", "secret")}, {}} {
		nc, err := nats.Connect(s.ClientURL(), o...)
		if err != nil {
			t.Fatal(err)
		}
		nc.Close()
	}
	if nc, err := nats.Connect(s.ClientURL(), nats.UserInfo("a", "guess")); err == nil {
		nc.Close()
		t.Error("a wrong password came in")
	}
	mu.Lock()
	defer mu.Unlock()
	if bytes.Contains(b.Bytes(), []byte("Plaintext")) {
		t.Errorf("it warns of passwords that nobody wrote down: %s", &b)
	}
}

func TestAccountsRefused(t *testing.T) {
	t.Parallel()
	refused(t, Options{Accounts: []byte(twoUsers), Listen: "0.0.0.0:4222", StoreDir: t.TempDir()}, "is not loopback")
	refused(t, Options{Accounts: []byte(twoUsers), ConfigFile: "x.conf"}, "only one can say who may log in")
	refused(t, Options{Accounts: []byte(twoUsers + "leafnodes { port: -1 }"), StoreDir: t.TempDir()}, "they hold more than accounts")
	refused(t, Options{Accounts: []byte("accounts {"), StoreDir: t.TempDir()}, "read accounts of bus server")
	refused(t, Options{Accounts: []byte(`ping_interval: "5s"`), StoreDir: t.TempDir()}, "there are none")
}
