package gate

import "math"

// How a shard is laid out. A wave touches one core (two cache lines) and the
// gate's voices (48 bytes each, side by side); both addresses follow from the
// gate's number, so their cache misses overlap. Everything that most gates do
// not have lies elsewhere, in colds. Neither core nor voice holds a pointer:
// the collector never scans them.

// side is one garden of a gate.
type side struct {
	last  Time // newest time seen; p and q are as of then
	free  Time // end of the refractory time
	due   Time // the deadline filed in the heap, never after the true one; 0: none
	p, q  float64
	seq   uint64
	hush  uint32 // quiet windows since the last transition
	order uint16 // counts remembered waves, for "then by arrival"
	n     uint8  // remembered voices
	state State
}

// core is one gate's virtual side, and what chance provides.
type core struct {
	side
	rate        float32 // waves per second
	plus, minus float32 // B+ and B-
	flags       flags
	probeKind   kind
	age         Time // sum of the time between questions
	asked       Time // last question; 0: never
	probeAt     Time
	probeSource uint64 // 0: no probe
	probeKey    uint64
	probeTone   float64 // valence
	profile     uint32
	cold        uint32 // index into colds; 0: none
}

type flags uint8

const (
	probeLeft  flags = 1 << iota // the probe's source has said something else
	probeLost                    // the probe's source was not remembered when it was set
	taughtSome                   // its cold part knows sources or patterns
	hasCosts                     // its cold part holds what voices cost
	quietOpen                    // a window that held related waves is open
)

// voice is the latest wave of one remembered source.
type voice struct {
	source     uint64
	key        uint64 // of the meaning
	at         Time
	confidence float64
	valence    float64
	trust      float32 // reliability of the source when it spoke
	order      uint16
	kind       kind
}

// cold is what a gate has only after it learned, crossed, was verified, or
// heard something else than labels.
type cold struct {
	real    side
	heard   meanings
	costs   []float64 // of the voices; nil while all are 0
	quiet   quiet
	lean    leaning
	recent  []recent // ring, oldest at recentAt
	recentN uint64   // how many were ever kept
	lessons
}

// profile is a Spec with everything derived from it; gates declared alike
// share one.
type profile struct {
	spec       Spec // Name is empty
	window     Time
	refractory Time
	perHalf    float64 // 1 / half-life in ns
	perTau     float64 // 1 / (10 windows in ns), in octaves: e^-x = 2^-(x log2 e)
	inTau      float64 // what one wave adds to the rate
	seconds    float64 // the window
	prior      beta
	recent     int
	sources    int
	patterns   int
}

func newProfile(s Spec) profile {
	p := profile{
		spec: s, window: Time(s.Window), refractory: Time(s.Refractory),
		perHalf: 1 / float64(s.HalfLife),
		perTau:  math.Log2E / (10 * float64(s.Window)),
		inTau:   1 / (10 * s.Window.Seconds()),
		seconds: s.Window.Seconds(),
		prior:   priorOf(s.Weight),
	}
	p.spec.Name = ""
	p.recent, p.sources, p.patterns = s.Room()
	return p
}

// fade brings p and q to now.
func (s *side) fade(p *profile, now Time) {
	if now == s.last {
		return
	}
	f := exp2(-float64(float64(now-s.last) * p.perHalf))
	s.p, s.q, s.last = s.p*f, s.q*f, now
}

// value is p - q at now, which is not before last.
func (s *side) value(p *profile, now Time) float64 {
	return (s.p - s.q) * exp2(-float64(float64(now-s.last)*p.perHalf))
}

// deadline is when silence alone returns a side to STABLE.
func (s *side) deadline(p *profile) Time {
	over := math.Abs(s.p-s.q) / p.spec.Release
	if over <= 1 {
		return s.last
	}
	return s.last + Time(math.Ceil(float64(p.spec.HalfLife)*log2(over)))
}

// raise is what reflex and Verified do: p to at least x and open, q down until
// the value is open.
func (s *side) raise(p *profile, x float64) {
	s.p = max(s.p, x, p.spec.Open)
	s.q = min(s.q, s.p-p.spec.Open)
}
