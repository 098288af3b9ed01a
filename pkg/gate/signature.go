package gate

import "math"

// maxLeaves is how many leaves of a content a gate compares.
const maxLeaves = 7

// The kinds of leaf, in the low two bits of its path.
const (
	leafBoolean uint64 = iota
	leafNumber
	leafShort // at most 24 bytes, no white space: a word with a meaning of its own
	leafText
)

// leaf is one value inside content. Its value is the octave of a number, 0 or
// 1, or the hash of a string.
type leaf struct {
	path  uint64 // hash of the path, the kind in its low bits
	value uint64
}

// sig is the signature of a content: its leaves with the smallest path hashes,
// so that two contents sample the same ones.
type sig struct {
	leaf [maxLeaves]leaf // sorted by path
	n    uint8
	more bool // the content had more leaves than these
}

// add keeps the smallest.
func (s *sig) add(l leaf) {
	if s.n == maxLeaves {
		s.more = true
		if l.path >= s.leaf[maxLeaves-1].path {
			return
		}
		s.n--
	}
	i := s.n
	for ; i > 0 && s.leaf[i-1].path > l.path; i-- {
		s.leaf[i] = s.leaf[i-1]
	}
	s.leaf[i] = l
	s.n++
}

// compare is the similarity of two contents: how much of their topic they
// share, times how much the shared leaves agree.
func (s *sig) compare(o *sig) float64 {
	limit := 2 * maxLeaves
	if s.more || o.more {
		limit = maxLeaves
	}
	var union, shared, strings, decisions int
	var decided, opinion, equal float64
	for i, k := 0, 0; union < limit && (i < int(s.n) || k < int(o.n)); union++ {
		switch {
		case k == int(o.n) || i < int(s.n) && s.leaf[i].path < o.leaf[k].path:
			i++
			continue
		case i == int(s.n) || o.leaf[k].path < s.leaf[i].path:
			k++
			continue
		}
		a, b := s.leaf[i], o.leaf[k]
		i, k, shared = i+1, k+1, shared+1
		same := a.value == b.value
		switch a.path & 3 {
		case leafNumber:
			apart := math.Abs(math.Float64frombits(a.value) - math.Float64frombits(b.value))
			decided += clamp(float64(1.25*(1-apart)), -1, 1)
			decisions++
		case leafBoolean:
			decided += agree(same, -1)
			decisions++
		case leafShort:
			opinion += agree(same, -1)
			equal += agree(same, 0)
			strings++
		default:
			opinion += agree(same, 0)
			equal += agree(same, 0)
			strings++
		}
	}
	if shared == 0 {
		return 0
	}
	topic := float64(shared) / float64(union)
	if decisions == 0 {
		return topic * (opinion / float64(strings))
	}
	m, q := decided/float64(decisions), 1.0
	if strings > 0 {
		q = equal / float64(strings)
	}
	if m >= 0 {
		return topic * m * (1 - float64((1-q)/4))
	}
	return topic * m * q
}

func agree(same bool, otherwise float64) float64 {
	if same {
		return 1
	}
	return otherwise
}

// familiar hashes what makes a content the same pattern again: its leaves, but
// numbers only in whole octaves and long text only by being there.
func (s *sig) familiar() uint64 {
	h := uint64(s.n)
	for _, l := range s.leaf[:s.n] {
		v := l.value
		switch l.path & 3 {
		case leafNumber:
			v = uint64(int64(math.Floor(math.Float64frombits(v) + 0.5)))
		case leafText:
			v = 0
		}
		h = mix(h ^ l.path)
		h = mix(h ^ v)
	}
	return h
}

func (s *sig) digest() uint64 {
	h := uint64(s.n) + 1
	for _, l := range s.leaf[:s.n] {
		h = mix(h ^ l.path)
		h = mix(h ^ l.value)
	}
	return max(h, 1)
}
