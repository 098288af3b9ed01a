package host

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// What macOS tells, as text and bytes; it is asked in look_darwin.go.

// parseLoadavg reads the sysctl vm.loadavg: three fixed-point numbers and
// their scale, which C aligns to eight bytes.
func parseLoadavg(raw []byte) ([]float64, error) {
	if len(raw) < 24 {
		return nil, fmt.Errorf("vm.loadavg has %d bytes, want 24", len(raw))
	}
	scale := binary.LittleEndian.Uint64(raw[16:24])
	if scale == 0 {
		return nil, errors.New("vm.loadavg has a scale of 0")
	}
	out := make([]float64, 3)
	for i := range out {
		out[i] = float64(binary.LittleEndian.Uint32(raw[4*i:])) / float64(scale)
	}
	return out, nil
}

// parseVMStat reads what vm_stat prints: the bytes that a new process could
// have without anybody swapping.
func parseVMStat(text string) (int64, error) {
	var page, pages int64
	for line := range strings.Lines(text) {
		if _, rest, ok := strings.Cut(line, "page size of "); ok {
			number, _, _ := strings.Cut(rest, " ")
			page, _ = strconv.ParseInt(number, 10, 64)
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		switch strings.TrimSpace(name) {
		case "Pages free", "Pages inactive", "Pages speculative", "Pages purgeable":
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), "."), 10, 64)
			if !ok || err != nil || n < 0 || n > 1<<40 {
				return 0, fmt.Errorf("want a number of pages, got %q", wave.Cut(strings.TrimSpace(line), 64))
			}
			pages += n
		}
	}
	if page < 1<<9 || page > 1<<20 || pages == 0 {
		return 0, errors.New("vm_stat does not say how large pages are, or how many are free")
	}
	return pages * page, nil
}

// parseSwVers reads what sw_vers prints: "macOS 15.1 (24B83)".
func parseSwVers(text string) string {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			fields[strings.TrimSpace(key)] = strings.ToValidUTF8(strings.TrimSpace(value), "?")
		}
	}
	name := strings.TrimSpace(fields["ProductName"] + " " + fields["ProductVersion"])
	if build := fields["BuildVersion"]; name != "" && build != "" {
		name += " (" + build + ")"
	}
	return name
}
