package k8s

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

func TestResources(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits topology.Limits
		want   resources
	}{
		"nothing said":   {topology.Limits{}, resources{quantities{"25m", "64Mi"}, quantities{"", "256Mi"}}},
		"memory":         {topology.Limits{Memory: 16 << 30}, resources{quantities{"25m", "64Mi"}, quantities{"", "16Gi"}}},
		"little memory":  {topology.Limits{Memory: 1000}, resources{quantities{"25m", "1000"}, quantities{"", "1000"}}},
		"weight":         {topology.Limits{CPUWeight: 400}, resources{quantities{"100m", "64Mi"}, quantities{"", "256Mi"}}},
		"lightest":       {topology.Limits{CPUWeight: 1}, resources{quantities{"1m", "64Mi"}, quantities{"", "256Mi"}}},
		"heaviest":       {topology.Limits{CPUWeight: 10000}, resources{quantities{"1", "64Mi"}, quantities{"", "256Mi"}}},
		"quota":          {topology.Limits{CPUQuota: "150%"}, resources{quantities{"25m", "64Mi"}, quantities{"1500m", "256Mi"}}},
		"quota bounds":   {topology.Limits{CPUQuota: "5%", CPUWeight: 500}, resources{quantities{"50m", "64Mi"}, quantities{"50m", "256Mi"}}},
		"odd megabytes":  {topology.Limits{Memory: 1500 << 20}, resources{quantities{"25m", "64Mi"}, quantities{"", "1500Mi"}}},
		"more than tera": {topology.Limits{Memory: 2048 << 40}, resources{quantities{"25m", "64Mi"}, quantities{"", "2048Ti"}}},
	} {
		got, err := resourcesOf(c.limits)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	for _, quota := range []string{"much", "0%", "-1%", "1.5%"} {
		if got, err := resourcesOf(topology.Limits{CPUQuota: quota}); err == nil {
			t.Errorf("cpu_quota %q is %+v", quota, got)
		}
	}
}
