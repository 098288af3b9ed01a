// Package gatetest holds the reference model of the gate: the rules written
// down as plainly as possible, in float64, with maps, slices and the standard
// library's mathematics. It is slow and obvious on purpose. The kernel in
// package gate is compared with it, the benchmark sets it beside the kernel
// behind a mutex, and the published figures come from it with single rules
// replaced by simpler ones.
package gatetest
