package wave

import (
	"encoding"
	"fmt"
	"time"
)

// State is where a gate stands. The zero State is Stable.
type State int8

// The three states of a gate.
const (
	Closed State = -1
	Stable State = 0
	Open   State = 1
)

// String returns "closed", "stable" or "open".
func (s State) String() string {
	switch s {
	case Closed:
		return "closed"
	case Stable:
		return "stable"
	case Open:
		return "open"
	default:
		return fmt.Sprintf("state(%d)", int8(s))
	}
}

// MarshalText returns the state's word.
func (s State) MarshalText() ([]byte, error) {
	if s < Closed || s > Open {
		return nil, fmt.Errorf("%d is no state", int8(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads the state's word.
func (s *State) UnmarshalText(text []byte) error {
	switch string(text) {
	case "closed":
		*s = Closed
	case "stable":
		*s = Stable
	case "open":
		*s = Open
	default:
		return fmt.Errorf("%s is not one of closed, stable, open", quoted(string(text)))
	}
	return nil
}

// Garden is the side a gate lives on: Virtual explores, Real acts.
type Garden string

// The two gardens.
const (
	Virtual Garden = "virtual"
	Real    Garden = "real"
)

// Cause says what made a gate change its state.
type Cause string

// The causes of a transition.
const (
	CauseEvidence Cause = "evidence" // agreement or contradiction of several voices
	CauseReflex   Cause = "reflex"   // one trusted wave
	CauseDecay    Cause = "decay"    // silence
	CauseForced   Cause = "forced"   // somebody, or the beat's budget, closed it
	CauseVerified Cause = "verified" // virtual handed it over
)

// Result is what a window did to its gate.
type Result string

// The results of a correlation.
const (
	ResultOpened       Result = "opened"
	ResultClosed       Result = "closed"
	ResultStayedStable Result = "stayed_stable"
)

// Verdict is what came of an opening.
type Verdict string

// The verdicts of an outcome.
const (
	Confirmed Verdict = "confirmed"
	Failed    Verdict = "failed"
	Partial   Verdict = "partial"
)

// By says who measured an outcome.
type By string

// The judges of an outcome.
const (
	BySensor  By = "sensor"
	ByHuman   By = "human"
	ByService By = "service"
)

// Duration travels as a Go duration string, like "1.5s".
type Duration time.Duration

// String returns the duration as Go writes it.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText returns the duration as Go writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf(`%s is no duration like "1.5s"`, quoted(string(text)))
	}
	*d = Duration(v)
	return nil
}

var (
	_ encoding.TextMarshaler   = State(0)
	_ encoding.TextUnmarshaler = (*State)(nil)
	_ encoding.TextMarshaler   = Duration(0)
	_ encoding.TextUnmarshaler = (*Duration)(nil)
)
