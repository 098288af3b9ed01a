package cell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// userHertz is the unit of times in /proc/PID/stat: 100 on every Linux that Go runs on.
const userHertz = 100

// listTasks reads /proc/PID/stat of every process that may be looked at.
func listTasks(_ context.Context, m Machine) (map[int]task, error) {
	dir, err := os.Open(m.proc())
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	tasks := make(map[int]task, len(names))
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(m.proc(), name, "stat"))
		if err != nil {
			continue // it ended, or is not ours to see
		}
		if t, err := parseStat(raw); err == nil {
			tasks[t.pid] = t
		}
	}
	if len(tasks) == 0 {
		return nil, fmt.Errorf("list processes: none in %s can be read", m.proc())
	}
	return tasks, nil
}

var errBadStat = errors.New("malformed process stat")

// parseStat reads one /proc/PID/stat. The name stands in parentheses and may
// itself hold some.
func parseStat(raw []byte) (task, error) {
	open, end := bytes.IndexByte(raw, '('), bytes.LastIndexByte(raw, ')')
	if open < 1 || end < open {
		return task{}, errBadStat
	}
	t := task{name: strings.ToValidUTF8(string(raw[open+1:end]), "?")}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw[:open])))
	f := strings.Fields(string(raw[end+1:]))
	if err != nil || len(f) < 22 {
		return task{}, errBadStat
	}
	// The fields are counted from "state", which proc(5) calls field 3.
	var n [22]int64
	for _, i := range []int{1, 11, 12, 13, 14, 19, 21} {
		if n[i], err = strconv.ParseInt(f[i], 10, 64); err != nil {
			return task{}, errBadStat
		}
	}
	const tick = time.Second / userHertz
	t.pid, t.parent, t.born = pid, int(n[1]), n[19]
	t.self = time.Duration(n[11]+n[12]) * tick
	t.children = time.Duration(n[13]+n[14]) * tick
	t.resident = uint64(max(0, n[21])) * uint64(os.Getpagesize())
	return t, nil
}
