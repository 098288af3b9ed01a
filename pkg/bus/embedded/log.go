package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// bridge hands the server's log lines to slog. Its notices tell how it starts
// and stops, in a dozen lines: those are for debugging.
type bridge struct {
	log    *slog.Logger
	logins bool // the accounts are ours: see known

	mu    sync.Mutex
	first string // the first fatal line
}

var _ server.Logger = (*bridge)(nil)

func (b *bridge) Noticef(format string, v ...any) { b.log.Debug(line(format, v)) }
func (b *bridge) Debugf(format string, v ...any)  { b.log.Debug(line(format, v)) }
func (b *bridge) Tracef(format string, v ...any)  { b.log.Debug(line(format, v)) }

func (b *bridge) Warnf(format string, v ...any) {
	if text := line(format, v); !b.logins || !known(text) {
		b.log.Warn(text)
	}
}

// Errorf: that a client tried what it may not is the client's error, and it is
// told so; here it is worth knowing.
func (b *bridge) Errorf(format string, v ...any) {
	level := slog.LevelError
	text := line(format, v)
	if strings.Contains(text, " Violation - ") {
		level = slog.LevelWarn
	}
	b.log.Log(context.Background(), level, text)
}

// Fatalf keeps the line for whoever started the server, who returns it as an
// error; it must not end the process.
func (b *bridge) Fatalf(format string, v ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.first == "" {
		b.first = line(format, v)
	}
}

func (b *bridge) fatal() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.first
}

func line(format string, v []any) string {
	return "bus server: " + strings.TrimSpace(fmt.Sprintf(format, v...))
}
