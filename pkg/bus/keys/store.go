package keys

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nkeys"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Options say where keys are and how they are kept. What is left empty stays as
// it was in an earlier run.
type Options struct {
	// Dir is the folder of the keys; see DefaultDir.
	Dir string
	// Lab is whose keys they are.
	Lab string
	// Recipients of age encrypt seeds; Identities are the files of those that
	// decrypt them.
	Recipients, Identities []string
	// Out is the folder for servers and hosts [DIR/out].
	Out string
	// CredsPath is the folder in which hosts of leaves have their credentials [as
	// declared for the leaf, else where Out has them].
	CredsPath string
	// Expires is for how long users' JWTs count; 0: for good.
	Expires *time.Duration
	// Prune forgets the keys of what is no longer declared.
	Prune bool

	// Now is the time of decisions [time.Now].
	Now func() time.Time

	before func(step string) error // see disk
}

// labFile is what the folder of keys remembers.
type labFile struct {
	FormatVersion int        `json:"format_version"`
	Lab           string     `json:"lab"`
	Recipients    []string   `json:"recipients,omitempty"`
	Expires       string     `json:"expires,omitempty"` // Go's form
	Out           string     `json:"out,omitempty"`
	CredsPath     string     `json:"creds_path,omitempty"`
	Sites         []siteLine `json:"sites"`
}

// siteLine says which operator a site must have.
type siteLine struct {
	Kind     accounts.SiteKind `json:"kind"`
	Name     string            `json:"name"`
	Operator string            `json:"operator"`
}

// store is an open folder of keys.
type store struct {
	Options
	file    labFile
	expires time.Duration
	box     box
	disk    disk
	lock    *flock.Flock
	sites   []*site
	was     map[string][]byte // what files hold, opened
	reseal  bool              // seeds are to be encrypted anew
	left    string            // where Out was before
	now     time.Time
	rep     *Report
}

const (
	labName   = "lab.json"
	lockName  = "lock"
	seedsName = "seeds.json"
	siteName  = "site.json"
)

// folder is where a site's keys are.
func (s *store) folder(kind accounts.SiteKind, name string) string {
	return filepath.Join(s.Dir, string(kind)+"-"+name)
}

// purpose is what a folder of keys is opened for.
type purpose int

const (
	toLook   purpose = iota
	toChange         // locks it
	toMake           // makes it when it is missing
)

// open reads the folder of keys, without seeds.
func open(o Options, to purpose) (*store, error) {
	s := &store{Options: o, was: map[string][]byte{}, now: time.Now(), disk: disk{before: o.before}}
	if o.Now != nil {
		s.now = o.Now()
	}
	if err := apart(o.Dir, "--keys"); err != nil {
		return nil, err
	}
	if to != toMake && !there(filepath.Join(o.Dir, labName)) {
		return nil, failf("open", "the keys in "+o.Dir, "make them with `nimmer bus keys init`; if there were keys once, name their folder with --keys", "there are none")
	}
	if to != toLook {
		if err := s.take(); err != nil {
			return nil, err
		}
	}
	if err := s.load(); err != nil {
		s.close()
		return nil, err
	}
	s.rep = &Report{Lab: s.Lab, Keys: s.Dir, Encrypted: len(s.file.Recipients) > 0, Left: s.left, Changes: []Change{}, Servers: []Server{}}
	return s, nil
}

// take makes and locks the folder.
func (s *store) take() error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return diskError("make", s.Dir, "--keys", err)
	}
	if err := s.private(); err != nil {
		return err
	}
	s.lock = flock.New(filepath.Join(s.Dir, lockName), flock.SetPermissions(0o600))
	locked, err := s.lock.TryLock()
	if err != nil {
		return diskError("lock", s.Dir, "--keys", err)
	}
	if !locked {
		return failf("lock", s.Dir, "wait for that one, then run the same command again", "another nimmer is writing keys there")
	}
	return nil
}

func (s *store) private() error {
	err := private(s.Dir)
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return diskError("use", s.Dir, "--keys", err)
	}
	return err
}

// close lets another process have the folder.
func (s *store) close() {
	if s.lock != nil {
		_ = s.lock.Close()
	}
}

