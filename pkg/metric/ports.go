package metric

import "strconv"

// firstPort is where the lab that one process plays tells its metrics; the processes follow.
const firstPort = 7640

// processes in the order of their ports.
var processes = []string{"nimmer", "gate", "cell", "organ", "host", "deploy", "phoebe", "console", "thalamus", "npc", "harness"}

// busPort is where prometheus-nats-exporter is found; a bus server of ours tells the same there.
const busPort = 7777

// Port is where a process (nimmer, gate, cell, organ, ..., or nats) tells its metrics unless it is told
// otherwise; 0 for one that is not known.
func Port(process string) int {
	if process == "nats" {
		return busPort
	}
	for i, p := range processes {
		if p == process {
			return firstPort + i
		}
	}
	return 0
}

// Address is the default address of a process's metrics: on loopback.
func Address(process string) string {
	return "127.0.0.1:" + strconv.Itoa(Port(process))
}
