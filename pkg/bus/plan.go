package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jsm.go"
	"github.com/nats-io/jsm.go/api"
	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Action is what a plan does with one stream or bucket.
type Action string

// The actions of a plan, in the order they are listed.
const (
	ActionBlocked Action = "blocked" // cannot become what is declared
	ActionCreate  Action = "create"
	ActionUpdate  Action = "update"
	ActionExtra   Action = "extra" // ours but no longer declared: left alone
	ActionSame    Action = "same"
)

// Change is what a plan says about one stream or bucket.
type Change struct {
	Kind   string        `json:"kind"` // "stream" or "bucket"
	Name   string        `json:"name"`
	Action Action        `json:"action"`
	Fields []FieldChange `json:"fields,omitempty"`
	// Remedy is what a person can do about a blocked or extra one.
	Remedy string `json:"remedy,omitempty"`
	// Messages and Bytes are what it holds now.
	Messages uint64 `json:"messages"`
	Bytes    uint64 `json:"bytes"`

	want api.StreamConfig
	have *jsm.Stream
}

// Plan is how the server differs from the declaration.
type Plan struct {
	Changes []Change `json:"changes"`
	// At is the server's time when it was asked, zero when it has no streams.
	At time.Time `json:"at"`
}

// Empty tells whether applying the plan would do nothing and nothing is blocked.
func (p Plan) Empty() bool {
	return p.Count(ActionCreate)+p.Count(ActionUpdate)+p.Count(ActionBlocked) == 0
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

// Plan compares the declared streams and buckets with those on the server, in
// the account of this Conn. It changes nothing.
func (c *Conn) Plan(ctx context.Context, streams []topology.Stream, buckets []topology.Bucket) (Plan, error) {
	if err := ctx.Err(); err != nil {
		return Plan{}, context.Cause(ctx)
	}
	mgr, err := c.manager(ctx)
	if err != nil {
		return Plan{}, err
	}
	have, _, offline, err := mgr.Streams(nil)
	if err != nil {
		return Plan{}, c.manageError("list streams", "", err)
	}
	for name, why := range offline {
		return Plan{}, fail("list streams", name, "its server may be down: see `nats server report jetstream`", errors.New("offline: "+why))
	}
	return plan(wanted(streams, buckets), have), nil
}

// Apply brings the server's streams and buckets to what is declared, several
// at a time, and returns the plan it carried out. It deletes nothing. What is
// blocked is reported as an error after everything else was done. Applying
// twice does nothing the second time.
func (c *Conn) Apply(ctx context.Context, streams []topology.Stream, buckets []topology.Bucket) (Plan, error) {
	p, err := c.Plan(ctx, streams, buckets)
	if err != nil || p.Empty() {
		return p, err
	}
	mgr, err := c.manager(ctx)
	if err != nil {
		return p, err
	}
	errs := make([]error, len(p.Changes))
	var g errgroup.Group
	g.SetLimit(16)
	for i, change := range p.Changes {
		g.Go(func() error {
			errs[i] = c.carryOut(ctx, mgr, change)
			return nil
		})
	}
	_ = g.Wait()
	return p, errors.Join(errs...)
}

func (c *Conn) carryOut(ctx context.Context, mgr *jsm.Manager, change Change) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	what := change.Kind + " " + change.Name
	switch change.Action {
	case ActionCreate:
		_, err := mgr.NewStreamFromDefault(change.want.Name, change.want)
		return c.manageError("create", what, err)
	case ActionUpdate:
		return c.manageError("update", what, change.have.UpdateConfiguration(change.want))
	case ActionBlocked:
		return fail("update", what, change.Remedy, errors.New(change.why()))
	}
	return nil
}

// plan compares; the result is sorted by action, then by name.
func plan(want []Change, have []*jsm.Stream) Plan {
	var p Plan
	byName, environments := map[string]*jsm.Stream{}, map[string]bool{}
	for _, s := range have {
		byName[s.Name()] = s
		if info, err := s.LatestInformation(); err == nil && info.TimeStamp.After(p.At) {
			p.At = info.TimeStamp
		}
	}
	for _, w := range want {
		environments[w.want.Metadata[markEnvironment]] = true
		p.Changes = append(p.Changes, decide(w, byName[w.want.Name]))
		delete(byName, w.want.Name)
	}
	for _, s := range byName {
		meta := s.Metadata()
		if meta[markOwner] == ownedByUs && environments[meta[markEnvironment]] {
			p.Changes = append(p.Changes, extra(s))
		}
	}
	rank := []Action{ActionBlocked, ActionCreate, ActionUpdate, ActionExtra, ActionSame}
	slices.SortFunc(p.Changes, func(a, b Change) int {
		return cmp.Or(slices.Index(rank, a.Action)-slices.Index(rank, b.Action), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind))
	})
	return p
}

