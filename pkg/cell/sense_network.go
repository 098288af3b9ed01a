package cell

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/net"
)

// NetworkFigures is the content of the network cell; loopback is left out.
type NetworkFigures struct {
	ReceivedBytesPerSecond  *float64 `json:"received_bytes_per_second,omitzero"`
	SentBytesPerSecond      *float64 `json:"sent_bytes_per_second,omitzero"`
	DroppedPacketsPerSecond *float64 `json:"dropped_packets_per_second,omitzero"`
	ErrorsPerSecond         *float64 `json:"errors_per_second,omitzero"`
	Interface               string   `json:"interface,omitzero"`  // the one that is used most of what it can
	UsedShare               *float64 `json:"used_share,omitzero"` // of that interface's speed, where it is known
	SpeedBitsPerSecond      uint64   `json:"speed_bits_per_second,omitzero"`
}

type networkSensor struct {
	machine Machine
	last    map[string]net.IOCountersStat
	at      time.Time
	used    sustained
	lost    sustained
}

// Read counts the network as short when an interface of known speed is used
// without pause (from 70 %, fully at 95 %), or when packets are lost (from 0.5 %,
// fully at 5 %, of at least 100 packets a second).
func (s *networkSensor) Read(ctx context.Context, now time.Time) (Reading, error) {
	list, err := net.IOCountersWithContext(s.machine.context(ctx), true)
	if err != nil {
		return Reading{}, fmt.Errorf("read network counters: %w", err)
	}
	counters := make(map[string]net.IOCountersStat, len(list))
	for _, c := range list {
		if !strings.HasPrefix(c.Name, "lo") {
			counters[c.Name] = c
		}
	}
	var figures NetworkFigures
	if since := now.Sub(s.at); !s.at.IsZero() && since > 0 {
		s.compare(&figures, counters, since)
	}
	s.last, s.at = counters, now
	confidence := MaxPressure * max(ramp(s.used.over(3*time.Second), 0.7, 0.95), ramp(s.lost.over(3*time.Second), 0.005, 0.05))
	return Reading{RegionNetwork, confidence, figures}, nil
}

func (s *networkSensor) compare(f *NetworkFigures, counters map[string]net.IOCountersStat, since time.Duration) {
	var received, sent, drops, errs, packets, most float64
	for name, now := range counters {
		before, known := s.last[name]
		if !known {
			continue
		}
		in, out := rate(now.BytesRecv, before.BytesRecv, since), rate(now.BytesSent, before.BytesSent, since)
		received, sent = received+in, sent+out
		drops += rate(now.Dropin+now.Dropout, before.Dropin+before.Dropout, since)
		errs += rate(now.Errin+now.Errout, before.Errin+before.Errout, since)
		packets += rate(now.PacketsRecv+now.PacketsSent, before.PacketsRecv+before.PacketsSent, since)
		if speed := linkSpeed(s.machine, name); speed > 0 {
			if share := round(8 * max(in, out) / float64(speed)); share > most || f.UsedShare == nil {
				f.Interface, f.SpeedBitsPerSecond, f.UsedShare = name, speed, new(share)
				most = share
			}
		}
	}
	f.ReceivedBytesPerSecond, f.SentBytesPerSecond = new(round(received)), new(round(sent))
	f.DroppedPacketsPerSecond, f.ErrorsPerSecond = new(round(drops)), new(round(errs))
	s.used.add(since, most)
	lost := 0.0
	if packets+drops >= 100 {
		lost = (drops + errs) / (packets + drops)
	}
	s.lost.add(since, lost)
}

// linkSpeed is what the kernel says about an interface, 0 when it does not know
// (virtual ones, other systems than Linux).
func linkSpeed(m Machine, name string) uint64 {
	raw, err := os.ReadFile(filepath.Join(m.sys(), "class/net", name, "speed"))
	if err != nil {
		return 0
	}
	megabits, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
	if err != nil || megabits <= 0 {
		return 0
	}
	return uint64(megabits) * 1_000_000
}