// load reads what the folder remembers, and all sites.
func (s *store) load() error {
	data, err := s.read(filepath.Join(s.Dir, labName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.file = labFile{FormatVersion: FormatVersion, Lab: s.Lab}
		return s.settings()
	case err != nil:
		return err
	}
	if err := s.private(); err != nil {
		return err
	}
	if s.file, err = parseLab(data, s.Lab); err != nil {
		return fail("read", filepath.Join(s.Dir, labName), "name the folder of this lab's keys with --keys, or put the file back from a backup", err)
	}
	s.Lab = s.file.Lab
	if err := s.settings(); err != nil {
		return err
	}
	for _, line := range s.file.Sites {
		one, err := s.loadSite(line)
		if err != nil {
			return err
		}
		s.sites = append(s.sites, one)
	}
	return nil
}

// parseLab reads what a folder of keys remembers. No lab: any.
func parseLab(data []byte, lab string) (labFile, error) {
	var f labFile
	if err := strict(data, &f); err != nil {
		return f, err
	}
	switch {
	case f.FormatVersion != FormatVersion:
		return f, fmt.Errorf("its format is %d, and this nimmer knows %d", f.FormatVersion, FormatVersion)
	case lab != "" && f.Lab != lab:
		return f, fmt.Errorf("it holds the keys of the lab %.80q, not of %q", f.Lab, lab)
	}
	seen := map[string]bool{}
	for _, line := range f.Sites {
		name := title(line.Kind, line.Name)
		if line.Kind != accounts.Hub && line.Kind != accounts.Leaf || line.Name == "" || strings.ContainsAny(line.Name, "/\\\x00") || line.Name == "." || line.Name == ".." {
			return f, fmt.Errorf("it is damaged: %.80q is no site", name)
		}
		if seen[name] {
			return f, fmt.Errorf("it is damaged: %.80q is there twice", name)
		}
		if !nkeys.IsValidPublicOperatorKey(line.Operator) {
			return f, fmt.Errorf("it is damaged: the operator of %.80q is none", name)
		}
		seen[name] = true
	}
	if _, err := parseRecipients(f.Recipients); err != nil {
		return f, err
	}
	if f.Expires != "" {
		if d, err := time.ParseDuration(f.Expires); err != nil || d < 0 {
			return f, fmt.Errorf("it is damaged: %.80q is not how long something counts", f.Expires)
		}
	}
	return f, nil
}

// settings merges what is asked for into what is remembered.
func (s *store) settings() (err error) {
	if len(s.Recipients) > 0 && !slices.Equal(s.Recipients, s.file.Recipients) {
		s.reseal = len(s.file.Sites) > 0
		s.file.Recipients = s.Recipients
	}
	if s.box.recipients, err = parseRecipients(s.file.Recipients); err != nil {
		return err
	}
	if s.box.identities, err = readIdentities(s.Identities); err != nil {
		return err
	}
	if s.Expires != nil {
		s.file.Expires = ""
		if *s.Expires > 0 {
			s.file.Expires = s.Expires.String()
		}
	}
	s.expires, _ = time.ParseDuration(s.file.Expires)
	before := cmp.Or(s.file.Out, filepath.Join(s.Dir, "out"))
	for _, p := range []struct{ asked, kept *string }{{&s.Out, &s.file.Out}, {&s.CredsPath, &s.file.CredsPath}} {
		if *p.asked != "" {
			if *p.kept, err = filepath.Abs(*p.asked); err != nil {
				return fmt.Errorf("use %s: %w", *p.asked, err)
			}
		}
		*p.asked = *p.kept
	}
	if s.Out == "" {
		s.Out = filepath.Join(s.Dir, "out")
	}
	if before != s.Out && there(before) {
		s.left = before
	}
	return apart(s.Out, "--out")
}

// loadSite reads what a site has signed.
func (s *store) loadSite(line siteLine) (*site, error) {
	dir := s.folder(line.Kind, line.Name)
	path := filepath.Join(dir, siteName)
	lost := "put the folder back from a backup: with new keys every server and client of this site would have to be told at once"
	data, err := s.read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, failf("read", path, lost, "it is missing, and with it what was signed and revoked for %s", title(line.Kind, line.Name))
	}
	if err != nil {
		return nil, err
	}
	out, err := parseSite(data, s.file.Lab, line.Kind, line.Name)
	if err == nil && line.Operator != "" && out.Operator.Key != line.Operator {
		err = fmt.Errorf("its operator is a foreign one, %s, not %s", out.Operator.Key, line.Operator)
	}
	if err == nil {
		err = out.verify()
	}
	if err != nil {
		return nil, fail("read", path, "put the folder back from a backup", err)
	}
	return out, nil
}

// openRings reads the seeds of all sites.
func (s *store) openRings() error {
	for _, one := range s.sites {
		if err := s.loadRing(one); err != nil {
			return err
		}
	}
	return nil
}

// loadRing reads a site's seeds.
func (s *store) loadRing(of *site) error {
	plain := filepath.Join(s.folder(of.Kind, of.Name), seedsName)
	path := plain + sealed
	data, err := s.read(path)
	if err == nil {
		data, err = s.box.open(path, data)
	} else if errors.Is(err, fs.ErrNotExist) {
		path = plain
		data, err = s.read(path)
		s.reseal = s.reseal || err == nil && len(s.box.recipients) > 0
	}
	if errors.Is(err, fs.ErrNotExist) {
		return failf("read", path, "put the folder back from a backup", "the seeds of %s are missing", of.title())
	}
	if err != nil {
		return err
	}
	of.ring, err = parseRing(data, s.file.Lab, of.title())
	if err == nil {
		err = of.fits(of.ring)
	}
	if err != nil {
		return fail("read", path, "put the folder back from a backup", err)
	}
	s.was[plain+sealed] = data
	return nil
}

// read reads a file of the folder, with its checks.
func (s *store) read(path string) ([]byte, error) {
	data, err := readSecret(path)
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) && !errors.Is(err, fs.ErrNotExist) {
		return nil, diskError("read", path, "--keys", err)
	}
	if err == nil {
		s.was[path] = data
	}
	return data, err
}

// site is the open site of a name, nil when it has no keys.
func (s *store) site(kind accounts.SiteKind, name string) *site {
	i := slices.IndexFunc(s.sites, func(t *site) bool { return t.Kind == kind && t.Name == name })
	if i < 0 {
		return nil
	}
	return s.sites[i]
}

// changed reports whether a file of the folder would hold something else.
func (s *store) changed(path string, data []byte) bool {
	old, ok := s.was[path]
	return !ok || !bytes.Equal(old, data)
}
