package gate

// Meaning is what a wave is about. Set it from what the wave carries; setting
// it again reuses its memory.
type Meaning struct{ key uint64 }

// Set takes the first of region, embedding and content that is there.
// ErrMeaning says that none is, or that the content holds nothing to compare.
func (m *Meaning) Set(e Embedder, region string, embedding []float32, content []byte) error {
	return nil
}

// SetRegion makes it a label: equal or not.
func (m *Meaning) SetRegion(region string) {}

// SetEmbedding makes it a vector of 1..2048 finite numbers, compared by cosine.
func (m *Meaning) SetEmbedding(v []float32) error { return nil }

// SetContent derives it from JSON: at most seven leaves for Signature, hashed
// n-grams of the text for Lexical.
func (m *Meaning) SetContent(e Embedder, doc []byte) error { return nil }

// Label makes a meaning from a region.
func Label(region string) Meaning { var m Meaning; m.SetRegion(region); return m }

// Sim is the similarity of two meanings, -1..1.
func (m *Meaning) Sim(o *Meaning) float64 { return 0 }
