package keys

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// Apply makes the keys that a declared lab lacks, signs what changed in meaning
// and writes what servers and hosts get. When nothing changed it writes nothing.
func Apply(ctx context.Context, t *topology.Topology, m *accounts.Model, o Options) (*Report, error) {
	o.Lab = m.Lab
	s, err := open(o, toChange)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.founded(m); err != nil {
		return nil, err
	}
	if err := s.openRings(); err != nil {
		return nil, err
	}
	for _, one := range s.sites {
		if model := m.Site(one.Kind, one.Name); model == nil {
			one.leave()
		} else if err := one.declare(model); err != nil {
			return nil, err
		}
		one.Servers = serversOf(t, m, one)
		if err := s.signer(one).settle(ctx); err != nil {
			return nil, err
		}
	}
	return s.finish(t, m)
}

// founded checks that each declared site has an operator.
func (s *store) founded(m *accounts.Model) error {
	var missing []string
	for i := range m.Sites {
		if one := &m.Sites[i]; s.site(one.Kind, one.Name) == nil {
			missing = append(missing, title(one.Kind, one.Name))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return failf("sign for", strings.Join(missing, ", "), "make it with `nimmer bus keys init`; if there were keys once, name their folder with --keys",
		"there is no operator for it in %s", s.Dir)
}

// finish writes everything that changed and says who must hear of it.
func (s *store) finish(t *topology.Topology, m *accounts.Model) (*Report, error) {
	out := &output{store: s}
	for _, one := range s.sites {
		out.old(one)
		if s.Prune {
			s.prune(one)
		}
	}
	if err := out.emit(t, m); err != nil {
		return nil, err
	}
	s.rep.Out = s.Out
	s.rep.Servers = out.servers()
	if err := out.makeFolders(); err != nil {
		return nil, err
	}
	if err := s.commit(out.files, out.gone); err != nil {
		return nil, err
	}
	return s.rep, nil
}

// servers are those whose files change, with whether a reload will do.
func (o *output) servers() []Server {
	out := []Server{}
	for _, site := range o.sites {
		folder := o.folderOf(site)
		var names []string
		for _, f := range o.files {
			if filepath.Dir(f.path) == folder {
				names = append(names, filepath.Base(f.path))
			}
		}
		if len(names) == 0 {
			continue
		}
		slices.Sort(names)
		one := Server{
			Name: site.Name, Kind: site.Kind, Site: site.Name, Folder: folder,
			Restart: !knows(filepath.Join(folder, natsconf.ResolverFile), site.Operator.JWT),
			Why:     strings.Join(names, ", "),
		}
		out = append(out, one.each(site)...)
	}
	return out
}

// each is one line for each server of a site, where they are known.
func (s Server) each(of *site) []Server {
	if len(of.Servers) == 0 {
		return []Server{s} // others run it
	}
	out := make([]Server, len(of.Servers))
	for i, server := range of.Servers {
		out[i] = s
		out[i].Name, out[i].Host = server.Name, server.Host
	}
	return out
}

// serversOf are the declared servers of a site.
func serversOf(t *topology.Topology, m *accounts.Model, one *site) []server {
	var out []server
	for _, s := range natsconf.Servers(t, m) {
		if s.Site.Kind == one.Kind && s.Site.Name == one.Name {
			out = append(out, server{s.Name, s.Host})
		}
	}
	return out
}

// knows reports whether a server that read a file trusts an operator as it is:
// that alone is not taken over by a reload.
func knows(path, operator string) bool {
	data, err := os.ReadFile(path)
	return err == nil && bytes.Contains(data, []byte(operator))
}
