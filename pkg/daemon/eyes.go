package daemon

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"
)

// eyes writes log lines for people at a terminal: time of day, level, message, then the attributes.
type eyes struct {
	level  slog.Level
	colour bool
	prefix string // attributes of With, rendered
	group  string // "a.b." of WithGroup

	mu *sync.Mutex
	w  io.Writer
}

func newEyes(w io.Writer, level slog.Level, colour bool) *eyes {
	return &eyes{level: level, colour: colour, mu: new(sync.Mutex), w: w}
}

// Enabled implements slog.Handler.
func (e *eyes) Enabled(_ context.Context, l slog.Level) bool { return l >= e.level }

// Handle implements slog.Handler.
func (e *eyes) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	if !r.Time.IsZero() {
		b.WriteString(e.paint("2", r.Time.Format("15:04:05.000")))
		b.WriteByte(' ')
	}
	b.WriteString(e.levelWord(r.Level))
	b.WriteByte(' ')
	b.WriteString(oneLine(r.Message))
	b.WriteString(e.prefix)
	r.Attrs(func(a slog.Attr) bool {
		e.attr(&b, e.group, a)
		return true
	})
	b.WriteByte('\n')
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := io.WriteString(e.w, b.String())
	return err
}

// WithAttrs implements slog.Handler.
func (e *eyes) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	for _, a := range attrs {
		e.attr(&b, e.group, a)
	}
	c := *e
	c.prefix += b.String()
	return &c
}

// WithGroup implements slog.Handler.
func (e *eyes) WithGroup(name string) slog.Handler {
	if name == "" {
		return e
	}
	c := *e
	c.group += name + "."
	return &c
}

func (e *eyes) attr(b *strings.Builder, group string, a slog.Attr) {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, inner := range v.Group() {
			e.attr(b, group, inner)
		}
		return
	}
	if a.Equal(slog.Attr{}) {
		return
	}
	b.WriteByte(' ')
	b.WriteString(e.paint("2", group+a.Key+"="))
	b.WriteString(show(v))
}

// show renders a value, quoted when it would be read wrongly otherwise.
func show(v slog.Value) string {
	s := v.String()
	if v.Kind() == slog.KindTime {
		s = v.Time().Format(time.RFC3339Nano)
	}
	if s == "" || strings.ContainsAny(s, " \t\"=") || oneLine(s) != s {
		return strconv.Quote(s)
	}
	return s
}

// oneLine keeps foreign text from writing lines, or to the terminal, of its own.
func oneLine(s string) string {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			q := strconv.Quote(s)
			return q[1 : len(q)-1]
		}
	}
	return s
}

func (e *eyes) levelWord(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return e.paint("31", "ERROR")
	case l >= slog.LevelWarn:
		return e.paint("33", "WARN ")
	case l >= slog.LevelInfo:
		return "INFO "
	default:
		return e.paint("2", "DEBUG")
	}
}

// paint colours s by an ECMA-48 code.
func (e *eyes) paint(code, s string) string {
	if !e.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

var _ slog.Handler = (*eyes)(nil)
