package boundary

import (
	"testing"

	"github.com/nimmerverse/nimmer/pkg/metric/metrictest"
)

func TestBoundaryTellsMetrics(t *testing.T) {
	b, bus := serve(t)
	bus.bring(transform(t, "math", 7, sums()...))
	bus.bring(transform(t, "math", 7, sums()...))
	bus.bring([]byte(`{}`))
	metrictest.Collect(t, b).Want(t, metrictest.Told{
		"nimmer_boundary_requests_total{dev,stored}": 1, "nimmer_boundary_requests_total{dev,repeated}": 1,
		"nimmer_boundary_requests_total{dev,rejected}": 1, "nimmer_boundary_requests_total{dev,lost}": 0,
	})
}
