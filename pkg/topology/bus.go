package topology

// GatewayPort is where hubs that are peers reach one another.
const GatewayPort = 7222

// NATS is a hub: one NATS server, or a cluster of them. Its name is its
// JetStream domain.
type NATS struct {
	Name string `json:"name" hcl:",label"`
	// Environments are those it carries [its hosts', else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Hosts are those that run it.
	Hosts []string `json:"hosts" ref:"host"`
	// URLs are where a hub that others run is reached.
	URLs []string `json:"urls"`
	// Address is the DNS name clients and leaves use [NAME.DOMAIN].
	Address string `json:"address"`
	// Network is the one it listens in [one that its hosts share].
	Network string `json:"network" ref:"network"`
	// Port is for clients.
	Port int `json:"port" default:"4222" min:"1" max:"65535"`
	// ClusterPort is for its other members.
	ClusterPort int `json:"cluster_port" default:"6222" min:"1" max:"65535"`
	// LeafPort is for leaves.
	LeafPort int `json:"leaf_port" default:"7422" min:"1" max:"65535"`
	// MonitorPort is for monitoring over HTTP.
	MonitorPort int `json:"monitor_port" default:"8222" min:"1" max:"65535"`
	// WebsocketPort is for browsers; 0: off.
	WebsocketPort int `json:"websocket_port" min:"1" max:"65535"`
	// JetStream bounds what it stores.
	JetStream JetStream `json:"jetstream" hcl:"jetstream,block"`
	// Replicas of each stream [1, from three hosts 3].
	Replicas int `json:"replicas" min:"1" max:"5"`
	// TLS are the paths of its certificates; absent: plain.
	TLS *TLS `json:"tls,omitempty" hcl:"tls,block"`
	// Durable is what an acknowledged message survives.
	Durable string `json:"durable" enum:"power-loss|process" default:"process"`
	// Region is for people, and for placing streams.
	Region string `json:"region"`
	// Peers are hubs of other regions, joined by gateways.
	Peers    []string `json:"peers" ref:"nats"`
	Implicit bool     `json:"implicit" hcl:"-"`
	Src      *Source  `json:"-"`
}

// JetStream bounds what a server stores; 0: the server's own choice.
type JetStream struct {
	// Memory for streams in memory.
	Memory Bytes `json:"memory" above:"0B"`
	// Store is disk for streams in files.
	Store Bytes   `json:"store" above:"0B"`
	Src   *Source `json:"-"`
}

// TLS are paths of certificate files.
type TLS struct {
	// Cert is the path of the certificate.
	Cert string `json:"cert" need:"true" path:"true"`
	// Key is the path of its key.
	Key string `json:"key" need:"true" path:"true"`
	// CA is the path of the authority's certificate [the system's].
	CA  string  `json:"ca" path:"true"`
	Src *Source `json:"-"`
}

// Leaf is a leaf node: a NATS server on a host, joined to the hub of each of
// its environments. Its host's name is its JetStream domain.
type Leaf struct {
	Name string `json:"name" hcl:",label"`
	// Host is the one that runs it.
	Host string `json:"host" ref:"host" need:"true"`
	// Environments it joins [its host's].
	Environments []string `json:"environments" ref:"environment"`
	// JetStream bounds what it stores [memory 1GiB].
	JetStream JetStream `json:"jetstream" hcl:"jetstream,block"`
	// Credentials is the path of its credentials [a systemd credential].
	Credentials string  `json:"credentials" path:"true"`
	Src         *Source `json:"-"`
}

// UserStream is a JetStream stream of the user's own. What the bus needs
// itself is derived.
type UserStream struct {
	Name string `json:"name" hcl:",label"`
	// Subjects it keeps, the environment written "*".
	Subjects []string `json:"subjects" need:"true"`
	// Account it lives in.
	Account string `json:"account" enum:"virtual|real|infra" default:"virtual"`
	// Environments that have one [its leaf's, else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Replicas of it; 0: as many as its hub has.
	Replicas int `json:"replicas" min:"1" max:"5"`
	// Policy says when a message goes: at the limits, or when somebody took it.
	Policy string `json:"policy" enum:"limits|work" default:"limits"`
	// MaxAge is how long a message is kept; 0: for good.
	MaxAge Duration `json:"max_age" above:"0s"`
	// MaxBytes is how much is kept; 0: no bound.
	MaxBytes Bytes `json:"max_bytes" above:"0B"`
	// At is the leaf that stores it; empty: the hub.
	At  string  `json:"at" ref:"leaf"`
	Src *Source `json:"-"`
}
