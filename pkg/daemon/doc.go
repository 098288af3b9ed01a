// Package daemon is how a process lives: its services start in order, say when they are ready, and stop in
// two steps, drained first and cut off at a deadline.
//
//	                 ready()                      Stop(ctx)                     run returned
//	idle --Start--> starting --> running ----------------------> draining ---------------------> idle
//	                   |             |                               |
//	                   +-------------+--- run returned an error      +--- ctx of Stop ended: Drain(ctx) ends
//
// A service embeds Base and gives it the function that is its life. That function's context ends when the
// service is asked to stop: then it takes in nothing new, finishes what it has under Drain(ctx), and
// returns. Drain(ctx) ends when the patience of whoever stops it does.
//
// Guarantees: Start returns once the service runs in the background. Stop returns when it has ended, is safe
// before Start, twice and from several goroutines; a stopped service may be started again. Run stops what it
// started, in reverse, whatever happened.
//
// What may not be assumed: that a service is ready when Start returned (Started says so), or that Stop
// drained everything when its context ended first (its error says that it did not).
package daemon
