package cell

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// readBattery reads the first battery of the machine itself; those of mice and
// keyboards have the scope "Device".
func readBattery(_ context.Context, m Machine) (BatteryFigures, error) {
	dirs, _ := filepath.Glob(filepath.Join(m.sys(), "class/power_supply/*"))
	for _, dir := range dirs {
		attr := func(name string) string {
			raw, _ := os.ReadFile(filepath.Join(dir, name))
			return strings.TrimSpace(string(raw))
		}
		percent, err := strconv.Atoi(attr("capacity"))
		if attr("type") != "Battery" || attr("scope") == "Device" || err != nil {
			continue
		}
		return BatteryFigures{
			Battery: filepath.Base(dir), ChargeShare: round(float64(percent) / 100), Discharging: attr("status") == "Discharging",
		}, nil
	}
	return BatteryFigures{}, errNoBattery
}
