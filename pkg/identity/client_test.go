package identity_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/identity"
	"github.com/nimmerverse/nimmer/pkg/identity/identitytest"
)

func password(user, secret string) identity.Login {
	return identity.Password{User: user, Secret: func() (string, error) { return secret, nil }}
}

func options(s *identitytest.Server) identity.Options {
	return identity.Options{
		Server: identitytest.Name, Address: s.Address(), CAFile: s.CAFile(),
		Login: password("admin", "secret"), Timeout: 20 * time.Second,
	}
}

func client(t testing.TB, opts identity.Options) *identity.Client {
	t.Helper()
	c, err := identity.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// says checks that an error is a sentence with these words, and what to do
// about it with those, and that it holds no secret.
func says(t *testing.T, err error, text, hint string) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatalf("no error, want one that says %q", text)
	case !strings.Contains(err.Error(), text):
		t.Errorf("error %q does not say %q", err, text)
	case !strings.Contains(daemon.Hint(err), hint):
		t.Errorf("hint %q of %q does not say %q", daemon.Hint(err), err, hint)
	}
	for _, secret := range []string{"secret", "wrong-pass"} {
		if strings.Contains(err.Error()+daemon.Hint(err), secret) {
			t.Errorf("error %q shows the password", err)
		}
	}
}

func TestHello(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	got, err := client(t, options(s)).Hello(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got != (identity.ServerVersion{Release: "4.12.4", API: "2.254"}) {
		t.Errorf("version is %+v", got)
	}
	if n := s.Logins(); n != 1 {
		t.Errorf("logged in %d times, want once", n)
	}
}

func TestOldServer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ api, text, hint string }{
		{"2.228", "2.229 is the first", "upgrade FreeIPA"},
		{"3.1", "its API is 3.1", "another version"},
		{"nonsense", "no version", "another version"},
	} {
		s := identitytest.New(t)
		s.API = test.api
		_, err := client(t, options(s)).Hello(context.Background())
		says(t, err, test.text, test.hint)
		if s.Writes() != 0 {
			t.Error("something was written")
		}
	}
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	for _, reason := range []string{"password-expired", "user-locked", "krbprincipal-expired", "something-new"} {
		s.SetAccount(reason, identitytest.Account{Password: "wrong-pass", Rejection: reason})
	}
	for _, test := range []struct{ user, text, hint string }{
		{"admin", "wrong user or password", "kinit"},
		{"nobody", "wrong user or password", "kinit"},
		{"password-expired", "password has expired", "kinit"},
		{"user-locked", "is locked", "user-unlock"},
		{"krbprincipal-expired", "account has expired", "principal-expiration"},
		{"something-new", "something-new", ""},
	} {
		opts := options(s)
		opts.Login = password(test.user, "wrong-pass")
		_, err := client(t, opts).Hello(context.Background())
		says(t, err, test.text, test.hint)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	gone := options(s)

	foreign := identitytest.New(t)
	untrusted := options(s)
	untrusted.CAFile = foreign.CAFile()

	misnamed := options(s)
	misnamed.Server = "other.example.test"

	_, err := client(t, untrusted).Hello(context.Background())
	says(t, err, "signed by an authority that is not trusted", "ca.crt")
	_, err = client(t, misnamed).Hello(context.Background())
	says(t, err, "valid for ipa.example.test", "--address")

	s.Close()
	_, err = client(t, gone).Hello(context.Background())
	says(t, err, "reach FreeIPA ipa.example.test", "is the server up")
	if strings.Contains(err.Error(), "https://") {
		t.Errorf("error %q shows a URL", err)
	}

	ported := gone
	ported.Server = "ipa.example.test:8443"
	_, err = identity.New(ported)
	says(t, err, "by its host name alone", "--address")

	nowhere := gone
	nowhere.Address = "no-such-host.invalid:443"
	_, err = client(t, nowhere).Hello(context.Background())
	says(t, err, "no-such-host.invalid", "--address")
}

