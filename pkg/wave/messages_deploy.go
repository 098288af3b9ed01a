package wave

import (
	"github.com/go-json-experiment/json/jsontext"
)

// The deploy commands carry the field names that deployers of the CIM lab already send.

// GPURequirements is what a deployment needs of a card.
type GPURequirements struct {
	MinVRAM             float64 `json:"min_vram_gb" rule:"required,range=0.." doc:"memory, in GB"`
	CUDACapability      float64 `json:"cuda_compute_capability" rule:"required,range=0.." doc:"least compute capability, like 8.6"`
	TensorCoresRequired bool    `json:"tensor_cores_required" rule:"default=false" doc:"tensor cores are needed"`
}

// DeployNode asks for a node to be brought to a configuration.
type DeployNode struct {
	Hostname        string           `json:"hostname" rule:"required,len=1..255" doc:"the host"`
	Configuration   jsontext.Value   `json:"configuration" rule:"required" doc:"its configuration: a name like .#cim-worker-1, or an object"`
	TargetIP        string           `json:"target_ip" rule:"required,len=1..64" doc:"where it answers"`
	GPURequirements *GPURequirements `json:"gpu_requirements,omitzero" doc:"what it must have"`
}

// UpdateNode asks for changes of a node's configuration.
type UpdateNode struct {
	Hostname             string         `json:"hostname" rule:"required,len=1..255" doc:"the host"`
	ConfigurationChanges jsontext.Value `json:"configuration_changes" rule:"required,object" doc:"what to change: an object"`
}

// ScaleService asks for a number of replicas.
type ScaleService struct {
	Service  string `json:"service" rule:"required,len=1..255" doc:"the service"`
	Replicas int    `json:"replicas" rule:"required,range=0..10000" doc:"how many there should be"`
}

// ModelRequirements is what an agent's model needs.
type ModelRequirements struct {
	ModelName string  `json:"model_name" rule:"required,len=1..256" doc:"the model"`
	VRAMUsage float64 `json:"vram_usage_gb" rule:"required,range=0.." doc:"memory it takes, in GB"`
	BatchSize int     `json:"batch_size" rule:"range=1..,default=1" doc:"requests at once"`
	Precision string  `json:"precision,omitzero" rule:"len=1..32" doc:"like FP16 or INT8"`
}

// DeployGPUAgent asks for an agent on a node's card.
type DeployGPUAgent struct {
	AgentID           string            `json:"agent_id" rule:"required,len=1..128" doc:"the agent"`
	ModelRequirements ModelRequirements `json:"model_requirements" rule:"required" doc:"what its model needs"`
	TargetNode        string            `json:"target_node" rule:"required,len=1..255" doc:"the host"`
}

// CommandReply answers every deploy command: it was accepted as a run, or refused.
type CommandReply struct {
	Verdict string `json:"verdict" rule:"required,one=accepted|refused" doc:"what became of it"`
	Run     string `json:"run,omitzero" rule:"token" doc:"the rollout to watch, where one was started"`
	Reason  string `json:"reason,omitzero" rule:"len=1..1024" doc:"why it was refused"`
	Hint    string `json:"hint,omitzero" rule:"len=1..1024" doc:"what to do about it"`
}
