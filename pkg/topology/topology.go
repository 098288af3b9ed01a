package topology

// FormatVersion is the version of the JSON form of a Topology.
const FormatVersion = 1

// Topology is one declared lab. Lists are sorted by name, except Environments,
// which keep the order of the lab's own list.
type Topology struct {
	// FormatVersion is the version of this form, always FormatVersion.
	FormatVersion int `json:"format_version" hcl:"-"`
	// Lab is the one lab that is declared.
	Lab Lab `json:"lab" hcl:"lab,block"`

	Environments []Environment `json:"environments" hcl:"environment,block"`
	Networks     []Network     `json:"networks" hcl:"network,block"`
	Hosts        []Host        `json:"hosts" hcl:"host,block"`
	Identities   []Identity    `json:"identities" hcl:"identity,block"`

	NATS    []NATS       `json:"nats" hcl:"nats,block"`
	Leaves  []Leaf       `json:"leaves" hcl:"leaf,block"`
	Streams []UserStream `json:"streams" hcl:"stream,block"`

	Services []Service `json:"services" hcl:"service,block"`
	Units    []Unit    `json:"units" hcl:"unit,block"`

	Cells      []Cell     `json:"cells" hcl:"cell,block"`
	Nerves     []Nerve    `json:"nerves" hcl:"nerve,block"`
	Gates      []Gate     `json:"gates" hcl:"gate,block"`
	Events     []Event    `json:"events" hcl:"event,block"`
	Boundaries []Boundary `json:"boundaries" hcl:"boundary,block"`

	Organs    []Organ    `json:"organs" hcl:"organ,block"`
	Cortexes  []Cortex   `json:"cortexes" hcl:"cortex,block"`
	Trainings []Training `json:"trainings" hcl:"training,block"`
	Traits    []Trait    `json:"traits" hcl:"trait,block"`

	Phoebes []Phoebe `json:"phoebes" hcl:"phoebe,block"`
	Irises  []Iris   `json:"irises" hcl:"iris,block"`
	Probes  []Probe  `json:"probes" hcl:"probe,block"`
	Wombs   []Womb   `json:"wombs" hcl:"womb,block"`

	Rollouts   []Rollout    `json:"rollouts" hcl:"rollout,block"`
	Kubernetes []Kubernetes `json:"kubernetes" hcl:"kubernetes,block"`
	Monitoring []Monitoring `json:"monitoring" hcl:"monitoring,block"`
	Egresses   []Egress     `json:"egresses" hcl:"egress,block"`
	Backups    []Backup     `json:"backups" hcl:"backup,block"`
	Installers []Installer  `json:"installers" hcl:"installer,block"`
	PXEs       []PXE        `json:"pxes" hcl:"pxe,block"`
	Autoscales []Autoscale  `json:"autoscales" hcl:"autoscale,block"`

	// Other holds the blocks whose meaning comes later (governor, npc,
	// harness, channel, tool), sorted by kind, then name.
	Other []Other `json:"other" hcl:"-"`

	// Unread are the kinds of which some block could not be read, which was
	// reported: nobody knows how many there are, or what they are called.
	Unread map[string]bool `json:"-" hcl:"-"`
}

// Other is a block that is kept as it was declared.
type Other struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Attributes is a JSON object. A reference stands there as "kind.name", a
	// nested block as a list of objects under its own name.
	Attributes RawJSON `json:"attributes"`
	Src        *Source `json:"-"`
}
