package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Login opens a session on a server.
type Login interface {
	login(ctx context.Context, c *Client) error
}

// Secret returns a password when it is needed. It is asked again when a
// session has run out.
type Secret func() (string, error)

// Password logs in with a name and a password.
type Password struct {
	User   string
	Secret Secret
}

// rejections say what the server's reasons mean and what to do about them.
var rejections = map[string][2]string{
	"invalid-password":     {"wrong user or password", "try it: `kinit USER` on an enrolled machine"},
	"password-expired":     {"the password has expired", "set a new one: `kinit USER` on an enrolled machine asks for it"},
	"krbprincipal-expired": {"the account has expired", "an administrator renews it: `ipa user-mod USER --principal-expiration=...`"},
	"user-locked":          {"the account is locked", "an administrator unlocks it: `ipa user-unlock USER`, or `ipa user-enable USER`"},
	"account disabled":     {"the account is disabled", "an administrator enables it: `ipa user-enable USER`"},
	"denied":               {"the server denies it", "is the user's name right, without a realm?"},
}

func (p Password) login(ctx context.Context, c *Client) error {
	password, err := p.Secret()
	if err != nil {
		return fmt.Errorf("log in to FreeIPA %s as %s: %w", c.opts.Server, p.User, err)
	}
	form := url.Values{"user": {p.User}, "password": {password}}
	var header http.Header
	_, status, err := c.post(ctx, "/session/login_password", "application/x-www-form-urlencoded", []byte(form.Encode()), &header)
	if err != nil {
		return err
	}
	return c.loggedIn(p.User, status, header)
}

// loggedIn judges the answer to a login.
func (c *Client) loggedIn(user string, status int, header http.Header) error {
	switch status {
	case http.StatusOK:
		c.log.Debug("logged in to FreeIPA", "host", c.opts.Server, "identity", user)
		return nil
	case http.StatusUnauthorized:
		return rejected(c.opts.Server, user, header.Get("X-IPA-Rejection-Reason"))
	}
	return c.unexpected("log in as "+user, status)
}

func rejected(server, user, reason string) error {
	e := &daemon.Error{Op: "log in to FreeIPA", Subject: server + " as " + user}
	known, ok := rejections[reason]
	switch {
	case ok:
		e.Err, e.Hint = errors.New(known[0]), known[1]
	case reason != "":
		e.Err = fmt.Errorf("refused: %s", clip(reason))
	default:
		e.Err = errors.New("refused")
	}
	return e
}
