package keys

import (
	"fmt"

	"github.com/nats-io/jwt/v2"
	"golang.org/x/sync/errgroup"
)

// verify decodes everything a site has signed and checks who signed it, from
// the operator down. It finds keys and JWTs that come from somewhere else.
func (s *site) verify() error {
	if s.Operator.JWT == "" {
		return nil // not signed yet
	}
	op, err := jwt.DecodeOperatorClaims(s.Operator.JWT)
	switch {
	case err != nil:
		return fmt.Errorf("the JWT of its operator is damaged: %w", err)
	case op.Subject != s.Operator.Key || op.Issuer != op.Subject:
		return fmt.Errorf("the JWT of its operator is that of another, %s", op.Subject)
	}
	s.Operator.claims = op
	var g errgroup.Group
	g.SetLimit(workers())
	for _, a := range s.Accounts {
		g.Go(func() error { return s.verifyAccount(a) })
		for _, u := range a.Users {
			g.Go(func() error { return a.verifyUser(u) })
		}
	}
	return g.Wait()
}

func (s *site) verifyAccount(a *account) error {
	claims, err := jwt.DecodeAccountClaims(a.JWT)
	switch {
	case err != nil:
		return fmt.Errorf("the JWT of account %.80q is damaged: %w", a.Name, err)
	case claims.Subject != a.Key:
		return fmt.Errorf("the JWT of account %.80q is that of another, %s", a.Name, claims.Subject)
	case !counts(claims.Issuer, s.Operator.Sign, s.Operator.Retired):
		return fmt.Errorf("account %.80q was signed by a foreign operator, %s", a.Name, claims.Issuer)
	}
	a.claims = claims
	return nil
}

func (a *account) verifyUser(u *user) error {
	claims, err := jwt.DecodeUserClaims(u.JWT)
	switch {
	case err != nil:
		return fmt.Errorf("the JWT of user %.80q is damaged: %w", u.Name, err)
	case claims.Subject != u.Key || claims.Name != u.Name:
		return fmt.Errorf("the JWT of user %.80q is that of another, %.80q", u.Name, claims.Name)
	case claims.IssuerAccount != a.Key:
		return fmt.Errorf("user %.80q belongs to a foreign account, %s", u.Name, claims.IssuerAccount)
	case u.Status == active && !a.Gone && !counts(claims.Issuer, a.Sign, a.Retired):
		return fmt.Errorf("user %.80q was signed by a foreign key, %s", u.Name, claims.Issuer)
	}
	u.claims = claims
	return nil
}

// counts reports whether a key is the one that signs, or one of those before.
func counts(issuer, sign string, before []retired) bool {
	if issuer == sign {
		return true
	}
	for _, r := range before {
		if issuer == r.Key {
			return true
		}
	}
	return false
}

// fits checks that the ring has every key that the site signs or logs in with.
func (s *site) fits(r *ring) error {
	if s.Operator.Key == "" {
		return nil // its keys are being made
	}
	need := func(public, what string) error {
		if _, ok := r.index[public]; !ok {
			return fmt.Errorf("the seed of %s (%s) is not in it: it is missing, or a foreign one is in its place", what, public)
		}
		return nil
	}
	if err := need(s.Operator.Key, "the operator"); err != nil {
		return err
	}
	if err := need(s.Operator.Sign, "the operator's signing key"); err != nil {
		return err
	}
	for _, a := range s.Accounts {
		if a.Gone {
			continue
		}
		if err := need(a.Sign, "the signing key of account "+a.Name); err != nil {
			return err
		}
		for _, u := range a.Users {
			if u.Status != active {
				continue
			}
			if err := need(u.Key, "user "+u.Name); err != nil {
				return err
			}
		}
	}
	return nil
}
