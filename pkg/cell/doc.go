// Package cell holds the smallest parts of the nervous system: cells, which say
// in waves what they sense or recognise, and nerves, which act on what gates say.
//
// A cell is a Behaviour in a Cell: it samples, listens or answers, and the Cell
// does the rest (subjects, source, counter, time, frames, requests, rejects).
// The built-in ones are sensors of this machine (Sense), text and math; see
// Builtins. docs/cells.md is the guide.
//
// A sensor's confidence is how strongly a resource is under pressure: near 0
// when the machine is calm, at most 0.95. It comes from what lasted two or three
// seconds (strain), so that a short burst is no pressure, and it is said about
// the region of the resource that is short, so that sensors that see the same
// shortage agree.
//
// A nerve is a state machine with declared states and transitions. The built-in
// ones judge outcomes, which teach the gates: pressure by measuring again, math
// by computing again.
//
// Cells and nerves are services (package daemon). They know no bus but the verbs
// of package wave, and run in a test with a few lines of fake.
package cell
