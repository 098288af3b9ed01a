package embedded

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// voice is what a server that is a process of its own says, line by line.
type voice struct {
	log  *slog.Logger
	dead chan struct{} // closed at the first fatal line

	mu    sync.Mutex
	first string
}

var _ server.Logger = (*voice)(nil)

func newVoice(logger *slog.Logger) *voice { return &voice{log: logger, dead: make(chan struct{})} }

func (v *voice) Noticef(format string, a ...any) { v.log.Info(plain(format, a)) }
func (v *voice) Debugf(format string, a ...any)  { v.log.Debug(plain(format, a)) }
func (v *voice) Tracef(format string, a ...any)  { v.log.Debug(plain(format, a)) }
func (v *voice) Warnf(format string, a ...any)   { v.log.Warn(plain(format, a)) }
func (v *voice) Errorf(format string, a ...any)  { v.log.Error(plain(format, a)) }

// Fatalf keeps the line for whoever runs the server, who returns it as an error.
func (v *voice) Fatalf(format string, a ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.first == "" {
		v.first = plain(format, a)
		close(v.dead)
	}
}

func (v *voice) fatal() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.first
}

func plain(format string, a []any) string { return strings.TrimSpace(fmt.Sprintf(format, a...)) }

func containsAll(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
