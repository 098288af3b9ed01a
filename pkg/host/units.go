package host

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Failed lists the units of systemd that have failed, sorted; none on a machine
// that systemd did not boot.
func (m Machine) Failed(ctx context.Context) ([]string, error) {
	if _, err := os.Stat(m.path("/run/systemd/system")); err != nil {
		return nil, nil
	}
	out, err := m.run(ctx, "systemctl", "list-units", "--state=failed", "--all", "--output=json", "--no-pager")
	if err != nil {
		return nil, err
	}
	return parseUnits(out)
}

// parseUnits reads the JSON of systemctl list-units.
func parseUnits(raw []byte) ([]string, error) {
	var units []struct {
		Unit   string `json:"unit"`
		Active string `json:"active"`
	}
	if err := json.Unmarshal(raw, &units, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)); err != nil {
		return nil, fmt.Errorf("understand systemctl: %w", err)
	}
	var out []string
	for _, u := range units {
		if u.Unit != "" && u.Active == "failed" {
			out = append(out, u.Unit)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
