package bus

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/jsm.go"
	"github.com/nats-io/jsm.go/api"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Action is what a plan does with one stream or bucket.
type Action string

// The actions of a plan, in the order they are listed.
const (
	ActionBlocked     Action = "blocked"     // cannot become what is declared
	ActionUnreachable Action = "unreachable" // its leaf does not answer
	ActionCreate      Action = "create"
	ActionUpdate      Action = "update"
	ActionExtra       Action = "extra" // ours but no longer declared: left alone
	ActionSame        Action = "same"
)

var actionOrder = []Action{ActionBlocked, ActionUnreachable, ActionCreate, ActionUpdate, ActionExtra, ActionSame}

// Change is what a plan says about one stream or bucket.
type Change struct {
	Kind string `json:"kind"` // "stream", "bucket", or "durable": a reader that is made beforehand
	Name string `json:"name"` // of a durable: STREAM/NAME
	// Account it is in, when the caller looks after several.
	Account string `json:"account,omitempty"`
	// Domain is the leaf that holds it; empty: the hub.
	Domain string        `json:"domain,omitempty"`
	Action Action        `json:"action"`
	Fields []FieldChange `json:"fields,omitempty"`
	// Remedy is what a person can do about one that is blocked, unreachable or
	// extra; Reason is why it is.
	Reason string `json:"reason,omitempty"`
	Remedy string `json:"remedy,omitempty"`
	// Messages and Bytes are what it holds now; of a durable, what it has not
	// read yet.
	Messages uint64 `json:"messages"`
	Bytes    uint64 `json:"bytes"`

	want   api.StreamConfig
	have   *jsm.Stream
	reader *accounts.Durable
}

// Plan is how the server differs from the declaration.
type Plan struct {
	Changes []Change `json:"changes"`
}

// Empty tells whether everything is as declared; extra ones do not count.
func (p Plan) Empty() bool {
	return len(p.Changes) == p.Count(ActionSame)+p.Count(ActionExtra)
}

// Count returns how many changes have that action.
func (p Plan) Count(a Action) int {
	n := 0
	for _, c := range p.Changes {
		if c.Action == a {
			n++
		}
	}
	return n
}

// site is what one JetStream domain has.
type site struct {
	domain  string
	streams []*jsm.Stream
	err     error
}

// compareAll says what becomes of each declared stream and of each of ours
// that is no longer declared. The result is sorted by action, then by name.
func compareAll(want []Change, sites []site) Plan {
	var p Plan
	environments := map[string]bool{}
	for _, w := range want {
		environments[w.want.Metadata[markEnvironment]] = true
	}
	for _, at := range sites {
		byName := map[string]*jsm.Stream{}
		for _, s := range at.streams {
			byName[s.Name()] = s
		}
		for _, w := range want {
			if w.Domain == at.domain {
				p.Changes = append(p.Changes, decide(w, byName[w.want.Name], at.err))
				delete(byName, w.want.Name)
			}
		}
		for _, s := range byName {
			if meta := s.Metadata(); meta[markOwner] == ownedByUs && environments[meta[markEnvironment]] {
				p.Changes = append(p.Changes, extra(s, at.domain))
			}
		}
	}
	p.sort()
	return p
}

var kindOrder = []string{"stream", "bucket", "durable"}

func (p *Plan) sort() {
	slices.SortStableFunc(p.Changes, func(a, b Change) int {
		return cmp.Or(slices.Index(actionOrder, a.Action)-slices.Index(actionOrder, b.Action),
			slices.Index(kindOrder, a.Kind)-slices.Index(kindOrder, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Domain, b.Domain))
	})
}

// Add puts another account's plan into this one.
func (p *Plan) Add(account string, other Plan) {
	for _, c := range other.Changes {
		c.Account = account
		p.Changes = append(p.Changes, c)
	}
	p.sort()
}

// decide compares one declared stream with what is there under its name.
func decide(c Change, have *jsm.Stream, unreachable error) Change {
	switch {
	case unreachable != nil:
		c.Action, c.Reason = ActionUnreachable, unreachable.Error()
		c.Remedy = "is leaf " + c.Domain + " up and joined? see `nats server report leafnodes`"
		return c
	case have == nil:
		c.Action = ActionCreate
		return c
	}
	c.have = have
	c.size(have)
	var fixed []string
	c.Fields, fixed, c.want = compare(have.Configuration(), c.want)
	switch {
	case len(c.Fields) == 0:
		c.Action = ActionSame
	case len(fixed) > 0:
		c.Action, c.Reason = ActionBlocked, strings.Join(fixed, "; ")
		c.Remedy = fmt.Sprintf("keep the old value in the declaration, or save the stream (nats stream backup %[1]s DIR), "+
			"delete it (nats stream rm %[1]s) and apply again", c.want.Name)
	default:
		c.Action = ActionUpdate
	}
	return c
}

func extra(s *jsm.Stream, domain string) Change {
	c := Change{
		Kind: "stream", Name: s.Name(), Domain: domain, Action: ActionExtra, Reason: "it is no longer declared",
		Remedy: "it is left alone; when nobody needs it: nats stream rm " + s.Name(),
	}
	if name, ok := strings.CutPrefix(s.Name(), bucketPrefix); ok {
		c.Kind, c.Name = "bucket", name
		c.Remedy = "it is left alone; when nobody needs it: nats kv del " + name
	}
	c.size(s)
	return c
}

func (c *Change) size(s *jsm.Stream) {
	if info, err := s.LatestInformation(); err == nil {
		c.Messages, c.Bytes = info.State.Msgs, info.State.Bytes
	}
}

// wanted is the declaration as changes that are not decided yet.
func wanted(streams []topology.Stream, buckets []topology.Bucket) []Change {
	var want []Change
	for _, s := range streams {
		want = append(want, Change{Kind: "stream", Name: s.Name, Domain: s.Domain, want: streamConfig(s)})
	}
	for _, b := range buckets {
		want = append(want, Change{Kind: "bucket", Name: b.Name, want: bucketConfig(b)})
	}
	return want
}
