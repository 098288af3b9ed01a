package gatetest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

// meaning is what a wave is about: exactly one of the three is set.
type meaning struct {
	region string
	vector []float32
	leaves []leaf // sorted by path hash; all of them, never cut
}

type leaf struct {
	kind   string // "number", "boolean", "short", "text"
	path   uint64
	number float64
	truth  bool
	text   string
}

func meaningOf(w Wave) (*meaning, error) {
	switch {
	case w.Region != "":
		return &meaning{region: w.Region}, nil
	case len(w.Embedding) > 0:
		return &meaning{vector: w.Embedding}, nil
	}
	var doc any
	d := json.NewDecoder(strings.NewReader(w.Content))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("parse content: %w", err)
	}
	m := new(meaning)
	collect(&m.leaves, "", doc)
	if len(m.leaves) == 0 {
		return nil, fmt.Errorf("content holds no leaf")
	}
	sort.Slice(m.leaves, func(i, j int) bool { return before(m.leaves[i], m.leaves[j]) })
	return m, nil
}

func before(a, b leaf) bool {
	if a.path != b.path {
		return a.path < b.path
	}
	return a.kind < b.kind
}

func collect(to *[]leaf, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, child := range v {
			collect(to, path+"\x00"+key, child)
		}
	case []any:
		for i, child := range v {
			collect(to, path+"\x01"+strconv.Itoa(i), child)
		}
	case json.Number:
		x, _ := strconv.ParseFloat(string(v), 64) // out of range gives an infinity, capped
		x = math.Max(-1e300, math.Min(1e300, x))
		octave := math.Log2(1 + math.Abs(x)/0.01)
		*to = append(*to, leaf{kind: "number", path: hashPath(path), number: math.Copysign(octave, x)})
	case bool:
		*to = append(*to, leaf{kind: "boolean", path: hashPath(path), truth: v})
	case string:
		kind := "short"
		if len(v) > 24 || strings.ContainsFunc(v, unicode.IsSpace) {
			kind = "text"
		}
		*to = append(*to, leaf{kind: kind, path: hashPath(path), text: v})
	}
}

// hashPath is FNV-1a with a final avalanche.
func hashPath(path string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(path))
	x := h.Sum64()
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

func similarity(a, b *meaning) float64 {
	switch {
	case a.region != "" || b.region != "":
		if a.region == b.region {
			return 1
		}
		return 0
	case a.vector != nil || b.vector != nil:
		return cosine(a.vector, b.vector)
	}
	return compare(a.leaves, b.leaves)
}

func cosine(u, v []float32) float64 {
	if len(u) != len(v) {
		return 0
	}
	var dot, uu, vv float64
	for i := range u {
		x, y := float64(u[i]), float64(v[i])
		dot, uu, vv = dot+x*y, uu+x*x, vv+y*y
	}
	if uu == 0 || vv == 0 {
		return 0
	}
	return math.Max(-1, math.Min(1, dot/(math.Sqrt(uu)*math.Sqrt(vv))))
}

func compare(a, b []leaf) float64 {
	type both struct{ a, b *leaf }
	union := map[string]*both{}
	name := func(l leaf) string { return fmt.Sprintf("%016x %s", l.path, l.kind) }
	add := func(leaves []leaf, set func(*both, *leaf)) {
		for i := range leaves[:min(7, len(leaves))] {
			n := name(leaves[i])
			if union[n] == nil {
				union[n] = &both{}
			}
			set(union[n], &leaves[i])
		}
	}
	add(a, func(x *both, l *leaf) { x.a = l })
	add(b, func(x *both, l *leaf) { x.b = l })
	var names []string
	for n := range union {
		names = append(names, n)
	}
	sort.Strings(names)
	if len(a) > 7 || len(b) > 7 {
		names = names[:min(7, len(names))]
	}
	var decided, decisions, strings, equal, opinion, shared float64
	for _, n := range names {
		x := union[n]
		if x.a == nil || x.b == nil {
			continue
		}
		shared++
		switch x.a.kind {
		case "number":
			decided += math.Max(-1, math.Min(1, 1.25*(1-math.Abs(x.a.number-x.b.number))))
			decisions++
		case "boolean":
			decided += sign(x.a.truth == x.b.truth)
			decisions++
		case "short":
			strings++
			opinion += sign(x.a.text == x.b.text)
			equal += math.Max(0, sign(x.a.text == x.b.text))
		case "text":
			strings++
			opinion += math.Max(0, sign(x.a.text == x.b.text))
			equal += math.Max(0, sign(x.a.text == x.b.text))
		}
	}
	topic := shared / float64(len(names))
	switch {
	case shared == 0:
		return 0
	case decisions == 0:
		return topic * (opinion / strings)
	}
	m, q := decided/decisions, 1.0
	if strings > 0 {
		q = equal / strings
	}
	if m >= 0 {
		return topic * m * (1 - (1-q)/4)
	}
	return topic * m * q
}

func sign(yes bool) float64 {
	if yes {
		return 1
	}
	return -1
}

// pattern names a meaning coarsely enough to be met again: a label itself, the
// strongest component of a vector, the leaves with numbers in whole octaves.
func (m *meaning) pattern() string {
	switch {
	case m.region != "":
		return "region " + m.region
	case m.vector != nil:
		best := 0
		for i, x := range m.vector {
			if math.Abs(float64(x)) > math.Abs(float64(m.vector[best])) {
				best = i
			}
		}
		return fmt.Sprintf("component %d %v", best, m.vector[best] < 0)
	}
	s := "leaves"
	for _, l := range m.leaves[:min(7, len(m.leaves))] {
		s += fmt.Sprintf(" %x %s", l.path, l.kind)
		switch l.kind {
		case "number":
			s += fmt.Sprint(math.Floor(l.number + 0.5))
		case "boolean":
			s += fmt.Sprint(l.truth)
		case "short":
			s += strconv.Quote(l.text)
		}
	}
	return s
}

// Similarity compares two contents, JSON each.
func Similarity(a, b string) (float64, error) {
	x, err := meaningOf(Wave{Content: a})
	if err != nil {
		return 0, err
	}
	y, err := meaningOf(Wave{Content: b})
	if err != nil {
		return 0, err
	}
	return similarity(x, y), nil
}
