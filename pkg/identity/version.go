package identity

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// The API that we speak: made for 2.251 (FreeIPA 4.9.11), checked against
// 2.254 (4.12.4) too. 2.229 (4.7) is the first with everything we use.
const (
	apiMajor    = 2
	apiMinor    = 251
	apiMinorMin = 229
)

// ServerVersion is what a server says it is.
type ServerVersion struct {
	Release string // of FreeIPA, as "4.12.4"
	API     string // as "2.254"
}

// Hello logs in if need be, asks the server for its version, and agrees on the
// older of its and our API. A server that lacks what we need is refused here,
// before anything is changed.
func (c *Client) Hello(ctx context.Context) (ServerVersion, error) {
	if c.version != "" {
		return c.server, nil
	}
	reply, err := c.Call(ctx, Request{Method: "ping"})
	if err != nil {
		return ServerVersion{}, err
	}
	v, err := parsePing(reply.Summary)
	if err != nil {
		return v, &daemon.Error{Op: "agree with FreeIPA", Subject: c.opts.Server, Err: err}
	}
	agreed, code, err := agree(v.API)
	if err != nil {
		return v, &daemon.Error{Op: "agree with FreeIPA", Subject: c.opts.Server, Err: err, Hint: hints[code]}
	}
	c.server, c.version = v, agreed
	return v, nil
}

// parsePing reads "IPA server version 4.12.4. API version 2.254".
func parsePing(summary string) (ServerVersion, error) {
	rest, ok := strings.CutPrefix(summary, "IPA server version ")
	release, api, found := strings.Cut(rest, ". API version ")
	if !ok || !found || release == "" || api == "" {
		return ServerVersion{}, fmt.Errorf("it says %q instead of its version", clip(summary))
	}
	return ServerVersion{Release: release, API: strings.TrimSuffix(api, ".")}, nil
}

// agree returns the version of the API to ask for, or the code of the error
// that the server would have given.
func agree(server string) (version string, code int, err error) {
	major, minor, err := parseAPI(server)
	switch {
	case err != nil:
		return "", CodeVersion, err
	case major != apiMajor:
		return "", CodeVersion, fmt.Errorf("its API is %s, we speak %d.%d", server, apiMajor, apiMinor)
	case minor < apiMinorMin:
		return "", CodeCommand, fmt.Errorf("its API is %s, and %d.%d is the first that has everything we need", server, apiMajor, apiMinorMin)
	}
	return fmt.Sprintf("%d.%d", apiMajor, min(minor, apiMinor)), 0, nil
}

func parseAPI(s string) (major, minor int, err error) {
	a, b, ok := strings.Cut(s, ".")
	if !ok {
		return 0, 0, fmt.Errorf("%q is no version of an API", clip(s))
	}
	major, err1 := strconv.Atoi(a)
	minor, err2 := strconv.Atoi(b)
	if err := errors.Join(err1, err2); err != nil || major < 0 || minor < 0 {
		return 0, 0, fmt.Errorf("%q is no version of an API", clip(s))
	}
	return major, minor, nil
}

// clip shortens what a server said to what fits a message.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
