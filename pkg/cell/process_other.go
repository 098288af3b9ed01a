//go:build !linux

package cell

import (
	"context"
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// listTasks asks the system through gopsutil. Processor time of ended children
// is not told here.
func listTasks(ctx context.Context, _ Machine) (map[int]task, error) {
	list, err := process.ProcessesWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	tasks := make(map[int]task, len(list))
	for _, p := range list {
		times, err := p.TimesWithContext(ctx)
		if err != nil {
			continue // it ended, or is not ours to see
		}
		t := task{pid: int(p.Pid), self: time.Duration((times.User + times.System) * float64(time.Second))}
		t.name, _ = p.NameWithContext(ctx)
		t.born, _ = p.CreateTimeWithContext(ctx)
		if m, err := p.MemoryInfoWithContext(ctx); err == nil {
			t.resident = m.RSS
		}
		tasks[t.pid] = t
	}
	if len(tasks) == 0 {
		return nil, fmt.Errorf("list processes: none can be read")
	}
	return tasks, nil
}
