package topology

import "fmt"

// sampleLab is a lab with a bit of everything, made by hand.
func sampleLab() *Topology {
	both := []string{"dev", "prod"}
	t := &Topology{
		FormatVersion: FormatVersion,
		Lab:           Lab{Name: "sample", Domain: "example.test", Environments: both, Attention: Attention{Beat: 30e9, Budget: 100}},
		Environments:  []Environment{{Name: "dev", Clock: "wall", Trace: "full", Colour: "green"}, {Name: "prod", Clock: "wall", Trace: "full", Colour: "#3366ff"}},
		Networks: []Network{
			{Name: "management", Subnet: "10.20.0.0/24", VLAN: 10, Gateway: "10.20.0.1", Description: "administration"},
			{Name: "nervous", Subnet: "10.20.1.0/24", VLAN: 20},
		},
		Hosts: []Host{
			{Name: "theia", System: "x86_64-linux", Environments: both, Cores: 16, Memory: 256 << 30, Roles: []string{"brain"},
				Addresses: map[string]string{"management": "10.20.0.10", "nervous": "10.20.1.10"},
				GPUs:      []GPU{{Name: "0", Model: "RTX PRO 6000 Blackwell", Memory: 96 << 30, Reserved: 512 << 20, ComputeCapability: "12.0"}},
				Deploy:    Deploy{Engine: "deploy-rs", User: "root", Port: 22, Canary: true, BuildOn: "local"}},
			{Name: "saturn", System: "x86_64-linux", Environments: both, Roles: []string{"hypervisor"},
				Addresses: map[string]string{"management": "10.20.0.12"}},
			{Name: "nats-dev", System: "x86_64-linux", Environments: []string{"dev"}, Parent: "saturn", Cores: 4, Memory: 16 << 30,
				Addresses: map[string]string{"nervous": "10.20.1.21"}},
		},
		Identities: []Identity{
			{Name: "nyx-cognitive", Hosts: []string{"theia"}, Environments: both, GPUs: []string{"theia/0"}, Limits: Limits{Memory: 128 << 30, CPUWeight: 300}},
			{Name: "dafit", Environments: both, May: []string{"deploy", "rollback"}},
		},
		NATS:   []NATS{{Name: "hub", Environments: both, Hosts: []string{"nats-dev"}, Address: "hub.example.test", Port: 4222, LeafPort: 7422, Durable: "process", Replicas: 1, JetStream: JetStream{Store: 100 << 30}}},
		Leaves: []Leaf{{Name: "theia", Host: "theia", Environments: both, JetStream: JetStream{Store: 100 << 30}}},
		Cells: []Cell{
			{Name: "text", Builtin: "text", Environments: both}, {Name: "math", Builtin: "math", Environments: both},
			{Name: "battery", Image: "battery-cell", Environments: both}, {Name: "lonely", Environments: both},
		},
		Gates: []Gate{
			{Name: "math", Cells: []string{"text", "math"}, Tier: 4, Window: 15e8, Open: 0.6, Close: -0.6, Release: 0.3, Environments: both},
			{Name: "energy", Cells: []string{"battery", "text"}, Tier: 3, Window: 3e10, Open: 0.7, Close: -0.5, Release: 0.2, Environments: []string{"prod"}},
		},
		Nerves:   []Nerve{{Name: "rest", Image: "rest", Gate: "energy", Commands: []string{"battery"}, Environments: both}},
		Events:   []Event{{Name: "calculation", Gates: []string{"math"}, Mind: "nyx", Domain: "arithmetic", Actions: []string{"answer", "defer"}, Schema: RawJSON(`{"type":"object","required":["text"]}`)}},
		Cortexes: []Cortex{{Name: "nyx", Host: "theia", Hosts: []string{"theia"}, Identity: "nyx-cognitive", Device: "gpu", GPUs: []string{"theia/0"}, Environments: both, Backend: &Backend{Kind: "vllm", ServedAs: "nyx", Port: 31000, MaxModelLen: 32768, GPUMemoryUtilization: 0.85}}},
		Organs:   []Organ{{Name: "vision", Hosts: []string{"theia"}, Identity: "nyx-cognitive", Device: "gpu", Memory: 8 << 30, Idle: 3e11, Environments: both, Backend: &Backend{Kind: "ollama"}}},
		Streams:  []UserStream{{Name: "notes", Subjects: []string{"*.notes.>"}, Account: AccountVirtual, Environments: both, Policy: "limits"}},
		Phoebes:  []Phoebe{{Name: "phoebe", Host: "saturn", Environments: both, Port: 5432, Database: "lab"}},
		Irises:   []Iris{{Name: "iris", Kind: "chroma", Host: "nats-dev", Port: 8000}},
		Other:    []Other{{Kind: "governor", Name: "thalamus", Attributes: RawJSON(`{"b": 1, "a": [ "x" ]}`)}},
	}
	for i := 1; i <= 10; i++ {
		t.Hosts = append(t.Hosts, Host{
			Name: fmt.Sprintf("worker-%d", i), System: "x86_64-linux", Environments: both, Roles: []string{"worker"},
			Addresses: map[string]string{"management": fmt.Sprintf("10.20.0.%d", 100+i), "nervous": fmt.Sprintf("10.20.1.%d", 100+i)},
			GPUs:      []GPU{{Name: "0", Model: "RTX 3080 Ti", Memory: 12 << 30, Reserved: 512 << 20, ComputeCapability: "8.6"}},
		})
	}
	return t
}
