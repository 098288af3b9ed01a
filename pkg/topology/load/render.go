package load

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// DiagnosticsVersion is the version of the JSON form of diagnostics.
const DiagnosticsVersion = 1

const (
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	dim    = "\x1b[2m"
	reset  = "\x1b[0m"
)

// Text renders the diagnostics for people: place, summary, the source with
// the offending text underlined, and what to do. Colour uses ANSI escapes.
func (ds Diagnostics) Text(colour bool) string {
	var b strings.Builder
	for i := range ds {
		if i > 0 {
			b.WriteByte('\n')
		}
		ds[i].text(&b, painter(colour))
	}
	return b.String()
}

// painter wraps text in an escape, or leaves it alone.
type painter bool

func (p painter) paint(style, s string) string {
	if !p {
		return s
	}
	return style + s + reset
}

func (d *Diagnostic) text(b *strings.Builder, p painter) {
	style := red
	if d.Severity == topology.Warning {
		style = yellow
	}
	if !d.Pos.IsZero() {
		b.WriteString(p.paint(bold, place(d.Pos)) + ": ")
	}
	fmt.Fprintf(b, "%s: %s\n", p.paint(style, d.Severity.String()), p.paint(bold, d.Summary))
	d.source(b, p, style)
	for line := range strings.Lines(wrap(d.Detail, 76)) {
		b.WriteString("  " + line)
	}
	b.WriteByte('\n')
	if !d.Other.IsZero() {
		b.WriteString(p.paint(dim, "  see also "+place(d.Other)) + "\n")
	}
}

// source writes the excerpt, each line underlined where the problem is.
func (d *Diagnostic) source(b *strings.Builder, p painter, style string) {
	if len(d.Excerpt) == 0 {
		return
	}
	width := len(fmt.Sprint(d.Excerpt[len(d.Excerpt)-1].Number))
	for _, l := range d.Excerpt {
		text, from, to := d.mark(l)
		fmt.Fprintf(b, "  %s %s\n", p.paint(dim, fmt.Sprintf("%*d |", width, l.Number)), text)
		if to > from {
			fmt.Fprintf(b, "  %s %s%s\n", p.paint(dim, strings.Repeat(" ", width)+" |"),
				strings.Repeat(" ", from), p.paint(style, strings.Repeat("^", to-from)))
		}
	}
	if last := d.Excerpt[len(d.Excerpt)-1].Number; last < d.Pos.EndLine {
		b.WriteString("  " + p.paint(dim, strings.Repeat(" ", width)+" | ...") + "\n")
	}
}

// mark returns the line without tabs and the cells [from, to) to underline.
func (d *Diagnostic) mark(l Line) (text string, from, to int) {
	start, end := 1, len([]rune(l.Text))+1
	if l.Number == d.Pos.Line {
		start = d.Pos.Column
	} else {
		start += len(l.Text) - len(strings.TrimLeft(l.Text, " \t"))
	}
	if l.Number == d.Pos.EndLine {
		end = min(max(d.Pos.EndColumn, start+1), end+1)
	}
	var b strings.Builder
	cell := 0
	from, to = -1, -1
	for i, r := range []rune(l.Text) {
		if i+1 == start {
			from = cell
		}
		if i+1 == end {
			to = cell
		}
		switch {
		case r == '\t':
			b.WriteString("    ")
			cell += 4
			continue
		case r < ' ' || r == 0x7f:
			r = '\uFFFD'
		}
		b.WriteRune(r)
		cell++
	}
	if from < 0 {
		from = cell
	}
	if to < 0 {
		to = max(cell, from+1)
	}
	return b.String(), from, to
}

// wrap breaks text at spaces so that lines are at most width runes where that
// is possible.
func wrap(s string, width int) string {
	var b strings.Builder
	col := 0
	for i, word := range strings.Fields(s) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case col+1+n > width:
			b.WriteByte('\n')
			col = 0
		default:
			b.WriteByte(' ')
			col++
		}
		b.WriteString(word)
		col += n
	}
	return b.String()
}

type jsonPlace struct {
	topology.Pos
	Excerpt []Line `json:"excerpt,omitempty"`
}

type jsonDiagnostic struct {
	Severity topology.Severity `json:"severity"`
	Summary  string            `json:"summary"`
	Detail   string            `json:"detail"`
	At       *jsonPlace        `json:"at,omitempty"`
	SeeAlso  *topology.Pos     `json:"see_also,omitempty"`
}

// JSON renders the diagnostics for programs:
// {"format_version":1,"valid":bool,"errors":n,"warnings":n,"diagnostics":[...]}.
func (ds Diagnostics) JSON() ([]byte, error) {
	out := struct {
		FormatVersion int              `json:"format_version"`
		Valid         bool             `json:"valid"`
		Errors        int              `json:"errors"`
		Warnings      int              `json:"warnings"`
		Diagnostics   []jsonDiagnostic `json:"diagnostics"`
	}{FormatVersion: DiagnosticsVersion, Valid: !ds.HasErrors()}
	for i := range ds {
		d := &ds[i]
		j := jsonDiagnostic{Severity: d.Severity, Summary: d.Summary, Detail: d.Detail}
		if d.Severity == topology.Error {
			out.Errors++
		} else {
			out.Warnings++
		}
		if !d.Pos.IsZero() {
			j.At = &jsonPlace{d.Pos, d.Excerpt}
		}
		if !d.Other.IsZero() {
			j.SeeAlso = &d.Other
		}
		out.Diagnostics = append(out.Diagnostics, j)
	}
	b, err := json.Marshal(out, jsontext.WithIndent("  "), json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("encode diagnostics: %w", err)
	}
	return append(b, '\n'), nil
}