// decide compares one declared stream with what is there under its name.
func decide(c Change, have *jsm.Stream) Change {
	if have == nil {
		c.Action = ActionCreate
		return c
	}
	c.have = have
	c.size(have)
	var blocked []string
	c.Fields, blocked, c.want = compare(have.Configuration(), c.want)
	switch {
	case len(c.Fields) == 0:
		c.Action = ActionSame
	case len(blocked) > 0:
		c.Action = ActionBlocked
		c.Remedy = fmt.Sprintf("%s cannot be changed on a stream that exists: keep the old value in the declaration, "+
			"or save it (nats stream backup %s DIR), delete it (nats stream rm %s) and apply again",
			strings.Join(blocked, " and "), c.want.Name, c.want.Name)
	default:
		c.Action = ActionUpdate
	}
	return c
}

func extra(s *jsm.Stream) Change {
	c := Change{Kind: "stream", Name: s.Name(), Action: ActionExtra,
		Remedy: "it is no longer declared and left alone; when nobody needs it: nats stream rm " + s.Name()}
	if name, ok := strings.CutPrefix(s.Name(), bucketPrefix); ok {
		c.Kind, c.Name = "bucket", name
		c.Remedy = "it is no longer declared and left alone; when nobody needs it: nats kv del " + name
	}
	c.size(s)
	return c
}

func (c *Change) size(s *jsm.Stream) {
	if info, err := s.LatestInformation(); err == nil {
		c.Messages, c.Bytes = info.State.Msgs, info.State.Bytes
	}
}

// why says what a blocked change wanted.
func (c Change) why() string {
	var parts []string
	for _, f := range c.Fields {
		parts = append(parts, fmt.Sprintf("%s is %s, declared %s", f.Field, f.Old, f.New))
	}
	return strings.Join(parts, "; ")
}

func wanted(streams []topology.Stream, buckets []topology.Bucket) []Change {
	var want []Change
	for _, s := range streams {
		want = append(want, Change{Kind: "stream", Name: s.Name, want: streamConfig(s)})
	}
	for _, b := range buckets {
		want = append(want, Change{Kind: "bucket", Name: b.Name, want: bucketConfig(b)})
	}
	return want
}

// manager is a stream manager whose requests end with ctx's deadline.
func (c *Conn) manager(ctx context.Context) (*jsm.Manager, error) {
	timeout := c.opts.Timeout
	if d, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(d))
	}
	mgr, err := jsm.New(c.control.nc, jsm.WithTimeout(timeout), jsm.WithAPIPrefix(c.target.api))
	if err != nil {
		return nil, fail("use JetStream API", c.target.api, "", err)
	}
	return mgr, nil
}

// The server's codes that a person can act on.
const (
	codeNotEnabled        = 10076
	codeNotForAccount     = 10039
	codeNoResources       = 10023
	codeStorageResources  = 10047
	codeMemoryResources   = 10028
	codeMaxStreams        = 10027
	codeSubjectOverlap    = 10065
	codeReplicasNotServed = 10074
	codeRequiredAPILevel  = 10185
)

func (c *Conn) manageError(op, what string, err error) error {
	if err == nil {
		return nil
	}
	var apiErr api.ApiError
	if !errors.As(err, &apiErr) {
		return c.sendError(op, wave.Message{Subject: cmp.Or(what, c.target.api)}, err)
	}
	hint, name := "", error(nil)
	switch apiErr.ErrCode {
	case codeNotEnabled, codeNotForAccount:
		name = ErrNoJetStream
		hint = "start the server with JetStream, or allow it in the account: see `nimmer doctor`"
	case codeNoResources, codeStorageResources, codeMemoryResources:
		hint = "the bounds of all streams together are more than the server may store: raise jetstream { store } or lower max_bytes"
	case codeMaxStreams:
		hint = "the account may not have more streams: raise its limit"
	case codeSubjectOverlap:
		hint = "another stream captures one of its subjects: find it with `nats stream find --subject`"
	case codeReplicasNotServed:
		hint = "a single server holds one copy: declare replicas = 1, or run a cluster"
	case codeRequiredAPILevel:
		name = ErrUnsupported
		hint = "upgrade nats-server to 2.15 or newer"
	}
	if name != nil {
		err = fmt.Errorf("%w (%w)", name, err)
	}
	return fail(op, what, hint, err)
}
