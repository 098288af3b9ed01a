package bus

import (
	"cmp"
	"os"
	"strings"

	"github.com/nats-io/jsm.go/natscontext"
	"github.com/nats-io/jwt/v2"
)

// inboxOf is where the answers to a user come in: under its own name, so that a
// grant can keep the answers of two users apart. It is "" for a name that
// cannot stand in a subject: then the client's default is used.
func inboxOf(user string) string {
	if user == "" || strings.ContainsAny(user, ".*> \t\r\n") {
		return ""
	}
	return "_IN." + user
}

// inboxOfCreds reads the user's name out of a credentials file. What cannot be
// read is for the login to complain about. A user that may only listen
// elsewhere, as those of other tools may, keeps the client's default.
func inboxOfCreds(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	token, err := jwt.ParseDecoratedJWT(data)
	if err != nil {
		return ""
	}
	claims, err := jwt.DecodeUserClaims(token)
	if err != nil {
		return ""
	}
	prefix := inboxOf(claims.Name)
	allow := claims.Sub.Allow
	for _, subject := range allow {
		if jwt.Subject(prefix + ".>").IsContainedIn(jwt.Subject(subject)) {
			return prefix
		}
	}
	if len(allow) > 0 {
		return ""
	}
	return prefix
}

// inboxOfContext is what a NATS context says, or the user it logs in as.
func inboxOfContext(c *natscontext.Context) string {
	return cmp.Or(c.InboxPrefix(), inboxOfCreds(c.Creds()), inboxOf(c.User()))
}
