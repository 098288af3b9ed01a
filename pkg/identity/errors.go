package identity

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Codes of FreeIPA's errors that mean something to us.
const (
	CodeVersion      = 901  // the API has another major version
	CodeCommand      = 905  // no such command
	CodeReferer      = 911  // the Referer is missing or of another host
	CodeNotPermitted = 2100 // the access rules forbid it
	CodeOption       = 3005 // no such option
	CodeNotFound     = 4001 // no such entry
	CodeDuplicate    = 4002 // the entry is there already
	CodeGroupExists  = 4024 // a group has the name of the new user's own group
	CodeNoChange     = 4202 // everything is already so
	CodeLimits       = 4204 // the search found more than the server returns
	CodeExclusive    = 4303 // a rule for all takes no single members
)

// Error is an error that the server reports for one command.
type Error struct {
	Code    int    `json:"code"`
	Name    string `json:"name"`
	Message string `json:"message"`
}

// Error returns the server's sentence and its code.
func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// IsCode reports whether an error is the server's with this code.
func IsCode(err error, code int) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// hints say what a person can do about the server's errors.
var hints = map[int]string{
	CodeVersion:      "the server speaks another version of the API: use a nimmer that was made for it",
	CodeCommand:      "the server's API is older than nimmer needs: upgrade FreeIPA to 4.7 or newer",
	CodeOption:       "the server's API is older than nimmer needs: upgrade FreeIPA to 4.7 or newer",
	CodeReferer:      "the server has another name than the one declared: set `ipa { server }` to the name in its certificate",
	CodeNotPermitted: "log in as a user that may do this, as admin, or give its role the privilege (`ipa role-add-privilege`)",
	CodeDuplicate:    "somebody made it since the plan was made: run `nimmer identity plan` again",
	CodeGroupExists:  "a user's own group has its name: rename the group, or the identity",
	CodeLimits:       "raise the server's limits (`ipa config-mod --searchrecordslimit`, nsslapd-sizelimit)",
	CodeExclusive:    "the rule was opened to all in FreeIPA: close it there, or rename it",
}

// explain gives the server's error a place and a remedy.
func explain(req Request, e *Error) error {
	return &daemon.Error{Op: req.Method, Subject: req.subject(), Err: e, Hint: hints[e.Code]}
}

// reach explains why a server could not be spoken to. URLs and what was sent
// stay out of it: the one is long, the other may be secret.
func (c *Client) reach(err error) error {
	e := &daemon.Error{Op: "reach FreeIPA", Subject: c.opts.Server, Err: bare(err)}
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		cert     *tls.CertificateVerificationError
		dns      *net.DNSError
		op       *net.OpError
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e.Err = fmt.Errorf("no answer within %v", c.opts.Timeout)
		e.Hint = "is it overloaded? `ipactl status` on the server; or give it more time with --timeout"
	case errors.As(err, &unknown):
		e.Err = errors.New("its certificate is signed by an authority that is not trusted here")
		e.Hint = "copy /etc/ipa/ca.crt from the server or an enrolled machine, and name it with `ipa { ca_file }` or --ca-file"
	case errors.As(err, &hostname):
		e.Hint = "set `ipa { server }` to the name in its certificate; to reach it at another address, use --address"
	case errors.As(err, &cert):
		e.Hint = "look at its certificate: `openssl s_client -connect " + c.opts.Server + ":443`"
	case errors.As(err, &dns):
		e.Hint = "is the name right, and does this machine ask the lab's DNS? --address HOST:PORT goes around it"
	case errors.As(err, &op):
		e.Hint = "is the server up, and port 443 open from here? `ipactl status` on the server"
	}
	return e
}

// bare drops the "Post https://..." that net/http puts in front.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
