package topology

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func namesOf[T any](list []T, name func(T) string) []string {
	out := []string{}
	for _, x := range list {
		out = append(out, name(x))
	}
	return out
}

func TestIn(t *testing.T) {
	t.Parallel()
	lab := sampleLab()
	lab.Cells[1].Environments = []string{"prod"} // math thinks in prod only
	lab.Boundaries = []Boundary{{Name: "plain"}, {Name: "seeing", Organ: "vision"}, {Name: "gone", Organ: "nowhere"}}
	type seen struct{ Hosts, Cells, Gates, Heard, Events, Nerves, Commands, Minds, Boundaries, Irises []string }
	look := func(env string) seen {
		v := lab.In(env)
		s := seen{
			Hosts:      namesOf(v.Hosts, func(h Host) string { return h.Name })[:3],
			Cells:      namesOf(v.Cells, func(c Cell) string { return c.Name }),
			Gates:      namesOf(v.Gates, func(g Gate) string { return g.Name }),
			Heard:      namesOf(v.Heard(v.Gate("math")), func(c Cell) string { return c.Name }),
			Events:     namesOf(v.EventsOf("math"), func(e Event) string { return e.Name }),
			Nerves:     namesOf(v.Nerves, func(n Nerve) string { return n.Name }),
			Commands:   v.Nerves[0].Commands,
			Minds:      namesOf(v.Minds, func(c Cortex) string { return c.Name }),
			Boundaries: namesOf(v.Boundaries, func(b Boundary) string { return b.Name }),
			Irises:     namesOf(v.Irises, func(i Iris) string { return i.Name }),
		}
		return s
	}
	dev := seen{
		Hosts: []string{"theia", "saturn", "nats-dev"}, Cells: []string{"text", "battery", "lonely"}, Gates: []string{"math"},
		Heard: []string{"text"}, Events: []string{"calculation"}, Nerves: []string{"rest"}, Commands: []string{"battery"},
		Minds: []string{"nyx"}, Boundaries: []string{"plain", "seeing"}, Irises: []string{"iris"},
	}
	prod := seen{
		Hosts: []string{"theia", "saturn", "worker-1"}, Cells: []string{"text", "math", "battery", "lonely"}, Gates: []string{"math", "energy"},
		Heard: []string{"text", "math"}, Events: []string{"calculation"}, Nerves: []string{"rest"}, Commands: []string{"battery"},
		Minds: []string{"nyx"}, Boundaries: []string{"plain", "seeing"}, Irises: []string{},
	}
	if diff := cmp.Diff(map[string]seen{"dev": dev, "prod": prod}, map[string]seen{"dev": look("dev"), "prod": look("prod")}); diff != "" {
		t.Error(diff)
	}
	if hub := lab.In("dev").Hub; hub == nil || hub.Name != "hub" {
		t.Errorf("hub of dev: %v", hub)
	}
	if e := lab.In("dev").Environment; e.Colour != "green" {
		t.Errorf("dev looks like %+v", e)
	}
}

func TestInLeavesTheTopologyAlone(t *testing.T) {
	t.Parallel()
	lab := sampleLab()
	before := mustJSON(t, lab)
	v := lab.In("dev")
	v.Gates[0].Cells[0] = "changed"
	v.Events[0].Gates[0] = "changed"
	v.Nerves[0].Commands[0] = "changed"
	v.Hub.Name = "changed"
	if diff := cmp.Diff(string(before), string(mustJSON(t, lab))); diff != "" {
		t.Error(diff)
	}
}

func TestInAnEnvironmentOfSomebodyElse(t *testing.T) {
	t.Parallel()
	v := sampleLab().In("elsewhere")
	if len(v.Hosts)+len(v.Cells)+len(v.Gates)+len(v.Events)+len(v.Minds) != 0 || v.Hub != nil || v.Cell("math") != nil {
		t.Errorf("something lives there: %+v", v)
	}
	if sampleLab().HasEnvironment("elsewhere") {
		t.Error("the lab has it")
	}
}
