package organ

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// busyError is an endpoint that asks to come back later.
type busyError struct {
	target string
	status int
	after  time.Duration // 0: it did not say
	text   string
}

func (e *busyError) Error() string {
	text := fmt.Sprintf("ask %s: busy (%d %s)", e.target, e.status, http.StatusText(e.status))
	if e.after > 0 {
		text += fmt.Sprintf(", wants %s", e.after)
	}
	if e.text != "" {
		text += ": " + e.text
	}
	return text
}

// hinted is an error with what a person can do about it.
func hinted(op, subject, hint string, err error) error {
	return &daemon.Error{Op: op, Subject: subject, Hint: hint, Err: err}
}

// unreachable explains why no answer came.
func unreachable(ctx context.Context, target string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("ask %s: %w", target, cause)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return hinted("ask", target, "nothing listens there: start the engine, or name another endpoint", syscall.ECONNREFUSED)
	}
	return fmt.Errorf("ask %s: %w", target, err)
}

// statusError explains a status that is not 200.
func statusError(target string, r *http.Response, body []byte) error {
	text := reason(body)
	switch code := r.StatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		return &busyError{target, code, retryAfter(r.Header.Get("Retry-After")), text}
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return hinted("ask", target, "name a file with a bearer token that this endpoint accepts", status(code, text))
	case code == http.StatusNotFound:
		return hinted("ask", target, "is the path right, and does the engine serve this model?", status(code, text))
	case code >= 300 && code < 400:
		return hinted("ask", target, "redirects are not followed: name the endpoint itself",
			fmt.Errorf("it points to %s", r.Header.Get("Location")))
	default:
		return fmt.Errorf("ask %s: %w", target, status(code, text))
	}
}

func status(code int, text string) error {
	line := strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
	if text != "" {
		line += ": " + text
	}
	return errors.New(line)
}

// retryAfter reads the header's two forms, seconds and a date; 0 when it says nothing of use.
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 3600)) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// reason finds what an engine says about its failure: the shapes of OpenAI, ollama and vLLM, else the
// first line of the text.
func reason(body []byte) string {
	var shape struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &shape) == nil {
		var inner struct {
			Message string `json:"message"`
		}
		var plain string
		switch {
		case json.Unmarshal(shape.Error, &inner) == nil && inner.Message != "":
			return shorten(inner.Message)
		case json.Unmarshal(shape.Error, &plain) == nil && plain != "":
			return shorten(plain)
		case json.Unmarshal(shape.Detail, &plain) == nil && plain != "":
			return shorten(plain)
		case shape.Message != "":
			return shorten(shape.Message)
		}
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	return shorten(line)
}

// shorten keeps an engine's words to one line of a log.
func shorten(text string) string {
	const most = 200
	text = strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "?")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + " ..."
	}
	return text
}

// decode reads an answer; a body that is not what the API says is an error that shows how it begins.
func decode(target string, data []byte, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return hinted("read answer of", target, "is it an endpoint of that kind?", fmt.Errorf("%w, it begins %q", err, shorten(head(data))))
	}
	return nil
}

func head(data []byte) string { return string(data[:min(len(data), 80)]) }
