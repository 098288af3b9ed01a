//go:build !linux

package cell

import (
	"context"
	"os/exec"
)

// readBattery asks pmset, which every macOS has.
func readBattery(ctx context.Context, _ Machine) (BatteryFigures, error) {
	out, err := exec.CommandContext(ctx, "pmset", "-g", "batt").Output()
	if err != nil {
		return BatteryFigures{}, errNoBattery
	}
	return parsePmset(string(out))
}
