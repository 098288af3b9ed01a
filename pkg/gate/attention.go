package gate

import "time"

// Mode is what the lab attends to as a whole.
type Mode uint8

// The modes, each overriding those before it.
const (
	Idle        Mode = iota // no gate OPEN
	Alert                   // two or more
	Focused                 // exactly one
	Dialogue                // one of tier 4 or 5
	Reflexive               // a tier-0 opening in the last beat
	Overwhelmed             // the beat is overdrawn
)

var modes = [...]string{"IDLE", "ALERT", "FOCUSED", "DIALOGUE", "REFLEX", "OVERWHELMED"}

// String gives the mode's name in capitals.
func (m Mode) String() string {
	if int(m) < len(modes) {
		return modes[m]
	}
	return "IDLE"
}

// Beat is the account of one stretch of lifeforce.
type Beat struct {
	Start, End    Time
	Spent, Earned float64
	Budget        float64
}

// Account is what one gate spent and earned since the beginning.
type Account struct {
	Gate               string
	Spent, Earned, Net float64
}

// Closing names a gate that must be forced CLOSED, and why.
type Closing struct {
	Gate   string
	Garden Garden
	Worth  float64 // amplitude x weight / cost
	Reason string
}

// AttentionSpec is the lab's attention block.
type AttentionSpec struct {
	Beat   time.Duration // default 30s
	Budget float64       // lifeforce per beat, default 100
}

// Attention is the sum over all gates of an environment: which are OPEN, what
// the beat has cost, and who must close when it is overdrawn. Like a Kernel it
// is pure and belongs to one goroutine.
type Attention struct{}

// NewAttention starts with every gate STABLE and nothing spent. Zero fields of
// the spec take their defaults.
func NewAttention(spec AttentionSpec) *Attention { return &Attention{} }

// Observe takes a transition into account: who is OPEN, and its cost.
func (a *Attention) Observe(t *Transition) {}

// Spend charges an organ's or cognition's cost to the gate that asked for it.
func (a *Attention) Spend(gate string, cost float64, at Time) {}

// Earn credits an outcome: 1 when confirmed, 1 - discrepancy when partial.
func (a *Attention) Earn(gate string, o *Outcome) {}

// Shed appends the gates to force CLOSED at now because the beat is overdrawn,
// those worth least first. Each is named once; the caller forces them.
func (a *Attention) Shed(now Time, to []Closing) []Closing { return to }

// Mode is what the lab attends to at now.
func (a *Attention) Mode(now Time) Mode { return Idle }

// Beat is the account of the beat that now lies in.
func (a *Attention) Beat(now Time) Beat { return Beat{} }

// Accounts lists every gate that spent or earned, by name.
func (a *Attention) Accounts() []Account { return nil }

// AppendSnapshot appends the state as bytes.
func (a *Attention) AppendSnapshot(dst []byte) []byte { return dst }

// Restore replaces the state by what AppendSnapshot wrote.
func (a *Attention) Restore(data []byte) error { return nil }
