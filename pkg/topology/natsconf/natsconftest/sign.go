// Package natsconftest puts a lab's server configurations on a disk, with keys
// made for the test beside them, so that real servers run them.
package natsconftest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// Lab is a lab on a disk, ready to run.
type Lab struct {
	Dir   string
	Top   *topology.Topology
	Model *accounts.Model

	t     testing.TB
	sites map[string]*site // by folder
}

type site struct {
	*accounts.Site
	operator nkeys.KeyPair
	accounts map[string]nkeys.KeyPair
	claims   map[string]*jwt.AccountClaims
	users    map[string]string // public keys
}

// Sign writes what is emitted below dir, and the keys that it includes.
func Sign(t testing.TB, top *topology.Topology, dir string) *Lab {
	t.Helper()
	m, err := accounts.Compile(top)
	if err != nil {
		t.Fatal(err)
	}
	files, err := natsconf.Emit(top)
	if err != nil {
		t.Fatal(err)
	}
	l := &Lab{Dir: dir, Top: top, Model: m, t: t, sites: map[string]*site{}}
	for _, f := range files {
		l.write(f.Path, f.Data)
	}
	for i := range m.Sites {
		l.site(&m.Sites[i])
	}
	for i := range m.Sites {
		l.remotes(&m.Sites[i])
	}
	return l
}

func (l *Lab) write(path string, data []byte) {
	l.t.Helper()
	path = filepath.Join(l.Dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		l.t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func public(k nkeys.KeyPair) string { return must(k.PublicKey()) }

// site makes the keys of a site: its operator, its accounts, all its users, and
// the password that its servers share.
func (l *Lab) site(s *accounts.Site) {
	k := &site{Site: s, operator: must(nkeys.CreateOperator()), accounts: map[string]nkeys.KeyPair{}, claims: map[string]*jwt.AccountClaims{}, users: map[string]string{}}
	l.sites[natsconf.Folder(s)] = k
	for i := range s.Accounts {
		k.accounts[s.Accounts[i].Name] = must(nkeys.CreateAccount())
	}
	for i := range s.Accounts {
		a := &s.Accounts[i]
		k.claims[a.Name] = k.account(a)
		for j := range a.Users {
			l.user(k, a, &a.Users[j])
		}
	}
	l.resolver(k)
	for i := range l.Top.NATS {
		n := &l.Top.NATS[i]
		if n := n; s.Kind == accounts.Hub && l.member(s, n.Name) {
			l.write(natsconf.Folder(s)+"/"+natsconf.ClusterFile(n.Name), natsconf.Routes(l.Top, n, "shared/among:members"))
		}
	}
	if len(s.Members) > 1 {
		l.write(natsconf.Folder(s)+"/"+natsconf.GatewaysFile, natsconf.Gateways(l.Top, s, "shared/among:peers"))
	}
}

func (l *Lab) member(s *accounts.Site, hub string) bool {
	for _, m := range s.Members {
		if m == hub {
			return true
		}
	}
	return false
}

func (l *Lab) resolver(k *site) {
	op := jwt.NewOperatorClaims(public(k.operator))
	op.Name, op.SystemAccount = k.Name, public(k.accounts[accounts.System])
	keys := natsconf.Keys{Operator: must(op.Encode(k.operator)), System: op.SystemAccount}
	for i := range k.Accounts {
		name := k.Accounts[i].Name
		keys.Accounts = append(keys.Accounts, natsconf.AccountJWT{Name: name, Key: public(k.accounts[name]), JWT: must(k.claims[name].Encode(k.operator))})
	}
	l.write(natsconf.Folder(k.Site)+"/"+natsconf.ResolverFile, natsconf.Resolver(keys))
}

func (k *site) account(a *accounts.Account) *jwt.AccountClaims {
	c := jwt.NewAccountClaims(public(k.accounts[a.Name]))
	c.Name = a.Name
	if js := a.JetStream; js != nil {
		c.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: limit(js.Memory), DiskStorage: limit(js.Store), Streams: -1, Consumer: -1}
	}
	for _, e := range a.Exports {
		out := &jwt.Export{Name: e.Subject, Subject: jwt.Subject(e.Subject), Type: jwt.Stream}
		if e.Kind == accounts.Service {
			out.Type, out.ResponseType = jwt.Service, jwt.ResponseTypeSingleton
			if e.Answers == "stream" {
				out.ResponseType, out.ResponseThreshold = jwt.ResponseTypeStream, time.Duration(e.Threshold)
			}
		}
		c.Exports.Add(out)
	}
	for _, i := range a.Imports {
		in := &jwt.Import{Name: i.Subject, Subject: jwt.Subject(i.Subject), Account: public(k.accounts[i.From]), Type: jwt.Stream, LocalSubject: jwt.RenamingSubject(i.Local), Share: i.Share}
		if i.Kind == accounts.Service {
			in.Type = jwt.Service
		}
		c.Imports.Add(in)
	}
	for _, m := range a.Mappings {
		c.AddMapping(jwt.Subject(m.From), jwt.WeightedMapping{Subject: jwt.Subject(m.To), Weight: 100})
	}
	return c
}

// limit writes a bound as a JWT has it, where 0 is nothing at all.
func limit(n topology.Bytes) int64 {
	if n == 0 {
		return jwt.NoLimit
	}
	return int64(n)
}

func (l *Lab) user(k *site, a *accounts.Account, u *accounts.User) {
	l.t.Helper()
	key := must(nkeys.CreateUser())
	k.users[u.Name] = public(key)
	c := jwt.NewUserClaims(public(key))
	c.Name = u.Name
	c.Pub.Allow, c.Pub.Deny = u.Publish.Allow(), u.Publish.Denied()
	c.Sub.Allow, c.Sub.Deny = u.Subscribe.Allow(), u.Subscribe.Denied()
	creds := must(jwt.FormatUserConfig(must(c.Encode(k.accounts[a.Name])), must(key.Seed())))
	l.write(natsconf.Folder(k.Site)+"/creds/"+u.Name+".creds", bytes.Clone(creds))
}

func (l *Lab) remotes(s *accounts.Site) {
	if s.Kind != accounts.Leaf {
		return
	}
	k := l.sites[natsconf.Folder(s)]
	var out []natsconf.Remote
	for _, link := range s.Links {
		out = append(out, natsconf.Remote{Link: link, Account: public(k.accounts[link.Account]), Credentials: l.Creds(l.Model.Site(accounts.Hub, link.Hub), link.User)})
	}
	l.write(natsconf.Folder(s)+"/"+natsconf.RemotesFile, natsconf.Remotes(l.Top, l.Model, out))
}

// Creds is the path of a user's credentials.
func (l *Lab) Creds(s *accounts.Site, user string) string {
	return filepath.Join(l.Dir, natsconf.Folder(s), "creds", user+".creds")
}

// Revoke puts a user of a site out, once its servers have reloaded.
func (l *Lab) Revoke(s *accounts.Site, account, user string) {
	k := l.sites[natsconf.Folder(s)]
	k.claims[account].Revoke(k.users[user])
	l.resolver(k)
}

// Grants signs a user anew with other grants; who is connected keeps what it has.
func (l *Lab) Grants(s *accounts.Site, account string, u accounts.User) {
	l.user(l.sites[natsconf.Folder(s)], s.Account(account), &u)
}
