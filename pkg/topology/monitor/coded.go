package monitor

import (
	"fmt"
	"strings"
)

// coded is a metric that is 1 for one of several states: what it is becomes a
// number, so that a timeline can show it in words and colours.
type coded struct {
	metric string
	label  string // that names the state
	states []word // in the order of their numbers, from 1
}

// expr is the number of the state, by labels.
func (c coded) expr(by, matchers string) string {
	var parts []string
	for i, s := range c.states {
		parts = append(parts, fmt.Sprintf(`%s{%s, %s="%s"} * %d`, c.metric, matchers, c.label, s.text, i+1))
	}
	return "sum by (" + by + ") (" + strings.Join(parts, " or ") + ")"
}

// words says the numbers.
func (c coded) words() change {
	out := map[string]word{}
	for i, s := range c.states {
		out[fmt.Sprint(i+1)] = word{s.text, s.color, i}
	}
	return words(out)
}

var (
	attentionModes = coded{"nimmer_attention_mode", "mode", []word{
		{text: "idle", color: grey}, {text: "alert", color: amber}, {text: "focused", color: green},
		{text: "dialogue", color: purple}, {text: "reflex", color: blue}, {text: "overwhelmed", color: red},
	}}
	mindStates = coded{"nimmer_mind_state", "state", []word{
		{text: "ready", color: green}, {text: "busy", color: blue}, {text: "choosing", color: amber}, {text: "failed", color: red},
	}}
	organStates = coded{"nimmer_organ_state", "state", []word{
		{text: "unloaded", color: grey}, {text: "staging", color: amber}, {text: "loading", color: amber}, {text: "ready", color: green},
		{text: "busy", color: blue}, {text: "draining", color: purple}, {text: "sleeping", color: grey}, {text: "stopping", color: purple},
		{text: "failed", color: red}, {text: "lost", color: red},
	}}
	nerveYes = words(map[string]word{"0": {"", "transparent", 0}, "1": {"here", blue, 1}})

	// gateWords are the three states of a gate.
	gateWords = words(map[string]word{"-1": {"closed", red, 0}, "0": {"stable", grey, 1}, "1": {"open", green, 2}})
	// yesNo is for what is well at 1.
	yesNo = words(map[string]word{"0": {"no", red, 0}, "1": {"yes", green, 1}})
)
