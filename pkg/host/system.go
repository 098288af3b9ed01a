package host

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The links that say which system is which, on NixOS and nix-darwin.
const (
	linkRunning = "/run/current-system"
	linkBooted  = "/run/booted-system"
	profiles    = "/nix/var/nix/profiles"
	linkNext    = profiles + "/system"
)

// System reads which system runs, cheaply enough to do it every second.
func (m Machine) System(ctx context.Context) System {
	if running := m.follow(linkRunning); running != "" {
		s := System{Running: running, Booted: m.follow(linkBooted), Next: m.follow(linkNext)}
		s.Generation = m.generation(running)
		return s
	}
	return System{Running: m.plainSystem(ctx)}
}

// follow returns the store path that a link leads to, over other links, or "".
// It reads the links itself: below Root an absolute link means another place.
func (m Machine) follow(name string) string {
	for range 8 {
		to, err := os.Readlink(m.path(name))
		if err != nil {
			return ""
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(name), to)
		}
		if name = filepath.Clean(to); strings.HasPrefix(name, "/nix/store/") {
			return name
		}
	}
	return ""
}

// generation is the newest generation of the system profile that is the running
// system: the profile itself may be ahead of it, or behind after a rollback.
func (m Machine) generation(running string) int64 {
	if to, err := os.Readlink(m.path(linkNext)); err == nil && m.follow(linkNext) == running {
		return generationOf(to)
	}
	entries, err := os.ReadDir(m.path(profiles))
	if err != nil {
		return 0
	}
	var newest int64
	for _, e := range entries {
		if n := generationOf(e.Name()); n > newest && m.follow(filepath.Join(profiles, e.Name())) == running {
			newest = n
		}
	}
	return newest
}

// generationOf reads the number of "system-42-link"; 0 when it is none.
func generationOf(link string) int64 {
	number, ok := strings.CutPrefix(filepath.Base(link), "system-")
	if !ok {
		return 0
	}
	if number, ok = strings.CutSuffix(number, "-link"); !ok || number == "" || number[0] < '1' || number[0] > '9' {
		return 0
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// parseRelease reads the name out of os-release.
func parseRelease(text string) string {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		fields[key] = unquote(value)
	}
	switch {
	case fields["PRETTY_NAME"] != "":
		return fields["PRETTY_NAME"]
	case fields["NAME"] != "":
		return strings.TrimSpace(fields["NAME"] + " " + fields["VERSION"])
	}
	return fields["ID"]
}

// unquote takes shell quotes off a value.
func unquote(v string) string {
	if len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		quote := v[0]
		v = v[1 : len(v)-1]
		if quote == '"' {
			v = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`, "\\`", "`").Replace(v)
		}
	}
	return strings.ToValidUTF8(v, "?")
}
