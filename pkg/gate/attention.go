package gate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

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
//
// Beats are counted from the Unix epoch, so every gate core has the same ones.
type Attention struct {
	spec     AttentionSpec
	accounts map[string]*account
	beat     int64 // number of the beat that runs
	spent    float64
	earned   float64
	shed     float64 // of spent: by gates closed for it
	reflexAt Time    // newest tier-0 opening; 0: none
}

// account is one gate's lifeforce and what of it is OPEN.
type account struct {
	spent, earned float64
	beat          int64   // to which the next two belong
	beatSpent     float64 // in that beat
	beatShed      float64 // of it, when the gate was closed for it
	open          [2]opening
}

// opening is one side of a gate that is OPEN.
type opening struct {
	is        bool
	tier      int
	amplitude float64
	weight    float64
}

// NewAttention starts with every gate STABLE and nothing spent. Zero fields of
// the spec take their defaults.
func NewAttention(spec AttentionSpec) *Attention {
	if spec.Beat <= 0 {
		spec.Beat = 30 * time.Second
	}
	if spec.Budget == 0 {
		spec.Budget = 100
	}
	return &Attention{spec: spec, accounts: map[string]*account{}}
}

// Observe takes a transition into account: who is OPEN, and its cost.
func (a *Attention) Observe(t *Transition) {
	x := a.account(t.Gate)
	side := &x.open[t.Garden]
	*side = opening{}
	if t.To == Open {
		*side = opening{is: true, tier: t.Tier, amplitude: t.Amplitude, weight: t.Weight}
		if t.Tier == 0 {
			a.reflexAt = max(a.reflexAt, t.Time)
		}
	}
	a.Spend(t.Gate, t.Cost, t.Time)
}

// Spend charges an organ's or cognition's cost to the gate that asked for it.
// A cost that is no finite number above 0 is none.
func (a *Attention) Spend(gate string, cost float64, at Time) {
	if !(cost > 0 && cost <= math.MaxFloat64) {
		return
	}
	a.turn(at)
	x := a.account(gate)
	if x.beat != a.beat {
		x.beat, x.beatSpent, x.beatShed = a.beat, 0, 0
	}
	x.spent += cost
	x.beatSpent += cost
	a.spent += cost
}

// Earn credits an outcome: 1 when confirmed, 1 - discrepancy when partial.
func (a *Attention) Earn(gate string, o *Outcome) {
	gain := 0.0
	switch o.Kind {
	case Confirmed:
		gain = 1
	case Partial:
		gain = 1 - o.Discrepancy
	}
	if !(gain > 0) {
		return
	}
	a.turn(o.Time)
	a.account(gate).earned += gain
	a.earned += gain
}

// Shed appends the gates to force CLOSED at now because the beat is overdrawn,
// those worth least first, until what the others spent in this beat fits the
// budget. Each is named once for what it has spent; the caller forces them.
// A gate that cost nothing is never among them.
func (a *Attention) Shed(now Time, to []Closing) []Closing {
	a.turn(now)
	for a.spent-a.shed > a.spec.Budget {
		name, worth := a.leastWorth()
		if name == "" {
			return to
		}
		x := a.accounts[name]
		reason := fmt.Sprintf("the beat is overdrawn: %.1f of %.1f spent, and this gate is worth least (%.3f for each unit)", a.spent, a.spec.Budget, worth)
		for g := range x.open {
			if x.open[g].is {
				to = append(to, Closing{Gate: name, Garden: Garden(g), Worth: worth, Reason: reason})
				x.open[g] = opening{} // the forced transition says so too
			}
		}
		a.shed += x.beatSpent - x.beatShed
		x.beatShed = x.beatSpent
	}
	return to
}

// leastWorth finds the OPEN gate that is worth least for what it has spent in
// this beat: amplitude x weight / cost. Of equals the first by name.
func (a *Attention) leastWorth() (name string, worth float64) {
	for _, n := range slices.Sorted(maps.Keys(a.accounts)) {
		x := a.accounts[n]
		cost := x.beatSpent - x.beatShed
		if x.beat != a.beat || !(cost > 0) || !x.isOpen() {
			continue
		}
		best := 0.0
		for _, o := range x.open {
			best = max(best, float64(o.amplitude*o.weight))
		}
		if w := best / cost; name == "" || w < worth {
			name, worth = n, w
		}
	}
	return name, worth
}

// Mode is what the lab attends to at now.
func (a *Attention) Mode(now Time) Mode {
	a.turn(now)
	mode, open := Idle, 0
	dialogue := false
	for _, x := range a.accounts {
		if !x.isOpen() {
			continue
		}
		open++
		for _, o := range x.open {
			dialogue = dialogue || o.is && o.tier >= 4
		}
	}
	switch {
	case open == 1:
		mode = Focused
	case open > 1:
		mode = Alert
	}
	if dialogue {
		mode = Dialogue
	}
	if a.reflexAt != 0 && now.Sub(a.reflexAt) <= a.spec.Beat {
		mode = Reflexive
	}
	if a.spent > a.spec.Budget {
		mode = Overwhelmed
	}
	return mode
}

// Beat is the account of the beat that now lies in.
func (a *Attention) Beat(now Time) Beat {
	a.turn(now)
	start := Time(a.beat * int64(a.spec.Beat))
	return Beat{Start: start, End: start.Add(a.spec.Beat), Spent: a.spent, Earned: a.earned, Budget: a.spec.Budget}
}

// Accounts lists every gate that spent or earned, by name.
func (a *Attention) Accounts() []Account {
	var out []Account
	for _, n := range slices.Sorted(maps.Keys(a.accounts)) {
		if x := a.accounts[n]; x.spent > 0 || x.earned > 0 {
			out = append(out, Account{Gate: n, Spent: x.spent, Earned: x.earned, Net: x.earned - x.spent})
		}
	}
	return out
}

// turn begins the beat that at lies in. Time that goes back stays in the beat
// that runs.
func (a *Attention) turn(at Time) {
	if beat := int64(at) / int64(a.spec.Beat); beat > a.beat {
		a.beat, a.spent, a.earned, a.shed = beat, 0, 0, 0
	}
}

func (a *Attention) account(gate string) *account {
	x := a.accounts[gate]
	if x == nil {
		x = &account{}
		a.accounts[strings.Clone(gate)] = x
	}
	return x
}

func (x *account) isOpen() bool { return x.open[Virtual].is || x.open[Real].is }
