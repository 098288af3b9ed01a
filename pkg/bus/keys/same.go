package keys

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/nats-io/jwt/v2"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// What makes two JWTs mean the same is what they say, not who signed them when:
// their numbers, times and signers are left out here.

func sameOperator(a, b *jwt.OperatorClaims) bool {
	x, y := *a, *b
	x.ClaimsData, y.ClaimsData = meant(a.ClaimsData), meant(b.ClaimsData)
	x.GenericFields, y.GenericFields = jwt.GenericFields{}, jwt.GenericFields{}
	x.SigningKeys, y.SigningKeys = sorted(a.SigningKeys), sorted(b.SigningKeys)
	return sameJSON(&x, &y)
}

func sameAccount(a, b *jwt.AccountClaims) bool {
	x, y := plain(a), plain(b)
	return sameJSON(x, y)
}

// plain is an account's claims without what carries no meaning, in one order.
func plain(c *jwt.AccountClaims) *jwt.AccountClaims {
	out := *c
	out.ClaimsData = meant(c.ClaimsData)
	out.GenericFields = jwt.GenericFields{}
	out.Exports, out.Imports = slices.Clone(c.Exports), slices.Clone(c.Imports)
	slices.SortFunc(out.Exports, func(a, b *jwt.Export) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Type, b.Type))
	})
	slices.SortFunc(out.Imports, func(a, b *jwt.Import) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Account, b.Account), cmp.Compare(a.LocalSubject, b.LocalSubject))
	})
	return &out
}

func sameUser(a, b *jwt.UserClaims) bool {
	x, y := *a, *b
	x.ClaimsData, y.ClaimsData = meant(a.ClaimsData), meant(b.ClaimsData)
	x.Expires, y.Expires = 0, 0 // renewed in its own time
	x.GenericFields, y.GenericFields = jwt.GenericFields{Tags: a.Tags}, jwt.GenericFields{Tags: b.Tags}
	return reflect.DeepEqual(x, y) || sameJSON(&x, &y)
}

// sameToken reports whether a token lets an account import what another exports.
func sameToken(a, b *jwt.ActivationClaims) bool {
	return meant(a.ClaimsData) == meant(b.ClaimsData) &&
		a.ImportSubject == b.ImportSubject && a.ImportType == b.ImportType && a.IssuerAccount == b.IssuerAccount
}

func meant(c jwt.ClaimsData) jwt.ClaimsData {
	return jwt.ClaimsData{Name: c.Name, Subject: c.Subject, Audience: c.Audience, Expires: c.Expires, NotBefore: c.NotBefore}
}

func sorted(list jwt.StringList) jwt.StringList {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

// sameJSON compares what would be stored: an empty list and none are the same.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// narrowed reports whether the holder of a new JWT may do less than that of an
// old one, or not for as long, in any respect.
func narrowed(old, now *jwt.UserClaims) bool {
	switch {
	case now.Expires != 0 && (old.Expires == 0 || old.Expires > now.Expires):
		return true
	case tighter(&old.Pub, &now.Pub) || tighter(&old.Sub, &now.Sub):
		return true
	case old.Resp != nil, old.BearerToken:
		return true
	case !sameJSON(old.Limits, now.Limits):
		return true
	case len(now.AllowedConnectionTypes) == 0:
		return false
	}
	return len(old.AllowedConnectionTypes) == 0 || slices.ContainsFunc(old.AllowedConnectionTypes, func(t string) bool {
		return !slices.Contains(now.AllowedConnectionTypes, t)
	})
}

// tighter reports whether something that was permitted no longer is.
func tighter(old, now *jwt.Permission) bool {
	if slices.Contains(old.Deny, ">") {
		return false // nothing was
	}
	if slices.ContainsFunc(now.Deny, func(d string) bool { return !covered(d, old.Deny) }) {
		return true
	}
	switch {
	case len(now.Allow) == 0:
		return false // all is
	case len(old.Allow) == 0:
		return true // all was
	}
	return slices.ContainsFunc(old.Allow, func(a string) bool { return !covered(a, now.Allow) })
}

func covered(subject string, by []string) bool {
	return slices.ContainsFunc(by, func(wider string) bool { return accounts.Covers(wider, subject) })
}
