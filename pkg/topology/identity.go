package topology

// Identity is one user with four fences: a Unix or FreeIPA user, NATS grants,
// cards, and a systemd slice with limits.
type Identity struct {
	Name string `json:"name" hcl:",label"`
	// Hosts are where it lives; none: a person or a client.
	Hosts []string `json:"hosts" ref:"host"`
	// Environments are those it serves [its hosts', else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// UID is its numeric user id; 0: assigned by FreeIPA or the system.
	UID int `json:"uid" min:"1" max:"4294967294"`
	// Linger says whether its services keep running while nobody is logged in.
	Linger bool `json:"linger" default:"false"`
	// GPUs are the cards it has whole.
	GPUs []string `json:"gpus" ref:"gpu"`
	// Card is a part of a card.
	Card *Card `json:"card,omitempty" hcl:"card,block"`
	// NATS are grants beyond those that follow from what it runs.
	NATS Grants `json:"nats" hcl:"nats,block"`
	// Limits bound its slice.
	Limits Limits `json:"limits" hcl:"limits,block"`
	// IPA is what FreeIPA knows of it.
	IPA IPARules `json:"ipa" hcl:"ipa,block"`
	// May are the commands it may give.
	May []string `json:"may" enum:"deploy|update|scale|gpu-agent|install|rollback"`
	// TokenFile is the path of its bearer token for HTTP.
	TokenFile string  `json:"token_file" path:"true"`
	Src       *Source `json:"-"`
}

// Card is a share of one card.
type Card struct {
	// GPU is the card.
	GPU string `json:"gpu" ref:"gpu" need:"true"`
	// Share is how it is shared: by turns, or with a bound on memory.
	Share string `json:"share" enum:"time-sliced|limited" default:"time-sliced"`
	// Memory is the most it may take; 0: no bound of its own.
	Memory Bytes   `json:"memory" above:"0B"`
	Src    *Source `json:"-"`
}

// Grants are NATS subjects; as the first token "*" stands for every
// environment of the identity.
type Grants struct {
	// Publish are the subjects it may publish.
	Publish []string `json:"publish"`
	// Subscribe are the subjects it may subscribe to.
	Subscribe []string `json:"subscribe"`
	Src       *Source  `json:"-"`
}

// Limits are the bounds of a systemd slice; 0 or empty: none.
type Limits struct {
	// Memory is MemoryMax.
	Memory Bytes `json:"memory" above:"0B"`
	// CPUWeight is CPUWeight.
	CPUWeight int `json:"cpu_weight" min:"1" max:"10000"`
	// CPUQuota is CPUQuota, as "150%".
	CPUQuota string `json:"cpu_quota"`
	// Tasks is TasksMax.
	Tasks int `json:"tasks" min:"1"`
	// IOWeight is IOWeight.
	IOWeight int     `json:"io_weight" min:"1" max:"10000"`
	Src      *Source `json:"-"`
}

// IPARules is what FreeIPA should know of an identity.
type IPARules struct {
	// Groups are those it belongs to.
	Groups []string `json:"groups"`
	// Sudo are the sudo rules it is in.
	Sudo []string `json:"sudo"`
	// HBAC are the host-based access rules it is in.
	HBAC []string `json:"hbac"`
	Src  *Source  `json:"-"`
}
