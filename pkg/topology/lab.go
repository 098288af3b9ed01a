package topology

// Lab is the lab as a whole.
type Lab struct {
	Name string `json:"name" hcl:",label"`
	// Domain is the DNS domain in which hosts and hubs have their names.
	Domain string `json:"domain" default:"internal"`
	// Environments are the separate worlds the lab runs, first the usual one.
	Environments []string `json:"environments" default:"[\"dev\"]"`
	// Attention is what may be spent on attention.
	Attention Attention `json:"attention" hcl:"attention,block"`
	// IPA is the FreeIPA server that owns users; absent: users are local.
	IPA *IPA `json:"ipa,omitempty" hcl:"ipa,block"`
	// MinimumCard is what a card should have; a lesser one is a warning.
	MinimumCard *MinimumCard `json:"minimum_card,omitempty" hcl:"minimum_card,block"`
	// CIMEnvironment is the environment that the CIM command subjects reach;
	// empty: they reach none.
	CIMEnvironment string  `json:"cim_environment" ref:"environment"`
	Src            *Source `json:"-"`
}

// Attention bounds what the open gates may spend together.
type Attention struct {
	// Beat is the time over which the budget counts.
	Beat Duration `json:"beat" default:"30s" above:"0s" max:"1h"`
	// Budget is the lifeforce of one beat.
	Budget float64 `json:"budget" default:"100" min:"0"`
	Src    *Source `json:"-"`
}

// IPA names the FreeIPA server.
type IPA struct {
	// Server is its host name.
	Server string `json:"server" need:"true"`
	// Realm is the Kerberos realm, in capitals.
	Realm string `json:"realm" need:"true"`
	// CAFile is the path of its CA certificate.
	CAFile string  `json:"ca_file" path:"true"`
	Src    *Source `json:"-"`
}

// MinimumCard is the least a card should offer.
type MinimumCard struct {
	// Memory is the least memory of a card.
	Memory Bytes `json:"memory" min:"0B"`
	// ComputeCapability is the least CUDA compute capability, as "8.6".
	ComputeCapability string  `json:"compute_capability"`
	Src               *Source `json:"-"`
}

// Environment tunes one of the lab's environments.
type Environment struct {
	Name string `json:"name" hcl:",label"`
	// Clock is what tells the time: the wall clock, or the newest wave seen.
	Clock string `json:"clock" default:"wall" enum:"wall|stream"`
	// Trace is what is recorded: everything, or gates only.
	Trace string `json:"trace" default:"full" enum:"full|gates"`
	// Colour is how people see it in pictures, as "#22aa66" or a name.
	Colour string  `json:"colour"`
	Src    *Source `json:"-"`
}

// Network is a subnet, and the VLAN it lives in.
type Network struct {
	Name string `json:"name" hcl:",label"`
	// Subnet is its prefix, as "10.20.0.0/24".
	Subnet string `json:"subnet" need:"true"`
	// VLAN is its tag; absent (0) is the untagged network.
	VLAN int `json:"vlan" min:"1" max:"4094"`
	// Gateway is the router's address.
	Gateway string `json:"gateway"`
	// DNS are the addresses of its name servers.
	DNS []string `json:"dns"`
	// Description is for people.
	Description string  `json:"description"`
	Implicit    bool    `json:"implicit" hcl:"-"`
	Src         *Source `json:"-"`
}
