package bus

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/nats-io/jsm.go/natscontext"
	"github.com/nats-io/nats.go"
)

// Target is where a client will connect and why there.
type Target struct {
	// URLs is one or more server URLs separated by commas.
	URLs string `json:"urls"`
	// From says what decided: "--server", "context NAME", "NATS_URL",
	// "selected context NAME", "default" or "in process".
	From string `json:"from"`
	// Creds is the credentials file in use, if any.
	Creds string `json:"creds,omitempty"`

	inboxPrefix string
	api         string // JetStream API prefix, without a final dot
	options     []nats.Option
}

// Resolve finds the bus without connecting: an in-process server, else Server,
// else Context, else the environment's NATS_URL, else the NATS context that is
// selected, else 127.0.0.1:4222. Server together with Context takes everything
// but the address from the context; Server alone never uses the selected
// context, so that its credentials do not travel to another server.
func Resolve(o Options) (Target, error) {
	t, err := locate(o)
	if err != nil {
		return Target{}, err
	}
	if o.Domain != "" {
		t.api = domainAPI(o.Domain)
	}
	t.api = cmp.Or(t.api, defaultAPI)
	if o.Creds != "" {
		if err := readable(o.Creds); err != nil {
			return Target{}, err
		}
		t.Creds, t.inboxPrefix = o.Creds, cmp.Or(inboxOfCreds(o.Creds), t.inboxPrefix)
		t.options = append(t.options, anonymous, nats.UserCredentials(o.Creds))
	}
	if o.User != "" {
		t.Creds, t.inboxPrefix = "", cmp.Or(inboxOf(o.User), t.inboxPrefix)
		t.options = append(t.options, anonymous, nats.UserInfo(o.User, o.Password))
	}
	t.inboxPrefix = cmp.Or(o.InboxPrefix, t.inboxPrefix)
	return t, nil
}

// anonymous forgets every login a context brought, so that the caller's own
// is not mixed with it.
func anonymous(o *nats.Options) error {
	o.User, o.Password, o.Token, o.Nkey = "", "", "", ""
	o.UserJWT, o.SignatureCB, o.TokenHandler, o.UserInfo = nil, nil, nil, nil
	return nil
}

func locate(o Options) (Target, error) {
	env := os.Getenv("NATS_URL")
	switch {
	case o.InProcess != nil:
		return Target{URLs: cmp.Or(o.Server, "nats://in-process"), From: "in process"}, nil
	case o.Context != "":
		t, err := fromContext(o.Context, o)
		if o.Server != "" {
			t.URLs, t.From = o.Server, "--server"
		}
		return t, err
	case o.Server != "":
		return Target{URLs: o.Server, From: "--server"}, nil
	case env != "":
		return Target{URLs: env, From: "NATS_URL"}, nil
	}
	if name := natscontext.SelectedContext(); name != "" {
		t, err := fromContext(name, o)
		t.From = "selected context " + name
		return t, err
	}
	return Target{URLs: defaultServer, From: "default"}, nil
}

// fromContext reads the same files as the nats command line. The fields that
// say who we are are left out when the caller says it itself.
func fromContext(name string, o Options) (Target, error) {
	var c *natscontext.Context
	var err error
	if strings.HasPrefix(name, "/") {
		c, err = natscontext.NewFromFile(name)
	} else {
		c, err = natscontext.New(name, true)
	}
	if err != nil {
		return Target{}, fail("read NATS context", name, contextHint(), err)
	}
	if o.Creds == "" && c.Creds() != "" && !strings.HasPrefix(c.Creds(), "op://") {
		if err := readable(c.Creds()); err != nil {
			return Target{}, err
		}
	}
	options, err := c.NATSOptions()
	if err != nil {
		return Target{}, fail("use NATS context", name, "correct it with `nats context edit "+name+"`", err)
	}
	t := Target{
		URLs: c.ServerURL(), From: "context " + name, Creds: c.Creds(),
		inboxPrefix: inboxOfContext(c), api: c.JSAPIPrefix(), options: options,
	}
	if c.JSDomain() != "" {
		t.api = domainAPI(c.JSDomain())
	}
	return t, nil
}

// contextHint lists the contexts there are.
func contextHint() string {
	known := natscontext.KnownContexts()
	if len(known) == 0 {
		return "no NATS contexts are saved; make one with `nats context save`, or give --server"
	}
	return fmt.Sprintf("known contexts: %s", strings.Join(known, ", "))
}

// readable looks into the credentials file to say now, in plain words, what
// the connection would report as a refused login.
func readable(path string) error {
	data, err := os.ReadFile(path)
	switch {
	case err == nil && !strings.Contains(string(data), "-----BEGIN NATS USER JWT-----"):
		return fail("read credentials", path, "give the .creds file that was made for this user", errors.New("it is not a NATS credentials file"))
	case err == nil:
		return nil
	}
	hint := "check the path given with --creds or in the NATS context"
	if errors.Is(err, fs.ErrPermission) {
		hint = fmt.Sprintf("user id %d may not read it: give it to that user, or run as the user it belongs to", os.Getuid())
	}
	if pe := new(fs.PathError); errors.As(err, &pe) {
		err = pe.Err
	}
	return fail("read credentials", path, hint, err)
}
