package identity

import (
	"context"

	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

// Action is what a plan would do with an entry, or what it found.
type Action string

// The actions. The first six change something; Conflict forbids every change.
const (
	ActionCreate  Action = "create"
	ActionUpdate  Action = "update"
	ActionAdopt   Action = "adopt"   // make an entry of somebody else's ours
	ActionRestore Action = "restore" // unlock a user that was retired
	ActionRetire  Action = "retire"  // lock a user that is no longer declared
	ActionDelete  Action = "delete"

	ActionConflict Action = "conflict" // a person has to decide
	ActionWaiting  Action = "waiting"  // it needs something that is not there yet
	ActionExtra    Action = "extra"    // ours, and no longer declared
	ActionNote     Action = "note"     // somebody else's doing, left as it is
)

// Changes reports whether applying does something.
func (a Action) Changes() bool {
	switch a {
	case ActionCreate, ActionUpdate, ActionAdopt, ActionRestore, ActionRetire, ActionDelete:
		return true
	case ActionConflict, ActionWaiting, ActionExtra, ActionNote:
	}
	return false
}

// Change is one entry that differs, and what would be done about it.
type Change struct {
	Action  Action   `json:"action"`
	Kind    Kind     `json:"kind"`
	Name    string   `json:"name"`
	Details []string `json:"details"`
	Remedy  string   `json:"remedy,omitempty"`

	steps []step
}

// step is one command of a change.
type step struct {
	stage int
	req   Request
	// fine are errors that mean that it is so already.
	fine []int
}

// The order of commands: what is withdrawn goes first, so that an apply that
// dies leaves nobody with more than is declared.
const (
	stageWithdraw = iota
	stageDeleteFirst
	stageDelete
	stageMake
	stageMembers = stageMake + 100 // one stage of making for each kind between
)

// Plan is how a server differs from a declaration.
type Plan struct {
	Server  string   `json:"server"`
	Realm   string   `json:"realm"`
	Release string   `json:"release"`
	API     string   `json:"api_version"`
	Lab     string   `json:"lab"`
	Changes []Change `json:"changes"`
	// Same is the number of entries that are as declared.
	Same int `json:"same"`
}

// Choice is what the person who runs it decides.
type Choice struct {
	// Adopt are entries of others that become ours, as "KIND:NAME".
	Adopt map[string]bool
	// Prune retires users and deletes what else is no longer declared.
	Prune bool
}

// Count returns the number of changes with an action.
func (p *Plan) Count(a Action) int {
	n := 0
	for _, c := range p.Changes {
		if c.Action == a {
			n++
		}
	}
	return n
}

// Empty reports whether applying would do nothing.
func (p *Plan) Empty() bool {
	for _, c := range p.Changes {
		if c.Action.Changes() {
			return false
		}
	}
	return true
}

// AsDeclared reports whether the server is what is declared. Notes are others'
// doing and do not count.
func (p *Plan) AsDeclared() bool {
	for _, c := range p.Changes {
		if c.Action != ActionNote {
			return false
		}
	}
	return true
}

// Plan compares the server with what it should hold.
func (c *Client) Plan(ctx context.Context, d *ipa.Desired, choice Choice) (*Plan, error) {
	version, err := c.Hello(ctx)
	if err != nil {
		return nil, err
	}
	all := wants(d)
	l, err := c.look(ctx, d, all)
	if err != nil {
		return nil, err
	}
	p := compare(d, all, l, choice)
	p.Release, p.API = version.Release, version.API
	return p, nil
}
