package cell

import (
	"context"
	"time"
)

// ProcessFigures is the content of the process cell: the process that uses
// most of the region's resource.
type ProcessFigures struct {
	PID             int      `json:"pid"`
	Name            string   `json:"name"`                      // as the system calls it, without arguments
	Share           float64  `json:"share"`                     // of the region's resource, 0..1
	ProcessorShare  *float64 `json:"processor_share,omitzero"`  // of all processors, finished children included
	ProcessorsUsed  *float64 `json:"processors_used,omitzero"`  // the same, in processors
	MemoryBytes     uint64   `json:"memory_bytes"`              // resident
	MemoryShare     float64  `json:"memory_share"`              // of all memory
	Hogs            int      `json:"hogs"`                      // processes that use at least a tenth of a processor
	HogsShare       *float64 `json:"hogs_share,omitzero"`       // of all processors, together
	ProcessesListed int      `json:"processes_listed,omitzero"` // that could be looked at
}

// task is one process at one moment.
type task struct {
	pid, parent int
	born        int64 // tells two processes with one pid apart
	name        string
	self        time.Duration // processor time used
	children    time.Duration // the same of children that ended and were waited for
	resident    uint64        // bytes
}

// hogFrom is the part of one processor from which a process counts as a hog: low,
// for eight programs that fight for two processors get a quarter each.
const hogFrom = 0.1

type processSensor struct {
	machine    Machine
	processors processors
	last       map[int]task
	at         time.Time
	used       sustained
	region     sticky
}

// Read names the process that hogs most. Processor: the hogs together, as strain
// does; memory: when memory is short (as the memory cell says) and one process
// has more than a quarter of it. The process that runs this cell never counts.
func (s *processSensor) Read(ctx context.Context, now time.Time) (Reading, error) {
	ctx = s.machine.context(ctx)
	tasks, err := listTasks(ctx, s.machine)
	if err != nil {
		return Reading{}, err
	}
	n, err := s.processors.count(ctx)
	if err != nil {
		return Reading{}, err
	}
	memory, err := memoryFigures(ctx, s.machine)
	if err != nil {
		return Reading{}, err
	}
	delete(tasks, s.machine.self())
	used := s.compare(tasks, now, n)
	fattest := largest(tasks, func(t task) float64 { return float64(t.resident) })
	fatShare := float64(tasks[fattest].resident) / float64(memory.TotalBytes)
	confidence := map[string]float64{
		RegionProcessor: strain(&s.used),
		RegionMemory:    min(shortMemory(memory.UsedShare), MaxPressure*ramp(fatShare, 0.25, 0.60)),
	}
	region := s.region.choose(RegionProcessor, confidence)
	pid := fattest
	if region == RegionProcessor && used != nil {
		pid = largest(tasks, func(t task) float64 { return used[t.pid] })
	}
	figures := describe(tasks[pid], used, n, memory.TotalBytes)
	figures.Share, figures.ProcessesListed = figures.MemoryShare, len(tasks)
	if region == RegionProcessor {
		figures.Share = valueOf(figures.ProcessorShare)
	}
	return Reading{region, confidence[region], figures}, nil
}

// compare returns how many processors each process used since the last look,
// nil at the first one.
func (s *processSensor) compare(tasks map[int]task, now time.Time, processors int) map[int]float64 {
	since, last := now.Sub(s.at), s.last
	first := s.at.IsZero()
	s.last, s.at = tasks, now
	if first || since <= 0 {
		return nil
	}
	used := spent(last, tasks, since)
	together := 0.0
	for _, u := range used {
		if u >= hogFrom {
			together += u
		}
	}
	s.used.add(since, together/float64(processors))
	return used
}

// spent is the processor time of each process between two looks, per second.
// What children used counts for the parent that waited for them, less what was
// already seen while they lived: so a program that keeps starting short ones is
// named, and the end of a long one is no spike of its parent.
func spent(before, after map[int]task, since time.Duration) map[int]float64 {
	seen := map[int]time.Duration{}
	for _, t := range before {
		if !lives(t, after) {
			seen[survivor(t, before, after)] += t.self + t.children
		}
	}
	used := make(map[int]float64, len(after))
	for pid, t := range after {
		was, known := before[pid]
		if !known || was.born != t.born {
			was = task{}
			if t.self > since {
				continue // it was there before, only not to be seen
			}
		}
		own := max(0, t.self-was.self)
		own += max(0, t.children-was.children-seen[pid])
		used[pid] = float64(own) / float64(since)
	}
	return used
}

func lives(t task, in map[int]task) bool {
	now, found := in[t.pid]
	return found && now.born == t.born
}

// survivor is the nearest ancestor of t that still lives, 0 when none does: to
// it the time of all between them has been added.
func survivor(t task, before, after map[int]task) int {
	for range len(before) {
		parent, known := before[t.parent]
		if !known {
			return 0
		}
		if lives(parent, after) {
			return parent.pid
		}
		t = parent
	}
	return 0
}

func largest(tasks map[int]task, by func(task) float64) int {
	best, most := 0, -1.0
	for pid, t := range tasks {
		if v := by(t); v > most || v == most && pid < best {
			best, most = pid, v
		}
	}
	return best
}

func describe(t task, used map[int]float64, processors int, totalBytes uint64) ProcessFigures {
	f := ProcessFigures{
		PID: t.pid, Name: t.name, MemoryBytes: t.resident, MemoryShare: round(float64(t.resident) / float64(totalBytes)),
	}
	if used == nil {
		return f
	}
	together := 0.0
	for _, u := range used {
		if u >= hogFrom {
			f.Hogs++
			together += u
		}
	}
	f.ProcessorsUsed = new(round(used[t.pid]))
	f.ProcessorShare = new(round(min(1, used[t.pid]/float64(processors))))
	f.HogsShare = new(round(min(1, together/float64(processors))))
	return f
}
