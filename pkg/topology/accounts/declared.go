package accounts

import (
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// inEnvironment puts the environment in place of a declared grant's first
// token; "" when the grant is for another one.
func inEnvironment(grant, env string) string {
	first, rest, _ := strings.Cut(grant, ".")
	if first != "*" && first != env {
		return ""
	}
	return env + "." + rest
}

// accountOf is the account that the domain of a subject lives in.
func accountOf(subject string) string {
	_, rest, _ := strings.Cut(subject, ".")
	switch domain, _, _ := strings.Cut(rest, "."); domain {
	case "real":
		return topology.AccountReal
	case "infra":
		return topology.AccountInfra
	default:
		return topology.AccountVirtual
	}
}
