package gate

// Report explains one gate to a person: what it holds, what it learned, what
// it said last, and what stands between it and a threshold.
type Report struct {
	Gate     string
	ID       ID
	Spec     Spec
	At       Time // the moment it was read
	Virtual  *Standing
	Real     *Standing
	Rate     float64 // waves per second, exponential mean over ten windows
	ForOpen  float64 // B+: the mass of agreement that chance provides
	ForClose float64 // B-: the same of contradiction
	Weight   float64 // 0..1, lower bound
	Trusted  bool    // may act by reflex
	Tier     int     // where an opening would be routed now
	Changes  []Change
	Patterns []Pattern
	Sources  []Reliability
	Voices   []Signal // remembered, newest first; Agreement is with the newest
	Last     *Hearing // the newest voice judged again; nil before the first
	Recent   []Transition
	Learned  int // bytes in use of Spec.Memory
}

// Standing is one garden's side of a gate.
type Standing struct {
	State      State
	Value      float64 // P - Q at Report.At
	P, Q       float64 // strongest agreement and contradiction, faded
	Seq        uint64
	Since      Time // newest record
	RestsUntil Time // end of the refractory time; 0 when it is over
	StableAt   Time // when silence alone returns it to STABLE; 0 when STABLE
}

// Change is one lesson of a gate's weight.
type Change struct {
	Time        Time
	Before      float64
	After       float64
	Outcome     OutcomeKind
	Discrepancy float64
	Garden      Garden
	Seq         uint64
}

// Pattern is a familiar combination of a meaning and those who spoke.
type Pattern struct {
	About             string
	Sources           []string
	Confirmed, Failed float64 // the forgetting Beta
	Gain              float64 // 0.5..2
	Used              Time
}

// Reliability is what a gate learned about one source.
type Reliability struct {
	Source            string
	Confirmed, Failed float64
	Factor            float64 // 0..1
	Used              Time
}

// Hearing is the judgement of one wave, step by step.
type Hearing struct {
	Speaker      string
	Related      int     // voices that agree or contradict, beside the speaker
	Correlation  float64 // rho
	Amplitude    float64 // A
	Corroborated float64 // A'
	Mass         float64 // M
	Chance       float64 // B
	Surprise     float64 // d
	Needed       float64 // what d has to reach
	Gain         float64
	Evidence     float64 // e; 0 when it does not count
	Held         string  // what held it back, in words; empty when it counted
}
