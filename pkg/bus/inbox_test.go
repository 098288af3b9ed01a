package bus

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// signer signs for one operator with one account.
type signer struct {
	t       *testing.T
	dir     string
	account nkeys.KeyPair
	config  string // of a server that trusts it
}

func newSigner(t *testing.T) signer {
	t.Helper()
	operator, account := pair(t, nkeys.CreateOperator), pair(t, nkeys.CreateAccount)
	oc := jwt.NewOperatorClaims(public(t, operator))
	ac := jwt.NewAccountClaims(public(t, account))
	signedOperator, err := oc.Encode(operator)
	if err != nil {
		t.Fatal(err)
	}
	signedAccount, err := ac.Encode(operator)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("listen: 127.0.0.1:-1\noperator: %s\nresolver: MEMORY\nresolver_preload: { %s: %s }\n", signedOperator, ac.Subject, signedAccount)
	return signer{t: t, dir: t.TempDir(), account: account, config: config}
}

// creds writes the credentials of a user that may listen where it says.
func (s signer) creds(name string, listen ...string) string {
	s.t.Helper()
	user := pair(s.t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(public(s.t, user))
	claims.Name = name
	claims.Sub.Allow = listen
	token, err := claims.Encode(s.account)
	if err != nil {
		s.t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		s.t.Fatal(err)
	}
	file, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		s.t.Fatal(err)
	}
	return write(s.t, filepath.Join(s.dir, name+".creds"), string(file))
}

func pair(t *testing.T, create func() (nkeys.KeyPair, error)) nkeys.KeyPair {
	t.Helper()
	kp, err := create()
	if err != nil {
		t.Fatal(err)
	}
	return kp
}

func public(t *testing.T, kp nkeys.KeyPair) string {
	t.Helper()
	key, err := kp.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestInboxOfLogin(t *testing.T) {
	dir := home(t)
	s := newSigner(t)
	cell := s.creds("dev_cell_math", "_IN.dev_cell_math.>", "dev.>")
	write(t, filepath.Join(dir, "context", "cell.json"), `{"url":"nats://lab:4222","creds":"`+cell+`"}`)
	write(t, filepath.Join(dir, "context", "user.json"), `{"url":"nats://lab:4222","user":"dev_organ_vision","password":"x"}`)
	write(t, filepath.Join(dir, "context", "own.json"), `{"url":"nats://lab:4222","creds":"`+cell+`","inbox_prefix":"_MINE"}`)
	for name, tc := range map[string]struct {
		o    Options
		want string
	}{
		"nobody":                   {Options{}, ""},
		"a user":                   {Options{User: "dev_cell_text", Password: "x"}, "_IN.dev_cell_text"},
		"a user with dots":         {Options{User: "a.b", Password: "x"}, ""},
		"creds":                    {Options{Creds: cell}, "_IN.dev_cell_math"},
		"creds without a list":     {Options{Creds: s.creds("free")}, "_IN.free"},
		"creds of all":             {Options{Creds: s.creds("all", ">")}, "_IN.all"},
		"creds for other inboxes":  {Options{Creds: s.creds("other", "_INBOX.>")}, ""},
		"creds with a wide name":   {Options{Creds: s.creds("a b")}, ""},
		"what is asked for wins":   {Options{Creds: cell, InboxPrefix: "_X"}, "_X"},
		"context with creds":       {Options{Context: "cell"}, "_IN.dev_cell_math"},
		"context with a user":      {Options{Context: "user"}, "_IN.dev_organ_vision"},
		"context with a prefix":    {Options{Context: "own"}, "_MINE"},
		"context and own login":    {Options{Context: "own", User: "me", Password: "x"}, "_IN.me"},
		"creds without a readable": {Options{Creds: write(t, filepath.Join(dir, "x.creds"), "-----BEGIN NATS USER JWT-----\nabc\n------END NATS USER JWT------\n")}, ""},
	} {
		got, err := Resolve(tc.o)
		if err != nil || got.inboxPrefix != tc.want {
			t.Errorf("%s: %q, %v; want %q", name, got.inboxPrefix, err, tc.want)
		}
	}
}

// TestInboxOfCredsOnServer asks with nothing but credentials, whose user may
// listen to its own inboxes only.
func TestInboxOfCredsOnServer(t *testing.T) {
	home(t)
	s := newSigner(t)
	url := startServer(t, embedded.Options{ConfigFile: configFile(t, s.config), StoreDir: "none"}).ClientURL()
	server := connect(t, Options{Server: url, Creds: s.creds("server")})
	_, err := server.Serve(t.Context(), "dev.ask", func(_ context.Context, m wave.Message) ([]byte, error) { return []byte(m.Reply), nil })
	if err != nil {
		t.Fatal(err)
	}
	asker := Options{Server: url, Creds: s.creds("dev_nerve_math", "_IN.dev_nerve_math.>")}
	reply, err := connect(t, asker).Request(t.Context(), "dev.ask", nil)
	if err != nil || len(reply) < 19 || string(reply[:19]) != "_IN.dev_nerve_math." {
		t.Errorf("answer went to %s, %v", reply, err)
	}
	asker.InboxPrefix, asker.Timeout = "_IN.dev_nerve_text", 300*time.Millisecond
	if reply, err := connect(t, asker).Request(t.Context(), "dev.ask", nil); err == nil {
		t.Errorf("answered into another user's inbox: %s", reply)
	}
}
