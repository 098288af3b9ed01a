package monitor

import (
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// group is a target in the form of Prometheus' file discovery.
type group struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// targets are the groups of every job, by job.
func (w *watch) targets() map[string][]group {
	jobs := map[string][]group{"nimmer": {}}
	for _, p := range w.processes {
		if g, ok := w.ours(p); ok {
			jobs["nimmer"] = append(jobs["nimmer"], g)
		}
	}
	for i := range w.block.Exporters {
		e := &w.block.Exporters[i]
		jobs[e.Name] = []group{}
		for _, name := range e.Hosts {
			if h := w.hosts[name]; h != nil {
				jobs[e.Name] = append(jobs[e.Name], group{[]string{w.reach(h, e.Port)}, w.labels(h, nil)})
			}
		}
	}
	if w.block.Host != "" {
		for job, port := range map[string]int{"prometheus": w.block.PrometheusPort, "grafana": w.block.GrafanaPort, "loki": w.block.LokiPort} {
			jobs[job] = []group{{[]string{w.reach(w.from, port)}, w.labels(w.from, nil)}}
		}
	}
	return jobs
}

// ours is the target of one of our processes. One that listens on the loopback
// of another host cannot be reached: it is told nowhere.
func (w *watch) ours(p process) (group, bool) {
	h := w.hosts[p.Host]
	if h == nil || w.loopbackElsewhere(p) {
		return group{}, false
	}
	labels := w.labels(h, p.Environments)
	labels["service"], labels["process"] = p.title(), p.Process
	target := p.Listen // it listens nowhere else
	if ip := net.ParseIP(hostOf(p.Listen)); ip == nil || ip.IsUnspecified() {
		target = w.reach(h, p.Port)
	}
	return group{[]string{target}, labels}, true
}

func (w *watch) loopbackElsewhere(p process) bool {
	ip := net.ParseIP(hostOf(p.Listen))
	return ip != nil && ip.IsLoopback() && p.Host != w.from.Name
}

// labels are what every target of a host carries. environments nil: the
// host's.
func (w *watch) labels(h *topology.Host, environments []string) map[string]string {
	if environments == nil {
		environments = h.Environments
	}
	labels := map[string]string{"host": h.Name}
	if len(environments) > 0 {
		labels["environment"] = strings.Join(environments, ",")
	}
	if len(h.Roles) > 0 {
		labels["roles"] = strings.Join(h.Roles, ",")
	}
	return labels
}

// reach is where Prometheus finds a port of a host.
func (w *watch) reach(h *topology.Host, port int) string {
	return net.JoinHostPort(w.address(h), strconv.Itoa(port))
}

// address is how the watching host calls another: by its address in the
// network that deployments use, else in one that both are in, else in any, else
// by its name.
func (w *watch) address(h *topology.Host) string {
	if h.Name == w.from.Name && !w.several {
		return "127.0.0.1"
	}
	if a := h.Addresses[h.Deploy.Network]; a != "" && w.from.Addresses[h.Deploy.Network] != "" {
		return a
	}
	networks := slices.Sorted(maps.Keys(h.Addresses))
	for _, n := range networks {
		if w.from.Addresses[n] != "" {
			return h.Addresses[n]
		}
	}
	if len(networks) > 0 {
		return h.Addresses[networks[0]]
	}
	return h.Name + "." + w.t.Lab.Domain
}
