package load

import (
	"fmt"
	"strings"
)

// suggest returns the candidate that is nearest to a misspelt name, or "". A
// name of up to four letters may differ in one edit, a longer one in more; of
// equally near candidates the first wins.
func suggest(name string, candidates []string) string {
	best, bestDistance := "", 1+max(1, min(3, len(name)/3))
	folded := fold(name)
	for _, c := range candidates {
		if c == name {
			continue
		}
		f := fold(c)
		if diff := len(f) - len(folded); diff >= bestDistance || -diff >= bestDistance {
			continue
		}
		if d := distance(folded, f, bestDistance); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// maxHints is for how many references the nearest name is looked for: each
// search looks at all names.
const maxHints = 100

// hint is what a message about an unknown name ends with: the nearest name, or
// what names there are.
func (l *loader) hint(name, prefix string, names func() []string, none string) string {
	if l.hints++; l.hints > maxHints {
		return ""
	}
	all := names()
	if len(all) == 0 {
		return " " + none
	}
	return orList(prefixed(prefix, suggest(name, all)), "There is "+list(all)+".")
}

// fold makes spellings alike that people mix up.
func fold(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }

// distance is the number of edits (a letter more, less, another, or two
// swapped) from a to b, or limit if it is not less.
func distance(a, b string, limit int) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}

// didYouMean is " Did you mean NEAR?", or nothing.
func didYouMean(near string) string {
	if near == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %s?", near)
}

// orList is the suggestion if there is one, else another sentence.
func orList(near, other string) string {
	if near != "" {
		return didYouMean(near)
	}
	return " " + other
}

// list renders "a, b, c", cut after a dozen.
func list(names []string) string {
	if len(names) > 40 {
		return strings.Join(names[:12], ", ") + fmt.Sprintf(" and %d more", len(names)-12)
	}
	return strings.Join(names, ", ")
}
