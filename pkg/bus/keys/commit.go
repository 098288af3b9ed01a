package keys

import (
	"path/filepath"
	"slices"
	"strings"
)

// commit writes what changed. The order makes every moment in it one that the
// next run goes on from: new seeds first, beside the old ones; then what was
// signed; then what servers and hosts get; old seeds go last.
func (s *store) commit(out []file, gone []string) error {
	rings, err := s.ringFiles(false)
	if err != nil {
		return err
	}
	sites, lab, err := s.siteFiles()
	if err != nil {
		return err
	}
	for _, step := range []struct {
		flag  string
		files []file
	}{{"--keys", rings}, {"--keys", sites}, {"--keys", lab}, {"--out", out}} {
		if err := s.disk.write(step.files); err != nil {
			return diskError("write to", s.where(step.flag), step.flag, err)
		}
	}
	if err := s.disk.remove(gone); err != nil {
		return diskError("remove from", s.Out, "--out", err)
	}
	if rings, err = s.ringFiles(true); err != nil {
		return err
	}
	if err := s.disk.write(rings); err != nil {
		return diskError("write to", s.Dir, "--keys", err)
	}
	if err := s.disk.remove(s.leftovers()); err != nil {
		return diskError("remove from", s.Dir, "--keys", err)
	}
	s.rep.Files = s.disk.wrote
	return nil
}

func (s *store) where(flag string) string {
	if flag == "--out" {
		return s.Out
	}
	return s.Dir
}

// ringFiles are the seeds to be written: all that are there, or only those that
// are used.
func (s *store) ringFiles(lean bool) ([]file, error) {
	var files []file
	for _, one := range s.sites {
		if s.forgotten(one) || one.ring == nil {
			continue
		}
		ring := one.ring
		if lean {
			ring = ring.only(one.used())
		}
		data, err := ring.data(s.file.Lab)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(s.folder(one.Kind, one.Name), seedsName)
		if !s.changed(path+sealed, data) && !s.reseal {
			continue
		}
		sealedData, err := s.box.seal(data)
		if err != nil {
			return nil, err
		}
		s.was[path+sealed] = data
		if len(s.box.recipients) > 0 {
			path += sealed
		}
		files = append(files, file{path, sealedData, 0o600})
	}
	s.reseal = false
	return files, nil
}

// used are the keys of a site that still sign, count or log in.
func (s *site) used() map[string]bool {
	used := map[string]bool{s.Operator.Key: true, s.Operator.Sign: true}
	retiredToo := func(all []retired) {
		for _, r := range all {
			used[r.Key] = true
		}
	}
	retiredToo(s.Operator.Retired)
	for _, a := range s.Accounts {
		used[a.Key], used[a.Sign] = true, true
		retiredToo(a.Retired)
		for _, u := range a.Users {
			used[u.Key] = true
			retiredToo(u.Retired)
		}
	}
	return used
}

// siteFiles are what was signed, and what the folder remembers.
func (s *store) siteFiles() (sites, lab []file, err error) {
	put := func(files *[]file, path string, v any) error {
		data, err := encode(v)
		if err == nil && s.changed(path, data) {
			*files = append(*files, file{path, data, 0o600})
		}
		return err
	}
	s.file.Sites = []siteLine{}
	for _, one := range s.sites {
		if s.forgotten(one) {
			continue
		}
		s.file.Sites = append(s.file.Sites, siteLine{one.Kind, one.Name, one.Operator.Key})
		if err := put(&sites, filepath.Join(s.folder(one.Kind, one.Name), siteName), one); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(s.file.Sites, func(a, b siteLine) int {
		return strings.Compare(title(a.Kind, a.Name), title(b.Kind, b.Name))
	})
	err = put(&lab, filepath.Join(s.Dir, labName), s.file)
	return sites, lab, err
}

// forgotten reports whether a site's keys are to go.
func (s *store) forgotten(one *site) bool { return one.gone && s.Prune }

// leftovers are files that the folder no longer needs.
func (s *store) leftovers() []string {
	var gone []string
	for _, one := range s.sites {
		dir := s.folder(one.Kind, one.Name)
		switch seeds := filepath.Join(dir, seedsName); {
		case s.forgotten(one):
			gone = append(gone, seeds, seeds+sealed, filepath.Join(dir, siteName), dir)
		case len(s.box.recipients) > 0 && one.ring != nil:
			gone = append(gone, seeds)
		}
	}
	return gone
}

// prune forgets those who are no longer declared. What was revoked stays so: a
// JWT that nobody remembers still counts.
func (s *store) prune(one *site) {
	forget := func(u *user) bool {
		return u.undeclared && (u.Status == removed || u.Status == revoked)
	}
	one.Accounts = slices.DeleteFunc(one.Accounts, func(a *account) bool {
		if a.Gone {
			s.rep.add(one, a.Name, "", DidPrune, "it is no longer declared")
			return true
		}
		for _, u := range a.Users {
			if forget(u) {
				s.rep.add(one, a.Name, u.Name, DidPrune, "it is no longer declared")
			}
		}
		a.Users = slices.DeleteFunc(a.Users, forget)
		return false
	})
	if one.gone {
		s.rep.add(one, "", "", DidPrune, "it is no longer declared")
	}
}
