package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Kerberos logs in with a ticket from a credential cache, or with one that it
// gets by a keytab. Tickets come from the server itself, which is its realm's
// KDC, unless KRB5_CONFIG names a krb5.conf.
type Kerberos struct {
	// User and Realm are the principal of the keytab.
	User, Realm string
	// Keytab is the path of a keytab; empty: the ticket of the cache is used.
	Keytab string
	// Cache is the credential cache; empty: KRB5CCNAME, else /tmp/krb5cc_UID.
	Cache string
}

const kinitHint = "get a ticket in a file: `export KRB5CCNAME=FILE:$HOME/.krb5cc; kinit`"

func (k Kerberos) login(ctx context.Context, c *Client) error {
	header, who, err := k.negotiate(c.opts.Server)
	if err != nil {
		var known *daemon.Error
		if errors.As(err, &known) {
			return err
		}
		return &daemon.Error{Op: "log in to FreeIPA", Subject: c.opts.Server + " with Kerberos", Err: err, Hint: "are the clocks the same, and is port 88 of the server open from here? " + kinitHint}
	}
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base()+"/session/login_kerberos", http.NoBody)
	if err != nil {
		return fmt.Errorf("address FreeIPA %s: %w", c.opts.Server, err)
	}
	c.manners(req)
	req.Header.Set("Authorization", header)
	var answer http.Header
	_, status, err := c.do(req, &answer)
	if err != nil {
		return err
	}
	return c.loggedIn(who, status, answer)
}

// negotiate returns the header that proves who we are, and who that is. The
// library panics on some damaged files; that is an error like any other.
func (k Kerberos) negotiate(server string) (header, who string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("read Kerberos credentials: %v", r)
		}
	}()
	conf, err := k.config(server)
	if err != nil {
		return "", "", err
	}
	krb, err := k.client(conf)
	if err != nil {
		return "", "", err
	}
	defer krb.Destroy()
	carrier := &http.Request{Header: http.Header{}}
	if err := spnego.SetSPNEGOHeader(krb, carrier, "HTTP/"+server); err != nil {
		return "", "", oneLine(err)
	}
	return carrier.Header.Get("Authorization"), krb.Credentials.UserName(), nil
}

// config says where the realm's KDC is.
func (k Kerberos) config(server string) (*config.Config, error) {
	if path := os.Getenv("KRB5_CONFIG"); path != "" {
		conf, err := config.Load(path)
		if err != nil {
			return nil, &daemon.Error{Op: "read", Subject: "KRB5_CONFIG " + path, Err: oneLine(err), Hint: "unset KRB5_CONFIG to ask the FreeIPA server itself for tickets"}
		}
		return conf, nil
	}
	text := fmt.Sprintf("[libdefaults]\n default_realm = %s\n dns_lookup_kdc = false\n udp_preference_limit = 1\n[realms]\n %s = {\n  kdc = %s:88\n }\n[domain_realm]\n %s = %s\n",
		k.Realm, k.Realm, server, server, k.Realm)
	conf, err := config.NewFromString(text)
	if err != nil {
		return nil, fmt.Errorf("describe realm %s: %w", k.Realm, oneLine(err))
	}
	return conf, nil
}

func (k Kerberos) client(conf *config.Config) (*client.Client, error) {
	if k.Keytab == "" {
		return k.fromCache(conf)
	}
	keys, err := keytab.Load(k.Keytab)
	if err != nil {
		return nil, &daemon.Error{Op: "read keytab", Subject: k.Keytab, Err: pathless(err), Hint: "make one with `ipa-getkeytab -p " + k.User + " -k FILE`"}
	}
	krb := client.NewWithKeytab(k.User, k.Realm, keys, conf, client.DisablePAFXFAST(true))
	if err := krb.Login(); err != nil {
		return nil, oneLine(err)
	}
	return krb, nil
}

func (k Kerberos) fromCache(conf *config.Config) (*client.Client, error) {
	name := cmp.Or(k.Cache, os.Getenv("KRB5CCNAME"), "/tmp/krb5cc_"+strconv.Itoa(os.Getuid()))
	fail := func(err error) error {
		return &daemon.Error{Op: "use Kerberos cache", Subject: name, Err: err, Hint: kinitHint}
	}
	path, err := cachePath(name)
	if err != nil {
		return nil, fail(err)
	}
	cache, err := credentials.LoadCCache(path)
	if err != nil {
		return nil, fail(pathless(err))
	}
	realm := cache.DefaultPrincipal.Realm
	ticket, ok := cache.GetEntry(types.NewPrincipalName(nametype.KRB_NT_SRV_INST, "krbtgt/"+realm))
	switch {
	case !ok:
		return nil, fail(errors.New("it holds no ticket"))
	case ticket.EndTime.Before(time.Now()):
		return nil, fail(fmt.Errorf("its ticket ended at %s", ticket.EndTime.Format(time.DateTime)))
	}
	krb, err := client.NewFromCCache(cache, conf, client.DisablePAFXFAST(true))
	if err != nil {
		return nil, fail(oneLine(err))
	}
	return krb, nil
}

// cachePath is the file of a credential cache. The kernel's and sssd's caches
// are for the C library alone.
func cachePath(name string) (string, error) {
	kind, path, ok := strings.Cut(name, ":")
	switch {
	case !ok:
		return name, nil
	case kind == "FILE":
		return path, nil
	}
	return "", fmt.Errorf("caches of kind %s cannot be read here, only files", kind)
}

// oneLine joins what the library says over several lines.
func oneLine(err error) error {
	return errors.New(strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' }), " "))
}

func pathless(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return oneLine(err)
}
