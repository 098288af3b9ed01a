package keys

import (
	"fmt"

	"github.com/nats-io/jwt/v2"
)

// activate puts the exporter's token into each import of an account. Tokens that
// hold are kept.
func (s *signer) activate(a *account) error {
	for _, in := range a.want.Imports {
		from := s.byKey(in.Account)
		if from == nil {
			return fmt.Errorf("account %s imports %s from an account that is not there", a.Name, in.Subject)
		}
		want := jwt.NewActivationClaims(a.Key)
		want.Name = string(in.Subject)
		want.ImportSubject, want.ImportType, want.IssuerAccount = in.Subject, in.Type, from.Key
		if token := a.token(in, want, from.Sign); token != "" {
			in.Token = token
			continue
		}
		pair, err := s.ring.pair(from.Sign)
		if err != nil {
			return err
		}
		if in.Token, err = want.Encode(pair); err != nil {
			return fmt.Errorf("sign the token of %s for account %s: %w", in.Subject, a.Name, err)
		}
	}
	return nil
}

// token is the one an account has for an import, "" when it does not hold.
func (a *account) token(in *jwt.Import, want *jwt.ActivationClaims, sign string) string {
	if a.claims == nil {
		return ""
	}
	for _, old := range a.claims.Imports {
		if old.Subject != in.Subject || old.Type != in.Type || old.Account != in.Account {
			continue
		}
		have, err := jwt.DecodeActivationClaims(old.Token)
		if err == nil && have.Issuer == sign && sameToken(have, want) {
			return old.Token
		}
	}
	return ""
}

func (s *site) byKey(public string) *account {
	for _, a := range s.Accounts {
		if a.Key == public {
			return a
		}
	}
	return nil
}
