package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// State is what became of a change.
type State string

// The states of a change after an apply.
const (
	StateDone    State = "done"
	StateFailed  State = "failed"  // the server refused it
	StatePartly  State = "partly"  // begun; the rest was not reached
	StateUnknown State = "unknown" // sent, and no answer came
	StateLeft    State = "left"    // not reached
)

// Outcome is a change and what became of it.
type Outcome struct {
	Change
	State State  `json:"state"`
	Error string `json:"error,omitempty"`
}

// Report is what an apply did. It is complete also when the apply failed.
type Report struct {
	Plan
	Outcomes []Outcome `json:"outcomes"`
}

// Count returns the number of changes with a state.
func (r *Report) Count(s State) int {
	n := 0
	for _, o := range r.Outcomes {
		if o.State == s {
			n++
		}
	}
	return n
}

// job is a step and the change it belongs to.
type job struct {
	step

	change int
	state  State
	err    string
}

// Apply makes the changes of a plan. It refuses a plan with conflicts before
// it changes anything. The first command goes alone: one who may not do this
// at all is told so with nothing changed. What is withdrawn goes before what
// is granted. After the first failure nothing more is sent; the next apply
// goes on from there. When ctx ends, the batch that is under way is finished,
// so that its outcome is known.
func (c *Client) Apply(ctx context.Context, p *Plan, progress func(done, total int)) (*Report, error) {
	if n := p.Count(ActionConflict); n > 0 {
		return nil, conflictError(p, n)
	}
	jobs := p.jobs()
	err := c.run(ctx, jobs, progress)
	return p.report(jobs), err
}

func conflictError(p *Plan, n int) error {
	for _, ch := range p.Changes {
		if ch.Action == ActionConflict {
			return &daemon.Error{
				Op: "apply", Subject: string(ch.Kind) + " " + ch.Name, Hint: ch.Remedy,
				Err: fmt.Errorf("%s; nothing was changed (%s)", strings.Join(ch.Details, ", "), number(n, "conflict")),
			}
		}
	}
	return nil
}

// jobs lists every command in its order.
func (p *Plan) jobs() []*job {
	var jobs []*job
	for i, ch := range p.Changes {
		for _, s := range ch.steps {
			jobs = append(jobs, &job{step: s, change: i, state: StateLeft})
		}
	}
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(a.stage, b.stage) })
	return jobs
}

// run sends jobs in batches that do not cross a stage.
func (c *Client) run(ctx context.Context, jobs []*job, progress func(done, total int)) error {
	for at := 0; at < len(jobs); {
		end := at + 1
		for at > 0 && end < len(jobs) && end-at < c.opts.Batch && jobs[end].stage == jobs[at].stage {
			end++
		}
		if ctx.Err() != nil {
			return fmt.Errorf("apply to %s: interrupted after %d of %s", c.opts.Server, at, number(len(jobs), "command"))
		}
		if err := c.runBatch(context.WithoutCancel(ctx), jobs[at:end]); err != nil {
			return err
		}
		at = end
		if progress != nil {
			progress(at, len(jobs))
		}
	}
	return nil
}

func (c *Client) runBatch(ctx context.Context, jobs []*job) error {
	reqs := make([]Request, len(jobs))
	for i, j := range jobs {
		reqs[i] = j.req
	}
	replies, err := c.Batch(ctx, reqs)
	if err != nil {
		for _, j := range jobs {
			j.state, j.err = StateUnknown, err.Error()
		}
		return err
	}
	var errs []error
	for i, j := range jobs {
		if err := j.judge(replies[i]); err != nil {
			errs = append(errs, err)
		}
	}
	return first(errs)
}

// first returns the first error, and how many there were.
func first(errs []error) error {
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return fmt.Errorf("%w (and %s)", errs[0], number(len(errs)-1, "more refusal"))
}

// judge records what became of a job.
func (j *job) judge(r Reply) error {
	err := j.refusal(r)
	if err != nil {
		j.state, j.err = StateFailed, err.Error()
		return err
	}
	j.state = StateDone
	return nil
}

func (j *job) refusal(r Reply) error {
	if r.Err != nil {
		if slices.Contains(j.fine, r.Err.Code) {
			return nil
		}
		return explain(j.req, r.Err)
	}
	for _, m := range r.Failed {
		if !alreadySo(j.req, m) {
			return &daemon.Error{Op: j.req.Method, Subject: j.req.subject(), Err: fmt.Errorf("%s %s: %s", m.Type, m.Name, m.Reason), Hint: "run `nimmer identity plan` again: something changed since"}
		}
	}
	return nil
}

// alreadySo says that a member that "failed" is where it should be.
func alreadySo(req Request, m FailedMember) bool {
	if strings.Contains(req.Method, "_add_") {
		return strings.Contains(m.Reason, "already a member")
	}
	return strings.Contains(m.Reason, "not a member") || strings.Contains(m.Reason, "no such entry")
}

// report gathers what became of each change from its jobs.
func (p *Plan) report(jobs []*job) *Report {
	byChange := make([][]*job, len(p.Changes))
	for _, j := range jobs {
		byChange[j.change] = append(byChange[j.change], j)
	}
	r := &Report{Plan: *p, Outcomes: []Outcome{}}
	for i, ch := range p.Changes {
		if ch.Action.Changes() {
			r.Outcomes = append(r.Outcomes, outcome(ch, byChange[i]))
		}
	}
	return r
}

func outcome(ch Change, jobs []*job) Outcome {
	o := Outcome{Change: ch, State: StateDone}
	seen := map[State]bool{}
	var errs []error
	for _, j := range jobs {
		seen[j.state] = true
		if j.err != "" {
			errs = append(errs, errors.New(j.err))
		}
	}
	switch {
	case seen[StateUnknown]:
		o.State = StateUnknown
	case seen[StateFailed]:
		o.State = StateFailed
	case seen[StateLeft] && seen[StateDone]:
		o.State = StatePartly
	case seen[StateLeft]:
		o.State = StateLeft
	}
	if err := first(errs); err != nil {
		o.Error = err.Error()
	}
	return o
}

// number writes "1 conflict", "2 conflicts".
func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
