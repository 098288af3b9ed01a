package cell

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// causeFresh is how old what a cell said may be to explain the present.
const causeFresh = 5 * time.Second

// opinion is the latest wave of one field.
type opinion struct {
	region     string
	confidence float64
	process    ProcessFigures // when it is the process cell's
	at         time.Time
}

// causes remembers the latest opinion of each field.
type causes map[string]opinion

func (c causes) hear(field string, w wave.Wave, now time.Time) {
	o := opinion{region: w.Region, confidence: w.Confidence, at: now}
	if len(w.Content) > 0 {
		_ = json.Unmarshal(w.Content, &o.process) // others have other contents
	}
	if o.process.PID == 0 || o.process.Name == "" {
		o.process = ProcessFigures{}
	}
	c[field] = o
}

// Cause is who causes a pressure, as far as the cells know.
type Cause struct {
	Resource string             `json:"resource,omitzero"`
	PID      int                `json:"pid,omitzero"` // 0: no process stands out
	Name     string             `json:"name,omitzero"`
	Share    float64            `json:"share,omitzero"`      // of the resource, 0..1
	Hogs     int                `json:"hogs,omitzero"`       // processes that use at least a tenth of a processor
	Together float64            `json:"hogs_share,omitzero"` // of all processors
	Cells    map[string]float64 `json:"cells,omitzero"`      // confidence of each field that agrees
}

// stands is the share of a resource from which a process stands out.
const stands = 0.05

// of names the process that a field told lately about the region.
func (c causes) of(region string, now time.Time) Cause {
	out := Cause{Resource: region, Cells: map[string]float64{}}
	for _, field := range slices.Sorted(maps.Keys(c)) {
		o := c[field]
		if now.Sub(o.at) > causeFresh {
			continue
		}
		if o.region == region {
			out.Cells[field] = o.confidence
		}
		share := o.process.MemoryShare
		if region == RegionProcessor {
			share = valueOf(o.process.ProcessorShare)
		}
		if o.process.PID != 0 && share >= stands && (region == RegionProcessor || o.region == region) && share > out.Share {
			out.PID, out.Name, out.Share = o.process.PID, o.process.Name, share
			out.Hogs, out.Together = o.process.Hogs, valueOf(o.process.HogsShare)
		}
	}
	return out
}

// reason says it for people.
func (c Cause) reason() string {
	what := map[string]string{RegionProcessor: "the processors", RegionMemory: "the memory"}[c.Resource]
	if what == "" {
		what = "the " + cmp.Or(c.Resource, "machine")
	}
	var b strings.Builder
	if c.PID == 0 {
		fmt.Fprintf(&b, "%s under pressure and no process stands out", what)
	} else {
		fmt.Fprintf(&b, "%s (process %d) uses %s of %s", c.Name, c.PID, percent(c.Share), what)
	}
	if c.Hogs > 1 && c.Resource == RegionProcessor {
		fmt.Fprintf(&b, "; it and %d more use %s together", c.Hogs-1, percent(c.Together))
	}
	if fields := slices.Sorted(maps.Keys(c.Cells)); len(fields) > 0 {
		fmt.Fprintf(&b, "; %s agree", strings.Join(fields, ", "))
	}
	return b.String()
}

func percent(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) }
