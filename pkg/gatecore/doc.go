// Package gatecore is the service around the gate kernel: it hears the waves
// of one environment, keeps its gates in both gardens, announces what they
// decide, learns from outcomes and keeps the lab's attention and lifeforce.
//
//	cells ── wave ──▶ intake ──▶ loop (owns every kernel) ──▶ committer ──▶ bus
//	real outcomes, verified ──▶    │  ▲ deadlines, beat          snapshot, then
//	queries ◀── reports ───────────┘                             publications
//
// Guarantees:
//   - One goroutine owns the kernels; nothing else reads or writes a gate.
//   - What is stored (transitions, correlations, escalations, handovers) is
//     published only after a snapshot that contains both the new state and the
//     message itself was acknowledged. A killed gate core publishes what is
//     left when it starts again, under the same derived ids.
//   - Only a reflex does not wait: it is also sent at once, unstored, with the
//     same id.
//   - A wave that breaks a rule is counted and reported on nervous.rejects, at
//     most ten a second; it never stops anything.
//
// What may not be assumed: waves that arrived after the last snapshot are not
// journalled, so after a kill the value of a gate may be up to ten seconds
// old; its transitions, trust and seq are not.
package gatecore
