package gate

import "time"

// Options configures a Kernel.
type Options struct {
	// QuietWindows asks for a Correlation record of every window that held
	// related waves and crossed nothing (an environment's trace = "full").
	QuietWindows bool
	// LeanEvery is the shortest time between two leans of one gate; 0: none.
	LeanEvery time.Duration
}

// Kernel is one shard of many gates.
type Kernel struct{}

// New returns an empty shard.
func New(o Options) *Kernel { return &Kernel{} }

// Add declares a gate. Its name must be new.
func (k *Kernel) Add(s Spec) (ID, error) { return 0, nil }

// Lookup finds a gate by name.
func (k *Kernel) Lookup(name string) (ID, bool) { return 0, false }

// Len counts the gates; their IDs are 0 to Len-1.
func (k *Kernel) Len() int { return 0 }

// Spec returns what a gate was declared as. It panics on an ID of another
// kernel, as an index does.
func (k *Kernel) Spec(id ID) Spec { return Spec{} }

// Hear lets a gate hear one wave. A refused wave changes nothing.
func (k *Kernel) Hear(id ID, w *Wave, fx *Effects) error { return nil }

// Outcome teaches a gate what became of one of its transitions.
func (k *Kernel) Outcome(id ID, o *Outcome) (Lesson, error) { return Lesson{}, nil }

// Verified opens the real garden's side of a gate.
func (k *Kernel) Verified(id ID, v Verified, fx *Effects) error { return nil }

// Force closes one side of a gate and journals why. It passes through STABLE
// and does not wait for the refractory time.
func (k *Kernel) Force(id ID, g Garden, reason string, at Time, fx *Effects) error { return nil }

// Advance announces everything silence did up to now: gates that fell back to
// STABLE and windows that ended, each with its own time. A call that left
// something in fx is a record and must be journalled with now.
func (k *Kernel) Advance(now Time, fx *Effects) {}

// Deadline is the earliest moment at which Advance may have something to do;
// false when nothing is pending.
func (k *Kernel) Deadline() (Time, bool) { return 0, false }

// Value reads state and value of one side of a gate, faded to now.
func (k *Kernel) Value(id ID, g Garden, now Time) (State, float64) { return Stable, 0 }

// Report explains a gate as it stands at now. It changes nothing and may
// allocate.
func (k *Kernel) Report(id ID, now Time) Report { return Report{} }

// AppendSnapshot appends the whole state: a version, every gate by name, and a
// CRC-32C. Equal states give equal bytes.
func (k *Kernel) AppendSnapshot(dst []byte) []byte { return dst }

// Restore replaces the state of the gates already added by a snapshot's. Gates
// the snapshot does not know stay new, gates that are no longer declared are
// dropped, and changed settings apply to the restored state. An error leaves
// the kernel as it was.
func (k *Kernel) Restore(data []byte) error { return nil }

// SortFrame puts the waves of one frame into the order in which they must be
// heard: by time, then source, then position.
func SortFrame(ws []Wave) {}

// ShardOf is the shard (0..255) a gate lives in.
func ShardOf(gate string) int { return 0 }
