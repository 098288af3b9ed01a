package gate

import (
	"errors"
	"strconv"
	"time"
)

// Time is a moment in nanoseconds since the Unix epoch. Legal moments are 0 to
// MaxTime.
type Time int64

// MaxTime is the last moment a record may carry (the year 2116). The room
// above it keeps every sum of a moment and a duration from overflowing.
const MaxTime = Time(1) << 62

// At converts a wall clock reading.
func At(t time.Time) Time { return Time(t.UnixNano()) }

// Std converts back to a wall clock reading in UTC.
func (t Time) Std() time.Time { return time.Unix(0, int64(t)).UTC() }

// Add returns the moment d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d) }

// Sub returns the time from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// ID names one declared gate inside one Kernel: the position in which it was
// added. Both gardens of a gate share it.
type ID int32

// State is what a gate says.
type State int8

// The three states.
const (
	Closed State = -1
	Stable State = 0
	Open   State = 1
)

// String gives the wire form: closed, stable or open.
func (s State) String() string {
	switch s {
	case Closed:
		return "closed"
	case Open:
		return "open"
	default:
		return "stable"
	}
}

// Garden says which of a gate's two sides is meant.
type Garden uint8

// The gardens: Virtual hears cells, Real opens only from Verified signals.
const (
	Virtual Garden = iota
	Real
)

// String gives the wire form: virtual or real.
func (g Garden) String() string {
	if g == Real {
		return "real"
	}
	return "virtual"
}

// Cause says why a transition happened.
type Cause uint8

// The causes of a transition.
const (
	Evidence     Cause = iota // agreement or contradiction was heard
	ByReflex                  // one confident wave, on a trusted gate
	Decay                     // silence
	Forced                    // the caller closed it and gave a reason
	FromVerified              // the virtual garden handed it over
)

var causes = [...]string{"evidence", "reflex", "decay", "forced", "verified"}

// String gives the wire form: evidence, reflex, decay, forced or verified.
func (c Cause) String() string {
	if int(c) < len(causes) {
		return causes[c]
	}
	return "cause(" + strconv.Itoa(int(c)) + ")"
}

// Wave is the digest of one wave: what a gate needs of it.
type Wave struct {
	Source     string  // 1..128 bytes
	Confidence float64 // 0..1
	Valence    float64 // -1..1; negative: "this is not so"
	Cost       float64 // lifeforce, >= 0
	Time       Time
	Meaning    Meaning
}

// OutcomeKind says how a transition turned out.
type OutcomeKind uint8

// The kinds of outcome.
const (
	Confirmed OutcomeKind = iota
	Failed
	Partial
)

// String gives the wire form: confirmed, failed or partial.
func (k OutcomeKind) String() string {
	switch k {
	case Failed:
		return "failed"
	case Partial:
		return "partial"
	default:
		return "confirmed"
	}
}

// Outcome is what became of one transition. It is the only teacher of a gate.
type Outcome struct {
	ID          string // a repeated id teaches once, among the gate's last ten; empty: never repeated
	Garden      Garden // whose transition
	Seq         uint64 // which transition
	Kind        OutcomeKind
	Discrepancy float64 // 0..1, read when Kind is Partial
	Time        Time
}

// Lesson says what an Outcome changed.
type Lesson struct {
	Before, After float64 // the gate's weight
	Sources       int     // sources whose reliability was taught
	Pattern       bool    // whether a familiar pattern was taught
	Repeated      bool    // the same id was taught before: nothing changed
}

// Verified hands an opening of the virtual garden to the real one.
type Verified struct {
	Seq       uint64  // the virtual transition
	Amplitude float64 // 0..1
	Time      Time
}

// Why a record is refused. A refused record changes nothing.
var (
	ErrGate       = errors.New("no such gate in this kernel")
	ErrDeaf       = errors.New("gate lives in the real garden only and hears no waves")
	ErrGarden     = errors.New("gate does not live in that garden")
	ErrLate       = errors.New("wave is older than the gate's window")
	ErrTime       = errors.New("time is outside 0..MaxTime")
	ErrSource     = errors.New("source must be 1..128 bytes")
	ErrConfidence = errors.New("confidence must be a number in 0..1")
	ErrValence    = errors.New("valence must be a number in -1..1")
	ErrCost       = errors.New("cost must be a finite number >= 0")
	ErrMeaning    = errors.New("wave is about nothing: it needs a region, an embedding or content")
	ErrDimension  = errors.New("embedding has another dimension than the ones this gate remembers")
	ErrTransition = errors.New("gate has made no such transition")
	ErrDecay      = errors.New("transition was made by silence or force: there is nothing to learn from it")
	ErrOutcome    = errors.New("outcome must be confirmed, failed, or partial with a discrepancy in 0..1")
	ErrAmplitude  = errors.New("amplitude must be a number in 0..1")
)
