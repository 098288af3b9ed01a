package keys

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// credentials is the file that a client logs in with, as every client of NATS
// reads it.
func credentials(token, seed string) []byte {
	return fmt.Appendf(nil, `-----BEGIN NATS USER JWT-----
%s
------END NATS USER JWT------

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.
NKEYs are sensitive and should be treated as secrets.

-----BEGIN USER NKEY SEED-----
%s
------END USER NKEY SEED------

*************************************************************
`, token, seed)
}

// Credentials is what a credentials file says of itself. It holds no seed.
type Credentials struct {
	User    string // its name
	Key     string // its public key
	Account string // the public key of its account
	JWT     string
	Expires int64 // Unix seconds; 0: never
}

// ParseCredentials reads a credentials file and checks that its two halves
// belong together.
func ParseCredentials(data []byte) (Credentials, error) {
	if len(data) > 1<<20 || !bytes.Contains(data, []byte("BEGIN NATS USER JWT")) {
		return Credentials{}, errors.New("it is no credentials file")
	}
	token, err := jwt.ParseDecoratedJWT(data)
	if err != nil {
		return Credentials{}, errors.New("it is no credentials file")
	}
	claims, err := jwt.DecodeUserClaims(token)
	if err != nil {
		return Credentials{}, fmt.Errorf("its JWT is damaged: %w", err)
	}
	pair, err := jwt.ParseDecoratedUserNKey(data)
	if err != nil {
		return Credentials{}, errors.New("its seed is damaged")
	}
	public, err := pair.PublicKey()
	if err != nil || !nkeys.IsValidPublicUserKey(public) {
		return Credentials{}, errors.New("its seed is damaged")
	}
	if public != claims.Subject {
		return Credentials{}, errors.New("its seed is not that of its JWT")
	}
	account := claims.IssuerAccount
	if account == "" {
		account = claims.Issuer
	}
	return Credentials{User: claims.Name, Key: public, Account: account, JWT: token, Expires: claims.Expires}, nil
}
