package keys

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// signer brings what a site has signed to what it should sign.
type signer struct {
	*site
	now    time.Time
	expire time.Duration // of users; 0: never
	report *Report
}

// job is a user who is to be signed for.
type job struct {
	account *account
	user    *user
	did     Did
	why     string
}

// settle signs what differs in meaning, and revokes what it takes the place of
// where that allowed more.
func (s *signer) settle(ctx context.Context) error {
	s.retire()
	var jobs []job
	for _, a := range s.Accounts {
		for _, u := range a.Users {
			if j, ok := s.judge(a, u); ok {
				jobs = append(jobs, j)
			}
		}
	}
	if err := s.revokeNarrowed(jobs); err != nil {
		return err
	}
	if err := s.await(ctx, jobs); err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(workers())
	pens := map[string]nkeys.KeyPair{}
	for _, j := range jobs {
		pen := pens[j.account.Sign]
		if pen == nil {
			var err error
			if pen, err = s.ring.pair(j.account.Sign); err != nil {
				return err
			}
			pens[j.account.Sign] = pen
		}
		g.Go(func() error { return signUser(pen, j.user) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, j := range jobs {
		s.report.add(s.site, j.account.Name, j.user.Name, j.did, j.why)
	}
	for _, a := range s.Accounts {
		if err := s.settleAccount(a); err != nil {
			return err
		}
	}
	return s.settleOperator()
}

// retire lets go of keys whose grace is over, and of revocations that put out
// nothing any more.
func (s *signer) retire() {
	over := func(r retired) bool { return !r.Until.After(s.now) }
	s.Operator.Retired = slices.DeleteFunc(s.Operator.Retired, over)
	for _, a := range s.Accounts {
		a.Retired = slices.DeleteFunc(a.Retired, over)
		for _, u := range a.Users {
			for _, r := range u.Retired {
				if over(r) {
					a.revoke(revocation{Key: r.Key, At: s.now.Unix(), User: u.Name, Why: "rotated", Until: r.Expires})
					s.report.add(s.site, a.Name, u.Name, DidRevoke, "the key before the last rotation no longer counts")
				}
			}
			u.Retired = slices.DeleteFunc(u.Retired, over)
		}
		a.order(s.now.Unix())
	}
}

// judge decides whether a user is signed for, and puts out who may not log in.
func (s *signer) judge(a *account, u *user) (job, bool) {
	switch {
	case u.Status != active:
		if u.claims != nil && a.revokedAt(u.Key) < u.claims.IssuedAt {
			why := "it is no longer declared"
			if u.Status == revoked {
				why = "it was put out"
			}
			a.revokeAll(u, s.now.Unix(), string(u.Status))
			s.report.add(s.site, a.Name, u.Name, DidRevoke, why)
		}
		return job{}, false
	case u.claims == nil:
		return job{a, u, DidMake, "it is new"}, true
	}
	did, why := s.stale(a, u)
	return job{a, u, did, why}, why != ""
}

// stale says why a user's JWT is not as it should be, "" when it is.
func (s *signer) stale(a *account, u *user) (Did, string) {
	left := time.Unix(u.claims.Expires, 0).Sub(s.now)
	switch {
	case u.claims.Subject != u.Key:
		return DidSign, "its key is new"
	case !sameUser(u.claims, u.want):
		return DidSign, "what it may do changed"
	case u.claims.Issuer != a.Sign:
		return DidSign, "the account's signing key is new"
	case a.revokedAt(u.Key) >= u.claims.IssuedAt:
		return DidSign, "it is let in again"
	case u.claims.Expires != 0 && left <= 0:
		return DidRenew, "it expired on " + day(u.claims.Expires)
	case s.expire == 0 && u.claims.Expires != 0:
		return DidSign, "it no longer expires"
	case s.expire > 0 && u.claims.Expires == 0:
		return DidSign, "it shall expire"
	case s.expire > 0 && left < s.expire/3:
		return DidRenew, "it expires on " + day(u.claims.Expires)
	case s.expire > 0 && left > s.expire+time.Minute:
		return DidSign, "it shall expire sooner"
	}
	return "", ""
}

func day(at int64) string { return time.Unix(at, 0).UTC().Format("2006-01-02 15:04 UTC") }

// revokeNarrowed puts out older JWTs of users who may now do less. It counts up
// to the second before this one, or up to theirs.
func (s *signer) revokeNarrowed(jobs []job) error {
	for i := range jobs {
		j := &jobs[i]
		if s.expire > 0 {
			j.user.want.Expires = s.now.Add(s.expire).Unix()
		} else {
			j.user.want.Expires = 0
		}
		if j.user.claims == nil || j.user.claims.Subject != j.user.Key || !narrowed(j.user.claims, j.user.want) {
			continue
		}
		j.account.revokeAll(j.user, s.now.Unix()-1, "narrowed")
		j.did, j.why = DidNarrow, "it may do less: what it holds is revoked, give it the new one"
	}
	return nil
}

// clockSlack is how far the clock may be behind what was signed before.
const clockSlack = 5 * time.Second

// await waits for the first second in which nothing that is signed for these
// users is revoked.
func (s *signer) await(ctx context.Context, jobs []job) error {
	var after int64
	for _, j := range jobs {
		after = max(after, j.account.revokedAt(j.user.Key))
	}
	wait := time.Until(time.Unix(after+1, 0))
	switch {
	case wait <= 0:
		return nil
	case wait > clockSlack:
		return failf("sign users of", s.title(), "set the clock, and run the same command again",
			"the clock is behind: something was revoked at %s, and now is %s", day(after), day(time.Now().Unix()))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func signUser(pen nkeys.KeyPair, u *user) (err error) {
	if u.JWT, err = u.want.Encode(pen); err != nil {
		return fmt.Errorf("sign user %s: %w", u.Name, err)
	}
	if most := natsconf.MaxControlLine - loginRest; len(u.JWT) > most {
		return failf("sign user", u.Name, "give what it runs to more than one identity", "it may do so many things that its JWT has %d bytes, and servers take %d", len(u.JWT), most)
	}
	u.claims = u.want
	return nil
}

// loginRest is what a client says beside its JWT when it logs in.
const loginRest = 1024

// duration is how people read a length of time.
func duration(d time.Duration) string {
	if days := d / (24 * time.Hour); days > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", days)
	}
	return topology.Duration(d).String()
}

// settleAccount signs an account with what only the keys tell: who signs for it,
// what is revoked, and the tokens of what it imports.
func (s *signer) settleAccount(a *account) error {
	if a.want == nil {
		return nil
	}
	a.want.SigningKeys = jwt.SigningKeys{}
	a.want.SigningKeys.Add(a.Sign)
	for _, r := range a.Retired {
		a.want.SigningKeys.Add(r.Key)
	}
	if a.Gone && a.revokedAt(jwt.All) < s.lastSigned(a) {
		a.revoke(revocation{Key: jwt.All, At: max(s.now.Unix(), s.lastSigned(a)), Why: string(removed)})
	}
	a.order(s.now.Unix())
	a.want.Revocations = jwt.RevocationList{}
	for _, r := range a.Revoked {
		a.want.Revocations[r.Key] = r.At
	}
	if err := s.activate(a); err != nil {
		return err
	}
	did, why := DidSign, ""
	switch {
	case a.claims == nil:
		did, why = DidMake, "it is new"
	case a.claims.Issuer != s.Operator.Sign:
		why = "the operator's signing key is new"
	case !sameAccount(a.claims, a.want):
		why = a.changed()
	}
	if why == "" {
		return nil
	}
	pair, err := s.ring.pair(s.Operator.Sign)
	if err != nil {
		return err
	}
	if a.JWT, err = a.want.Encode(pair); err != nil {
		return fmt.Errorf("sign account %s: %w", a.Name, err)
	}
	a.claims = a.want
	s.report.add(s.site, a.Name, "", did, why)
	return nil
}

// lastSigned is when something was last signed for a user of an account.
func (s *signer) lastSigned(a *account) int64 {
	var last int64
	for _, u := range a.Users {
		if u.claims != nil {
			last = max(last, u.claims.IssuedAt)
		}
	}
	return last
}

// changed says what about an account is not as it should be.
func (a *account) changed() string {
	switch {
	case a.Gone:
		return "it is no longer declared: it is shut"
	case !sameJSON(&a.claims.SigningKeys, &a.want.SigningKeys):
		return "its signing keys changed"
	case !sameJSON(a.claims.Revocations, a.want.Revocations):
		return "what is revoked changed"
	}
	return "what it stores, or what crosses it, changed"
}

func (s *signer) settleOperator() error {
	o := &s.Operator
	o.want.SigningKeys = jwt.StringList{o.Sign}
	for _, r := range o.Retired {
		o.want.SigningKeys.Add(r.Key)
	}
	if o.claims != nil && sameOperator(o.claims, o.want) {
		return nil
	}
	pair, err := s.ring.pair(o.Key)
	if err != nil {
		return err
	}
	did, why := DidMake, "it is new"
	if o.claims != nil {
		did, why = DidSign, "its signing keys changed"
	}
	if o.JWT, err = o.want.Encode(pair); err != nil {
		return fmt.Errorf("sign the operator of %s: %w", s.title(), err)
	}
	o.claims = o.want
	s.report.add(s.site, "", "", did, why)
	return nil
}
