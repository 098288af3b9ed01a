package daemon

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/term"
)

// The keys of log lines. A line about one of these uses its key, so that a search finds all of them.
const (
	KeySubject  = "subject"
	KeyGate     = "gate"
	KeyOrgan    = "organ"
	KeyHost     = "host"
	KeyIdentity = "identity"
	KeyService  = "service"
	KeyErr      = "err"
)

// Logger returns a logger of level debug, info, warn or error [info] that writes to w as format text or json
// [text]. Text is made for eyes on a terminal, and for grep elsewhere.
func Logger(w io.Writer, level, format string) *slog.Logger {
	l, err := ParseLevel(level)
	if err != nil {
		l = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: l}
	switch file, ok := w.(*os.File); {
	case format == "json":
		return slog.New(slog.NewJSONHandler(w, options))
	case ok && term.IsTerminal(int(file.Fd())):
		return slog.New(newEyes(w, l, os.Getenv("NO_COLOR") == ""))
	default:
		return slog.New(slog.NewTextHandler(w, options))
	}
}

// ParseLevel reads a level's name: debug, info, warn, error; the empty one is info.
func ParseLevel(name string) (slog.Level, error) {
	switch strings.ToLower(name) {
	case "debug":
		return slog.LevelDebug, nil
	case "", "info":
		return slog.LevelInfo, nil
	case "warn", "warning":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	default:
		return 0, fmt.Errorf("%q is no log level: use debug, info, warn or error", name)
	}
}
