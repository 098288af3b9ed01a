package topology

// Organ is a model service that is loaded when somebody needs it.
type Organ struct {
	Name string `json:"name" hcl:",label"`
	// Host it runs on [its identity's, when that has one].
	Host string `json:"host" ref:"host" alone:"hosts"`
	// Hosts it may run on [the one of host].
	Hosts []string `json:"hosts" ref:"host"`
	// Identity it runs as.
	Identity string `json:"identity" ref:"identity"`
	// Device it computes on [gpu or metal if it may use a card, else cpu].
	Device string `json:"device" enum:"gpu|cpu|metal"`
	// GPUs it may use [the identity's].
	GPUs []string `json:"gpus" ref:"gpu"`
	// Memory it needs on a card; 0: estimated from its model.
	Memory Bytes `json:"memory" above:"0B"`
	// ComputeCapability is the CUDA compute capability it needs, as "8.6".
	ComputeCapability string `json:"compute_capability"`
	// Idle is how long it stays loaded unused.
	Idle Duration `json:"idle" default:"5m" above:"0s"`
	// Exclusive says whether it is alone on its card while loaded.
	Exclusive bool `json:"exclusive" default:"false"`
	// Pinned says whether it is loaded at the start and never unloaded.
	Pinned bool `json:"pinned" default:"false"`
	// MinResident is how long it stays after a load, whoever waits.
	MinResident Duration `json:"min_resident" default:"30s" min:"0s"`
	// Class of its requests unless they say otherwise.
	Class string `json:"class" enum:"interactive|background|batch" default:"interactive"`
	// Cost is the lifeforce of one request.
	Cost float64 `json:"cost" default:"0" min:"0"`
	// Verbs it answers, as "detect".
	Verbs []string `json:"verbs"`
	// Environments it serves [its identity's, else its hosts', else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Backend runs the model; the label is its kind.
	Backend *Backend `json:"backend,omitempty" hcl:"backend,block"`
	Src     *Source  `json:"-"`
}

// Backend runs a model.
type Backend struct {
	// Kind is one of llama-server, ollama, vllm, exec, openai, boundary, simulated.
	Kind string `json:"kind" hcl:",label" enum:"llama-server|ollama|vllm|exec|openai|boundary|simulated"`
	// Model is a name or a path.
	Model string `json:"model"`
	// ServedAs is the name clients use for it.
	ServedAs string `json:"served_as"`
	// Port it listens on [a Unix socket, else a free one; vllm: 31000].
	Port int `json:"port" min:"1" max:"65535"`
	// URL of an endpoint that somebody else runs (openai, ollama).
	URL string `json:"url"`
	// TokenFile is the path of that endpoint's key.
	TokenFile string `json:"token_file" path:"true"`
	// Command to run (exec).
	Command []string `json:"command"`
	// Context is the context length in tokens; 0: the model's own.
	Context int `json:"context" min:"1"`
	// Parallel is how many requests run at once; 0: the backend's choice.
	Parallel int `json:"parallel" min:"1"`
	// Args are handed to the backend as they are.
	Args []string `json:"args"`
	// MaxModelLen is the bound on tokens of vLLM; 0: the model's own.
	MaxModelLen int `json:"max_model_len" min:"1"`
	// GPUMemoryUtilization is the share of the card that vLLM takes; 0: memory says it.
	GPUMemoryUtilization float64 `json:"gpu_memory_utilization" above:"0" max:"1"`
	// DType is the number format of vLLM, as "bfloat16".
	DType string  `json:"dtype"`
	Src   *Source `json:"-"`
}

// Cortex is a mind: an expensive language model behind a queue.
type Cortex struct {
	Name string `json:"name" hcl:",label"`
	// Host it runs on [its identity's, when that has one].
	Host string `json:"host" ref:"host" alone:"hosts"`
	// Hosts it may run on [the one of host].
	Hosts []string `json:"hosts" ref:"host"`
	// Identity it runs as.
	Identity string `json:"identity" ref:"identity"`
	// Device it computes on [gpu or metal if it may use a card, else cpu].
	Device string `json:"device" enum:"gpu|cpu|metal"`
	// GPUs it uses, all of them [the identity's].
	GPUs []string `json:"gpus" ref:"gpu"`
	// Memory it needs over all its cards; 0: see the backend's gpu_memory_utilization.
	Memory Bytes `json:"memory" above:"0B"`
	// ComputeCapability is the CUDA compute capability it needs, as "8.6".
	ComputeCapability string `json:"compute_capability"`
	// Idle is how long it stays loaded unused.
	Idle Duration `json:"idle" default:"5m" above:"0s"`
	// Exclusive says whether it is alone on its card while loaded.
	Exclusive bool `json:"exclusive" default:"false"`
	// Pinned says whether it is loaded at the start and never unloaded.
	Pinned bool `json:"pinned" default:"false"`
	// MinResident is how long it stays after a load, whoever waits.
	MinResident Duration `json:"min_resident" default:"30s" min:"0s"`
	// Class of its requests unless they say otherwise.
	Class string `json:"class" enum:"interactive|background|batch" default:"interactive"`
	// Cost is the lifeforce of one request.
	Cost float64 `json:"cost" default:"0" min:"0"`
	// Verbs it answers besides requests.
	Verbs []string `json:"verbs"`
	// Environments it serves [its identity's, else its hosts', else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Queue is who waits for it.
	Queue Queue `json:"queue" hcl:"queue,block"`
	// Budget is the lifeforce it may spend in a beat; 0: no bound of its own.
	Budget float64 `json:"budget" min:"0"`
	// Backend runs the model; the label is its kind.
	Backend  *Backend `json:"backend,omitempty" hcl:"backend,block"`
	Implicit bool     `json:"implicit" hcl:"-"`
	Src      *Source  `json:"-"`
}

// Queue bounds who waits for a mind.
type Queue struct {
	// Depth is how many may wait.
	Depth int `json:"depth" default:"64" min:"1" max:"1000000"`
	// Wait is how long one may wait.
	Wait Duration `json:"wait" default:"60s" above:"0s"`
	Src  *Source  `json:"-"`
}

// Training makes adapters for a mind.
type Training struct {
	Name string `json:"name" hcl:",label"`
	// Identity it runs as.
	Identity string `json:"identity" ref:"identity" need:"true"`
	// GPU it uses [the identity's only one].
	GPU string `json:"gpu" ref:"gpu"`
	// Memory it needs on the card.
	Memory Bytes `json:"memory" above:"0B"`
	// Base is the mind it trains for [the only one].
	Base string `json:"base" ref:"cortex"`
	// Traits it trains.
	Traits []string `json:"traits" ref:"trait"`
	// Output is the folder for adapters.
	Output string `json:"output" path:"true"`
	// Schedule is a systemd calendar expression; empty: by hand.
	Schedule string  `json:"schedule"`
	Src      *Source `json:"-"`
}

// Trait is a specialisation of a mind, learned as an adapter.
type Trait struct {
	Name string `json:"name" hcl:",label"`
	// Domain it is about.
	Domain string `json:"domain"`
	// Signal that rewards it.
	Signal string `json:"signal" enum:"verified|outcome|person|phoebe"`
	// Alpha is the share with which it is merged.
	Alpha float64 `json:"alpha" default:"0.3" min:"0" max:"1"`
	// Path of the adapter.
	Path string  `json:"path" path:"true"`
	Src  *Source `json:"-"`
}
