package cell

import (
	"context"
	"time"

	"github.com/shirou/gopsutil/v4/load"
)

// LoadFigures is the content of the load cell. A stall share is the part of the
// last interval in which at least one task waited for the resource (Linux
// pressure stall information, from its running total, so without averaging).
type LoadFigures struct {
	Processors          int      `json:"processors"`
	Runnable            *int     `json:"runnable,omitzero"`       // tasks that run or want to, our own threads left out
	RunnableShare       *float64 `json:"runnable_share,omitzero"` // of the processors, at most 1
	ProcessorStallShare *float64 `json:"processor_stall_share,omitzero"`
	MemoryStallShare    *float64 `json:"memory_stall_share,omitzero"`
	DiskStallShare      *float64 `json:"disk_stall_share,omitzero"`
	Load1m              *float64 `json:"load_1m,omitzero"` // mean number of tasks that run, wait to, or wait for a disk
}

// stalls are the running totals of time stalled; a negative one is unknown.
type stalls struct{ processor, memory, disk time.Duration }

type loadSensor struct {
	machine                 Machine
	processors              processors
	last                    stalls
	at                      time.Time
	processor, memory, disk sustained
	region                  sticky
}

// Read says which of processor, memory and disk tasks wait for most. Processor:
// the runnable tasks or the stall share, as strain does; memory: from 5 % of the
// time stalled, fully at 40 %; disk: from 25 %, fully at 80 %.
func (s *loadSensor) Read(ctx context.Context, now time.Time) (Reading, error) {
	n, err := s.processors.count(s.machine.context(ctx))
	if err != nil {
		return Reading{}, err
	}
	figures := LoadFigures{Processors: n}
	if avg, err := load.AvgWithContext(s.machine.context(ctx)); err == nil {
		figures.Load1m = new(round(avg.Load1))
	}
	if r, ok := runnable(s.machine); ok {
		figures.Runnable, figures.RunnableShare = new(r), new(round(min(1, float64(r)/float64(n))))
	}
	stalled, known := readStalls(s.machine)
	if figures.Runnable == nil && !known && figures.Load1m == nil {
		return Reading{}, errNoLoad
	}
	if since := now.Sub(s.at); !s.at.IsZero() && since > 0 {
		s.compare(&figures, stalled, since)
	}
	s.last, s.at = stalled, now
	confidence := map[string]float64{
		RegionProcessor: strain(&s.processor),
		RegionMemory:    MaxPressure * ramp(s.memory.over(2*time.Second), 0.05, 0.40),
		RegionDisk:      MaxPressure * ramp(s.disk.over(3*time.Second), 0.25, 0.80),
	}
	region := s.region.choose(RegionProcessor, confidence)
	return Reading{region, confidence[region], figures}, nil
}

func (s *loadSensor) compare(f *LoadFigures, stalled stalls, since time.Duration) {
	share := func(now, before time.Duration) *float64 {
		if now < 0 || before < 0 || now < before {
			return nil
		}
		return new(round(min(1, float64(now-before)/float64(since))))
	}
	f.ProcessorStallShare = share(stalled.processor, s.last.processor)
	f.MemoryStallShare = share(stalled.memory, s.last.memory)
	f.DiskStallShare = share(stalled.disk, s.last.disk)
	s.processor.add(since, max(valueOf(f.ProcessorStallShare), valueOf(f.RunnableShare)))
	s.memory.add(since, valueOf(f.MemoryStallShare))
	s.disk.add(since, valueOf(f.DiskStallShare))
}

func valueOf(p *float64) float64 {
	if p == nil {
		return 0
	}
	return *p
}
