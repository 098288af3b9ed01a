package cell

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v4/disk"
)

// DiskFigures is the content of the disk cell.
type DiskFigures struct {
	Device               string   `json:"device,omitzero"`     // the busiest one
	BusyShare            *float64 `json:"busy_share,omitzero"` // of the time it had something to do
	ReadBytesPerSecond   *float64 `json:"read_bytes_per_second,omitzero"`
	WriteBytesPerSecond  *float64 `json:"write_bytes_per_second,omitzero"` // of all devices
	Path                 string   `json:"path"`
	FileSystemTotalBytes uint64   `json:"file_system_total_bytes"`
	FileSystemFreeBytes  uint64   `json:"file_system_free_bytes"`
	FileSystemUsedShare  float64  `json:"file_system_used_share"`
}

type diskSensor struct {
	machine Machine
	last    map[string]disk.IOCountersStat
	at      time.Time
	used    sustained
}

// Read counts a disk as short when it is busy without pause, from 60 % of the
// time and fully at 95 %, and half as much when its file system is nearly full
// (from 95 %).
func (s *diskSensor) Read(ctx context.Context, now time.Time) (Reading, error) {
	ctx = s.machine.context(ctx)
	counters, err := disk.IOCountersWithContext(ctx)
	if err != nil {
		return Reading{}, fmt.Errorf("read disk counters: %w", err)
	}
	figures := DiskFigures{Path: s.machine.disk()}
	if since := now.Sub(s.at); !s.at.IsZero() && since > 0 {
		s.compare(&figures, counters, since)
	}
	s.last, s.at = counters, now
	full := 0.0
	if u, err := disk.UsageWithContext(ctx, s.machine.disk()); err == nil && u.Total > 0 {
		figures.FileSystemTotalBytes, figures.FileSystemFreeBytes = u.Total, u.Free
		figures.FileSystemUsedShare = round(u.UsedPercent / 100)
		full = 0.5 * ramp(figures.FileSystemUsedShare, 0.95, 1)
	}
	busy := max(MaxPressure*ramp(s.used.over(3*time.Second), 0.6, 0.95), full)
	return Reading{RegionDisk, busy, figures}, nil
}

func (s *diskSensor) compare(f *DiskFigures, counters map[string]disk.IOCountersStat, since time.Duration) {
	busiest, reads, writes := 0.0, 0.0, 0.0
	for _, name := range slices.Sorted(maps.Keys(counters)) {
		now, before := counters[name], s.last[name]
		if _, known := s.last[name]; !known {
			continue
		}
		if share := rate(now.IoTime, before.IoTime, since) / 1000; share > busiest || f.Device == "" {
			busiest, f.Device = max(busiest, min(share, 1)), name
		}
		reads += rate(now.ReadBytes, before.ReadBytes, since)
		writes += rate(now.WriteBytes, before.WriteBytes, since)
	}
	f.BusyShare, f.ReadBytesPerSecond, f.WriteBytesPerSecond = new(round(busiest)), new(round(reads)), new(round(writes))
	s.used.add(since, busiest)
}
