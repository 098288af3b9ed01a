package accounts

import "github.com/nimmerverse/nimmer/pkg/topology"

// FormatVersion is the version of the JSON form of a Model.
const FormatVersion = 1

// Model is what the servers of a lab enforce. Sites, accounts and users are
// sorted by name, hubs before leaves.
type Model struct {
	FormatVersion int    `json:"format_version"`
	Lab           string `json:"lab"`
	Sites         []Site `json:"sites"`
}

// Site is one trust domain: the servers that share an operator. Hubs that are
// joined by gateways are one site, with the name of the first.
type Site struct {
	// Name is the hub's or the leaf's; unique in the model together with Kind.
	Name string   `json:"name"`
	Kind SiteKind `json:"kind"`
	// Members are the declared hubs of a hub's site: itself and those joined to
	// it by gateways.
	Members []string `json:"members,omitempty"`
	// Host is where a leaf runs; "" for a hub.
	Host string `json:"host,omitempty"`
	// Domain is its JetStream domain.
	Domain string `json:"domain"`
	// External says that others run this hub.
	External     bool      `json:"external,omitzero"`
	Environments []string  `json:"environments"`
	Accounts     []Account `json:"accounts"`
	// Links are a leaf's remotes, one for each environment and account.
	Links []Link `json:"links,omitempty"`
}

// SiteKind tells hubs from leaves.
type SiteKind string

// The kinds of sites.
const (
	Hub  SiteKind = "hub"
	Leaf SiteKind = "leaf"
)

// Link joins an account of a leaf to the same account of a hub.
type Link struct {
	Hub     string `json:"hub"`     // site
	Account string `json:"account"` // the same name on both sides
	User    string `json:"user"`    // of the hub's account
	// Deny are subjects that stay on the leaf, in both directions: those that
	// its own streams capture.
	Deny []string `json:"deny,omitempty"`
}

// System is the name of every site's system account.
const System = "SYS"

// Account is an island: nothing crosses but its exports and imports.
type Account struct {
	Name string `json:"name"`
	// Environment and Kind are "" and "system" for the system account, else
	// one of the lab's and topology.AccountVirtual, AccountReal, AccountInfra.
	Environment string `json:"environment,omitempty"`
	Kind        string `json:"kind"`
	// JetStream bounds what it stores; nil: it stores nothing.
	JetStream *Storage  `json:"jetstream,omitempty"`
	Exports   []Export  `json:"exports,omitempty"`
	Imports   []Import  `json:"imports,omitempty"`
	Mappings  []Mapping `json:"mappings,omitempty"`
	Users     []User    `json:"users"`
}

// Storage bounds what an account stores, in bytes; 0: as much as the server.
type Storage struct {
	Memory topology.Bytes `json:"memory"`
	Store  topology.Bytes `json:"store"`
}

// Crossing is the kind of what crosses between two accounts.
type Crossing string

// The kinds of crossings.
const (
	Stream  Crossing = "stream"  // messages, in one direction
	Service Crossing = "service" // requests, and their answers back
)

// Export lets other accounts see or ask something.
type Export struct {
	Kind    Crossing `json:"kind"`
	Subject string   `json:"subject"`
	To      []string `json:"to"` // accounts
	// Answers is "one", or "stream" for services that answer in pieces.
	Answers string `json:"answers,omitempty"`
	// Threshold cuts off answers that come later; 0: the server's two minutes.
	Threshold topology.Duration `json:"threshold,omitzero"`
}

// Import brings in what another account exports.
type Import struct {
	Kind    Crossing `json:"kind"`
	From    string   `json:"from"` // account
	Subject string   `json:"subject"`
	// Local is what the subject is called here; "": the same.
	Local string `json:"local,omitempty"`
	// Share tells the other side who asks, in a header that only the server writes.
	Share bool `json:"share,omitzero"`
}

// Mapping renames a subject on its way in.
type Mapping struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Role is what a user is for.
type Role string

// The roles.
const (
	RoleIdentity  Role = "identity"
	RoleCell      Role = "cell"
	RoleNerve     Role = "nerve"
	RoleGate      Role = "gate"
	RoleBoundary  Role = "boundary"
	RoleOrgans    Role = "organs" // the organ host's dispatcher
	RoleMind      Role = "mind"
	RoleDeploy    Role = "deploy"
	RolePhoebe    Role = "phoebe" // the projector
	RoleHost      Role = "host"
	RoleOperator  Role = "operator"
	RoleAdmin     Role = "admin" // makes streams and buckets
	RoleLeaf      Role = "leaf"  // a leaf's link
	RoleConsole   Role = "console"
	RoleThalamus  Role = "thalamus"
	RoleNPC       Role = "npc"
	RoleHarness   Role = "harness"
	RoleSystemOps Role = "sys" // the system account's only user
)

// User is somebody who connects to one account of one site.
type User struct {
	// Name is unique in its site, and the token of its inbox: see UserName.
	Name string `json:"name"`
	Role Role   `json:"role"`
	// Of are the blocks it stands for, as "cell.math", sorted.
	Of []string `json:"of"`
	// Identity is the declared identity it belongs to; "": a derived user.
	Identity string `json:"identity,omitempty"`
	// Hosts are where it logs in, sorted; none: a person, a pod, or whoever is
	// given its credentials. It follows from the declaration and is not written.
	Hosts []string `json:"-"`

	Publish   Grants `json:"publish"`
	Subscribe Grants `json:"subscribe"`
}

// Grants are subjects somebody may publish or subscribe to. Each list is
// sorted and without doubles; nothing allowed means that nothing is.
type Grants struct {
	// Derived follows from what the user runs.
	Derived []string `json:"derived,omitempty"`
	// Declared was written down for its identity, beyond that.
	Declared []string `json:"declared,omitempty"`
	// Deny is taken away from both.
	Deny []string `json:"deny,omitempty"`
}
