package cell

import (
	"context"
	"errors"
	"time"
)

// BatteryFigures is the content of the battery cell.
type BatteryFigures struct {
	Battery     string  `json:"battery"`
	ChargeShare float64 `json:"charge_share"` // 0..1
	Discharging bool    `json:"discharging"`
}

// errNoBattery is returned where there is none.
var errNoBattery = errors.New("this machine has no battery")

// batteryEvery is how long a reading of the battery is used: it changes slowly,
// and on macOS asking costs a child process.
const batteryEvery = 20 * time.Second

type batterySensor struct {
	machine Machine
	at      time.Time
	last    BatteryFigures
}

// Read counts energy as short while the battery discharges: from 30 % left,
// fully at 5 %.
func (s *batterySensor) Read(ctx context.Context, now time.Time) (Reading, error) {
	if s.at.IsZero() || now.Sub(s.at) >= batteryEvery {
		figures, err := readBattery(ctx, s.machine)
		if err != nil {
			return Reading{}, err
		}
		s.last, s.at = figures, now
	}
	confidence := 0.0
	if s.last.Discharging {
		confidence = MaxPressure * ramp(-s.last.ChargeShare, -0.30, -0.05)
	}
	return Reading{RegionEnergy, confidence, s.last}, nil
}
