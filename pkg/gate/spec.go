package gate

import (
	"fmt"
	"math"
	"time"
)

// Embedder says how meaning is derived from content when a wave names neither
// a region nor an embedding.
type Embedder uint8

// The embedders.
const (
	Signature Embedder = iota // leaves of structured content
	Lexical                   // hashed character n-grams of text
)

// String gives the declared form: signature or lexical.
func (e Embedder) String() string {
	if e == Lexical {
		return "lexical"
	}
	return "signature"
}

// Gardens says in which gardens a gate lives.
type Gardens uint8

// The gardens a gate may live in.
const (
	Both Gardens = iota
	OnlyVirtual
	OnlyReal
)

// String gives the declared form: both, virtual or real.
func (g Gardens) String() string {
	switch g {
	case OnlyVirtual:
		return "virtual"
	case OnlyReal:
		return "real"
	default:
		return "both"
	}
}

// Has reports whether a gate of these gardens lives in g.
func (g Gardens) Has(garden Garden) bool {
	return g == Both || (g == OnlyVirtual) == (garden == Virtual)
}

// Spec is one declared gate, complete: Defaults fills what a declaration
// leaves out, and nothing here reads a zero as "absent".
type Spec struct {
	Name             string        // subject token, 1..64 bytes
	Tier             int           // 0 reflex .. 5 partnership
	Window           time.Duration // 1ms..60s: how far back waves count
	HalfLife         time.Duration // 1ms..1h: of everything that fades
	Open             float64       // in (0, 1]
	Close            float64       // in [-1, 0)
	Release          float64       // in (0, min(Open, -Close))
	Refractory       time.Duration // 0..1h: rest after leaving OPEN or CLOSED
	Similarity       float64       // in (0, 1]: weaker agreement is unrelated
	Neighbours       int           // 2..64 remembered sources
	Weight           float64       // 0..1: starting trust
	Reflex           float64       // 0..1: above this weight a reflex
	ReflexConfidence float64       // 0..1: of the one wave that suffices
	Chance           bool          // whether accidental agreement is tested for
	Gardens          Gardens
	Handover         float64 // 0..1: amplitude from which Real is told
	Embedder         Embedder
	Memory           int // 1KiB..1MiB: bytes the gate may learn
}

// Defaults is the declaration of a gate that says nothing but its name.
func Defaults(name string) Spec {
	return Spec{
		Name:             name,
		Tier:             2,
		Window:           1500 * time.Millisecond,
		HalfLife:         1500 * time.Millisecond,
		Open:             0.6,
		Close:            -0.6,
		Release:          0.3,
		Refractory:       500 * time.Millisecond,
		Similarity:       0.5,
		Neighbours:       7,
		Weight:           0.1,
		Reflex:           0.8,
		ReflexConfidence: 0.9,
		Chance:           true,
		Gardens:          Both,
		Handover:         0.75,
		Embedder:         Signature,
		Memory:           4 << 10,
	}
}

// Validate reports the first field that is out of its bounds, as
// "gate NAME: FIELD must ..., got VALUE".
func (s Spec) Validate() error {
	bad := func(field, bound string, got any) error {
		return fmt.Errorf("gate %q: %s must be %s, got %v", s.Name, field, bound, got)
	}
	in := func(v, low, high float64) bool { return v >= low && v <= high } // false for NaN
	lasts := func(d, low, high time.Duration) bool { return d >= low && d <= high }
	switch {
	case len(s.Name) == 0 || len(s.Name) > 64:
		return bad("name", "1..64 bytes", len(s.Name))
	case s.Tier < 0 || s.Tier > 5:
		return bad("tier", "0..5", s.Tier)
	case !lasts(s.Window, time.Millisecond, time.Minute):
		return bad("window", "1ms..60s", s.Window)
	case !lasts(s.HalfLife, time.Millisecond, time.Hour):
		return bad("half_life", "1ms..1h", s.HalfLife)
	case !lasts(s.Refractory, 0, time.Hour):
		return bad("refractory", "0..1h", s.Refractory)
	case !in(s.Open, math.SmallestNonzeroFloat64, 1):
		return bad("open", "above 0, at most 1", s.Open)
	case !in(s.Close, -1, -math.SmallestNonzeroFloat64):
		return bad("close", "at least -1, below 0", s.Close)
	case !(s.Release > 0 && s.Release < math.Min(s.Open, -s.Close)):
		return bad("release", "above 0, below open and below -close", s.Release)
	case !in(s.Similarity, math.SmallestNonzeroFloat64, 1):
		return bad("similarity", "above 0, at most 1", s.Similarity)
	case s.Neighbours < 2 || s.Neighbours > MaxNeighbours:
		return bad("neighbours", "2..64", s.Neighbours)
	case !in(s.Weight, 0, 1):
		return bad("weight", "0..1", s.Weight)
	case !in(s.Reflex, 0, 1):
		return bad("reflex", "0..1", s.Reflex)
	case !in(s.ReflexConfidence, 0, 1):
		return bad("reflex_confidence", "0..1", s.ReflexConfidence)
	case !in(s.Handover, 0, 1):
		return bad("handover", "0..1", s.Handover)
	case s.Gardens > OnlyReal:
		return bad("garden", "both, virtual or real", s.Gardens)
	case s.Embedder > Lexical:
		return bad("embedder", "signature or lexical", s.Embedder)
	case s.Memory < 1<<10 || s.Memory > 1<<20:
		return bad("memory", "1KiB..1MiB", s.Memory)
	}
	return nil
}

// MaxNeighbours is the most sources a gate can remember.
const MaxNeighbours = 64

// What one entry of learned memory costs, in bytes.
const (
	changeCost  = 48  // one lesson of the weight
	recentCost  = 200 // one transition with its triggers
	sourceCost  = 40  // one source's reliability
	patternCost = 112 // one familiar pattern and who makes it
	changesKept = 10
	// MaxTaught is how many triggers of one transition an outcome can reach:
	// those with the largest share.
	MaxTaught = 8
)

// Room is how Memory is divided: transitions that an outcome can still find,
// sources with a reliability of their own, and familiar patterns. Each is at
// least one.
func (s Spec) Room() (recent, sources, patterns int) {
	left := max(0, s.Memory-changesKept*changeCost)
	recent = max(1, left*2/5/recentCost)
	sources = max(1, left/5/sourceCost)
	patterns = max(1, left*2/5/patternCost)
	return recent, sources, patterns
}
