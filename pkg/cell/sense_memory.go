package cell

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v4/mem"
)

// MemoryFigures is the content of the memory cell.
type MemoryFigures struct {
	TotalBytes     uint64  `json:"total_bytes"`
	AvailableBytes uint64  `json:"available_bytes"` // without swapping
	UsedShare      float64 `json:"used_share"`      // 1 - available / total
	SwapTotalBytes uint64  `json:"swap_total_bytes"`
	SwapUsedBytes  uint64  `json:"swap_used_bytes"`
}

type memorySensor struct {
	machine Machine
	at      time.Time
	used    sustained
}

// Read counts memory as short from 88 % in use, fully at 98 %.
func (s *memorySensor) Read(ctx context.Context, now time.Time) (Reading, error) {
	figures, err := memoryFigures(ctx, s.machine)
	if err != nil {
		return Reading{}, err
	}
	if !s.at.IsZero() {
		s.used.add(now.Sub(s.at), figures.UsedShare)
	}
	s.at = now
	return Reading{RegionMemory, shortMemory(s.used.over(2 * time.Second)), figures}, nil
}

func shortMemory(usedShare float64) float64 { return MaxPressure * ramp(usedShare, 0.88, 0.98) }

func memoryFigures(ctx context.Context, m Machine) (MemoryFigures, error) {
	v, err := mem.VirtualMemoryWithContext(m.context(ctx))
	if err == nil && v.Total == 0 {
		err = errors.New("the total is zero")
	}
	if err != nil {
		return MemoryFigures{}, fmt.Errorf("read memory: %w", err)
	}
	return MemoryFigures{
		TotalBytes: v.Total, AvailableBytes: v.Available,
		UsedShare:      round(1 - float64(min(v.Available, v.Total))/float64(v.Total)),
		SwapTotalBytes: v.SwapTotal, SwapUsedBytes: v.SwapTotal - min(v.SwapFree, v.SwapTotal),
	}, nil
}
