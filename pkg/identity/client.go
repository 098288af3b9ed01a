package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// answerLimit bounds one answer: twenty thousand users with all they belong to.
const answerLimit = 256 << 20

// Client speaks to one FreeIPA server. It is used by one goroutine at a time.
type Client struct {
	opts Options
	http *http.Client
	log  *slog.Logger
	// version is what we ask the server to behave like; empty: not agreed yet.
	version string
	server  ServerVersion
}

// New returns a client. It says nothing to the server yet.
func New(opts Options) (*Client, error) {
	opts = opts.filled()
	switch {
	case opts.Server == "":
		return nil, errors.New("no FreeIPA server is named")
	case strings.ContainsAny(opts.Server, ":/@ "):
		return nil, &daemon.Error{
			Op: "address FreeIPA", Subject: opts.Server, Err: errors.New("a server is named by its host name alone"),
			Hint: "a port, or another address, is for --address HOST:PORT",
		}
	case opts.Login == nil:
		return nil, errors.New("nothing to log in to FreeIPA with")
	}
	transport, err := opts.transport()
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("keep the session's cookie: %w", err)
	}
	return &Client{
		opts: opts, log: opts.Logger,
		http: &http.Client{
			Transport: transport, Jar: jar,
			// A session's cookie goes to no other place.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Close drops idle connections. The session runs out by itself.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// base is what every address of the API begins with.
func (c *Client) base() string { return "https://" + c.opts.Server + "/ipa" }

// Call runs one command. The server's refusal is an *Error within err.
func (c *Client) Call(ctx context.Context, req Request) (Reply, error) {
	res, err := c.send(ctx, req)
	if err != nil {
		return Reply{}, err
	}
	if res.Error != nil {
		return Reply{Err: res.Error}, explain(req, res.Error)
	}
	return res.Result.reply(), nil
}

// Batch runs commands one after the other in a single round trip, whatever
// becomes of each: their errors are in the replies. An error of the batch
// itself leaves open which of them ran.
func (c *Client) Batch(ctx context.Context, reqs []Request) ([]Reply, error) {
	if len(reqs) == 0 {
		return nil, nil
	}
	calls := make([]call, len(reqs))
	for i, req := range reqs {
		if err := req.check(); err != nil {
			return nil, err
		}
		calls[i] = call{Method: req.Method, Params: req.params()}
	}
	req := Request{Method: "batch", Options: map[string]any{}}
	res, err := c.sendCalls(ctx, req, []any{calls})
	if err != nil {
		return nil, err
	}
	if res.Error != nil {
		return nil, explain(req, res.Error)
	}
	return res.replies(len(reqs))
}

func (c *Client) send(ctx context.Context, req Request) (*response, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	args := make([]any, len(req.Args))
	for i, a := range req.Args {
		args[i] = a
	}
	return c.sendCalls(ctx, req, args)
}

// sendCalls posts one command. A session that ran out is renewed once: the
// server refused the request before it did anything.
func (c *Client) sendCalls(ctx context.Context, req Request, args []any) (*response, error) {
	options := map[string]any{}
	for name, v := range req.Options {
		options[name] = v
	}
	if c.version != "" {
		options["version"] = c.version
	}
	body, err := json.Marshal(call{Method: req.Method, Params: [2]any{args, options}, ID: 1})
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", req.Method, err)
	}
	for again := false; ; again = true {
		data, status, err := c.post(ctx, "/session/json", "application/json", body, nil)
		switch {
		case err != nil:
			return nil, err
		case status == http.StatusOK:
			return c.parse(data)
		case status == http.StatusUnauthorized && !again:
			if err := c.opts.Login.login(ctx, c); err != nil {
				return nil, err
			}
		default:
			return nil, c.unexpected(req.Method, status)
		}
	}
}

func (c *Client) parse(data []byte) (*response, error) {
	res, err := parseResponse(data)
	if err != nil {
		return nil, &daemon.Error{Op: "read the answer of FreeIPA", Subject: c.opts.Server, Err: err, Hint: notIPAHint}
	}
	return res, nil
}

// notIPAHint is for answers that no FreeIPA gives.
const notIPAHint = "is this a FreeIPA server, and nothing in between that answers for it? its API lies below /ipa"

// post sends a body and returns what came back. header, where given, is filled
// with the answer's.
func (c *Client) post(ctx context.Context, path, contentType string, body []byte, header *http.Header) ([]byte, int, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base()+path, bytes.NewReader(body))
	if err != nil {
		return nil, 0, fmt.Errorf("address FreeIPA %s: %w", c.opts.Server, err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json, text/plain")
	c.manners(req)
	return c.do(req, header)
}

// manners are the headers of every request: the server refuses one without its
// own name as Referer, and members that failed are explained in English.
func (c *Client) manners(req *http.Request) {
	req.Header.Set("Referer", c.base())
	req.Header.Set("Accept-Language", "en")
}

func (c *Client) do(req *http.Request, header *http.Header) ([]byte, int, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return nil, 0, c.reach(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, answerLimit+1))
	if err != nil {
		return nil, 0, c.reach(err)
	}
	if len(data) > answerLimit {
		return nil, 0, fmt.Errorf("read the server's answer: it has more than %d bytes", answerLimit)
	}
	if header != nil {
		*header = res.Header
	}
	return data, res.StatusCode, nil
}

// unexpected explains an HTTP status that no command should have.
func (c *Client) unexpected(what string, status int) error {
	e := &daemon.Error{Op: what, Subject: "on " + c.opts.Server, Err: fmt.Errorf("the server answered %d %s", status, http.StatusText(status))}
	switch {
	case status == http.StatusBadRequest:
		e.Hint = hints[CodeReferer]
	case status == http.StatusUnauthorized:
		e.Hint = "the login was accepted but not its session: are the clocks of this machine and the server the same?"
	case status == http.StatusNotFound:
		e.Hint = notIPAHint
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		e.Hint = "it sends us to another place, where a session's cookie does not go: name the server itself"
	case status >= http.StatusInternalServerError:
		e.Hint = "look at the server: `ipactl status`, /var/log/httpd/error_log"
	}
	return e
}
