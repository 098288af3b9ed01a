// Package diff explains what changes from one declaration to another, in words
// and for whom: what is declared differently, who may say and hear more or
// less on the bus, which streams lose what they hold, and what restarts.
//
// Nothing is left out: every attribute of every block is compared, and those
// without words of their own are named with both values. The package is pure.
package diff

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// A Verb says what happens to a thing.
type Verb string

// What may happen to a thing.
const (
	Added   Verb = "added"
	Removed Verb = "removed"
	Changed Verb = "changed"
)

// A Mark is what a careful reader looks for.
type Mark string

// The marks.
const (
	Wider    Mark = "wider"             // somebody may do more than before
	Narrower Mark = "narrower"          // somebody may do less
	Loses    Mark = "loses data"        // what is stored goes away
	Stuck    Mark = "cannot be changed" // a server refuses to change it in place
)

// The areas, in the order they are told.
const (
	AreaLab      = "lab"
	AreaMachines = "machines and networks"
	AreaPeople   = "identities"
	AreaBus      = "bus"
	AreaNervous  = "nervous system"
	AreaMinds    = "minds and organs"
	AreaMemory   = "memory"
	AreaOps      = "operations"
	AreaLater    = "later"
	AreaGrants   = "grants"
	AreaStreams  = "streams"
	AreaRestarts = "restarts"
)

// Areas lists the areas in their order.
func Areas() []string {
	return []string{
		AreaLab, AreaMachines, AreaPeople, AreaBus, AreaNervous, AreaMinds, AreaMemory, AreaOps, AreaLater,
		AreaGrants, AreaStreams, AreaRestarts,
	}
}

// A Change is one thing that is different afterwards.
type Change struct {
	Area string `json:"area"`
	Verb Verb   `json:"verb"`
	// Kind and Name are the block's, or of what follows from blocks: a "user",
	// a "stream", a "bucket", a "crossing", a "process".
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Field is the attribute of a block, as "deploy.user".
	Field string `json:"field,omitempty"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
	Mark  Mark   `json:"mark,omitempty"`
	// Environments it concerns, where it does not concern all of the lab.
	Environments []string `json:"environments,omitempty"`
	// Subjects that are granted, or no longer.
	Subjects []string `json:"subjects,omitempty"`
	// Hosts where something restarts.
	Hosts []string `json:"hosts,omitempty"`
	// Text is the change in words, without kind and name.
	Text string `json:"text"`
}

// Compare explains what changes from a to b. Equal topologies have no changes.
func Compare(a, b *topology.Topology) ([]Change, error) {
	before, err := accounts.Compile(a)
	if err != nil {
		return nil, fmt.Errorf("compare: the first declaration: %w", err)
	}
	after, err := accounts.Compile(b)
	if err != nil {
		return nil, fmt.Errorf("compare: the second declaration: %w", err)
	}
	out := declared(a, b)
	out = append(out, grants(before, after)...)
	stored, err := streams(a, b)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	out = append(out, stored...)
	again, err := restarts(a, b, before, after)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	out = append(out, again...)
	rank := map[string]int{}
	for i, area := range Areas() {
		rank[area] = i
	}
	slices.SortStableFunc(out, func(x, y Change) int { return cmp.Compare(rank[x.Area], rank[y.Area]) })
	return out, nil
}
