package cli

import "runtime/debug"

// version is set by the linker: -ldflags "-X .../cmd/internal/cli.version=1.2.3".
var version = ""

// Version returns the version of this build: the linked one, else the module's,
// else the revision it was built from.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
