package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// What callers tell apart with errors.Is.
var (
	// ErrClosed: the Conn was drained or closed.
	ErrClosed = errors.New("bus connection is closed")
	// ErrLost: the connection was lost before the answer came, so it is not
	// known whether what was asked was done.
	ErrLost = errors.New("the connection to the bus was lost meanwhile")
	// ErrUnreachable: there is no connection now and nothing was sent.
	ErrUnreachable = errors.New("the bus is not reachable now")
	// ErrNobody: nobody listens where a request went.
	ErrNobody = errors.New("nobody answers there")
	// ErrDenied: the server refused this user that subject.
	ErrDenied = errors.New("not permitted")
	// ErrNoStream: no stream captures the subject, or the named one is not there.
	ErrNoStream = errors.New("no such stream")
	// ErrNoJetStream: the server or the account has no JetStream.
	ErrNoJetStream = errors.New("JetStream is not enabled")
	// ErrNotFound: no such message, key or bucket.
	ErrNotFound = errors.New("not found")
	// ErrConflict: a key is there already or has another revision.
	ErrConflict = errors.New("changed by someone else")
	// ErrFenced: somebody else wrote to the subject since; see FencedError.
	ErrFenced = errors.New("fenced off")
	// ErrUnsupported: the server or the stream cannot do this.
	ErrUnsupported = errors.New("not supported by the server")
)

const noJetStream = "start the server with JetStream, or allow it in the account: see `nimmer doctor`"

// fail says what was done to what, why it failed and what a person can do next.
func fail(op, subject, hint string, err error) error {
	return &daemon.Error{Op: op, Subject: subject, Hint: hint, Err: err}
}

// transient tells whether connecting again may help.
func transient(err error) bool {
	return !errors.Is(err, ErrDenied) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// connectError says what was tried and what to do next.
func (c *Conn) connectError(err error) error {
	where := fmt.Sprintf("%s (from %s)", redact(c.target.URLs), c.target.From)
	return fail("connect to", where, c.connectHint(err), classify(err))
}

func (c *Conn) connectHint(err error) string {
	switch {
	case isAuth(err) && c.target.Creds == "" && c.opts.User == "":
		return "this server wants credentials: give --creds FILE or a NATS context with --context NAME"
	case errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAccountAuthExpired):
		return "the credentials have expired: sign new ones"
	case errors.Is(err, nats.ErrAuthRevoked):
		return "the credentials were revoked: sign new ones"
	case isAuth(err):
		return fmt.Sprintf("the server does not know this user: is %s made for this server?", orLogin(c.target.Creds))
	case errors.Is(err, nats.ErrSecureConnRequired), errors.Is(err, nats.ErrSecureConnWanted), strings.Contains(err.Error(), "tls"), strings.Contains(err.Error(), "x509"):
		return "the server and this client do not agree about TLS: check tls:// in the URL and the ca file in the NATS context"
	case strings.Contains(err.Error(), "no such host"):
		return "the name is not known here: check the spelling, or the resolver of this machine"
	case errors.Is(err, nats.ErrNoInfoReceived), strings.Contains(err.Error(), "EOF"), strings.Contains(err.Error(), "i/o timeout"):
		return "something answers there that does not speak NATS, or a firewall is in between: check host and port"
	case c.target.From == "default":
		return "no bus is running here: start one with `nimmer up`, or name another with --server, --context or NATS_URL"
	}
	return "is the server running there? try `nimmer up` on that machine, or name another with --server, --context or NATS_URL"
}

// sendError explains why a message or subscription did not go out.
func (c *Conn) sendError(op string, m wave.Message, err error) error {
	timedOut := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)
	hint := ""
	switch {
	case isDenied(err):
		hint = fmt.Sprintf("this user (%s) has no grant for it in the server's configuration", orLogin(c.target.Creds))
	case errors.Is(err, nats.ErrNoResponders):
		hint = "is the service that answers it running? see `nimmer doctor`"
	case errors.Is(err, nats.ErrMaxPayload):
		hint = fmt.Sprintf("%d bytes are more than the server takes in one message (%d)", len(m.Data), c.control.nc.MaxPayload())
	case timedOut:
		hint = "it was sent but nothing came back in time: is the service that answers it overloaded?"
	}
	return fail(op, m.Subject, hint, classify(err))
}

// storeError explains why a message did not reach its stream.
func (c *Conn) storeError(m wave.Message, err error) error {
	hint := ""
	api := new(jetstream.APIError)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrLost):
	case errors.Is(err, jetstream.ErrNoStreamResponse), errors.Is(err, nats.ErrNoResponders):
		err = ErrNoStream
		hint = "no stream captures this subject, or JetStream is off: see `nimmer bus plan` and `nimmer doctor`"
	case errors.As(err, &api) && api.ErrorCode == codeWrongLastSequence:
		return fenced(m.Subject, api.Description)
	default:
		return c.sendError("store", m, err)
	}
	return fail("store", m.Subject, hint, err)
}

// classify puts our name to the client's errors, keeping theirs.
func classify(err error) error {
	var name error
	switch {
	case err == nil:
		return nil
	case isAuth(err), isDenied(err):
		name = ErrDenied
	case isClosed(err):
		name = ErrClosed
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrDisconnected):
		name = ErrUnreachable
	case errors.Is(err, nats.ErrNoResponders):
		name = ErrNobody
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		name = ErrNoJetStream
	case errors.Is(err, jetstream.ErrStreamNotFound):
		name = ErrNoStream
	default:
		return err
	}
	return fmt.Errorf("%w (%w)", name, err)
}

func isAuth(err error) bool {
	for _, e := range []error{nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func isDenied(err error) bool { return errors.Is(err, nats.ErrPermissionViolation) }

// deniedSubject tells whether err is the server's refusal of that subject.
func deniedSubject(err error, subject string) bool {
	return err != nil && isDenied(err) && strings.Contains(err.Error(), `"`+subject+`"`)
}

func isClosed(err error) bool {
	return errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, nats.ErrConnectionDraining) ||
		errors.Is(err, nats.ErrBadSubscription) || errors.Is(err, jetstream.ErrConnectionClosed) || errors.Is(err, ErrClosed)
}

func orLogin(creds string) string {
	if creds == "" {
		return "the login given"
	}
	return creds
}

// redact hides passwords in URLs.
func redact(urls string) string {
	list := strings.Split(urls, ",")
	for i, u := range list {
		scheme, rest, ok := strings.Cut(strings.TrimSpace(u), "://")
		if !ok {
			scheme, rest = "", strings.TrimSpace(u)
		}
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			rest = "***@" + rest[at+1:]
		}
		if ok {
			rest = scheme + "://" + rest
		}
		list[i] = rest
	}
	return strings.Join(list, ",")
}

// oneLine makes a text fit into a header.
func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
