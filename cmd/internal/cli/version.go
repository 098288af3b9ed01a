package cli

import (
	"runtime/debug"
	"strings"
)

// version is set by the linker: -ldflags "-X .../cmd/internal/cli.version=1.2.3".
var version = "0.1.0-devel"

// Version returns the semantic version of this build: what the linker or the
// module proxy says, else the coming one with the revision it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || !strings.HasSuffix(version, "-devel") {
		return version
	}
	if v := strings.TrimPrefix(info.Main.Version, "v"); v != "" && v[0] >= '0' && v[0] <= '9' {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + "+" + s.Value[:12]
		}
	}
	return version
}
