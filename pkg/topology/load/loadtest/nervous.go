package loadtest

import "fmt"

// writeNervous declares cells, gates that hear them, and nerves.
func (w *writer) writeNervous() {
	for _, b := range []string{"text", "math", "cpu", "load"} {
		w.cells = append(w.cells, b)
		w.p("cell %q {\n  builtin = %q", b, b)
		if w.cluster && w.chance(40) {
			w.p("  on = kubernetes.pods")
		} else if w.chance(40) {
			w.p("  on = %s", refs("host", w.some(w.workers)))
		}
		w.p("}")
	}
	for i := range w.r.IntN(4) {
		name := fmt.Sprintf([]string{"sonar_%d", "eye-%d"}[w.r.IntN(2)], i)
		w.cells = append(w.cells, name)
		w.cell(name)
	}
	for i := range 1 + w.r.IntN(3) {
		name := fmt.Sprintf([]string{"gate_%d", "mood-%d"}[w.r.IntN(2)], i)
		w.gates = append(w.gates, name)
		w.p("gate %q {\n  cells = %s\n  tier = %d\n}", name, refs("cell", append(w.some(w.cells), "text", "math")), w.r.IntN(6))
	}
	if w.chance(50) {
		w.gates = append(w.gates, "math")
		w.p("gate \"math\" {\n  cells = [cell.text, cell.math]\n  tier = 4\n}")
	}
	for i, g := range w.gates {
		if g != "math" && w.chance(50) {
			w.nerve(fmt.Sprintf("nerve_%d", i), g)
		}
	}
}

func (w *writer) cell(name string) {
	w.p("cell %q {\n  cost = 0.1", name)
	id := w.identities[w.r.IntN(len(w.identities))]
	switch {
	case w.cluster && w.chance(50):
		w.p("  image = \"cells/%s\"\n  version = \"v1\"\n  replicas = %d\n  env = { A = \"$${x} \\\"y\\\"\" }", "sonar", 1+w.r.IntN(3))
	case w.placed[id] != "" && w.chance(50):
		w.p("  command = [\"/usr/bin/cell\", \"--x\"]\n  on = [host.%s]\n  identity = identity.%s", w.placed[id], id)
	}
	w.p("}")
}

func (w *writer) nerve(name, gate string) {
	w.p("nerve %q {\n  gate = gate.%s\n  commands = %s\n  states = [\"idle\", \"busy\"]", name, gate, refs("cell", w.some(w.cells)))
	w.p("  transition {\n    from = \"idle\"\n    to = \"busy\"\n    cost = 0.5\n  }")
	if w.cluster {
		w.p("  image = \"nerves/n\"\n  version = \"v2\"")
	} else {
		w.p("  command = [\"/usr/bin/nerve\"]\n  on = %s", refs("host", w.some(w.workers)))
	}
	w.p("}")
}

// writeMinds declares organs and a cortex on the cards of the first worker.
func (w *writer) writeMinds() {
	first := w.identities[0]
	for i := range w.r.IntN(3) {
		name := fmt.Sprintf([]string{"vision_%d", "speech-%d"}[w.r.IntN(2)], i)
		w.organs = append(w.organs, name)
		w.p("organ %q {\n  host = host.worker-0\n  identity = identity.%s\n  memory = \"2GiB\"\n  verbs = [\"detect\"]\n  backend \"ollama\" { model = \"m\" }\n}", name, first)
	}
	if w.chance(60) {
		w.minds = append(w.minds, "nyx")
		w.p("cortex \"nyx\" {\n  host = host.worker-0\n  identity = identity.%s\n  backend \"vllm\" {\n    model = \"/models/m\"\n    served_as = \"nyx\"\n    gpu_memory_utilization = 0.5\n  }\n}", first)
	}
	if len(w.organs) > 0 && w.chance(40) {
		w.p("boundary \"edge\" { organ = organ.%s }", w.organs[0])
	}
}

// writeServices places our own processes, all of them somewhere.
func (w *writer) writeServices() {
	for _, process := range []string{"gate", "cell", "deploy", "phoebe", "console", "thalamus", "harness"} {
		if process != "gate" && w.chance(50) {
			continue
		}
		w.p("service %q {\n  process = %q\n  hosts = [host.%s]\n}", "the-"+process, process, w.workers[w.r.IntN(len(w.workers))])
	}
	if w.chance(50) {
		w.p("monitoring \"eyes\" {\n  host = host.%s\n  exporter \"node\" { port = 9100 }\n}", w.workers[len(w.workers)-1])
	}
	if id := w.identities[0]; w.chance(30) {
		w.p("unit \"own\" {\n  identity = identity.%s\n  command = [\"/usr/bin/own\"]\n}", id)
	}
}
