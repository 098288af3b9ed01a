package topology

// On is where a cell runs: in clusters, or on hosts. Both empty: in the cell
// services when it is built in, else wherever somebody else starts it.
type On struct {
	Kubernetes []string `json:"kubernetes"`
	Hosts      []string `json:"hosts"`
}

// Cell is a field of waves: a sensor or a small machine with an opinion.
type Cell struct {
	Name string `json:"name" hcl:",label"`
	// Builtin is the built-in cell that speaks.
	Builtin string `json:"builtin"`
	// Image is a container image that speaks.
	Image string `json:"image"`
	// Command is a command that speaks.
	Command []string `json:"command"`
	// On is a cluster or hosts [the cluster when there is an image].
	On On `json:"on" ref:"kubernetes|host"`
	// Identity it runs as [a derived user].
	Identity string `json:"identity" ref:"identity"`
	// Replicas of it.
	Replicas int `json:"replicas" default:"1" min:"1" max:"10000"`
	// Environments it lives in [its identity's, else its hosts', else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Env are environment variables.
	Env map[string]string `json:"env"`
	// Cost is the lifeforce of one wave.
	Cost float64 `json:"cost" default:"0" min:"0"`
	// Version is for people, and the tag of the image.
	Version string  `json:"version"`
	Src     *Source `json:"-"`
}

// Nerve composes cells into behaviour; it hears one gate.
type Nerve struct {
	Name string `json:"name" hcl:",label"`
	// Builtin is the built-in nerve that acts.
	Builtin string `json:"builtin"`
	// Image is a container image that acts.
	Image string `json:"image"`
	// Command is a command that acts.
	Command []string `json:"command"`
	// On is a cluster or hosts [the cluster when there is an image].
	On On `json:"on" ref:"kubernetes|host"`
	// Identity it runs as [a derived user].
	Identity string `json:"identity" ref:"identity"`
	// Replicas of it.
	Replicas int `json:"replicas" default:"1" min:"1" max:"10000"`
	// Environments it lives in [its identity's, else its hosts', else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Env are environment variables.
	Env map[string]string `json:"env"`
	// Cost is the lifeforce of one action.
	Cost float64 `json:"cost" default:"0" min:"0"`
	// Version is for people, and the tag of the image.
	Version string `json:"version"`
	// Gate it hears.
	Gate string `json:"gate" ref:"gate"`
	// Commands are the cells it may ask.
	Commands []string `json:"commands" ref:"cell"`
	// States it can be in, first the initial one.
	States []string `json:"states"`
	// Transitions between its states.
	Transitions []Transition `json:"transitions" hcl:"transition,block"`
	Implicit    bool         `json:"implicit" hcl:"-"`
	Src         *Source      `json:"-"`
}

// Transition is a legal change of a nerve's state.
type Transition struct {
	// From is a declared state.
	From string `json:"from" need:"true"`
	// To is a declared state.
	To string `json:"to" need:"true"`
	// Cost is the lifeforce of the change.
	Cost float64 `json:"cost" default:"0" min:"0"`
	Src  *Source `json:"-"`
}

// Gate is a resonance chamber over cells.
type Gate struct {
	Name string `json:"name" hcl:",label"`
	// Cells are the fields it hears.
	Cells []string `json:"cells" ref:"cell" need:"true"`
	// Tier an opening is routed to while the gate has little trust: 0 reflex, 1 cells, 2 nerves, 3 organs, 4 cognition, 5 partnership.
	Tier int `json:"tier" default:"2" min:"0" max:"5"`
	// Window is how far back waves count.
	Window Duration `json:"window" default:"1500ms" above:"0s" max:"60s"`
	// HalfLife is of everything that fades.
	HalfLife Duration `json:"half_life" default:"1500ms" above:"0s" max:"1h"`
	// Open is the value from which it is OPEN.
	Open float64 `json:"open" default:"0.6" above:"0" max:"1"`
	// Close is the value from which it is CLOSED.
	Close float64 `json:"close" default:"-0.6" min:"-1" below:"0"`
	// Release is the size of the value under which it is STABLE again.
	Release float64 `json:"release" default:"0.3" above:"0" below:"1"`
	// Refractory is how long after leaving OPEN or CLOSED it stays STABLE.
	Refractory Duration `json:"refractory" default:"500ms" min:"0s" max:"1h"`
	// Similarity under which agreement is called unrelated.
	Similarity float64 `json:"similarity" default:"0.5" min:"0" max:"1"`
	// Neighbours is how many sources it remembers.
	Neighbours int `json:"neighbours" default:"7" min:"2" max:"64"`
	// Weight is its trust at the start.
	Weight float64 `json:"weight" default:"0.1" min:"0" max:"1"`
	// Reflex is the weight above which one wave opens it.
	Reflex float64 `json:"reflex" default:"0.8" min:"0" max:"1"`
	// ReflexConfidence is what that one wave needs.
	ReflexConfidence float64 `json:"reflex_confidence" default:"0.9" min:"0" max:"1"`
	// Chance says whether accidental agreement is discounted.
	Chance bool `json:"chance" default:"true"`
	// Garden it lives in; both is two gates that share trust.
	Garden string `json:"garden" enum:"virtual|real|both" default:"both"`
	// Handover is the amplitude from which an opening is handed to Real.
	Handover float64 `json:"handover" default:"0.75" min:"0" max:"1"`
	// Embedder says how the meaning of a wave is derived that names no region.
	Embedder string `json:"embedder" enum:"signature|lexical" default:"signature"`
	// Memory is the bound on what it may learn.
	Memory Bytes `json:"memory" default:"4KiB" min:"256B" max:"16MiB"`
	// Environments it lives in [the lab's].
	Environments []string `json:"environments" ref:"environment"`
	Src          *Source  `json:"-"`
}

// Event is what an opening asks of a mind.
type Event struct {
	Name string `json:"name" hcl:",label"`
	// Gates whose openings make it.
	Gates []string `json:"gates" ref:"gate" need:"true"`
	// Mind that is asked [the only one].
	Mind string `json:"mind" ref:"cortex"`
	// Domain it belongs to [the label].
	Domain string `json:"domain"`
	// Actions the mind may choose from.
	Actions []string `json:"actions"`
	// Schema is the JSON Schema of the request: a file inside the folder, JSON text, or an object; absent: any request.
	Schema   RawJSON `json:"schema,omitempty"`
	Implicit bool    `json:"implicit" hcl:"-"`
	Src      *Source `json:"-"`
}

// Boundary turns what gates say into typed requests.
type Boundary struct {
	Name string `json:"name" hcl:",label"`
	// Organ that helps with it; empty: deterministic.
	Organ string  `json:"organ" ref:"organ"`
	Src   *Source `json:"-"`
}
