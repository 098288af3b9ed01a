package load

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Diagnostic is a problem and the source lines it is about.
type Diagnostic struct {
	topology.Problem
	// Excerpt are the lines of Pos, at most four of them.
	Excerpt []Line
}

// Line is one line of source text.
type Line struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
}

// Diagnostics is everything that is wrong, sorted by file and place.
type Diagnostics []Diagnostic

// HasErrors reports whether anything in it forbids to go on.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == topology.Error })
}

// Err returns nil without errors, else an error of one line: the first error
// and how many there are.
func (ds Diagnostics) Err() error {
	var first *Diagnostic
	errors := 0
	for i := range ds {
		if ds[i].Severity == topology.Error {
			if errors++; first == nil {
				first = &ds[i]
			}
		}
	}
	switch {
	case first == nil:
		return nil
	case errors == 1:
		return fmt.Errorf("load declaration: %s", first.oneLine())
	default:
		return fmt.Errorf("load declaration: %d errors, first %s", errors, first.oneLine())
	}
}

func (d *Diagnostic) oneLine() string {
	if d.Pos.IsZero() {
		return fmt.Sprintf("%s: %s", d.Summary, d.Detail)
	}
	return fmt.Sprintf("%s: %s: %s", place(d.Pos), d.Summary, d.Detail)
}

// bag collects diagnostics. The same problem at the same place is one, however
// many instances of a for_each block have it.
type bag struct {
	list []Diagnostic
	seen map[seenKey]*seen
	// spent: that the declaration costs too much was reported.
	spent bool
}

// seen is where a problem stands in the list, and how many instances repeat it.
type seen struct{ index, more int }

type seenKey struct {
	pos     topology.Pos
	summary string
}

func (b *bag) problem(p topology.Problem) {
	key := seenKey{p.Pos, p.Summary}
	if s, ok := b.seen[key]; ok && !p.Pos.IsZero() {
		if p.Detail != b.list[s.index].Detail {
			s.more++
		}
		return
	}
	if b.seen == nil {
		b.seen = map[seenKey]*seen{}
	}
	b.seen[key] = &seen{index: len(b.list)}
	b.list = append(b.list, Diagnostic{Problem: p})
}

func (b *bag) errorf(at topology.Pos, summary, format string, args ...any) {
	b.problem(topology.Problem{Severity: topology.Error, Summary: summary, Detail: fmt.Sprintf(format, args...), Pos: at})
}

// hcl takes over what the HCL library found.
func (b *bag) hcl(diags hcl.Diagnostics) {
	for _, d := range diags {
		p := topology.Problem{Summary: d.Summary, Detail: d.Detail}
		if strings.Contains(d.Detail, errSpent.Error()) {
			if b.spent {
				continue
			}
			b.spent = true
			p.Summary = tooCostly
		}
		if d.Severity == hcl.DiagWarning {
			p.Severity = topology.Warning
		}
		if d.Subject != nil {
			p.Pos = posOf(*d.Subject)
		}
		b.problem(p)
	}
}

// finish sorts, adds the excerpts, and says how many instances share a problem.
func (b *bag) finish(files map[string][]byte) Diagnostics {
	for _, s := range b.seen {
		if s.more > 0 {
			b.list[s.index].Detail += fmt.Sprintf(" (%d more like it from the same place.)", s.more)
		}
	}
	slices.SortStableFunc(b.list, func(x, y Diagnostic) int {
		return cmp.Or(cmp.Compare(x.Pos.File, y.Pos.File), cmp.Compare(x.Pos.Line, y.Pos.Line),
			cmp.Compare(x.Pos.Column, y.Pos.Column), cmp.Compare(x.Severity, y.Severity), cmp.Compare(x.Summary, y.Summary))
	})
	lines := map[string][]string{}
	for i := range b.list {
		b.list[i].Excerpt = excerpt(b.list[i].Pos, files, lines)
	}
	return b.list
}

// excerpt returns the lines of p, at most four.
func excerpt(p topology.Pos, files map[string][]byte, split map[string][]string) []Line {
	src, ok := files[p.File]
	if !ok || p.IsZero() {
		return nil
	}
	lines, ok := split[p.File]
	if !ok {
		lines = strings.Split(strings.ToValidUTF8(string(src), "\uFFFD"), "\n")
		split[p.File] = lines
	}
	var out []Line
	for n := p.Line; n <= min(max(p.EndLine, p.Line), p.Line+3, len(lines)); n++ {
		out = append(out, Line{Number: n, Text: strings.TrimRight(lines[n-1], "\r")})
	}
	return out
}

// place renders "file:line:column".
func place(p topology.Pos) string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }
