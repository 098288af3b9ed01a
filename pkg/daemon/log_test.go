package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"
	"time"
)

func TestLogger(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ level, format, want string }{
		{"", "", "level=INFO msg=opened gate=math"},
		{"debug", "text", "level=DEBUG msg=heard"},
		{"info", "json", `"level":"INFO","msg":"opened","gate":"math"}`},
		{"warn", "json", ""},
		{"nonsense", "", "level=INFO msg=opened gate=math"},
	} {
		var b bytes.Buffer
		l := Logger(&b, c.level, c.format)
		l.Debug("heard")
		l.Info("opened", KeyGate, "math")
		if got := b.String(); !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s %s: %s", c.level, c.format, got)
		}
	}
	if _, err := ParseLevel("loud"); err == nil {
		t.Error("loud is a level")
	}
}

func TestEyes(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := slog.New(newEyes(&b, slog.LevelInfo, false))
	l.Debug("hidden")
	l.With(KeyHost, "theia").WithGroup("beat").Warn("overdrawn\x1b[2J", "spent", 101.5, "why", "two words", KeyErr, errors.New("a\nb"), "none", "")
	l.Info("at", "when", time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC), slog.Group("g", "x", 1))
	got := strings.Split(strings.TrimSpace(b.String()), "\n")
	want := []string{
		`WARN  overdrawn\x1b[2J host=theia beat.spent=101.5 beat.why="two words" beat.err="a\nb" beat.none=""`,
		`INFO  at when=2026-01-31T09:30:00Z g.x=1`,
	}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if !strings.HasSuffix(got[i], " "+want[i]) || len(got[i]) != len("15:04:05.000 ")+len(want[i]) {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
	b.Reset()
	slog.New(newEyes(&b, slog.LevelDebug, true)).Error("x")
	if !strings.Contains(b.String(), "\x1b[31mERROR\x1b[0m x") {
		t.Errorf("got %q", b.String())
	}
}

// TestEyesIsAHandler runs the standard library's own conformance suite.
func TestEyesIsAHandler(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	slogtest.Run(t, func(*testing.T) slog.Handler {
		b.Reset()
		return newEyes(&b, slog.LevelInfo, false)
	}, func(t *testing.T) map[string]any { return readEyes(t, b.String()) })
}

// readEyes takes a line apart again: "15:04:05.000 INFO  message a=1 g.b=2".
func readEyes(t *testing.T, line string) map[string]any {
	t.Helper()
	m := map[string]any{}
	words := strings.Fields(line)
	if len(words) > 0 && strings.Count(words[0], ":") == 2 {
		m[slog.TimeKey] = words[0]
		words = words[1:]
	}
	if len(words) < 2 {
		t.Fatalf("the line is %q", line)
	}
	m[slog.LevelKey], m[slog.MessageKey] = words[0], words[1]
	for _, w := range words[2:] {
		key, value, found := strings.Cut(w, "=")
		if !found {
			m[slog.MessageKey] = fmt.Sprint(m[slog.MessageKey], " ", w)
			continue
		}
		at := m
		path := strings.Split(key, ".")
		for _, g := range path[:len(path)-1] {
			inner, ok := at[g].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[g] = inner
			}
			at = inner
		}
		at[path[len(path)-1]] = value
	}
	return m
}

func TestErrorAndHint(t *testing.T) {
	t.Parallel()
	inner := errors.New("permission denied")
	e := &Error{Op: "open state", Subject: "/var/lib/nimmer", Hint: "choose another folder with --state", Err: inner}
	if got := e.Error(); got != "open state /var/lib/nimmer: permission denied" {
		t.Error(got)
	}
	for _, c := range []struct {
		err  error
		hint string
	}{
		{nil, ""},
		{inner, ""},
		{e, e.Hint},
		{fmt.Errorf("start lab: %w", e), e.Hint},
		{&Error{Op: "start lab", Err: e}, e.Hint},
		{errors.Join(inner, e), e.Hint},
		{&Error{Op: "start lab", Hint: "outer", Err: e}, "outer"},
		{&Error{}, ""},
	} {
		if got := Hint(c.err); got != c.hint {
			t.Errorf("%v: hint %q, want %q", c.err, got, c.hint)
		}
	}
	if !errors.Is(e, inner) || (&Error{Err: inner}).Error() != "permission denied" || (&Error{}).Error() != "" {
		t.Error("the error does not carry its cause")
	}
}
