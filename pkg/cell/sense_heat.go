package cell

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v4/sensors"
)

// HeatFigures is the content of the temperature cell.
type HeatFigures struct {
	Sensor          string  `json:"sensor"` // the one nearest to its limit
	Celsius         float64 `json:"celsius"`
	CriticalCelsius float64 `json:"critical_celsius"` // as the sensor says, else 100
	Sensors         int     `json:"sensors"`
}

// errNoHeat is returned where no sensor tells a temperature.
var errNoHeat = errors.New("no temperature sensor tells anything here")

type heatSensor struct{ machine Machine }

// Read counts heat as pressure from 20 degrees under the critical temperature,
// fully at 2 degrees under it.
func (s *heatSensor) Read(ctx context.Context, _ time.Time) (Reading, error) {
	// Single sensors that fail come as an error beside those that work.
	list, err := sensors.TemperaturesWithContext(s.machine.context(ctx))
	figures, found := HeatFigures{}, false
	for _, t := range list {
		critical := t.Critical
		if critical < 40 || critical > 200 {
			critical = 100
		}
		if t.Temperature <= 0 || t.Temperature > 200 {
			continue
		}
		figures.Sensors++
		if !found || critical-t.Temperature < figures.CriticalCelsius-figures.Celsius {
			found = true
			figures.Sensor, figures.Celsius, figures.CriticalCelsius = t.SensorKey, round(t.Temperature), critical
		}
	}
	if !found {
		if err != nil {
			return Reading{}, fmt.Errorf("read temperatures: %w", err)
		}
		return Reading{}, errNoHeat
	}
	near := ramp(figures.Celsius-figures.CriticalCelsius, -20, -2)
	return Reading{RegionHeat, MaxPressure * near, figures}, nil
}
