package host

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// What Linux tells in /proc, as text; the files are read in look_linux.go.

// parseLoad reads /proc/loadavg: the averages of 1, 5 and 15 minutes.
func parseLoad(text string) ([]float64, error) {
	fields := strings.Fields(text)
	if len(fields) < 3 {
		return nil, fmt.Errorf("want three numbers, got %q", wave.Cut(text, 64))
	}
	out := make([]float64, 3)
	for i := range out {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil || !(v >= 0 && v <= math.MaxInt32) {
			return nil, fmt.Errorf("want a number, got %q", wave.Cut(fields[i], 64))
		}
		out[i] = v
	}
	return out, nil
}

// parseMeminfo reads /proc/meminfo. Kernels that do not tell what is available
// are older than ours need to be.
func parseMeminfo(text string) (wave.Memory, error) {
	found := map[string]int64{}
	for line := range strings.Lines(text) {
		name, rest, ok := strings.Cut(line, ":")
		if !ok || name != "MemTotal" && name != "MemAvailable" {
			continue
		}
		number, unit, _ := strings.Cut(strings.TrimSpace(rest), " ")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n < 0 || n > 1<<50 || unit != "kB" {
			return wave.Memory{}, fmt.Errorf("want a size in kB, got %q", wave.Cut(strings.TrimSpace(line), 64))
		}
		found[name] = n << 10
	}
	total, ok := found["MemTotal"]
	available, told := found["MemAvailable"]
	if !ok || !told || total == 0 {
		return wave.Memory{}, errors.New("MemTotal or MemAvailable is missing")
	}
	return wave.Memory{Total: total, Available: min(available, total)}, nil
}
