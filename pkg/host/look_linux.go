package host

import (
	"context"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

func (m Machine) bootID() (string, error) {
	text, err := m.read("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(text), err
}

func (m Machine) load() ([]float64, error) {
	text, err := m.read("/proc/loadavg")
	if err != nil {
		return nil, err
	}
	return parseLoad(text)
}

func (m Machine) memory(context.Context) (wave.Memory, error) {
	text, err := m.read("/proc/meminfo")
	if err != nil {
		return wave.Memory{}, err
	}
	return parseMeminfo(text)
}

// plainSystem is the distribution and its kernel.
func (m Machine) plainSystem(context.Context) string {
	name := "Linux"
	for _, file := range []string{"/etc/os-release", "/usr/lib/os-release"} {
		if text, err := m.read(file); err == nil {
			if pretty := parseRelease(text); pretty != "" {
				name = pretty
				break
			}
		}
	}
	if kernel, err := m.read("/proc/sys/kernel/osrelease"); err == nil {
		name += ", kernel " + strings.TrimSpace(kernel)
	}
	return name
}
