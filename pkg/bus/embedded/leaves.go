package embedded

import (
	"github.com/nats-io/nats-server/v2/conf"
	"github.com/nats-io/nats-server/v2/server"
)

// When an account's JWT is loaded or changes, the server (2.15.2) holds every
// subscription of a leaf's link against what the link may publish, not against
// what it may hear, and drops those that do not fit: JetStream's API on the
// other side, and whatever somebody behind the link only listens to. The link
// stays, and nobody is told. So accounts are loaded before the first leaf comes,
// and after a reload that changed something, links are made anew.

// loadAccounts loads the accounts whose JWTs are in the file.
func loadAccounts(srv *server.Server, file string) {
	m, err := conf.ParseFile(file)
	if err != nil {
		return // it was read before
	}
	preload, _ := m["resolver_preload"].(map[string]any)
	for key := range preload {
		_, _ = srv.LookupAccount(key) // one that is wrong is said when somebody logs in to it
	}
}

// rejoinLeaves closes all links to and from leaves; they come back by themselves.
func (s *Served) rejoinLeaves() {
	leaves, err := s.srv.Leafz(nil)
	if err != nil {
		return
	}
	for _, l := range leaves.Leafs {
		if err := s.srv.DisconnectClientByID(l.ID); err == nil {
			s.voice.Noticef("link of leaf %s (account %s) is made anew after the reload", l.Name, l.Account)
		}
	}
}
