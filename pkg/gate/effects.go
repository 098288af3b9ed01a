package gate

import "strconv"

// Effects collects what records caused, in the order it happened within each
// kind. The caller owns it and reuses it: Reset keeps the memory.
type Effects struct {
	Transitions  []Transition
	Correlations []Correlation
	Escalations  []Escalation
	Handovers    []Handover
	Leans        []Lean

	signals []Signal
	matrix  []float64
}

// Reset empties the buffer. Slices inside earlier effects become invalid.
func (fx *Effects) Reset() {
	fx.Transitions = fx.Transitions[:0]
	fx.Correlations = fx.Correlations[:0]
	fx.Escalations = fx.Escalations[:0]
	fx.Handovers = fx.Handovers[:0]
	fx.Leans = fx.Leans[:0]
	fx.signals = fx.signals[:0]
	fx.matrix = fx.matrix[:0]
}

// Empty reports whether nothing happened.
func (fx *Effects) Empty() bool {
	return len(fx.Transitions)+len(fx.Correlations)+len(fx.Escalations)+len(fx.Handovers)+len(fx.Leans) == 0
}

// Signal is one voice in an effect.
type Signal struct {
	Source     string
	Confidence float64
	Time       Time
	Region     string  // the label, when the wave named one
	Digest     uint64  // hash of content or embedding, when it did not
	Valence    float64 // -1..1
	Agreement  float64 // with the speaker, -1..1; the speaker's own is 1
	Weight     float64 // capped confidence x reliability, faded
	Share      float64 // of the amplitude, 0..1; all triggers sum to 1
	Cost       float64 // lifeforce
}

// About names what the signal was about: its region, or the digest in hex.
func (s Signal) About() string { return about(s.Region, s.Digest) }

func about(region string, digest uint64) string {
	if region != "" || digest == 0 {
		return region
	}
	return strconv.FormatUint(digest, 16)
}

// Transition is one change of state. Its id is
// wave.TransitionID(Gate, Garden, Seq).
type Transition struct {
	Gate        string
	ID          ID
	Garden      Garden
	Seq         uint64 // counts one gate's transitions in one garden from 1
	From, To    State
	Value       float64 // after the transition, -1..1
	Correlation float64 // rho, -1..1; 0 when nothing was correlated
	Amplitude   float64 // 0..1
	Weight      float64 // trust at that moment, 0..1
	Triggers    []Signal
	Tier        int // where it is routed
	Cause       Cause
	Reason      string  // of a forced one
	Cost        float64 // lifeforce, the triggers' sum
	Time        Time
	Of          uint64 // real garden: seq of the virtual transition handed over
}

// Result is how a correlated window ended.
type Result uint8

// The results.
const (
	StayedStable Result = iota
	Opened
	DidClose
)

// String gives the wire form: opened, closed or stayed_stable.
func (r Result) String() string {
	switch r {
	case Opened:
		return "opened"
	case DidClose:
		return "closed"
	default:
		return "stayed_stable"
	}
}

// Correlation records what a virtual gate compared when it left STABLE, or
// when a window that held related waves ended without that.
type Correlation struct {
	Gate       string
	ID         ID
	Seq        uint64 // of the transition; of the last one before, when it stayed STABLE
	Quiet      uint32 // 0 for a crossing, else counts quiet windows since Seq from 1
	Start, End Time
	Signals    []Signal  // the speaker, then the related voices
	Matrix     []float64 // len(Signals) squared, row by row: pairwise agreement
	Aggregate  float64   // rho: the weighted mean of the matrix off its diagonal
	Result     Result
}

// Suffix makes the record's id when appended to the id of transition Seq:
// "-c" for a crossing, "-q3" for the third quiet window after it.
func (c *Correlation) Suffix() string {
	if c.Quiet == 0 {
		return "-c"
	}
	return "-q" + strconv.FormatUint(uint64(c.Quiet), 10)
}

// Escalation tells cognition about an opening of tier 3 or more. Its id is the
// transition's with "-e".
type Escalation struct {
	Gate      string
	ID        ID
	Seq       uint64
	Region    string // what the speaker was about, when it was a label
	Digest    uint64 // and when it was not
	Amplitude float64
	Signals   []Signal
	Tier      int
	Time      Time
}

// About names what the escalation is about: its region, or the digest in hex.
func (e Escalation) About() string { return about(e.Region, e.Digest) }

// Handover asks the real garden to act on an opening.
type Handover struct {
	Gate      string
	ID        ID
	Seq       uint64 // the virtual transition
	Amplitude float64
	Signals   []Signal
	Time      Time
}

// Lean says where a value is heading. Leans are rate-limited and never stored.
type Lean struct {
	Gate   string
	ID     ID
	Garden Garden
	Value  float64
	Slope  float64 // per second, since the lean before or over the window
	Time   Time
}
