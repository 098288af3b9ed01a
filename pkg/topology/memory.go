package topology

// Phoebe is a PostgreSQL database that keeps what happened.
type Phoebe struct {
	Name string `json:"name" hcl:",label"`
	// Host it runs on.
	Host string `json:"host" ref:"host" need:"true"`
	// Environments it keeps [its identity's, else its host's].
	Environments []string `json:"environments" ref:"environment"`
	// Identity that writes into it.
	Identity string `json:"identity" ref:"identity"`
	// Port it listens on.
	Port int `json:"port" default:"5432" min:"1" max:"65535"`
	// Database is its name [the block's name].
	Database string  `json:"database"`
	Src      *Source `json:"-"`
}

// Iris is a vector store.
type Iris struct {
	Name string `json:"name" hcl:",label"`
	// Kind is the built-in one, or ChromaDB.
	Kind string `json:"kind" enum:"embedded|chroma" default:"embedded"`
	// Host it runs on.
	Host string `json:"host" ref:"host" need:"true"`
	// Port it listens on.
	Port int `json:"port" default:"8000" min:"1" max:"65535"`
	// Collections it holds.
	Collections []string `json:"collections"`
	Src         *Source  `json:"-"`
}

// Probe asks a mind the same things again and again.
type Probe struct {
	Name string `json:"name" hcl:",label"`
	// Kind is what it measures.
	Kind string `json:"kind" enum:"variance|echo|surface|multilingual|drift" need:"true"`
	// Mind that is asked [the only one].
	Mind string `json:"mind" ref:"cortex"`
	// Terms are what it asks about.
	Terms []string `json:"terms"`
	// Runs per term.
	Runs int `json:"runs" default:"1000" min:"1"`
	// Schedule is a systemd calendar expression; empty: by hand.
	Schedule string `json:"schedule"`
	// Temperature of sampling.
	Temperature float64 `json:"temperature" default:"0.8" min:"0" max:"2"`
	Src         *Source `json:"-"`
}

// Womb is a stable path that points to where a thing really lies.
type Womb struct {
	Name string `json:"name" hcl:",label"`
	// Identity that owns it.
	Identity string `json:"identity" ref:"identity" need:"true"`
	// Path that stays.
	Path string `json:"path" need:"true" path:"true"`
	// Target it points to; empty: a folder of its own.
	Target string `json:"target" path:"true"`
	// Mode in octal.
	Mode string  `json:"mode" default:"0750"`
	Src  *Source `json:"-"`
}
