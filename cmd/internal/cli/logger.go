package cli

import (
	"io"
	"log/slog"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Logger makes a daemon's logger of its --log-level and --log-format.
func Logger(w io.Writer, level, format string) (*slog.Logger, error) {
	if _, err := daemon.ParseLevel(level); err != nil {
		return nil, Usagef("--log-level: %w", err)
	}
	if format != "text" && format != "json" {
		return nil, Usagef("--log-format must be text or json, not %q", format)
	}
	return daemon.Logger(w, level, format), nil
}
