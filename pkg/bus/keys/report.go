package keys

import (
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Report says what was done. Everything in it may be shown.
type Report struct {
	Lab string `json:"lab"`
	// Keys is the folder of the keys, Out that of the files for servers and hosts.
	Keys string `json:"keys"`
	Out  string `json:"out,omitempty"`
	// Left is where Out was before: what lies there is no longer kept up to date.
	Left string `json:"left,omitempty"`
	// Encrypted says that seeds are, on the disk.
	Encrypted bool     `json:"encrypted"`
	Changes   []Change `json:"changes"`
	// Files are how many were written or removed.
	Files int `json:"files"`
	// Servers are those that must hear of it.
	Servers []Server `json:"servers"`
}

// Did is what was done to an operator, an account or a user.
type Did string

// What can be done.
const (
	DidMake   Did = "made"
	DidKeep   Did = "exists"
	DidSign   Did = "signed"
	DidRenew  Did = "renewed"
	DidNarrow Did = "narrowed"
	DidRevoke Did = "revoked"
	DidRotate Did = "rotated"
	DidPrune  Did = "pruned"
)

// Change is one thing that was done, and why.
type Change struct {
	Kind    accounts.SiteKind `json:"kind"`
	Site    string            `json:"site"`
	Account string            `json:"account,omitempty"`
	User    string            `json:"user,omitempty"`
	Did     Did               `json:"did"`
	Why     string            `json:"why,omitempty"`
}

// Server is one whose files changed.
type Server struct {
	Name string            `json:"name"`
	Kind accounts.SiteKind `json:"kind"`
	Site string            `json:"site"`
	Host string            `json:"host,omitempty"`
	// Folder has the files that go beside its configuration.
	Folder string `json:"folder"`
	// Restart: a reload does not take what changed.
	Restart bool   `json:"restart"`
	Why     string `json:"why"`
}

func (r *Report) add(s *site, account, user string, did Did, why string) {
	r.Changes = append(r.Changes, Change{s.Kind, s.Name, account, user, did, why})
}

// Count is how many changes of a kind there are among users.
func (r *Report) Count(did Did) int {
	n := 0
	for i := range r.Changes {
		if r.Changes[i].Did == did && r.Changes[i].User != "" {
			n++
		}
	}
	return n
}

// Revoked lists the users that were put out, each once.
func (r *Report) Revoked() []Change {
	var out []Change
	for i := range r.Changes {
		if c := r.Changes[i]; c.Did == DidRevoke || c.Did == DidNarrow {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int { return strings.Compare(a.Site+a.User, b.Site+b.User) })
	return out
}
