//go:build race

package gate_test

// raceDetector is on: it makes pools forget, so allocations mean nothing.
const raceDetector = true
