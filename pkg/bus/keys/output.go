package keys

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// CredsFolder is the folder of credentials among a site's files.
const CredsFolder = "creds"

// SiteFolder is where the files of a site's servers are, below the folder for
// servers and hosts.
func SiteFolder(kind accounts.SiteKind, name string) string {
	return filepath.FromSlash(natsconf.Folder(&accounts.Site{Kind: kind, Name: name}))
}

// CredsFile is where the credentials of a site's user are, below the folder for
// servers and hosts. A leaf's link is a user of the hub, and its credentials are
// with the leaf.
func CredsFile(s *accounts.Site, u *accounts.User) string {
	kind, name := s.Kind, s.Name
	if leaf := leafOf(u); leaf != "" {
		kind, name = accounts.Leaf, leaf
	}
	return filepath.Join(SiteFolder(kind, name), CredsFolder, u.Name+".creds")
}

// output is what servers and hosts get.
type output struct {
	*store
	files []file
	gone  []string
}

// folderOf is a site's folder for its servers.
func (o *output) folderOf(s *site) string { return filepath.Join(o.Out, SiteFolder(s.Kind, s.Name)) }

// credsPath is where a user's credentials are, without regard to encryption.
func (o *output) credsPath(s *site, u *user) string {
	folder := SiteFolder(s.Kind, s.Name)
	if u.Leaf != "" {
		folder = SiteFolder(accounts.Leaf, u.Leaf)
	}
	return filepath.Join(o.Out, folder, CredsFolder, u.Name+".creds")
}

// emit gathers what all sites get. Without a declaration it is what follows
// from the keys alone.
func (o *output) emit(t *topology.Topology, m *accounts.Model) error {
	for _, one := range o.sites {
		if o.forgotten(one) {
			continue
		}
		o.resolver(one)
		o.creds(one)
		model := (*accounts.Site)(nil)
		if m != nil {
			model = m.Site(one.Kind, one.Name)
		}
		if model == nil {
			continue
		}
		if model.Kind == accounts.Leaf {
			o.remotes(one, model, t, m)
		} else {
			o.joined(one, model, t)
		}
	}
	return o.differing()
}

// resolver is what a server knows its accounts by.
func (o *output) resolver(s *site) {
	k := natsconf.Keys{Operator: s.Operator.JWT, System: s.Operator.claims.SystemAccount}
	for _, a := range s.Accounts {
		k.Accounts = append(k.Accounts, natsconf.AccountJWT{Name: a.Name, Key: a.Key, JWT: a.JWT})
	}
	o.files = append(o.files, file{filepath.Join(o.folderOf(s), natsconf.ResolverFile), natsconf.Resolver(k), 0o644})
}

// old gathers the files of those who may no longer log in, or that are kept in
// another form.
func (o *output) old(s *site) {
	closed := len(o.box.recipients) > 0
	for _, a := range s.Accounts {
		for _, u := range a.Users {
			path := o.credsPath(s, u)
			switch {
			case u.Status != active || a.Gone || o.forgotten(s):
				o.gone = append(o.gone, path, path+sealed)
			case closed:
				o.gone = append(o.gone, path)
			}
		}
	}
	if o.forgotten(s) {
		for _, name := range []string{natsconf.ResolverFile, natsconf.RemotesFile, natsconf.GatewaysFile} {
			o.gone = append(o.gone, filepath.Join(o.folderOf(s), name))
		}
	}
}

// creds are what users log in with.
func (o *output) creds(s *site) {
	ending := ""
	if len(o.box.recipients) > 0 {
		ending = sealed
	}
	for _, a := range s.Accounts {
		for _, u := range a.Users {
			if u.Status == active && !a.Gone {
				o.files = append(o.files, file{o.credsPath(s, u) + ending, credentials(u.JWT, s.ring.index[u.Key].seed), 0o600})
			}
		}
	}
}

