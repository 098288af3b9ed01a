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
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// applyParallel is how many streams are made at a time.
const applyParallel = 16

// Plan compares the declared streams and buckets, and the durable readers that
// are made beforehand, with those on the server, in the account of this Conn;
// give it those of that account only. It changes nothing.
func (c *Conn) Plan(ctx context.Context, streams []topology.Stream, buckets []topology.Bucket, durables ...accounts.Durable) (Plan, error) {
	want := wanted(streams, buckets)
	domains := []string{""}
	for _, w := range want {
		if !slices.Contains(domains, w.Domain) {
			domains = append(domains, w.Domain)
		}
	}
	sites := make([]site, 0, len(domains))
	for _, d := range domains {
		at, err := c.survey(ctx, d)
		if err != nil {
			return Plan{}, err
		}
		sites = append(sites, at)
	}
	p := compareAll(want, sites)
	if len(durables) == 0 {
		return p, nil
	}
	there := map[string]bool{}
	for _, s := range sites[0].streams {
		there[s.Name()] = true
	}
	readers, err := c.planDurables(ctx, durables, there)
	p.Changes = append(p.Changes, readers...)
	p.sort()
	return p, err
}

// survey lists the streams of one domain. That a leaf does not answer is part
// of the result; that the hub does not is an error.
func (c *Conn) survey(ctx context.Context, domain string) (site, error) {
	mgr, err := c.manager(ctx, domain)
	if err != nil {
		return site{}, err
	}
	streams, _, offline, err := mgr.Streams(nil)
	for name, why := range offline {
		err = cmp.Or(err, fmt.Errorf("stream %s is offline: %s", name, why))
	}
	if err != nil && domain != "" {
		return site{domain: domain, err: err}, nil
	}
	return site{domain: domain, streams: streams}, c.manageError("list streams of", redact(c.target.URLs), err)
}

// Apply brings the server's streams and buckets to what is declared, several
// at a time, then makes the durable readers that are not there, and returns the plan it carried out. It deletes nothing. What is
// blocked or unreachable is reported as an error after everything else was
// done. Applying twice does nothing the second time.
func (c *Conn) Apply(ctx context.Context, streams []topology.Stream, buckets []topology.Bucket, durables ...accounts.Durable) (Plan, error) {
	p, err := c.Plan(ctx, streams, buckets, durables...)
	if err != nil || p.Empty() {
		return p, err
	}
	errs := make([]error, len(p.Changes))
	for _, readers := range []bool{false, true} { // a reader needs its stream
		var g errgroup.Group
		g.SetLimit(applyParallel)
		for i, change := range p.Changes {
			if (change.reader != nil) != readers {
				continue
			}
			g.Go(func() error {
				errs[i] = c.carryOut(ctx, change)
				return nil
			})
		}
		_ = g.Wait()
	}
	return p, errors.Join(errs...)
}

// carryOut makes one change. That a user may not make it is said on the side
// only, while the request itself goes unanswered: it is not waited for. Who may
// not make one may make none, so the refusal of any is taken for all.
func (c *Conn) carryOut(ctx context.Context, change Change) error {
	denied := c.control.denied.next()
	done := make(chan error, 1)
	go func() { done <- c.change(ctx, change) }()
	for {
		select {
		case err := <-done:
			return err
		case <-denied:
			denied = c.control.denied.next()
			if makes(c.control.nc.LastError()) {
				return fail(string(change.Action), change.Kind+" "+change.Name, "only the account's admin may: log in as that one", ErrDenied)
			}
		}
	}
}

// makes reports whether the server refused to let somebody make or change
// streams and readers.
func makes(err error) bool {
	return isDenied(err) && slices.ContainsFunc([]string{".STREAM.CREATE.", ".STREAM.UPDATE.", ".CONSUMER.CREATE."},
		func(call string) bool { return strings.Contains(err.Error(), call) })
}

func (c *Conn) change(ctx context.Context, change Change) error {
	what := change.Kind + " " + change.Name
	switch change.Action {
	case ActionCreate:
		if change.reader != nil {
			return c.makeDurable(ctx, change.reader)
		}
		mgr, err := c.manager(ctx, change.Domain)
		if err != nil {
			return err
		}
		_, err = mgr.NewStreamFromDefault(change.want.Name, change.want)
		return c.manageError("create", what, err)
	case ActionUpdate:
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return c.manageError("update", what, change.have.UpdateConfiguration(change.want))
	case ActionBlocked, ActionUnreachable:
		return fail("update", what, change.Remedy, errors.New(change.Reason))
	case ActionExtra, ActionSame: // left as they are
	}
	return nil
}

// manager manages the streams of one domain ("" is this Conn's own). Its
// requests end with ctx's deadline.
func (c *Conn) manager(ctx context.Context, domain string) (*jsm.Manager, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	timeout := c.opts.Timeout
	if d, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(d))
	}
	prefix := c.target.api
	if domain != "" {
		prefix = domainAPI(domain)
	}
	mgr, err := jsm.New(c.control.nc, jsm.WithTimeout(timeout), jsm.WithAPIPrefix(prefix))
	if err != nil {
		return nil, fail("use JetStream API", prefix, "", err)
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

// manageError explains why the server did not do what a manager asked.
func (c *Conn) manageError(op, what string, err error) error {
	if err == nil {
		return nil
	}
	var apiErr api.ApiError
	if !errors.As(err, &apiErr) {
		if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrJetStreamNotEnabled) {
			return fail(op, what, noJetStream, ErrNoJetStream)
		}
		return c.sendError(op, wave.Message{Subject: what}, err)
	}
	switch apiErr.ErrCode {
	case codeNotEnabled, codeNotForAccount:
		return fail(op, what, noJetStream, fmt.Errorf("%w (%w)", ErrNoJetStream, err))
	case codeRequiredAPILevel:
		return fail(op, what, "upgrade nats-server to 2.15 or newer", fmt.Errorf("%w (%w)", ErrUnsupported, err))
	}
	return fail(op, what, resourceHint(apiErr.ErrCode), err)
}

func resourceHint(code uint16) string {
	switch code {
	case codeNoResources, codeStorageResources, codeMemoryResources:
		return "the bounds of all streams together are more than the server may store: raise jetstream { store } or lower max_bytes"
	case codeMaxStreams:
		return "the account may not have more streams: raise its limit"
	case codeSubjectOverlap:
		return "another stream captures one of its subjects: find it with `nats stream find --subject`"
	case codeReplicasNotServed:
		return "a single server holds one copy: declare replicas = 1, or run a cluster"
	}
	return ""
}
