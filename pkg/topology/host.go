package topology

// Host is a machine, bare or virtual.
type Host struct {
	Name string `json:"name" hcl:",label"`
	// System is its platform, as Nix writes it.
	System string `json:"system" enum:"x86_64-linux|aarch64-linux|aarch64-darwin|x86_64-darwin" default:"x86_64-linux"`
	// Addresses are its IP addresses by network.
	Addresses map[string]string `json:"addresses" key:"network"`
	// MACs are its hardware addresses by network.
	MACs map[string]string `json:"macs" key:"network"`
	// Aliases are further DNS names.
	Aliases []string `json:"aliases"`
	// Roles are free text, for people and selectors.
	Roles []string `json:"roles"`
	// Environments are those it serves [the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Memory is its main memory; 0: not known.
	Memory Bytes `json:"memory" above:"0B"`
	// Cores is the number of its processor cores; 0: not known.
	Cores int `json:"cores" min:"1"`
	// Parent is the host that runs this one as a guest; empty: bare metal.
	Parent string `json:"parent" ref:"host"`
	// GPUs are its cards, those that a parent passes through included.
	GPUs []GPU `json:"gpus" hcl:"gpu,block"`
	// Disks are its disks.
	Disks []Disk `json:"disks" hcl:"disk,block"`
	// Apple describes Apple silicon; its GPU is the card gpu.HOST.metal.
	Apple *Apple `json:"apple,omitempty" hcl:"apple,block"`
	// Deploy says how configurations reach it.
	Deploy   Deploy  `json:"deploy" hcl:"deploy,block"`
	Implicit bool    `json:"implicit" hcl:"-"`
	Src      *Source `json:"-"`
}

// GPU is a card of a host. Elsewhere it is named "HOST/NAME".
type GPU struct {
	Name string `json:"name" hcl:",label"`
	// Model is the maker's name for it.
	Model string `json:"model"`
	// Memory is all of its memory; 0: not known.
	Memory Bytes `json:"memory" above:"0B"`
	// Reserved is kept free for the driver, the display and CUDA contexts.
	Reserved Bytes `json:"reserved" default:"512MiB" min:"0B"`
	// ComputeCapability is the CUDA compute capability, as "8.9".
	ComputeCapability string `json:"compute_capability"`
	// PCI is its bus address, as "0000:41:00.0".
	PCI string `json:"pci"`
	// UUID is the driver's name for it, as "GPU-5c...".
	UUID string `json:"uuid"`
	// To is the guest that has the whole card (passthrough).
	To string `json:"to" ref:"host"`
	// VGPUs are the slices of it that guests have.
	VGPUs []VGPU `json:"vgpus" hcl:"vgpu,block"`
	// From is, on a guest, the parent's card "HOST/NAME" that stands behind
	// this one; empty: a card of the host's own.
	From string `json:"from" hcl:"-"`
	// Metal marks the GPU of Apple silicon, whose memory is the machine's.
	Metal bool    `json:"metal" hcl:"-"`
	Src   *Source `json:"-"`
}

// VGPU is a mediated slice of a card.
type VGPU struct {
	Name string `json:"name" hcl:",label"`
	// UUID is the mediated device's.
	UUID string `json:"uuid"`
	// Profile is the maker's name of the slice, as "nvidia-259".
	Profile string `json:"profile"`
	// To is the guest that has it.
	To  string  `json:"to" ref:"host"`
	Src *Source `json:"-"`
}

// Disk is a disk of a host.
type Disk struct {
	Name string `json:"name" hcl:",label"`
	// ID is its name under /dev/disk/by-id, which never changes.
	ID string `json:"id"`
	// Size is its capacity; 0: not known.
	Size Bytes `json:"size" above:"0B"`
	// Role is what it is for.
	Role string  `json:"role"`
	Src  *Source `json:"-"`
}

// Apple describes Apple silicon.
type Apple struct {
	// Chip is its name, as "M3 Ultra".
	Chip string `json:"chip"`
	// Memory is the unified memory.
	Memory Bytes `json:"memory" above:"0B"`
	// GPUCores is the number of its GPU's cores.
	GPUCores int `json:"gpu_cores" min:"1"`
	// NeuralEngineCores is the number of its neural engine's cores.
	NeuralEngineCores int `json:"neural_engine_cores" min:"1"`
	// MetalFamily is the Metal feature family, as "apple9".
	MetalFamily string  `json:"metal_family"`
	Src         *Source `json:"-"`
}

// Deploy says how configurations reach a host.
type Deploy struct {
	// Engine is what activates: deploy-rs, our own, or darwin-rebuild [darwin on a Mac].
	Engine string `json:"engine" enum:"deploy-rs|native|darwin" default:"deploy-rs"`
	// User is who logs in.
	User string `json:"user" default:"root"`
	// Port is where ssh listens.
	Port int `json:"port" default:"22" min:"1" max:"65535"`
	// Network is the one deployments go over [management, else the only one].
	Network string `json:"network" ref:"network"`
	// Key is the path of the ssh key.
	Key string `json:"key" path:"true"`
	// BuildOn says who builds: the deployer, or the host itself.
	BuildOn string `json:"build_on" enum:"local|remote" default:"local"`
	// Canary says whether it goes first in a rollout.
	Canary bool    `json:"canary" default:"false"`
	Src    *Source `json:"-"`
}
