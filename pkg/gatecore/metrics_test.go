package gatecore_test

import (
	"testing"

	"github.com/nimmerverse/nimmer/pkg/gatecore"
	"github.com/nimmerverse/nimmer/pkg/metric/metrictest"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func TestMetricsTellWhatHappened(t *testing.T) {
	w := newWorld(t)
	core, stop := w.start()
	defer stop()
	virtual := watch[wave.Transition](w, "dev.nervous.gates.door.transition")
	real := watch[wave.Transition](w, "dev.real.gates.door.transition")
	rejects := watch[wave.Reject](w, "dev.nervous.rejects")
	w.publish("dev.nervous.cells.right.wave", []byte(`{"source":"r"}`))
	next(t, "reject", rejects)
	w.say("front", "f", "hall", 0.9, 1)
	w.say("left", "l", "hall", 0.8, 1)
	next(t, "opening", virtual)
	next(t, "real opening", real)
	told := metrictest.Collect(t, core)
	told.Want(t, metrictest.Told{
		"nimmer_gate_state{dev,door,virtual}": 1, "nimmer_gate_state{dev,door,real}": 1, "nimmer_gate_state{dev,talk,virtual}": 0,
		"nimmer_gate_transitions_total{dev,door,virtual,open}": 1, "nimmer_gate_transitions_total{dev,door,virtual,closed}": 0,
		"nimmer_gate_transitions_total{dev,door,real,open}": 1,
		"nimmer_gate_handovers_total{dev,door}":             1, "nimmer_gate_reflexes_total{dev,door}": 0,
		"nimmer_gate_voices{dev,door}": 2, "nimmer_gate_open_threshold{dev,door}": 0.6,
		"nimmer_core_gates{dev}": 2, "nimmer_core_rejects_total{dev}": 1, "nimmer_core_storing{dev}": 1,
		"nimmer_core_waves_total{dev,front}": 1, "nimmer_core_waves_total{dev,text}": 0,
		"nimmer_attention_open_gates{dev}": 1, "nimmer_attention_mode{dev,focused}": 1, "nimmer_attention_mode{dev,idle}": 0,
		"nimmer_attention_budget_lifeforce{dev}": 100,
	})
	if told["nimmer_gate_value{dev,door,virtual}"] < 0.6 || told["nimmer_core_store_seconds{dev}"] < 1 {
		t.Errorf("value %v, stored %v times", told["nimmer_gate_value{dev,door,virtual}"], told["nimmer_core_store_seconds{dev}"])
	}
}

// TestMetricsDoNotWaitForAStoppedCore: who looks before the start or after the end hears nothing, at once.
func TestMetricsDoNotWaitForAStoppedCore(t *testing.T) {
	w := newWorld(t)
	cfg := w.config
	cfg.Virtual = testBus{w.conn}
	idle, err := gatecore.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	core, stop := w.start()
	stop()
	for _, c := range []*gatecore.Core{idle, core} {
		if told := metrictest.Collect(t, c); len(told) != 0 {
			t.Errorf("told %v", told)
		}
	}
}
