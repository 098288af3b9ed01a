package organ

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	// defaultTimeout bounds one call whose context ends later.
	defaultTimeout = 2 * time.Minute
	// defaultAttempts is how often a busy endpoint is asked.
	defaultAttempts = 4
	// defaultBackoff is the first pause before a busy endpoint is asked again; it doubles each time.
	defaultBackoff = 250 * time.Millisecond
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 4 << 20
	// maxToken bounds a bearer token, in bytes.
	maxToken = 16 << 10
)

// endpoint is the JSON-over-HTTP side that the network backends share: limits, retries, plain errors.
type endpoint struct {
	base     *url.URL
	token    string // path of a file; empty: none is sent
	timeout  time.Duration
	attempts int
	backoff  time.Duration
	client   *http.Client
}

// newEndpoint checks the URL and fills what is left open. A path is added when the URL has none.
func newEndpoint(c Config, path string) (*endpoint, error) {
	base, err := parseURL(c.URL, path)
	if err != nil {
		return nil, err
	}
	e := &endpoint{base: base, token: c.TokenFile, timeout: c.Timeout, attempts: c.Attempts, backoff: c.Backoff}
	if e.timeout == 0 {
		e.timeout = defaultTimeout
	}
	if e.attempts == 0 {
		e.attempts = defaultAttempts
	}
	if e.backoff == 0 {
		e.backoff = defaultBackoff
	}
	e.client = &http.Client{Transport: transport(), CheckRedirect: stay}
	return e, nil
}

// transport has no proxy for loopback (net/http's own rule) and few connections: one mind asks at a time.
func transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
	}
}

// stay follows no redirect: a question and its token go where they were sent, or nowhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// parseURL reads the base URL of an endpoint.
func parseURL(text, path string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read endpoint url: %w", err)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("read endpoint url %q: want http://host:port%s or https", text, path)
	case u.User != nil:
		return nil, errors.New("read endpoint url: it holds a password; put a bearer token into a file and name the file")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("read endpoint url %q: want no query and no fragment", text)
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	if u.Path == "" {
		u.Path = path
	}
	return u, nil
}

// call sends in (nil: a GET) and decodes the answer into out, trying again while the endpoint is busy and
// the context lasts.
func (e *endpoint) call(ctx context.Context, path string, in, out any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, e.timeout, fmt.Errorf("no answer within %s: %w", e.timeout, context.DeadlineExceeded))
	defer cancel()

	target := e.base.String() + path
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("write request for %s: %w", target, err)
		}
	}
	for attempt := 1; ; attempt++ {
		data, err := e.once(ctx, target, body)
		var busy *busyError
		if err == nil {
			return decode(target, data, out)
		}
		if !errors.As(err, &busy) || attempt >= e.attempts {
			return err
		}
		if wait := e.pause(ctx, attempt, busy.after); wait != nil {
			return fmt.Errorf("%w (asked %d times)", err, attempt)
		}
	}
}

// once sends the request one time.
func (e *endpoint) once(ctx context.Context, target string, body []byte) ([]byte, error) {
	request, err := e.request(ctx, target, body)
	if err != nil {
		return nil, err
	}
	response, err := e.client.Do(request)
	if err != nil {
		return nil, unreachable(ctx, target, err)
	}
	defer response.Body.Close()

	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, unreachable(ctx, target, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, statusError(target, response, data)
	}
	if len(data) > maxAnswer {
		return nil, fmt.Errorf("read answer of %s: more than %d bytes", target, maxAnswer)
	}
	return data, nil
}

func (e *endpoint) request(ctx context.Context, target string, body []byte) (*http.Request, error) {
	method := http.MethodGet
	if body != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request for %s: %w", target, err)
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	token, err := e.bearer()
	if err != nil {
		return nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request, nil
}

// bearer reads the token each time, so that a new one counts without a restart.
func (e *endpoint) bearer() (string, error) {
	if e.token == "" {
		return "", nil
	}
	file, err := os.Open(e.token)
	if err != nil {
		return "", hinted("read token", e.base.Host, "the file must exist and be readable by this user", err)
	}
	defer file.Close()

	data, err := io.ReadAll(io.LimitReader(file, maxToken))
	if err != nil {
		return "", fmt.Errorf("read token: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if token == "" || strings.ContainsAny(token, "\r\n") {
		return "", fmt.Errorf("read token %s: want one line with the token", e.token)
	}
	return token, nil
}

// pause waits before the next attempt: as long as the endpoint asked for, else doubling with some spread
// so that many callers do not come back together. It does not begin a wait that the deadline would cut.
func (e *endpoint) pause(ctx context.Context, attempt int, after time.Duration) error {
	wait := after
	if wait == 0 {
		wait = e.backoff << (attempt - 1)
		wait += rand.N(wait/2 + 1)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return context.DeadlineExceeded
	}
	return sleep(ctx, wait)
}

// close lets idle connections go.
func (e *endpoint) close() { e.client.CloseIdleConnections() }
