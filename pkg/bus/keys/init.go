package keys

import (
	"context"
	"os"
	"path/filepath"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Init makes the operator and the system account of each site that has none.
func Init(ctx context.Context, m *accounts.Model, o Options) (*Report, error) {
	o.Lab = m.Lab
	s, err := open(o, toMake)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if s.reseal {
		if err := s.openRings(); err != nil {
			return nil, err
		}
	}
	for i := range m.Sites {
		model := &m.Sites[i]
		if one := s.site(model.Kind, model.Name); one != nil {
			s.rep.add(one, "", "", DidKeep, "")
			continue
		}
		if err := s.found(ctx, model); err != nil {
			return nil, err
		}
	}
	if err := s.commit(nil, nil); err != nil {
		return nil, err
	}
	return s.rep, nil
}

// found makes a site's first keys, or goes on with what a run that did not
// finish has left.
func (s *store) found(ctx context.Context, model *accounts.Site) error {
	one, err := s.leftover(model)
	if err != nil {
		return err
	}
	s.sites = append(s.sites, one)
	if one.Operator.JWT != "" {
		s.rep.add(one, "", "", DidKeep, "it was made before, and lab.json did not know it")
		return nil
	}
	if one.Operator.Key, err = one.ring.newest(keyOperator); err != nil {
		return err
	}
	if one.Operator.Sign, err = one.ring.newest(keyOperatorSign); err != nil {
		return err
	}
	first := *model
	first.Accounts = nil
	if sys := model.Account(accounts.System); sys != nil {
		first.Accounts = []accounts.Account{*sys}
	}
	if err := one.declare(&first); err != nil {
		return err
	}
	return s.signer(one).settle(ctx)
}

// leftover is a site that is not among those of the lab, with what its folder
// holds, if anything. Seeds that cannot be read are not written over: somebody
// may have lost lab.json.
func (s *store) leftover(model *accounts.Site) (*site, error) {
	one := &site{FormatVersion: FormatVersion, Lab: s.file.Lab, Kind: model.Kind, Name: model.Name, Accounts: []*account{}}
	dir := s.folder(model.Kind, model.Name)
	if there(filepath.Join(dir, siteName)) {
		found, err := s.loadSite(siteLine{Kind: model.Kind, Name: model.Name})
		if err != nil {
			return nil, err
		}
		one = found
	}
	seeds := filepath.Join(dir, seedsName)
	if one.Operator.JWT == "" && !there(seeds) && !there(seeds+sealed) {
		one.ring = newRing(one.title())
		return one, nil
	}
	return one, s.loadRing(one)
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// signer signs for a site.
func (s *store) signer(one *site) *signer {
	return &signer{site: one, now: s.now, expire: s.expires, report: s.rep}
}
