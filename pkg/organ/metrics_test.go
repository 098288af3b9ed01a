package organ_test

import (
	"testing"
	"testing/synctest"

	"github.com/nimmerverse/nimmer/pkg/metric/metrictest"
)

func TestMindTellsMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, bus := mind(t, says("yes"))
		bus.ask(t, request(t, "same", `{}`))
		bus.ask(t, request(t, "same", `{}`))
		bus.ask(t, []byte(`{"id":"broken"}`))
		<-bus.kept
		synctest.Wait()
		metrictest.Collect(t, m).Want(t, metrictest.Told{
			"nimmer_mind_state{dev,nyx,ready}": 1, "nimmer_mind_state{dev,nyx,busy}": 0,
			"nimmer_mind_requests_total{dev,nyx,answered}": 1, "nimmer_mind_requests_total{dev,nyx,repeated}": 1,
			"nimmer_mind_requests_total{dev,nyx,unreadable}": 1, "nimmer_mind_requests_total{dev,nyx,failed}": 0,
			"nimmer_mind_queue{dev,nyx}": 0, "nimmer_mind_queue_capacity{dev,nyx}": 64, "nimmer_mind_tokens_total{dev,nyx}": 3,
			"nimmer_mind_simulated{dev,nyx}": 0, "nimmer_mind_answer_seconds{dev,nyx}": 1,
		})
	})
}
