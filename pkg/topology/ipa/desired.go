package ipa

// FormatVersion is the version of the JSON forms of Desired and Local.
const FormatVersion = 1

// Desired is what FreeIPA should hold for one lab. Lists are sorted by name.
type Desired struct {
	FormatVersion int    `json:"format_version"`
	Lab           string `json:"lab"`
	// Mark is what everything we make carries: users as a class, the rest in
	// brackets at the end of its description.
	Mark string `json:"mark"`
	// Retired marks users that are no longer declared: locked, not deleted,
	// since files and a number on every host belong to them.
	Retired string `json:"retired"`
	Server  string `json:"server"`
	Realm   string `json:"realm"`
	CAFile  string `json:"ca_file,omitempty"`

	Users             []User             `json:"users"`
	Groups            []Group            `json:"groups"`
	SudoCommandGroups []SudoCommandGroup `json:"sudo_command_groups"`
	SudoRules         []Rule             `json:"sudo_rules"`
	HBACServiceGroups []HBACServiceGroup `json:"hbac_service_groups"`
	HBACRules         []Rule             `json:"hbac_rules"`
	// ServicesGroup holds the lab's principals, which have no place for a mark
	// of their own.
	ServicesGroup string             `json:"services_group"`
	Services      []ServicePrincipal `json:"services"`
}

// User is an identity. Its names and its shell are given once, when it is
// made: a person may change how they are called.
type User struct {
	Name string `json:"name"`
	// UID is the declared number; absent: FreeIPA gives one.
	UID        int    `json:"uid,omitzero"`
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
	FullName   string `json:"full_name"`
	Home       string `json:"home"`
	Shell      string `json:"shell"`
	// Person says that it lives on no host.
	Person bool `json:"person"`
}

// Group is a group and those of its members that are declared.
type Group struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	// POSIX says that files may belong to it.
	POSIX    bool     `json:"posix"`
	Users    []string `json:"users"`
	Services []string `json:"services"`
}

// SudoCommandGroup is the group of commands that the sudo rules of one
// declared name allow.
type SudoCommandGroup struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// HBACServiceGroup is the group of services by which the access rules of one
// declared name let people in. Services are those it has when it is made.
type HBACServiceGroup struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Services    []string `json:"services"`
}

// Rule is a sudo rule or a host-based access rule on one host.
type Rule struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	// Hosts are full names; none: only people are in it, and where it is valid
	// is said in FreeIPA.
	Hosts []string `json:"hosts"`
	Users []string `json:"users"`
	// Allows is the group of commands, or of services, that it allows.
	Allows string `json:"allows"`
}

// ServicePrincipal is the Kerberos name of a service on a host, with which it
// gets keys and certificates.
type ServicePrincipal struct {
	// Principal is its name without the realm, as "nats/hub.example.org".
	Principal string `json:"principal"`
	Host      string `json:"host"`
}
