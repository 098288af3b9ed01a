package metric

import (
	"context"
	"slices"
	"strings"
)

// Kind says how a metric's values are read.
type Kind string

// The kinds of metrics.
const (
	Counter   Kind = "counter"   // only grows, until the process starts again
	Gauge     Kind = "gauge"     // what is so now
	Histogram Kind = "histogram" // how many were how large
)

// Def declares one metric.
type Def struct {
	Name   string
	Kind   Kind
	Help   string
	Labels []string
	// Owner is the process that tells it, or what else does.
	Owner string
}

// Sink takes what a Source tells.
type Sink interface {
	// Tell hands over one value; labels are in the order of the declaration.
	Tell(d *Def, value float64, labels ...string)
	// TellSizes hands over a histogram.
	TellSizes(d *Def, sizes Sizes, labels ...string)
}

// Source tells what it counts at the moment it is asked. An error means that it could tell nothing, or not
// everything.
type Source interface {
	Metrics(ctx context.Context, to Sink) error
}

// Func is a Source made of a function.
type Func func(ctx context.Context, to Sink) error

// Metrics calls f.
func (f Func) Metrics(ctx context.Context, to Sink) error { return f(ctx, to) }

// all are the declared metrics, in the order of the files.
var all []*Def

// All returns every declared metric, by name.
func All() []*Def {
	out := slices.Clone(all)
	slices.SortFunc(out, func(a, b *Def) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Find returns the metric of a name, nil when none is declared.
func Find(name string) *Def {
	for _, d := range all {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Bool is how a metric says yes and no.
func Bool(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// owner declares the metrics of one process.
type owner string

func (o owner) counter(name, help string, labels ...string) *Def {
	return o.declare(Counter, name, help, labels)
}

func (o owner) gauge(name, help string, labels ...string) *Def {
	return o.declare(Gauge, name, help, labels)
}

func (o owner) histogram(name, help string, labels ...string) *Def {
	return o.declare(Histogram, name, help, labels)
}

func (o owner) declare(kind Kind, name, help string, labels []string) *Def {
	d := &Def{Name: name, Kind: kind, Help: help, Labels: labels, Owner: string(o)}
	all = append(all, d)
	return d
}
