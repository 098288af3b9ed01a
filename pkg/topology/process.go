package topology

// Service is a process of ours that runs somewhere.
type Service struct {
	Name string `json:"name" hcl:",label"`
	// Process is which one [the label].
	Process string `json:"process" enum:"gate|cell|deploy|phoebe|console|thalamus|npc|harness"`
	// Hosts are those that run it.
	Hosts []string `json:"hosts" ref:"host"`
	// Identity it runs as; empty: a derived user.
	Identity string `json:"identity" ref:"identity"`
	// Environments it serves [its identity's, else its hosts', else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Replicas on each host.
	Replicas int `json:"replicas" default:"1" min:"1" max:"1000"`
	// Cells that a cell service runs, nerves included [all built-in ones].
	Cells []string `json:"cells" ref:"cell|nerve"`
	// Listen is the address of its HTTP face, as "127.0.0.1:8080".
	Listen string `json:"listen"`
	// Flake is where the deployer's working copy comes from.
	Flake    string  `json:"flake"`
	Implicit bool    `json:"implicit" hcl:"-"`
	Src      *Source `json:"-"`
}

// Unit is a process of the user's own, with identity, grants and slice.
type Unit struct {
	Name string `json:"name" hcl:",label"`
	// Hosts run it [its identity's].
	Hosts []string `json:"hosts" ref:"host"`
	// Identity it runs as.
	Identity string `json:"identity" ref:"identity" need:"true"`
	// Command and its arguments; no shell stands between.
	Command []string `json:"command" need:"true"`
	// Env are environment variables.
	Env map[string]string `json:"env"`
	// Environments it serves [its identity's].
	Environments []string `json:"environments" ref:"environment"`
	Src          *Source  `json:"-"`
}
