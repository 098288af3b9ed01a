package cell

import (
	"regexp"
	"strconv"
	"strings"
)

// pmsetLine is a battery in the output of pmset:
//
//	-InternalBattery-0 (id=1234)	87%; discharging; 4:05 remaining present: true
var pmsetLine = regexp.MustCompile(`(?m)^\s*-(\S+).*?(\d{1,3})%;\s*([a-z ]+)`)

// parsePmset reads the output of "pmset -g batt" (macOS).
func parsePmset(out string) (BatteryFigures, error) {
	m := pmsetLine.FindStringSubmatch(out)
	if m == nil {
		return BatteryFigures{}, errNoBattery
	}
	percent, err := strconv.Atoi(m[2])
	if err != nil || percent > 100 {
		return BatteryFigures{}, errNoBattery
	}
	return BatteryFigures{
		Battery: m[1], ChargeShare: round(float64(percent) / 100), Discharging: strings.TrimSpace(m[3]) == "discharging",
	}, nil
}
