package cell

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/metric/metrictest"
)

func TestCellTellsMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBus()
		behaviour := &counter{}
		c, err := New(Config{Env: "dev", Name: "number", Source: "me", Bus: b}, behaviour)
		if err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, c)
		synctest.Wait()
		b.setBroken(true)
		<-time.After(1500 * time.Millisecond)
		b.setBroken(false)
		_, _ = b.ask(t, "dev.nervous.cells.number.request", `{"id":"q1","command":"count"}`)
		_, _ = b.ask(t, "dev.nervous.cells.number.request", `{"id":"q2","command":"dance"}`)
		_, _ = b.ask(t, "dev.nervous.cells.number.request", `{"command":`)
		metrictest.Collect(t, c).Want(t, metrictest.Told{
			"nimmer_cell_waves_total{dev,number,me}": 2, "nimmer_cell_lost_frames_total{dev,number,me}": 1,
			"nimmer_cell_answers_total{dev,number,me,done}": 1, "nimmer_cell_answers_total{dev,number,me,failed}": 1,
			"nimmer_cell_rejects_total{dev,number,me}": 1, "nimmer_cell_sample_failures_total{dev,number,me}": 0,
		})
	})
}

func TestCellCountsFailedSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Config{Env: "dev", Name: "number", Source: "me", Bus: newFakeBus()}, &counter{fails: true})
		if err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, c)
		<-time.After(1500 * time.Millisecond)
		metrictest.Collect(t, c).Want(t, metrictest.Told{
			"nimmer_cell_sample_failures_total{dev,number,me}": 2, "nimmer_cell_waves_total{dev,number,me}": 0,
		})
	})
}

func TestNerveTellsMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, err := NewNerve("pressure", NerveConfig{Config: Config{Env: "dev", Bus: newFakeBus()}})
		if err != nil {
			t.Fatal(err)
		}
		metrictest.Collect(t, n).Want(t, metrictest.Told{"nimmer_nerve_state{dev,pressure,idle}": 1, "nimmer_nerve_transitions_total{dev,pressure,alert}": 0})
		daemontest.Running(t, n)
		n.tell(t.Context(), step{to: stateAlert})
		metrictest.Collect(t, n).Want(t, metrictest.Told{
			"nimmer_nerve_state{dev,pressure,idle}": 0, "nimmer_nerve_state{dev,pressure,alert}": 1,
			"nimmer_nerve_transitions_total{dev,pressure,alert}": 1,
		})
	})
}
