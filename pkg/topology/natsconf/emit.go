package natsconf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// AccountsFile is the account model's place among the emitted files.
const AccountsFile = "nats/accounts.json"

// The files that a server's own one includes from its folder.
const (
	ResolverFile = "resolver.conf"
	RemotesFile  = "remotes.conf"
	GatewaysFile = "gateways.conf"
)

// ClusterFile holds the routes of a hub.
func ClusterFile(hub string) string { return "cluster-" + hub + ".conf" }

// Folder is where a site's servers have their files: "nats/hub/dev".
func Folder(s *accounts.Site) string { return "nats/" + string(s.Kind) + "/" + s.Name }

// Emit makes the account model and the servers' configurations, sorted by path.
// Hubs that others run have none.
func Emit(t *topology.Topology) ([]topology.Artifact, error) {
	m, err := accounts.Compile(t)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(m, json.Deterministic(true), jsontext.WithIndent("  "), jsontext.EscapeForHTML(false))
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", AccountsFile, err)
	}
	out := []topology.Artifact{{Path: AccountsFile, Data: append(data, '\n')}}
	servers := Servers(t, m)
	for i := range servers {
		s := &servers[i]
		out = append(out, topology.Artifact{Path: s.Path(), Data: s.config(t)})
	}
	slices.SortFunc(out, func(a, b topology.Artifact) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// Server is one server of a site.
type Server struct {
	// Name is the server's own, unique in the lab.
	Name string
	Host string
	Site *accounts.Site
	// Hub or Leaf is what it was declared as.
	Hub  *topology.NATS
	Leaf *topology.Leaf
}

// Path is its configuration's among the emitted files.
func (s *Server) Path() string { return Folder(s.Site) + "/" + s.Name + ".conf" }

// Servers lists the servers of a lab in the model's order.
func Servers(t *topology.Topology, m *accounts.Model) []Server {
	leaves := make(map[string]*topology.Leaf, len(t.Leaves))
	for i := range t.Leaves {
		leaves[t.Leaves[i].Name] = &t.Leaves[i]
	}
	var out []Server
	for i := range m.Sites {
		site := &m.Sites[i]
		if site.Kind == accounts.Leaf {
			if leaf := leaves[site.Name]; leaf != nil {
				out = append(out, Server{Name: leaf.Host, Host: leaf.Host, Site: site, Leaf: leaf})
			}
			continue
		}
		for j := range t.NATS {
			hub := &t.NATS[j]
			if !slices.Contains(site.Members, hub.Name) {
				continue
			}
			for _, host := range hub.Hosts {
				// "_" is in no host's name, so this is no leaf's either.
				out = append(out, Server{Name: hub.Name + "_" + host, Host: host, Site: site, Hub: hub})
			}
		}
	}
	return out
}
