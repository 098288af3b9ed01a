package loadtest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// Random returns a random lab, always the same one for a seed. It fails the
// test, with the declaration, when the lab is not well declared.
func Random(t testing.TB, seed uint64) *topology.Topology {
	t.Helper()
	src := HCL(seed)
	top, diags := load.Source(fmt.Sprintf("random lab %d", seed), map[string][]byte{"lab.hcl": []byte(src)}, load.Options{})
	if diags.HasErrors() {
		t.Fatalf("random lab %d is not well declared:\n%s\n%s", seed, diags.Text(false), src)
	}
	return top
}

// HCL is the declaration of a random lab.
func HCL(seed uint64) string {
	w := &writer{r: rand.New(rand.NewPCG(seed, 0x6c6162))}
	w.writeLab()
	w.writeHosts()
	w.writeBuses()
	w.writeIdentities()
	w.writeClusters()
	w.writeNervous()
	w.writeMinds()
	w.writeServices()
	return w.String()
}

// writer writes a declaration. What it needs to know of what is declared
// already stands in its lists.
type writer struct {
	strings.Builder
	r *rand.Rand

	envs, identities, cells, gates, organs, minds, workers, leaves []string
	placed                                                         map[string]string // identity to its only host, "" for people
	cluster, cim                                                   bool
	hub                                                            int // hosts of the first hub
}

func (w *writer) p(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *writer) chance(percent int) bool { return w.r.IntN(100) < percent }

// some is a random part of a list, in its order, never empty.
func (w *writer) some(list []string) []string {
	var out []string
	for _, s := range list {
		if w.chance(50) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = append(out, list[w.r.IntN(len(list))])
	}
	return out
}

// list writes texts, refs references of a kind.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, s := range texts {
		quoted[i] = fmt.Sprintf("%q", s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func refs(kind string, names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = ref(kind, n)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func ref(kind, name string) string { return kind + "." + name }

func (w *writer) writeLab() {
	w.envs = [][]string{{"dev"}, {"dev", "prod"}, {"dev", "staging", "prod"}, {"a", "a-b"}}[w.r.IntN(4)]
	w.p("lab \"random\" {\n  environments = %s", list(w.envs))
	if w.chance(40) {
		w.p("  ipa {\n    server = \"ipa.example.test\"\n    realm = \"EXAMPLE.TEST\"\n  }")
	}
	if w.cim = w.chance(40); w.cim {
		w.p("  cim_environment = %q", w.envs[0])
	}
	w.p("}")
	w.p("network \"management\" {\n  subnet = \"10.9.0.0/16\"\n  vlan = 10\n}")
}

// writeHosts declares one for each hub, some for leaves, and workers, one of them a
// machine with cards.
func (w *writer) writeHosts() {
	n := 0
	host := func(name, rest string) {
		n++
		w.p("host %q {\n  addresses = { management = \"10.9.%d.%d\" }\n%s}", name, n/200, n%200+1, rest)
	}
	w.hub = []int{1, 1, 3}[w.r.IntN(3)]
	for i := range w.hub {
		host(fmt.Sprintf("bus-%d", i), "")
	}
	for i := 1; i < len(w.envs); i++ {
		host(fmt.Sprintf("bus-of-%d", i), "")
	}
	for i := range 1 + w.r.IntN(4) {
		name := fmt.Sprintf("worker-%d", i)
		w.workers = append(w.workers, name)
		gpus := ""
		if i == 0 {
			gpus = "  gpu \"0\" { memory = \"24GiB\" }\n  gpu \"1\" { memory = \"24GiB\" }\n"
		}
		host(name, gpus)
	}
}

// writeBuses declares one hub for all environments, or one for each.
func (w *writer) writeBuses() {
	var hosts []string
	for i := range w.hub {
		hosts = append(hosts, fmt.Sprintf("bus-%d", i))
	}
	apart := len(w.envs) > 1 && w.chance(50)
	envs := w.envs
	if apart {
		envs = w.envs[:1]
	}
	w.p("nats \"hub\" {\n  hosts = %s\n  environments = %s", refs("host", hosts), list(envs))
	if w.chance(50) {
		w.p("  jetstream {\n    memory = \"1GiB\"\n    store = \"40GiB\"\n  }")
	}
	if w.chance(30) {
		w.p("  websocket_port = 8443\n  durable = \"power-loss\"")
	}
	w.p("}")
	for i := 1; apart && i < len(w.envs); i++ {
		w.p("nats \"hub-%d\" {\n  hosts = [host.bus-of-%d]\n  environments = [%q]\n}", i, i, w.envs[i])
	}
	for _, host := range w.workers {
		if w.chance(50) {
			name := "leaf_of_" + host
			w.leaves = append(w.leaves, name)
			w.p("leaf %q {\n  host = host.%s\n  environments = %s\n  jetstream { store = \"10GiB\" }\n}", name, host, list(w.some(w.envs)))
		}
	}
	w.writeStreams()
}

func (w *writer) writeStreams() {
	if w.chance(50) {
		w.p("stream \"notes\" {\n  subjects = [\"*.notes.>\"]\n  max_age = \"2d\"\n}")
	}
	if w.chance(30) {
		w.p("stream \"remarks\" {\n  subjects = [\"*.real.remarks.*\"]\n  account = \"real\"\n}")
	}
	for i, leaf := range w.leaves {
		if w.chance(40) {
			w.p("stream \"local_%d\" {\n  subjects = [\"*.local.n%d.>\"]\n  at = leaf.%s\n}", i, i, leaf)
		}
	}
}

// writeIdentities declares people and workloads, with grants of their own.
func (w *writer) writeIdentities() {
	w.placed = map[string]string{}
	for i := range 1 + w.r.IntN(4) {
		name := fmt.Sprintf([]string{"nyx-%d", "under_score_%d"}[w.r.IntN(2)], i)
		w.identities = append(w.identities, name)
		w.p("identity %q {", name)
		if i == 0 {
			w.placed[name] = "worker-0"
			w.p("  hosts = [host.worker-0]\n  gpus = [gpu.worker-0.0, gpu.worker-0.1]\n  linger = true")
		} else if w.chance(60) {
			w.placed[name] = w.workers[w.r.IntN(len(w.workers))]
			w.p("  hosts = [host.%s]", w.placed[name])
		}
		if w.chance(40) {
			w.p("  may = %s", list(w.some([]string{"deploy", "update", "scale", "gpu-agent", "install"})))
		}
		if w.chance(30) {
			w.p("  limits {\n    memory = \"%dGiB\"\n    cpu_weight = %d\n  }", 1+w.r.IntN(8), 1+w.r.IntN(900))
		}
		if w.chance(30) {
			w.p("  ipa {\n    groups = [\"lab\", \"g%d\"]\n  }", i)
		}
		if w.chance(60) {
			w.p("  nats {\n    publish = %s\n    subscribe = %s\n  }", list(w.some([]string{
				"*.nervous.cells.extra.wave", "*.notes.>", "*.work.jobs", w.envs[0] + ".probes.variance.*", "*.real.outcomes.*.feedback", "*.infra.audit.me",
			})), list(w.some([]string{
				"*.nervous.gates.*.lean", "*.nervous.gates.*.transition", w.envs[0] + ".organs.*.state", "*.real.gates.>", "*.infra.rollouts.>", "*.cognitive.>",
			})))
		}
		w.p("}")
	}
}

func (w *writer) writeClusters() {
	if w.cluster = w.chance(50); w.cluster {
		w.p("kubernetes \"pods\" {\n  hosts = [host.%s]\n  registry = \"registry.example.test/lab\"\n}", w.workers[0])
	}
}
