package host

import (
	"cmp"
	"context"

	"golang.org/x/sys/unix"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

func (m Machine) bootID() (string, error) { return unix.Sysctl("kern.bootsessionuuid") }

func (m Machine) load() ([]float64, error) {
	raw, err := unix.SysctlRaw("vm.loadavg")
	if err != nil {
		return nil, err
	}
	return parseLoadavg(raw)
}

func (m Machine) memory(ctx context.Context) (wave.Memory, error) {
	total, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return wave.Memory{}, err
	}
	out, err := m.run(ctx, "/usr/bin/vm_stat")
	if err != nil {
		return wave.Memory{}, err
	}
	available, err := parseVMStat(string(out))
	return wave.Memory{Total: int64(total), Available: min(available, int64(total))}, err
}

// plainSystem is the name and version of macOS; the kernel belongs to it.
func (m Machine) plainSystem(ctx context.Context) string {
	out, err := m.run(ctx, "/usr/bin/sw_vers")
	if err != nil {
		return "macOS"
	}
	return cmp.Or(parseSwVers(string(out)), "macOS")
}
