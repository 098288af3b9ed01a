package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// showGate explains one gate to a person: where it stands, who spoke, why it
// last moved, what it has learned.
func showGate(w io.Writer, r wave.GateReport) error {
	fmt.Fprintf(w, "gate %s (%s, %s)\n\n", r.Gate, r.Environment, r.Garden)
	fmt.Fprintf(w, "  %-11s %s  value %+.2f  %s\n", "state", upper(r.State), r.Value, bar(r.Value, r.Spec.Open, r.Spec.Close, 16))
	fmt.Fprintf(w, "  %-11s opens at %+.2f, closes at %+.2f, stable again within ±%.2f\n", "thresholds", r.Spec.Open, r.Spec.Close, r.Spec.Release)
	if !r.FallsAt.IsZero() && r.State != wave.Stable {
		fmt.Fprintf(w, "  %-11s stable in %s if nobody speaks\n", "silence", r.FallsAt.Sub(r.Time).Round(10*time.Millisecond))
	}
	reflex := "not yet a reflex"
	if r.Weight.Reflex {
		reflex = "acts by reflex"
	}
	fmt.Fprintf(w, "  %-11s %.2f, %s; an opening goes to tier %d (%s)\n", "weight", r.Weight.Reading, reflex, r.Route.Tier, tierName(r.Route.Tier))
	fmt.Fprintf(w, "  %-11s agreement %.2f, contradiction %.2f come about by accident, at %.1f waves a second\n", "chance", r.Chance.Plus, r.Chance.Minus, r.Chance.Rate)
	fmt.Fprintf(w, "  %-11s spent %.1f, earned %.1f\n", "lifeforce", r.Lifeforce.Spent, r.Lifeforce.Earned)
	if err := showVoices(w, r); err != nil {
		return err
	}
	showNerves(w, r)
	showTransitions(w, r)
	return showLearned(w, r)
}

func showVoices(w io.Writer, r wave.GateReport) error {
	fmt.Fprintf(w, "\nvoices it remembers (window %s)\n", time.Duration(r.Spec.Window))
	if len(r.Voices) == 0 {
		_, err := fmt.Fprintln(w, "  nobody has spoken yet")
		return err
	}
	var rows [][]string
	for _, v := range r.Voices {
		about := v.Region
		if about == "" {
			about = "#" + v.Digest
		}
		if v.Valence < 0 {
			about = "not " + about
		}
		heard := ""
		if !v.Heard {
			heard = "too old"
		}
		rows = append(rows, []string{
			"  " + v.Cell, v.Source, fmt.Sprintf("%.2f", v.Confidence), about,
			ago(time.Duration(v.Age)), fmt.Sprintf("%.2f", v.Reliability), heard, shorten(string(v.Content), 72),
		})
	}
	return cli.Table(w, []string{"  CELL", "SOURCE", "CONFIDENCE", "ABOUT", "HEARD", "RELIABILITY", "", "CONTENT"}, rows)
}

func showNerves(w io.Writer, r wave.GateReport) {
	for _, n := range r.Nerves {
		fmt.Fprintf(w, "\nnerve %s is %s, %s\n", n.Nerve, n.State, ago(r.Time.Sub(n.Time)))
		if n.Reason != "" {
			fmt.Fprintf(w, "  %s\n", n.Reason)
		}
	}
}

func showTransitions(w io.Writer, r wave.GateReport) {
	fmt.Fprintf(w, "\nlast transitions (%d in all)\n", r.Seq)
	if len(r.Transitions) == 0 {
		fmt.Fprintln(w, "  none yet")
	}
	for _, t := range r.Transitions {
		text, _ := sayTransition(t)
		fmt.Fprintf(w, "  %-8s %s\n", ago(r.Time.Sub(t.Time)), text)
		for _, s := range t.Triggers {
			if len(s.Content) > 0 {
				fmt.Fprintf(w, "           %s %.2f  %s\n", s.Cell, s.Confidence, shorten(string(s.Content), 96))
			}
		}
	}
}

func showLearned(w io.Writer, r wave.GateReport) error {
	if len(r.Weight.Changes) > 0 {
		fmt.Fprintln(w, "\nwhat outcomes taught")
		for _, c := range r.Weight.Changes {
			fmt.Fprintf(w, "  %-8s %s %s: weight %.2f -> %.2f\n", ago(r.Time.Sub(c.Time)), c.Transition, c.Outcome, c.From, c.To)
		}
	}
	if len(r.Patterns) > 0 {
		fmt.Fprintln(w, "\nfamiliar patterns")
		var rows [][]string
		for _, p := range r.Patterns {
			rows = append(rows, []string{
				"  " + p.Meaning, strings.Join(p.Sources, ", "), fmt.Sprintf("x%.2f", p.Gain),
				fmt.Sprintf("%.1f", p.Confirmed), fmt.Sprintf("%.1f", p.Failed),
			})
		}
		if err := cli.Table(w, []string{"  ABOUT", "SOURCES", "GAIN", "CONFIRMED", "FAILED"}, rows); err != nil {
			return err
		}
	}
	if len(r.Sources) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nsources")
	var rows [][]string
	for _, s := range r.Sources {
		rows = append(rows, []string{
			"  " + s.Source, fmt.Sprintf("%.2f", s.Reliability),
			fmt.Sprintf("%.1f", s.Confirmed), fmt.Sprintf("%.1f", s.Failed),
		})
	}
	return cli.Table(w, []string{"  SOURCE", "RELIABILITY", "CONFIRMED", "FAILED"}, rows)
}

var tierNames = [...]string{"reflex", "cells", "nerves", "organs", "mind", "partnership"}

func tierName(t int) string {
	if t < 0 || t >= len(tierNames) {
		return "?"
	}
	return tierNames[t]
}

// bar draws a value between -1 and +1 over 2*half+1 columns. The thresholds
// are marked; what lies between the middle and the value is filled.
func bar(value, openAt, closeAt float64, half int) string {
	cells := make([]rune, 2*half+1)
	for i := range cells {
		cells[i] = '·'
	}
	at := func(v float64) int {
		return half + int(math.Round(max(-1, min(1, v))*float64(half)))
	}
	cells[at(openAt)], cells[at(closeAt)] = '|', '|'
	to, step := at(value), 1
	if to < half {
		step = -1
	}
	for i := half; i != to; i += step {
		cells[i] = '█'
	}
	if to != half {
		cells[to] = '█'
	} else {
		cells[half] = '┼'
	}
	return string(cells)
}

// ago says how long since, in the coarsest unit that tells.
func ago(d time.Duration) string {
	switch {
	case d < 0:
		return "now"
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}
