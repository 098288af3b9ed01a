package wave

import (
	"strconv"
	"strings"
)

// Ids are derived from what happened, never drawn: a writer that starts again makes the same ones, so
// readers can tell a repetition from news.

// TransitionID names a gate's seq-th transition in one garden: "{gate}-{garden}-{seq}".
func TransitionID(gate string, g Garden, seq uint64) string {
	return gate + "-" + string(g) + "-" + strconv.FormatUint(seq, 10)
}

// ParseTransitionID takes a transition's id apart; ok is false when it is none.
func ParseTransitionID(id string) (gate string, g Garden, seq uint64, ok bool) {
	rest, num, found := cutLast(id)
	if !found {
		return "", "", 0, false
	}
	gate, garden, found := cutLast(rest)
	if !found || badToken(gate) != "" || (garden != string(Virtual) && garden != string(Real)) {
		return "", "", 0, false
	}
	seq, err := strconv.ParseUint(num, 10, 64)
	if err != nil || strconv.FormatUint(seq, 10) != num {
		return "", "", 0, false
	}
	return gate, Garden(garden), seq, true
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// CorrelationID names the n-th window (from 0) that a gate finished after transition seq, or the one that
// made it (n = 0): "{transition}-c{n}".
func CorrelationID(gate string, g Garden, seq, n uint64) string {
	return TransitionID(gate, g, seq) + "-c" + strconv.FormatUint(n, 10)
}

// EscalationID names the escalation of a transition: "{transition}-e".
func EscalationID(transition string) string { return transition + "-e" }

// VerifiedID names the hand-over of a transition: "{transition}-v".
func VerifiedID(transition string) string { return transition + "-v" }

// OutcomeID names one judge's verdict on a transition: "{transition}-o-{by}-{verdict}". A judge who thinks
// better of it says something new; who repeats it does not.
func OutcomeID(transition string, by By, verdict Verdict) string {
	return transition + "-o-" + string(by) + "-" + string(verdict)
}

// TransformID names the boundary's task for one declared event of a transition: "{transition}-t-{event}".
func TransformID(transition, event string) string { return transition + "-t-" + event }

// CognitiveRequestID names the question that an event of a transition becomes: "{transition}-q-{event}".
func CognitiveRequestID(transition, event string) string { return transition + "-q-" + event }

// CognitiveResponseID names a mind's answer to a request: "{request}-a".
func CognitiveResponseID(request string) string { return request + "-a" }

// RolloutEventID names the n-th event of a run: "{run}-{n}".
func RolloutEventID(run string, n uint64) string { return run + "-" + strconv.FormatUint(n, 10) }
