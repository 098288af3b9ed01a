package keys

import (
	"github.com/nats-io/jwt/v2"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// operatorClaims is what an operator's JWT says.
func (s *site) operatorClaims() *jwt.OperatorClaims {
	c := jwt.NewOperatorClaims(s.Operator.Key)
	c.Name = s.Lab + " " + s.title()
	c.StrictSigningKeyUsage = true
	if sys := s.account(accounts.System); sys != nil {
		c.SystemAccount = sys.Key
	}
	return c
}

// accountClaims is what an account's JWT says: all of the model but signing
// keys, tokens and revocations, which follow from the keys.
func (s *site) accountClaims(a *account, model *accounts.Account) *jwt.AccountClaims {
	c := jwt.NewAccountClaims(a.Key)
	c.Name = a.Name
	c.Limits.DisallowBearer = true
	if js := model.JetStream; js != nil {
		// The default is nothing at all, and 0 says that: "as much as the server
		// has" is -1.
		c.Limits.JetStreamLimits = jwt.JetStreamLimits{
			MemoryStorage: atMost(int64(js.Memory)), DiskStorage: atMost(int64(js.Store)),
			Streams: jwt.NoLimit, Consumer: jwt.NoLimit,
		}
	}
	for i := range model.Exports {
		c.Exports.Add(exported(&model.Exports[i]))
	}
	for i := range model.Imports {
		in := &model.Imports[i]
		from := s.account(in.From)
		if from == nil {
			continue // not made yet: only somebody who looks gets here
		}
		c.Imports.Add(&jwt.Import{
			Name: in.Subject, Subject: jwt.Subject(in.Subject), Account: from.Key, Type: crossing(in.Kind),
			LocalSubject: jwt.RenamingSubject(in.Local), Share: in.Share,
		})
	}
	for _, m := range model.Mappings {
		c.AddMapping(jwt.Subject(m.From), jwt.WeightedMapping{Subject: jwt.Subject(m.To), Weight: 100})
	}
	if model.Name == accounts.System {
		c.Exports.Add(systemExports()...)
	}
	return c
}

func atMost(n int64) int64 {
	if n == 0 {
		return jwt.NoLimit
	}
	return n
}

func crossing(c accounts.Crossing) jwt.ExportType {
	if c == accounts.Service {
		return jwt.Service
	}
	return jwt.Stream
}

// exported is an export for the accounts that it names: without a token of ours
// an import of it does nothing.
func exported(e *accounts.Export) *jwt.Export {
	out := &jwt.Export{Name: e.Subject, Subject: jwt.Subject(e.Subject), Type: crossing(e.Kind), TokenReq: true}
	if e.Kind == accounts.Service {
		out.ResponseType = jwt.ResponseTypeSingleton
		if e.Answers == "stream" {
			out.ResponseType = jwt.ResponseTypeStream
		}
		out.ResponseThreshold = e.Threshold.Std()
	}
	return out
}

// systemExports are what tools for monitoring import from a system account: an
// account sees its own figures, by the token that is its public key.
func systemExports() []*jwt.Export {
	return []*jwt.Export{
		{
			Name: "account-monitoring-services", Subject: "$SYS.REQ.ACCOUNT.*.*", Type: jwt.Service,
			ResponseType: jwt.ResponseTypeStream, AccountTokenPosition: 4,
		},
		{Name: "account-monitoring-streams", Subject: "$SYS.ACCOUNT.*.>", Type: jwt.Stream, AccountTokenPosition: 3},
	}
}

// userClaims is what a user's JWT says; when it ends follows from when it is
// signed.
func userClaims(a *account, u *user, model *accounts.User) *jwt.UserClaims {
	c := jwt.NewUserClaims(u.Key)
	c.Name = u.Name
	c.IssuerAccount = a.Key
	c.Pub.Allow, c.Pub.Deny = model.Publish.Allow(), model.Publish.Denied()
	c.Sub.Allow, c.Sub.Deny = model.Subscribe.Allow(), model.Subscribe.Denied()
	c.AllowedConnectionTypes = connections(model.Role)
	return c
}

// connections are how a role may connect. A leaf's link may do nearly all that
// its account may, but only as a leaf; nobody else may come as one.
func connections(role accounts.Role) jwt.StringList {
	switch role {
	case accounts.RoleLeaf:
		return jwt.StringList{jwt.ConnectionTypeLeafnode, jwt.ConnectionTypeLeafnodeWS}
	case accounts.RoleIdentity, accounts.RoleOperator, accounts.RoleConsole:
		// People, who may sit behind a browser.
		return jwt.StringList{jwt.ConnectionTypeStandard, jwt.ConnectionTypeWebsocket, jwt.ConnectionTypeInProcess}
	}
	return jwt.StringList{jwt.ConnectionTypeStandard, jwt.ConnectionTypeInProcess}
}
