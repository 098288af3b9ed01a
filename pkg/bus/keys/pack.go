package keys

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// Where a host has what is packed for it.
const (
	packedServers = "var/lib/nimmer/nats"
	packedCreds   = "var/lib/nimmer/creds"
)

// Packed is one file that a host needs.
type Packed struct {
	// File is where it is here, Place its path on the host without the first "/".
	File  string `json:"file"`
	Place string `json:"place"`
	// User logs in with it, because of these blocks; "": a server reads it.
	User string   `json:"user,omitempty"`
	Of   []string `json:"of,omitempty"`
}

// Pack lists what a declared host needs of what was signed: the files of its
// servers and the credentials of what runs there. With a folder it also puts
// them there, laid out as on the host; encrypted credentials are opened.
func Pack(t *topology.Topology, m *accounts.Model, host, folder string, o Options) ([]Packed, error) {
	o.Lab = m.Lab
	s, err := open(o, toLook)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.founded(m); err != nil {
		return nil, err
	}
	all, err := s.needed(t, m, host)
	if err != nil || folder == "" {
		return all, err
	}
	if err := apart(folder, "--to"); err != nil {
		return nil, err
	}
	var files []file
	for _, p := range all {
		data, err := s.handedOut(p.File)
		if err != nil {
			return nil, err
		}
		mode := fs.FileMode(0o640)
		if strings.HasPrefix(p.Place, packedCreds) {
			mode = 0o600
		}
		files = append(files, file{filepath.Join(folder, filepath.FromSlash(p.Place)), data, mode})
	}
	if err := makePlaces(folder, files); err != nil {
		return nil, diskError("make", folder, "--to", err)
	}
	if err := s.disk.write(files); err != nil {
		return nil, diskError("write to", folder, "--to", err)
	}
	return all, nil
}

// makePlaces makes the folders of what is packed. Those above what is ours are
// as on every machine: an installer may give a host the modes they have here.
func makePlaces(folder string, files []file) error {
	ours := filepath.Join(folder, filepath.FromSlash(path.Dir(packedCreds)))
	if err := os.MkdirAll(ours, 0o755); err != nil {
		return err
	}
	for dir, mode := range map[string]fs.FileMode{packedServers: 0o750, packedCreds: 0o700} {
		dir = filepath.Join(folder, filepath.FromSlash(dir))
		if err := os.MkdirAll(dir, mode); err != nil {
			return err
		}
		if err := os.Chmod(dir, mode); err != nil { // it may have been there
			return err
		}
	}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o750); err != nil {
			return err
		}
	}
	return nil
}

// needed are the files of a host, its servers' first.
func (s *store) needed(t *topology.Topology, m *accounts.Model, host string) ([]Packed, error) {
	var out []Packed
	for _, server := range natsconf.Servers(t, m) {
		if server.Host != host {
			continue
		}
		folder := SiteFolder(server.Site.Kind, server.Site.Name)
		entries, err := os.ReadDir(filepath.Join(s.Out, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, diskError("read", filepath.Join(s.Out, folder), "--out", err)
		}
		for _, e := range entries {
			if e.Type().IsRegular() && filepath.Ext(e.Name()) == ".conf" {
				out = append(out, s.packed(filepath.Join(folder, e.Name()), packedServers+strings.TrimPrefix(filepath.ToSlash(folder), "nats")))
			}
		}
		for _, link := range server.Site.Links {
			p := s.packed(filepath.Join(folder, CredsFolder, link.User+".creds"), packedServers+strings.TrimPrefix(filepath.ToSlash(folder), "nats")+"/"+CredsFolder)
			p.User = link.User
			out = append(out, p)
		}
	}
	for i := range m.Sites {
		for j := range m.Sites[i].Accounts {
			a := &m.Sites[i].Accounts[j]
			for k := range a.Users {
				if u := &a.Users[k]; slices.Contains(u.Hosts, host) {
					p := s.packed(CredsFile(&m.Sites[i], u), packedCreds)
					p.User, p.Of = u.Name, u.Of
					out = append(out, p)
				}
			}
		}
	}
	return out, nil
}

// packed is a file of the folder for servers and hosts, and where it goes.
func (s *store) packed(name, place string) Packed {
	return Packed{File: filepath.Join(s.Out, name), Place: place + "/" + filepath.Base(name)}
}

// handedOut reads a file that an apply wrote, and opens it where it is encrypted.
func (s *store) handedOut(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err == nil {
		return data, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		if data, err = os.ReadFile(name + sealed); err == nil {
			return s.box.open(name+sealed, data)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, failf("pack", name, "make it with `nimmer bus keys apply`", "it is not there")
	}
	return nil, diskError("read", name, "--out", err)
}
