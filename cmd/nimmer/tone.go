package main

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// tone is how a line is meant; on a terminal it has a colour.
type tone int

const (
	plain  tone = iota
	calm        // back to rest, learned, confirmed
	open        // a gate opened, an answer came
	closed      // a gate closed, something was refused
	asked       // a mind is asked
)

// The colours of the lab: open is green, closed is red, cognition is violet,
// as in every picture that nimmer draws.
var tones = map[tone]color.Color{
	calm:   lipgloss.Color("#5f9ea0"),
	open:   lipgloss.Color("#2e9e5b"),
	closed: lipgloss.Color("#d1495b"),
	asked:  lipgloss.Color("#8e6fd8"),
}

func (t tone) paint(s string) string {
	c, ok := tones[t]
	if !ok {
		return s
	}
	return lipgloss.NewStyle().Foreground(c).Render(s)
}

func dim(s string) string { return lipgloss.NewStyle().Faint(true).Render(s) }

func bold(s string) string { return lipgloss.NewStyle().Bold(true).Render(s) }
