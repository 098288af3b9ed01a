package gate

// kind is how a meaning is compared. Meanings of different kinds are
// unrelated.
type kind uint8

const (
	noMeaning kind = iota // forgotten, or never set: unrelated to everything
	label
	signature
	vector
)

// Meaning is what a wave is about. Set it from what the wave carries; setting
// it again reuses its memory. The zero value is about nothing.
type Meaning struct {
	kind    kind
	key     uint64 // hash of the whole: the label's, or a digest
	pattern uint64 // hash of what makes it familiar when it is met again
	label   string
	sig     sig
	vec     []float32
	norm    float64
}

// Set takes the first of region, embedding and content that is there.
// ErrMeaning says that none is, or that the content holds nothing to compare;
// after an error the meaning is about nothing.
func (m *Meaning) Set(e Embedder, region string, embedding []float32, content []byte) error {
	switch {
	case region != "":
		m.SetRegion(region)
		return nil
	case len(embedding) > 0:
		return m.SetEmbedding(embedding)
	case len(content) > 0:
		return m.SetContent(e, content)
	}
	m.clear()
	return ErrMeaning
}

// SetRegion makes it a label: equal or not. An empty one is about nothing.
func (m *Meaning) SetRegion(region string) {
	m.clear()
	if region == "" {
		return
	}
	m.kind, m.label = label, region
	m.key = hashText(region)
	m.pattern = m.key
}

// Label makes a meaning from a region.
func Label(region string) Meaning {
	var m Meaning
	m.SetRegion(region)
	return m
}

// Region is the label, or "" when the meaning is none.
func (m *Meaning) Region() string { return m.label }

// Digest is a 64-bit hash of what it is about.
func (m *Meaning) Digest() uint64 { return m.key }

// Sim is the similarity of two meanings, -1..1.
func (m *Meaning) Sim(o *Meaning) float64 {
	if m.kind != o.kind {
		return 0
	}
	switch m.kind {
	case label:
		if m.key == o.key {
			return 1
		}
	case signature:
		return m.sig.compare(&o.sig)
	case vector:
		return cosine(m.vec, o.vec, m.norm, o.norm)
	}
	return 0
}

func (m *Meaning) clear() {
	m.kind, m.key, m.pattern, m.label = noMeaning, 0, 0, ""
	m.sig = sig{}
	m.vec, m.norm = m.vec[:0], 0
}
