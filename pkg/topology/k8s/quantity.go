package k8s

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// What a workload asks for and may take when its identity says nothing: a cell
// is small. There is no limit on processors: a reflex that is throttled is late.
const (
	usualCPU         = 25 // thousandths of a core
	usualMemory      = topology.Bytes(64 << 20)
	usualMemoryLimit = topology.Bytes(256 << 20)

	// usualWeight is the CPUWeight of a slice that has none.
	usualWeight = 100
	// mostCPU bounds what a weight asks for: a pod that asks for more than a
	// node has is never started.
	mostCPU = 1000
)

// resourcesOf are the bounds of an identity as Kubernetes states them. The
// weight becomes the share that is asked for: processors are divided among
// pods in the ratio of their requests, as among slices in that of their weights.
func resourcesOf(l topology.Limits) (resources, error) {
	cpu, memory, memoryLimit := usualCPU, usualMemory, usualMemoryLimit
	if l.Memory > 0 {
		memoryLimit = l.Memory
		memory = min(memory, memoryLimit)
	}
	if l.CPUWeight > 0 {
		cpu = min(max(usualCPU*l.CPUWeight/usualWeight, 1), mostCPU)
	}
	out := resources{Limits: quantities{Memory: bytesQuantity(memoryLimit)}}
	if l.CPUQuota != "" {
		percent, err := strconv.Atoi(strings.TrimSuffix(l.CPUQuota, "%"))
		if err != nil || percent <= 0 {
			return resources{}, fmt.Errorf("cpu_quota %q is no percentage", l.CPUQuota)
		}
		most := percent * 10
		cpu = min(cpu, most)
		out.Limits.CPU = cpuQuantity(most)
	}
	out.Requests = quantities{CPU: cpuQuantity(cpu), Memory: bytesQuantity(memory)}
	return out, nil
}

// cpuQuantity writes thousandths of a core.
func cpuQuantity(milli int) string {
	if milli%1000 == 0 {
		return strconv.Itoa(milli / 1000)
	}
	return strconv.Itoa(milli) + "m"
}

// bytesQuantity writes bytes in the largest unit that divides them.
func bytesQuantity(b topology.Bytes) string {
	n, unit := uint64(b), ""
	for _, u := range []string{"Ki", "Mi", "Gi", "Ti"} {
		if n == 0 || n%1024 != 0 {
			break
		}
		n, unit = n/1024, u
	}
	return strconv.FormatUint(n, 10) + unit
}
