package keys

import (
	"context"
	"slices"
	"time"
)

// What says whose keys a command is about.
type What struct {
	// Site narrows it to one, as "dev", or "hub/dev" where a leaf has the same name.
	Site string
	// Operator means the operator's signing key.
	Operator bool
	// Account means the signing key of an account; with User it narrows that to
	// the account's users.
	Account string
	// User means a user, or all users of an identity.
	User string
}

// at reports whether a site is meant.
func (w *What) at(s *site) bool {
	return w.Site == "" || w.Site == s.Name || w.Site == string(s.Kind)+"/"+s.Name
}

// in reports whether users of an account are meant.
func (w *What) in(a *account) bool { return w.Account == "" || w.Account == a.Name }

// Rotate replaces signing keys, or a user's key, and signs anew what they had
// signed. The old ones count for the grace, or no longer.
func Rotate(ctx context.Context, what What, grace time.Duration, o Options) (*Report, error) {
	return change(ctx, what, o, func(s *store, one *site) (bool, error) { return s.rotate(one, what, grace) })
}

// change does something to what is meant in each site, and signs anew what
// follows from it. It needs no declaration.
func change(ctx context.Context, what What, o Options, do func(*store, *site) (found bool, err error)) (*Report, error) {
	s, err := open(o, toChange)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.openRings(); err != nil {
		return nil, err
	}
	found := false
	for _, one := range s.sites {
		if !what.at(one) {
			continue
		}
		done, err := do(s, one)
		if err != nil {
			return nil, err
		}
		found = found || done
	}
	if !found {
		return nil, s.nobody(what)
	}
	return s.again(ctx)
}

// again signs what was signed before, with the keys and the people that are now.
func (s *store) again(ctx context.Context) (*Report, error) {
	for _, one := range s.sites {
		one.keep()
		if err := s.signer(one).settle(ctx); err != nil {
			return nil, err
		}
	}
	return s.finish(nil, nil)
}

func (s *store) nobody(what What) error {
	name := "the operator of " + what.Site
	switch {
	case what.User != "":
		name = "user or identity " + what.User
	case what.Account != "":
		name = "account " + what.Account
	}
	return failf("find", name, "see who has keys with `nimmer bus keys show`", "no site has keys for it in %s", s.Dir)
}

func (s *store) rotate(one *site, what What, grace time.Duration) (bool, error) {
	var err error
	switch {
	case what.Operator:
		o := &one.Operator
		o.Retired = s.grace(o.Retired, o.Sign, grace)
		o.Sign, err = one.ring.make(keyOperatorSign)
		s.rep.add(one, "", "", DidRotate, "it signs with a new key")
		return true, err
	case what.User == "":
		a := one.account(what.Account)
		if a == nil || a.Gone {
			return false, nil
		}
		a.Retired = s.grace(a.Retired, a.Sign, grace)
		a.Sign, err = one.ring.make(keyAccountSign(a.Name))
		s.rep.add(one, a.Name, "", DidRotate, "it signs with a new key")
		return true, err
	}
	done := false
	for _, a := range one.Accounts {
		for _, u := range a.Users {
			if a.Gone || !what.in(a) || u.Status == removed || !u.is(what.User) {
				continue
			}
			done = true
			if err := s.rotateUser(one, a, u, grace); err != nil {
				return false, err
			}
		}
	}
	return done, nil
}

// is reports whether a name means a user: its own, or that of its identity.
func (u *user) is(name string) bool { return u.Name == name || u.Identity == name }

// rotateUser gives a user a new key, and lets in again who was put out.
func (s *store) rotateUser(one *site, a *account, u *user, grace time.Duration) (err error) {
	if u.Status == revoked {
		u.Status = active
		s.rep.add(one, a.Name, u.Name, DidRotate, "it is let in again, with a new key")
	} else {
		s.rep.add(one, a.Name, u.Name, DidRotate, "its key is new")
		if grace > 0 {
			u.Retired = s.grace(u.Retired, u.Key, grace)
			u.Retired[len(u.Retired)-1].Expires = u.claims.Expires
		} else {
			a.revokeAll(u, s.now.Unix(), "rotated")
			s.rep.add(one, a.Name, u.Name, DidRevoke, "the key before no longer counts")
		}
	}
	if u.Key, err = one.ring.make(keyUser(a.Name, u.Name)); err != nil {
		return err
	}
	w := *u.claims
	w.Subject = u.Key
	u.want = &w
	return nil
}

// grace adds a key to those that count for a while. At once, those from earlier
// rotations are let go as well.
func (s *store) grace(old []retired, key string, grace time.Duration) []retired {
	if grace <= 0 {
		return nil
	}
	return append(slices.Clone(old), retired{Key: key, Until: s.now.Add(grace).UTC().Truncate(time.Second)})
}

// Revoke puts out a user, or all users of an identity, until Rotate lets them in
// again. It needs no declaration.
func Revoke(ctx context.Context, what What, o Options) (*Report, error) {
	return change(ctx, what, o, func(s *store, one *site) (found bool, err error) {
		for _, a := range one.Accounts {
			found = what.in(a) && s.putOut(one, a, what.User) || found
		}
		return found, nil
	})
}

// putOut revokes what was signed for users of this name, the keys from before
// their last rotation included.
func (s *store) putOut(one *site, a *account, name string) bool {
	found := false
	for _, u := range a.Users {
		if !u.is(name) {
			continue
		}
		found = true
		if u.Status == revoked {
			s.rep.add(one, a.Name, u.Name, DidKeep, "it was put out before")
			continue
		}
		u.Status = revoked
		a.revokeAll(u, s.now.Unix(), string(revoked))
		s.rep.add(one, a.Name, u.Name, DidRevoke, "it is put out; `nimmer bus keys rotate --user "+u.Name+"` lets it in again")
	}
	return found
}
