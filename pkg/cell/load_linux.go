package cell

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

var errNoLoad = errors.New("neither /proc/pressure nor /proc/loadavg can be read")

// readStalls reads the "some" totals of /proc/pressure; false when none is there.
func readStalls(m Machine) (stalls, bool) {
	read := func(name string) time.Duration {
		raw, err := os.ReadFile(filepath.Join(m.proc(), "pressure", name))
		if err != nil {
			return -1
		}
		return parseStall(string(raw))
	}
	s := stalls{read("cpu"), read("memory"), read("io")}
	return s, s.processor >= 0 || s.memory >= 0 || s.disk >= 0
}

// parseStall takes the total (microseconds) of the line that begins with "some".
func parseStall(text string) time.Duration {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "some ") {
			continue
		}
		_, total, _ := strings.Cut(line, "total=")
		if us, err := strconv.ParseInt(strings.TrimSpace(total), 10, 64); err == nil && us >= 0 && us < 1<<53 {
			return time.Duration(us) * time.Microsecond
		}
	}
	return -1
}

// runnable is how many tasks run or want to, without the threads of this
// process. The two looks at them are not of one moment, so the middle of three
// counts.
func runnable(m Machine) (int, bool) {
	var looks [3]int
	for i := range looks {
		n, ok := allRunnable(m)
		if !ok {
			return 0, false
		}
		looks[i] = max(0, n-ownRunnable(m))
	}
	slices.Sort(looks[:])
	return looks[1], true
}

// allRunnable is the numerator of the fourth field of /proc/loadavg.
func allRunnable(m Machine) (int, bool) {
	raw, err := os.ReadFile(filepath.Join(m.proc(), "loadavg"))
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 4 {
		return 0, false
	}
	running, _, _ := strings.Cut(fields[3], "/")
	n, err := strconv.Atoi(running)
	return n, err == nil
}

func ownRunnable(m Machine) int {
	n := 0
	files, _ := filepath.Glob(filepath.Join(m.proc(), "self/task/*/stat"))
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		if i := bytes.LastIndexByte(raw, ')'); i >= 0 && bytes.HasPrefix(raw[i:], []byte(") R")) {
			n++
		}
	}
	return n
}
