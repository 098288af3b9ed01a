package gate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options configures a Kernel.
type Options struct {
	// QuietWindows asks for a Correlation record of every window that held
	// related waves and crossed nothing (an environment's trace = "full").
	QuietWindows bool
	// LeanEvery is the shortest time between two leans of one gate; 0: none.
	LeanEvery time.Duration
}

// Kernel is one shard of many gates. It is not safe for concurrent use.
type Kernel struct {
	options   Options
	cores     []core
	ringAt    []uint32 // where a gate's voices begin, and one more where the last end
	stride    int      // voices of every gate, when all have as many; else 0
	ring      []voice
	profiles  []profile
	profileOf map[Spec]uint32
	colds     []*cold // the first is nil
	gates     []string
	index     map[string]ID
	names     names
	heap      heap
	scene     scene
}

// New returns an empty shard.
func New(o Options) *Kernel {
	return &Kernel{
		options:   o,
		profileOf: map[Spec]uint32{},
		ringAt:    []uint32{0},
		colds:     []*cold{nil},
		index:     map[string]ID{},
	}
}

var errMany = errors.New("kernel is full")

// Add declares a gate. Its name must be new. Gates are numbered from 0 in the
// order in which they were added.
func (k *Kernel) Add(s Spec) (ID, error) {
	if err := s.Validate(); err != nil {
		return 0, err
	}
	if _, taken := k.index[s.Name]; taken {
		return 0, fmt.Errorf("gate %q: declared twice", s.Name)
	}
	if len(k.cores) >= 1<<30 || len(k.ring) > 1<<32-1-MaxNeighbours {
		return 0, fmt.Errorf("gate %q: %w", s.Name, errMany)
	}
	id := ID(len(k.cores))
	name := strings.Clone(s.Name)
	k.cores = append(k.cores, core{profile: k.share(s)})
	k.ring = slices.Grow(k.ring, s.Neighbours)[:len(k.ring)+s.Neighbours]
	k.ringAt = append(k.ringAt, uint32(len(k.ring)))
	if id == 0 {
		k.stride = s.Neighbours
	} else if k.stride != s.Neighbours {
		k.stride = 0
	}
	k.gates = append(k.gates, name)
	k.index[name] = id
	return id, nil
}

// share finds the profile of gates declared like this one, or makes it.
func (k *Kernel) share(s Spec) uint32 {
	s.Name = ""
	if i, ok := k.profileOf[s]; ok {
		return i
	}
	i := uint32(len(k.profiles))
	k.profiles = append(k.profiles, newProfile(s))
	k.profileOf[s] = i
	return i
}

// Lookup finds a gate by name.
func (k *Kernel) Lookup(name string) (ID, bool) {
	id, ok := k.index[name]
	return id, ok
}

// Len counts the gates; their IDs are 0 to Len-1.
func (k *Kernel) Len() int { return len(k.cores) }

// Spec returns what a gate was declared as; the zero Spec for an ID that is
// not of this kernel.
func (k *Kernel) Spec(id ID) Spec {
	if !k.has(id) {
		return Spec{}
	}
	s := k.profiles[k.cores[id].profile].spec
	s.Name = k.gates[id]
	return s
}

// Value reads state and value of one side of a gate, faded to now.
func (k *Kernel) Value(id ID, g Garden, now Time) (State, float64) {
	if !k.has(id) {
		return Stable, 0
	}
	s := k.side(id, g)
	if s == nil {
		return Stable, 0
	}
	return s.state, s.value(&k.profiles[k.cores[id].profile], max(now, s.last))
}

func (k *Kernel) has(id ID) bool { return id >= 0 && int(id) < len(k.cores) }

// side is one garden of a gate; nil for a real one that nothing happened to.
func (k *Kernel) side(id ID, g Garden) *side {
	c := &k.cores[id]
	if g == Virtual {
		return &c.side
	}
	if c.cold == 0 {
		return nil
	}
	return &k.colds[c.cold].real
}

func (k *Kernel) voices(id ID, c *core) []voice {
	at := k.ringAt[id]
	return k.ring[at : at+uint32(c.n)]
}

// slots are all of a gate's voices, those not in use too.
func (k *Kernel) slots(id ID) []voice {
	if n := k.stride; n != 0 { // not one more cache miss before the voices'
		return k.ring[int(id)*n : int(id)*n+n]
	}
	return k.ring[k.ringAt[id]:k.ringAt[id+1]]
}

// warm gives the gate its cold part.
func (k *Kernel) warm(c *core) *cold {
	if c.cold == 0 {
		p := &k.profiles[c.profile]
		x := &cold{lessons: lessons{beta: p.prior, reflex: p.spec.Weight > p.spec.Reflex}}
		c.cold = uint32(len(k.colds))
		k.colds = append(k.colds, x)
	}
	return k.colds[c.cold]
}

// know keeps the texts behind a source and a label.
func (k *Kernel) know(source uint64, text string, m *Meaning) {
	if len(k.names.slots) == 0 || (k.names.used+2)*2 > len(k.names.slots) {
		k.names.sweep(k.eachName)
	}
	k.names.add(source, text)
	if m.kind == label {
		k.names.add(m.key, m.label)
	}
}

// eachName names every hash that a gate of this shard still remembers.
func (k *Kernel) eachName(keep func(hash uint64)) {
	for id := range k.cores {
		for _, v := range k.voices(ID(id), &k.cores[id]) {
			keep(v.source)
			keep(v.key)
		}
	}
	for _, c := range k.colds[1:] {
		c.eachName(keep)
	}
}

// SortFrame puts the waves of one frame into the order in which they must be
// heard: by time, then source, then position.
func SortFrame(ws []Wave) {
	slices.SortStableFunc(ws, func(a, b Wave) int {
		if a.Time != b.Time {
			if a.Time < b.Time {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Source, b.Source)
	})
}
