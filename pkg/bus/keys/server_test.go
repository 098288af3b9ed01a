package keys_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// quiet keeps what the server says of a refusal out of the test's output.
var quiet = nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})

// closed waits until a connection was ended by the server.
func closed(t *testing.T, nc *nats.Conn) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !nc.IsClosed(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server leaves the connection open")
		}
	}
}

// refusedLogin checks that credentials no longer count.
func refusedLogin(t *testing.T, srv *keystest.Server, creds, who string) {
	t.Helper()
	nc, err := nats.Connect(srv.ClientURL(), nats.UserCredentials(creds), nats.NoReconnect(), quiet)
	if err == nil {
		nc.Close()
	}
	if !errors.Is(err, nats.ErrAuthorization) && (err == nil || !strings.Contains(err.Error(), "evoked")) {
		t.Errorf("%s logs in: %v", who, err)
	}
}

// copied keeps credentials as somebody would who has got hold of them.
func copied(t *testing.T, srv *keystest.Server, user string) string {
	t.Helper()
	data, err := os.ReadFile(srv.Creds(user))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copied.creds")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// heard publishes and tells whether a reader, who also sees a mark that is sent
// after it, saw it.
func heard(t *testing.T, from, reader *nats.Conn, subject, filter, mark string) bool {
	t.Helper()
	sub, err := reader.SubscribeSync(filter)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := reader.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{subject, mark} {
		if err := from.Publish(s, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	found := false
	for {
		m := keystest.Heard(t, sub)
		if m.Subject == mark {
			return found
		}
		found = found || m.Subject == subject
	}
}

func TestGrantsHoldOnAServer(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	srv := l.Start(t, l.Model.HubOf("dev"))
	gate := srv.Connect(t, accounts.GateUser("dev", "virtual"))
	math := srv.Connect(t, accounts.CellUser("dev", "math"))
	mark := "dev.nervous.cells.math.wave"
	if heard(t, math, gate, "dev.nervous.cells.text.wave", "dev.nervous.cells.*.wave", mark) {
		t.Error("one cell speaks as another")
	}
	crosses(t, srv)
	// Streams: the account has what the model gives it.
	js, err := srv.Connect(t, accounts.AdminUser("dev", "virtual")).JetStream()
	if err != nil {
		t.Fatal(err)
	}
	info, err := js.AccountInfo()
	if err != nil {
		t.Fatal(err)
	}
	model := l.Model.HubOf("dev").Account("DEV_VIRTUAL").JetStream
	if want := int64(model.Store); want != 0 && info.Limits.MaxStore != want || want == 0 && info.Limits.MaxStore != -1 {
		t.Errorf("the account may store %d, declared %d", info.Limits.MaxStore, want)
	}
}

// A command crosses into infra with the name of who gave it, whatever header it
// came with.
func TestTheServerSaysWhoAsks(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	site := l.Model.HubOf("dev")
	srv := l.Start(t, site)
	deployer := site.For("dev", "infra", "service.deploy")
	if deployer == nil {
		t.Fatal("there is no deployer in dev")
	}
	sub, err := srv.Connect(t, deployer.Name).SubscribeSync("dev.infra.deploy.*")
	if err != nil {
		t.Fatal(err)
	}
	who := accounts.IdentityUser("dev", "dafit", "virtual")
	nc := srv.Connect(t, who)
	forged := nats.NewMsg("dev.infra.deploy.scale")
	forged.Reply = nc.NewRespInbox()
	forged.Header.Set("Nats-Request-Info", `{"acc":"forged","name_tag":"root"}`)
	for end := time.Now().Add(10 * time.Second); ; {
		if err := nc.PublishMsg(forged); err != nil {
			t.Fatal(err)
		}
		m, err := sub.NextMsg(200 * time.Millisecond)
		if err == nil {
			if info := m.Header.Get("Nats-Request-Info"); strings.Contains(info, "forged") || !strings.Contains(info, who) {
				t.Errorf("the server says %.200s", info)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatal("no command arrives")
		}
	}
}

// Credentials of another lab, and an account that no exporter gave a token, get
// nothing.
func TestStrangers(t *testing.T) {
	t.Parallel()
	l, other := keystest.New(t, lab(t)), keystest.New(t, lab(t))
	site := l.Model.HubOf("dev")
	srv := l.Start(t, site)
	user := accounts.CellUser("dev", "math")
	refusedLogin(t, srv, filepath.Join(other.Folder(site), keys.CredsFolder, user+".creds"), "a user of another lab")

	// The same accounts, but virtual imports without a token.
	s := resolver(t, l, site)
	virtual := s.accounts["DEV_VIRTUAL"]
	for _, in := range virtual.Imports {
		in.Token = ""
	}
	text, err := os.ReadFile(filepath.Join(l.Folder(site), "resolver.conf"))
	if err != nil {
		t.Fatal(err)
	}
	signer := operatorKey(t, l, site)
	without, err := virtual.Encode(signer)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range token.FindAllString(string(text), -1) {
		if c, err := jwt.DecodeAccountClaims(one); err == nil && c.Name == "DEV_VIRTUAL" {
			text = []byte(strings.Replace(string(text), one, without, 1))
		}
	}
	if err := os.WriteFile(filepath.Join(l.Folder(site), "resolver.conf"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	srv = l.Start(t, site)
	operator := srv.Connect(t, accounts.OperatorUser("dev"))
	realGate := srv.Connect(t, accounts.GateUser("dev", "real"))
	sub, err := operator.SubscribeSync("dev.real.gates.*.transition")
	if err != nil || operator.Flush() != nil {
		t.Fatal(err)
	}
	if err := realGate.Publish("dev.real.gates.math.transition", []byte("x")); err != nil || realGate.Flush() != nil {
		t.Fatal(err)
	}
	if m, err := sub.NextMsg(300 * time.Millisecond); err == nil {
		t.Errorf("an account without a token hears %s", m.Subject)
	}
}

func TestRevokedIsPutOut(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	srv := l.Start(t, l.Model.HubOf("dev"))
	user, other := accounts.CellUser("dev", "math"), accounts.CellUser("dev", "text")
	creds := copied(t, srv, user)
	nc, stays := srv.Connect(t, user), srv.Connect(t, other)
	r, err := keys.Revoke(t.Context(), keys.What{User: user}, l.Options)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Servers) != 1 || r.Servers[0].Restart || r.Servers[0].Site != "dev" || r.Servers[0].Host == "" {
		t.Errorf("servers to tell: %+v", r.Servers)
	}
	if _, err := os.Stat(srv.Creds(user)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the credentials of somebody who was put out still lie there")
	}
	srv.Reload(t)
	closed(t, nc)
	refusedLogin(t, srv, creds, "who was revoked")
	if stays.IsClosed() || stays.Flush() != nil {
		t.Error("somebody else was disconnected")
	}
	// Declared or not, it stays out.
	if r := l.Apply(t); r.Files != 0 {
		t.Errorf("apply after revoke wrote %d files: %+v", r.Files, r.Changes)
	}
	// Until a rotation lets it in again, with a new key.
	if _, err := keys.Rotate(t.Context(), keys.What{User: user}, 0, l.Options); err != nil {
		t.Fatal(err)
	}
	srv.Reload(t)
	srv.Connect(t, user)
	refusedLogin(t, srv, creds, "who was revoked")
}

// Who may do less has the older credentials revoked, and the new ones count at
// once, also within the second in which the old ones were signed.
func TestNarrowed(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	site := l.Model.HubOf("dev")
	srv := l.Start(t, site)
	user := accounts.CellUser("dev", "math")
	creds := copied(t, srv, user)
	nc := srv.Connect(t, user)
	u := site.Account("DEV_VIRTUAL").User(user)
	wide := slices.Clone(u.Publish.Derived)
	u.Publish.Derived = append(slices.Clone(wide), "dev.nervous.cells.math.extra")
	if r := l.Apply(t); r.Count(keys.DidSign) != 1 || r.Count(keys.DidNarrow) != 0 || len(r.Servers) != 0 {
		t.Errorf("a widened grant: %+v, servers %+v", r.Changes, r.Servers)
	}
	u.Publish.Derived = wide
	r := l.Apply(t)
	if r.Count(keys.DidNarrow) != 1 || len(r.Servers) != 1 {
		t.Errorf("a narrowed grant: %+v, servers %+v", r.Changes, r.Servers)
	}
	srv.Reload(t)
	closed(t, nc)
	refusedLogin(t, srv, creds, "the wider grant")
	srv.Connect(t, user)
}

func TestRotateAccount(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	site := l.Model.HubOf("dev")
	srv := l.Start(t, site)
	user := accounts.CellUser("dev", "math")
	old := copied(t, srv, user)
	for _, account := range []string{"DEV_VIRTUAL", "DEV_REAL"} {
		if _, err := keys.Rotate(t.Context(), keys.What{Account: account, Site: "dev"}, time.Hour, l.Options); err != nil {
			t.Fatal(err)
		}
	}
	srv.Reload(t)
	srv.Connect(t, user)
	nc, err := nats.Connect(srv.ClientURL(), nats.UserCredentials(old), nats.NoReconnect(), quiet)
	if err != nil {
		t.Fatalf("within the grace: %v", err)
	}
	t.Cleanup(nc.Close)
	crosses(t, srv)
	// The grace is over.
	l.Options.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if r := l.Apply(t); len(r.Servers) != 1 || r.Servers[0].Restart {
		t.Errorf("servers to tell when the grace is over: %+v", r.Servers)
	}
	srv.Reload(t)
	closed(t, nc)
	refusedLogin(t, srv, old, "who was signed for by the old key")
	crosses(t, srv)
	if r := l.Apply(t); r.Files != 0 {
		t.Errorf("apply after that wrote %d files: %+v", r.Files, r.Changes)
	}
}

// crosses checks that what the real garden decides is seen in virtual.
func crosses(t *testing.T, srv *keystest.Server) {
	t.Helper()
	operator, gate := srv.Connect(t, accounts.OperatorUser("dev")), srv.Connect(t, accounts.GateUser("dev", "real"))
	sub, err := operator.SubscribeSync("dev.real.gates.*.transition")
	if err != nil || operator.Flush() != nil {
		t.Fatal(err)
	}
	if err := gate.Publish("dev.real.gates.math.transition", []byte("x")); err != nil {
		t.Fatal(err)
	}
	keystest.Heard(t, sub)
}

func TestRotateUserWithGrace(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	srv := l.Start(t, l.Model.HubOf("dev"))
	user := accounts.CellUser("dev", "math")
	old := copied(t, srv, user)
	if _, err := keys.Rotate(t.Context(), keys.What{User: user}, time.Hour, l.Options); err != nil {
		t.Fatal(err)
	}
	srv.Connect(t, user) // no server has to hear of it
	nc, err := nats.Connect(srv.ClientURL(), nats.UserCredentials(old), nats.NoReconnect(), quiet)
	if err != nil {
		t.Fatalf("within the grace: %v", err)
	}
	t.Cleanup(nc.Close)
	l.Options.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if r := l.Apply(t); r.Count(keys.DidRevoke) != 1 || len(r.Servers) != 1 {
		t.Errorf("when the grace is over: %+v", r.Changes)
	}
	srv.Reload(t)
	closed(t, nc)
	refusedLogin(t, srv, old, "the old key")
	srv.Connect(t, user)
}

// An operator's new signing key needs a restart: a reload refuses it.
func TestRotateOperator(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	site := l.Model.HubOf("dev")
	srv := l.Start(t, site)
	r, err := keys.Rotate(t.Context(), keys.What{Operator: true, Site: "dev"}, 0, l.Options)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Servers) != 1 || !r.Servers[0].Restart {
		t.Errorf("servers to tell: %+v", r.Servers)
	}
	if err := srv.Server.Reload(); err == nil {
		t.Error("a reload took another operator: the command need not ask for a restart")
	}
	srv = l.Start(t, site)
	srv.Connect(t, accounts.CellUser("dev", "math"))
	crosses(t, srv)
	if r := l.Apply(t); r.Files != 0 {
		t.Errorf("apply after that wrote %d files: %+v", r.Files, r.Changes)
	}
}

// Within the grace of a rotation the older key counts; whoever may do less, or
// nothing, has that one revoked as well.
func TestNarrowedWithinGrace(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	site := l.Model.HubOf("dev")
	srv := l.Start(t, site)
	account := site.Account("DEV_VIRTUAL")
	narrow, gone := accounts.CellUser("dev", "math"), accounts.CellUser("dev", "text")
	old := map[string]string{narrow: copied(t, srv, narrow), gone: copied(t, srv, gone)}
	for user := range old {
		if _, err := keys.Rotate(t.Context(), keys.What{User: user, Site: "hub/dev"}, time.Hour, l.Options); err != nil {
			t.Fatal(err)
		}
	}
	account.User(narrow).Publish.Derived = account.User(narrow).Publish.Derived[1:]
	account.Users = slices.DeleteFunc(account.Users, func(u accounts.User) bool { return u.Name == gone })
	l.Apply(t)
	srv.Reload(t)
	for user, creds := range old {
		refusedLogin(t, srv, creds, "the key of "+user+" before the rotation")
	}
	srv.Connect(t, narrow)
}

// A user that moves to another account keeps its name and its file.
func TestUserMoves(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	site := l.Model.HubOf("dev")
	from, to := site.Account("DEV_VIRTUAL"), site.Account("DEV_INFRA")
	user := accounts.CellUser("dev", "math")
	moved := *from.User(user)
	from.Users = slices.DeleteFunc(from.Users, func(u accounts.User) bool { return u.Name == user })
	to.Users = append(to.Users, moved)
	slices.SortFunc(to.Users, func(a, b accounts.User) int { return strings.Compare(a.Name, b.Name) })
	l.Apply(t)
	srv := l.Start(t, site)
	srv.Connect(t, user)
	if r := l.Apply(t); r.Files != 0 {
		t.Errorf("the apply after that wrote %d files: %+v", r.Files, r.Changes)
	}
}
