// Package metric names what a process tells about itself. Every metric of ours is declared here, once, with
// its kind, its labels and what it means; who counts something tells it under that declaration, and whoever
// asks for it (a dashboard, an alert) finds the name in the same place.
//
// Guarantees: names follow Prometheus' conventions (the unit is in the name, counters end in _total), a name
// is declared once, and a label's values come from the declaration of the lab alone, never from what somebody
// sends: the number of series is bounded by what is declared.
//
// What is told is read when it is asked for: a Source looks at its counters and hands their values to a Sink.
// Nothing here knows how they are exposed.
package metric
