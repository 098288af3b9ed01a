package cell

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
)

// CPUFigures is the content of the cpu cell.
type CPUFigures struct {
	Processors     int      `json:"processors"`
	BusyShare      *float64 `json:"busy_share,omitzero"`      // 0..1 of all processors
	BusyProcessors *float64 `json:"busy_processors,omitzero"` // the same, in processors
	UserShare      *float64 `json:"user_share,omitzero"`
	SystemShare    *float64 `json:"system_share,omitzero"`
	StealShare     *float64 `json:"steal_share,omitzero"` // taken by the hypervisor
}

type cpuSensor struct {
	machine Machine
	last    cpu.TimesStat
	at      time.Time
	used    sustained
}

func (s *cpuSensor) Read(ctx context.Context, now time.Time) (Reading, error) {
	times, err := cpu.TimesWithContext(s.machine.context(ctx), true)
	if err == nil && len(times) == 0 {
		err = errors.New("no processor is listed")
	}
	if err != nil {
		return Reading{}, fmt.Errorf("read processor times: %w", err)
	}
	sum := sumTimes(times)
	figures := CPUFigures{Processors: len(times)}
	before, since := s.last, now.Sub(s.at)
	first := s.at.IsZero()
	s.last, s.at = sum, now
	if total := allTime(sum) - allTime(before); !first && total > 0 {
		share := func(now, then float64) *float64 { return new(round(max(0, now-then) / total)) }
		busy := busyTime(sum) - busyTime(before)
		figures.BusyShare = share(busy, 0)
		figures.BusyProcessors = new(round(*figures.BusyShare * float64(len(times))))
		figures.UserShare = share(sum.User+sum.Nice, before.User+before.Nice)
		figures.SystemShare = share(sum.System+sum.Irq+sum.Softirq, before.System+before.Irq+before.Softirq)
		figures.StealShare = share(sum.Steal, before.Steal)
		s.used.add(since, busy/total)
	}
	return Reading{RegionProcessor, strain(&s.used), figures}, nil
}

func sumTimes(times []cpu.TimesStat) cpu.TimesStat {
	var t cpu.TimesStat
	for _, c := range times {
		t.User += c.User
		t.System += c.System
		t.Idle += c.Idle
		t.Nice += c.Nice
		t.Iowait += c.Iowait
		t.Irq += c.Irq
		t.Softirq += c.Softirq
		t.Steal += c.Steal
	}
	return t
}

// busyTime counts neither idle nor waiting for a disk; guests are in user.
func busyTime(t cpu.TimesStat) float64 {
	return t.User + t.System + t.Nice + t.Irq + t.Softirq + t.Steal
}

func allTime(t cpu.TimesStat) float64 { return busyTime(t) + t.Idle + t.Iowait }

// processors counts the processors once: asking is not cheap on big machines.
type processors int

func (p *processors) count(ctx context.Context) (int, error) {
	if *p > 0 {
		return int(*p), nil
	}
	n, err := cpu.CountsWithContext(ctx, true)
	if err == nil && n < 1 {
		err = errors.New("none is listed")
	}
	if err != nil {
		return 0, fmt.Errorf("count processors: %w", err)
	}
	*p = processors(n)
	return n, nil
}
