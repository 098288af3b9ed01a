// Package gate is the ternary gate kernel: the one place where signals with a
// confidence turn into a decision.
//
// A gate listens to a field of cells and keeps one value in [-1, +1]. Waves of
// different sources that agree about the same thing in the same window raise
// the value, waves that contradict each other lower it, silence lets it fade.
// It speaks only when the value crosses a threshold:
//
//	          value >= open                    value < release
//	STABLE ------------------> OPEN   ---------------------------> STABLE
//	          value <= close                   value > -release
//	STABLE ------------------> CLOSED ---------------------------> STABLE
//
// Every change passes through STABLE, and for the refractory time after a
// return to STABLE nothing crosses, though evidence still counts. Three other
// things move a gate: a reflex (one confident wave, when the gate has earned
// that trust), a Verified signal (the real garden acts without re-checking),
// and a forced closing (the lab's lifeforce is overdrawn).
//
// # Shape
//
// A [Kernel] is one shard of many gates. Records go in through [Kernel.Hear],
// [Kernel.Outcome], [Kernel.Verified], [Kernel.Force] and [Kernel.Advance];
// what follows from them comes out in an [Effects] buffer that the caller owns
// and reuses. [Kernel.Deadline] says when Advance has something to do.
// [Attention] is the lab-wide sum over all gates: mode, beat and budget.
//
// # Guarantees
//
//   - Pure: no clock, no goroutine, no I/O. Time is an argument, [Time].
//   - Deterministic: the same records in the same order give the same effects
//     and the same snapshot bytes, on amd64 and arm64 alike. Products are
//     rounded before they are added (no fused multiply-add), and exp2 and log
//     are this package's own.
//   - The value stays in [-1, 1], seq has no gaps, and no input makes a NaN or a
//     panic: what breaks a rule is refused with an error and changes nothing.
//   - OPEN never without two related sources, unless by reflex or Verified.
//   - A wave allocates nothing in steady state. A source or region name that
//     the shard has not met is copied once, and a gate's first crossing, first
//     lesson and first content or embedding each allocate its cold part once.
//
// # What may not be assumed
//
//   - A Kernel is not safe for concurrent use. One goroutine owns it.
//   - Effects are valid until the buffer is reset; strings in them stay valid.
//   - A call of Advance that left something in its Effects is a record like any
//     other: it must be journalled with its time, because a wave that arrives
//     late could otherwise be replayed before the silence it came after.
//   - Whether a wave is ahead of the clock is the caller's question; the kernel
//     knows no clock. That it is older than the gate's window is refused here.
package gate
