package identity_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/goidentity/v6"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/service"
	"github.com/jcmturner/gokrb5/v8/spnego"

	"github.com/nimmerverse/nimmer/pkg/identity"
	"github.com/nimmerverse/nimmer/pkg/identity/identitytest"
)

// realm is a real MIT KDC in a folder of its own.
type realm struct{ dir string }

func (r realm) path(name string) string { return filepath.Join(r.dir, name) }

// run runs one of MIT's tools on this realm alone.
func (r realm) run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(tool(t, name), args...)
	cmd.Env = r.env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

func (r realm) env() []string {
	return append(os.Environ(), "KRB5_CONFIG="+r.path("krb5.conf"), "KRB5_KDC_PROFILE="+r.path("kdc.conf"), "KRB5CCNAME=FILE:"+r.path("cache"))
}

// tool finds a program, also where only root looks.
func tool(t *testing.T, name string) string {
	t.Helper()
	for _, folder := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
			return path
		}
	}
	t.Skipf("skipped: a real KDC: no %s here (apt-get install krb5-kdc krb5-admin-server krb5-user)", name)
	return ""
}

// startRealm makes a realm with "admin" and the server's service, each with a
// keytab, and starts its KDC on loopback.
func startRealm(t *testing.T) realm {
	t.Helper()
	for _, name := range []string{"krb5kdc", "kdb5_util", "kadmin.local", "kinit"} {
		tool(t, name)
	}
	r := realm{t.TempDir()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r.write(t, "krb5.conf", fmt.Sprintf("[libdefaults]\n default_realm = %s\n dns_lookup_kdc = false\n rdns = false\n udp_preference_limit = 1\n[realms]\n %s = {\n  kdc = %s\n }\n", identitytest.Realm, identitytest.Realm, address))
	r.write(t, "kdc.conf", fmt.Sprintf("[kdcdefaults]\n kdc_listen = %s\n kdc_tcp_listen = %s\n[realms]\n %s = {\n  database_name = %s\n  key_stash_file = %s\n  max_life = 1h\n }\n[logging]\n kdc = STDERR\n",
		address, address, identitytest.Realm, r.path("principal"), r.path("stash")))
	r.run(t, "kdb5_util", "create", "-s", "-P", "master-key", "-r", identitytest.Realm)
	for _, principal := range []string{"admin", "HTTP/" + identitytest.Name} {
		file := r.path(strings.ReplaceAll(principal, "/", "-") + ".keytab")
		r.run(t, "kadmin.local", "-q", "addprinc -randkey "+principal)
		r.run(t, "kadmin.local", "-q", "ktadd -k "+file+" "+principal)
	}
	r.start(t)
	return r
}

func (r realm) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(r.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// start runs the KDC until the test ends, and waits until it says that it is
// ready.
func (r realm) start(t *testing.T) {
	t.Helper()
	cmd := exec.Command(tool(t, "krb5kdc"), "-n")
	cmd.Env = r.env()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	said := &bytes.Buffer{}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "commencing operation") {
			go func() {
				for lines.Scan() {
				}
			}()
			return
		}
	}
	t.Fatalf("the KDC ended:\n%s", said)
}

// negotiate judges tickets with the service's keytab, as Apache does for
// FreeIPA.
func negotiate(t *testing.T, path string) func(http.ResponseWriter, *http.Request) (string, bool) {
	t.Helper()
	keys, err := keytab.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, r *http.Request) (string, bool) {
		user := ""
		spnego.SPNEGOKRB5Authenticate(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			user = goidentity.FromHTTPRequestContext(r).UserName()
		}), keys, service.DecodePAC(false)).ServeHTTP(w, r)
		return user, user != ""
	}
}

// Tickets of a real KDC open sessions, from a keytab and from kinit's cache,
// and open them again when they end.
func TestKerberos(t *testing.T) {
	r := startRealm(t)
	t.Setenv("KRB5_CONFIG", r.path("krb5.conf"))
	t.Setenv("KRB5CCNAME", "FILE:"+r.path("cache"))
	s := identitytest.New(t)
	s.SessionCalls = 2
	s.Negotiate = negotiate(t, r.path("HTTP-"+identitytest.Name+".keytab"))

	fromKeytab, fromCache := options(s), options(s)
	fromKeytab.Login = identity.Kerberos{User: "admin", Realm: identitytest.Realm, Keytab: r.path("admin.keytab")}
	fromCache.Login = identity.Kerberos{}
	ctx := context.Background()

	_, err := client(t, fromCache).Hello(ctx)
	says(t, err, "cache: no such file", "kinit")

	d := desired(t, lab())
	if _, err := client(t, fromKeytab).Plan(ctx, d, identity.Choice{}); err != nil {
		t.Fatal(err)
	}
	r.run(t, "kinit", "-k", "-t", r.path("admin.keytab"), "admin")
	c := client(t, fromCache)
	p, err := c.Plan(ctx, d, identity.Choice{})
	if err != nil {
		t.Fatal(err)
	}
	logins := s.Logins()
	if _, err := c.Apply(ctx, p, nil); err != nil {
		t.Fatal(err)
	}
	if s.Logins() == logins {
		t.Error("no session ended during the apply")
	}

	wrong := fromKeytab
	wrong.Login = identity.Kerberos{User: "nobody", Realm: identitytest.Realm, Keytab: r.path("admin.keytab")}
	_, err = client(t, wrong).Hello(ctx)
	says(t, err, "log in to FreeIPA ipa.example.test with Kerberos", "clocks")

	s.Negotiate = nil
	_, err = client(t, fromKeytab).Hello(ctx)
	says(t, err, "refused", "")

	r.run(t, "kinit", "-l", "1s", "-k", "-t", r.path("admin.keytab"), "admin")
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); <-time.After(50 * time.Millisecond) {
		if _, err = client(t, fromCache).Hello(ctx); strings.Contains(err.Error(), "its ticket ended") {
			break
		}
	}
	says(t, err, "its ticket ended at", "kinit")
}

func TestKerberosFiles(t *testing.T) {
	t.Parallel()
	s := identitytest.New(t)
	damaged := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(damaged, []byte{5, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 255, 255, 255, 65}, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		login      identity.Kerberos
		text, hint string
	}{
		{identity.Kerberos{Cache: "KCM:0"}, "use Kerberos cache KCM:0: caches of kind KCM cannot be read here", "KRB5CCNAME=FILE:"},
		{identity.Kerberos{Cache: "/no/such"}, "use Kerberos cache /no/such: no such file", "kinit"},
		{identity.Kerberos{Cache: damaged}, "read Kerberos credentials", "kinit"},
		{identity.Kerberos{User: "admin", Keytab: "/no/such"}, "read keytab /no/such: no such file", "ipa-getkeytab -p admin"},
		{identity.Kerberos{User: "admin", Keytab: damaged}, "read keytab", "ipa-getkeytab"},
	} {
		opts := options(s)
		test.login.Realm = identitytest.Realm
		opts.Login = test.login
		_, err := client(t, opts).Hello(context.Background())
		says(t, err, test.text, test.hint)
	}
}
