package accounts

import (
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// UserName is what the user of a role in an environment is called:
// "dev_cell_math". Names are joined by "_", which no subject token holds, so
// that no two can meet; a declared "_" is written "-", as in subjects.
func UserName(env string, role Role, parts ...string) string {
	tokens := append([]string{env, string(role)}, parts...)
	for i, t := range tokens {
		tokens[i] = token(t)
	}
	return strings.Join(tokens, "_")
}

// CellUser is the user of a cell that runs as nobody in particular.
func CellUser(env, cell string) string { return UserName(env, RoleCell, cell) }

// NerveUser is the user of a nerve that runs as nobody in particular.
func NerveUser(env, nerve string) string { return UserName(env, RoleNerve, nerve) }

// GateUser is gate core's user in the virtual or the real account.
func GateUser(env, kind string) string { return UserName(env, RoleGate, kind) }

// IdentityUser is an identity's user in an account.
func IdentityUser(env, identity, kind string) string {
	return UserName(env, RoleIdentity, identity, kind)
}

// LinkUser is a leaf's user at the hub, for one account.
func LinkUser(env, leaf, kind string) string { return UserName(env, RoleLeaf, leaf, kind) }

// AdminUser is who makes the streams of an account.
func AdminUser(env, kind string) string { return UserName(env, RoleAdmin, kind) }

// OperatorUser is the person at the controls of an environment.
func OperatorUser(env string) string { return UserName(env, RoleOperator) }

// HostUser is the agent of a host.
func HostUser(env, host string) string { return UserName(env, RoleHost, host) }

// OrgansUser is the dispatcher of a host's organs.
func OrgansUser(env, host string) string { return UserName(env, RoleOrgans, host) }

// MindUser is the user of a mind.
func MindUser(env, mind string) string { return UserName(env, RoleMind, mind) }

// BoundaryUser is what turns openings into questions.
func BoundaryUser(env string) string { return UserName(env, RoleBoundary) }

// SystemUser is the system account's user.
const SystemUser = "sys"

// kinds are the accounts of an environment.
var kinds = []string{topology.AccountVirtual, topology.AccountReal, topology.AccountInfra}

// token writes a declared name as subjects have it.
func token(name string) string { return strings.ReplaceAll(name, "_", "-") }