// remotes join a leaf's accounts to those of hubs.
func (o *output) remotes(s *site, model *accounts.Site, t *topology.Topology, m *accounts.Model) {
	var all []natsconf.Remote
	prefix := cmp.Or(o.CredsPath, declaredFolder(t, s.Name), filepath.Join(o.folderOf(s), CredsFolder))
	for _, link := range model.Links {
		all = append(all, natsconf.Remote{
			Link: link, Account: s.account(link.Account).Key,
			Credentials: filepath.Join(prefix, link.User+".creds"),
		})
	}
	o.files = append(o.files, file{filepath.Join(o.folderOf(s), natsconf.RemotesFile), natsconf.Remotes(t, m, all), 0o644})
}

// declaredFolder is where a leaf's host has its credentials, as declared: that
// folder, or the one of the file that is named. A leaf has one file for each of
// its links.
func declaredFolder(t *topology.Topology, leaf string) string {
	for i := range t.Leaves {
		if l := &t.Leaves[i]; l.Name == leaf && strings.HasSuffix(l.Credentials, ".creds") {
			return filepath.Dir(l.Credentials)
		} else if l.Name == leaf {
			return l.Credentials
		}
	}
	return ""
}

// joined are what servers of one site know each other by.
func (o *output) joined(s *site, model *accounts.Site, t *topology.Topology) {
	for i := range t.NATS {
		n := &t.NATS[i]
		if !slices.Contains(model.Members, n.Name) || len(n.Hosts) == 0 || len(n.Hosts) == 1 && len(model.Members) == 1 {
			continue
		}
		word := s.ring.word("cluster/" + n.Name)
		o.files = append(o.files, file{filepath.Join(o.folderOf(s), natsconf.ClusterFile(n.Name)), natsconf.Routes(t, n, word), 0o600})
	}
	if len(model.Members) == 1 {
		return
	}
	word := s.ring.word("gateways")
	o.files = append(o.files, file{filepath.Join(o.folderOf(s), natsconf.GatewaysFile), natsconf.Gateways(t, model, word), 0o600})
}

// differing leaves out the files that are there already.
func (o *output) differing() error {
	differs := make([]bool, len(o.files))
	var g errgroup.Group
	g.SetLimit(workers())
	for i, f := range o.files {
		g.Go(func() (err error) {
			differs[i], err = o.differs(f)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var out []file
	kept := make(map[string]bool, len(o.files)) // two accounts may have had a user of one name
	for i, f := range o.files {
		kept[f.path] = true
		if !differs[i] {
			continue
		}
		if filepath.Ext(f.path) == sealed {
			var err error
			if f.data, err = o.box.seal(f.data); err != nil {
				return err
			}
		}
		out = append(out, f)
	}
	o.gone = slices.DeleteFunc(o.gone, func(path string) bool { return kept[path] })
	o.files = out
	return nil
}

// differs reports whether a file is to be written.
func (o *output) differs(f file) (bool, error) {
	read := readSecret
	if f.mode != 0o600 {
		read = os.ReadFile
	}
	old, err := read(f.path)
	pe := (*fs.PathError)(nil)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case errors.As(err, &pe):
		return false, diskError("read", f.path, "--out", err)
	case err != nil:
		return false, err
	}
	if filepath.Ext(f.path) == sealed {
		if old, err = o.box.open(f.path, old); err != nil || o.reseal {
			return true, nil // it follows from the keys, whatever happened to it
		}
	}
	return !bytes.Equal(old, f.data), nil
}

// makeFolders makes those of servers so that others may read what is no secret.
func (o *output) makeFolders() error {
	for _, f := range o.files {
		if f.mode == 0o600 {
			continue
		}
		dir := filepath.Dir(f.path)
		if _, err := os.Stat(dir); err == nil {
			continue
		}
		if err := o.disk.step("make " + dir); err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return diskError("make", dir, "--out", err)
		}
	}
	return nil
}
