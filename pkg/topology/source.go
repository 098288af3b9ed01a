package topology

import "cmp"

// Pos is a stretch of source text. Lines and columns count from 1, columns in
// user-perceived characters; the end is exclusive. The zero Pos is a thing
// that was filled in, not written.
type Pos struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

// IsZero reports whether p points nowhere.
func (p Pos) IsZero() bool { return p.Line == 0 }

// before reports whether p comes earlier in the files than q.
func (p Pos) before(q Pos) bool {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column)) < 0
}

// Source says where a block was written. All instances of one for_each block
// share one Source. A nil Source belongs to a block that was filled in.
type Source struct {
	// Block is the block's header.
	Block Pos
	// Attrs are the places of the attributes' values. Elements of a literal
	// list or object have entries of their own: "environments.1",
	// "addresses.management".
	Attrs map[string]Pos
	// Broken are attributes that were written but could not be read, which was
	// reported; what is missing because of that is no further problem.
	Broken map[string]bool
}

// At returns the place of an attribute (or of one of its elements, as
// "addresses.management"), else that of the longest prefix that is known, else
// the block's header.
func (s *Source) At(attr string) Pos {
	if s == nil {
		return Pos{}
	}
	for attr != "" {
		if p, ok := s.Attrs[attr]; ok {
			return p
		}
		cut := len(attr) - 1
		for cut >= 0 && attr[cut] != '.' {
			cut--
		}
		attr = attr[:max(cut, 0)]
	}
	return s.Block
}

// Has reports whether the attribute was written, so that absent and zero can
// be told apart.
func (s *Source) Has(attr string) bool {
	if s == nil {
		return false
	}
	_, ok := s.Attrs[attr]
	return ok
}

// Unread reports whether the attribute was written but could not be read.
func (s *Source) Unread(attr string) bool { return s != nil && s.Broken[attr] }

// Severity is how bad a Problem is.
type Severity uint8

// The severities. An Error means that nothing may be written or started.
const (
	Error Severity = iota
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// MarshalText renders the severity for JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Problem is something wrong with a declaration.
type Problem struct {
	Severity Severity
	// Summary is a short noun phrase: "Address outside its network".
	Summary string
	// Detail is one or more sentences that say what is wrong with which block
	// and what would be right.
	Detail string
	// Pos is the offending text.
	Pos Pos
	// Other is a second place that takes part ("first declared here"), or zero.
	Other Pos
}