func TestCAFile(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	opts := options(s)
	opts.CAFile = filepath.Join(t.TempDir(), "ca.crt")
	_, err := identity.New(opts)
	says(t, err, "ca.crt: no such file", "/etc/ipa/ca.crt")
	if err := os.WriteFile(opts.CAFile, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = identity.New(opts)
	says(t, err, "no certificate", "/etc/ipa/ca.crt")
}

// A session that ends is opened again, and the command that met its end is
// sent again.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	s.SessionCalls = 2
	c := client(t, options(s))
	for range 7 {
		if _, err := c.Call(context.Background(), identity.Request{Method: "user_show", Args: []string{"admin"}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Logins(); n != 4 {
		t.Errorf("logged in %d times for 7 calls of 2 a session, want 4", n)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	c := client(t, options(s))
	ctx := context.Background()

	_, err := c.Call(ctx, identity.Request{Method: "user_show", Args: []string{"nobody"}})
	if !identity.IsCode(err, identity.CodeNotFound) {
		t.Errorf("error is %v, want not found", err)
	}
	says(t, err, "user_show nobody: nobody: user not found (4001)", "")

	s.SetAccount("admin", identitytest.Account{Password: "secret", ReadOnly: true})
	_, err = c.Call(ctx, identity.Request{Method: "group_add", Args: []string{"nyx"}})
	if !identity.IsCode(err, identity.CodeNotPermitted) {
		t.Errorf("error is %v, want not permitted", err)
	}
	says(t, err, "Insufficient access", "role-add-privilege")

	s.Inject(func(identitytest.Command) identitytest.Fault { return identitytest.CutBefore })
	_, err = c.Call(ctx, identity.Request{Method: "ping"})
	says(t, err, "reach FreeIPA ipa.example.test", "")
}

// What Commands does not list never leaves the machine.
func TestOnlyListedIsSent(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	c := client(t, options(s))
	for _, req := range []identity.Request{
		{Method: "user_del", Args: []string{"admin"}},
		{Method: "user_show", Args: []string{"admin", "other"}},
		{Method: "user_mod", Args: []string{"admin"}, Options: map[string]any{"userpassword": "x"}},
		{Method: "user_mod", Args: []string{"admin"}, Options: map[string]any{"nsaccountlock": "yes"}},
	} {
		if _, err := c.Call(context.Background(), req); err == nil {
			t.Errorf("%+v was sent", req)
		}
		if _, err := c.Batch(context.Background(), []identity.Request{req}); err == nil {
			t.Errorf("%+v was sent in a batch", req)
		}
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d commands arrived", n)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	replies, err := client(t, options(s)).Batch(context.Background(), []identity.Request{
		{Method: "user_show", Args: []string{"admin"}},
		{Method: "user_show", Args: []string{"nobody"}},
		{Method: "group_add_member", Args: []string{"admins"}, Options: map[string]any{"user": []string{"admin", "nobody"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := replies[0].Entry().One("homedirectory"); got != "/home/admin" {
		t.Errorf("home is %q", got)
	}
	if e := replies[1].Err; e == nil || e.Code != identity.CodeNotFound || e.Name != "NotFound" {
		t.Errorf("error is %v", e)
	}
	want := identity.FailedMember{Type: "user", Name: "nobody", Reason: "no such entry"}
	if f := replies[2].Failed; len(f) != 1 || f[0] != want {
		t.Errorf("failed members are %+v", f)
	}
}

func TestSecretFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	_, err := identity.SecretFile(path)()
	says(t, err, "no such file", "name a file")
	for _, test := range []struct {
		content string
		mode    os.FileMode
		text    string
	}{
		{"wrong-pass\nsecond line\n", 0o600, ""},
		{"wrong-pass\r\n", 0o400, ""},
		{"wrong-pass", 0o640, "mode 0640"},
		{"wrong-pass", 0o604, "mode 0604"},
		{"\n", 0o600, "empty"},
		{strings.Repeat("x", 5000), 0o600, "more than"},
	} {
		if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, []byte(test.content), test.mode), os.Chmod(path, test.mode)); err != nil {
			t.Fatal(err)
		}
		got, err := identity.SecretFile(path)()
		switch {
		case test.text != "":
			says(t, err, test.text, "")
		case err != nil || got != "wrong-pass":
			t.Errorf("%q gives %q, %v", test.content, got, err)
		}
	}
}

// A server that is no FreeIPA, or sends us elsewhere, is named as such.
func TestNotFreeIPA(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status     int
		body       string
		text, hint string
	}{
		{http.StatusOK, "<html>Welcome</html>", "it is no JSON-RPC", "is this a FreeIPA server"},
		{http.StatusOK, `{"result":null,"error":null}`, "neither a result nor an error", "is this a FreeIPA server"},
		{http.StatusNotFound, "", "404 Not Found", "below /ipa"},
		{http.StatusFound, "", "302 Found", "name the server itself"},
		{http.StatusBadGateway, "", "502 Bad Gateway", "ipactl status"},
	} {
		s := identitytest.New(t)
		s.Answer = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.test/")
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		}
		_, err := client(t, options(s)).Hello(context.Background())
		says(t, err, test.text, test.hint)
	}
}
