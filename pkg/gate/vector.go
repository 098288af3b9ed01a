package gate

import (
	"fmt"
	"math"
	"unicode"
)

// MaxDimension is the longest embedding.
const MaxDimension = 2048

// SetEmbedding makes it a vector of 1..MaxDimension finite numbers, compared
// by cosine. The numbers are copied. A vector of zeros is unrelated to
// everything. After an error the meaning is about nothing.
func (m *Meaning) SetEmbedding(v []float32) error {
	m.clear()
	if len(v) == 0 || len(v) > MaxDimension {
		return fmt.Errorf("embedding must have 1..%d numbers, got %d", MaxDimension, len(v))
	}
	for i, x := range v {
		if !within(float64(x), -math.MaxFloat32, math.MaxFloat32) {
			return fmt.Errorf("embedding must be finite, got %v at %d", x, i)
		}
	}
	m.vec = append(m.vec[:0], v...)
	m.finishVector()
	return nil
}

// finishVector derives what is needed beside the numbers.
func (m *Meaning) finishVector() {
	h, best, most := uint64(len(m.vec)), 0, 0.0
	var sum float64
	for i, x := range m.vec {
		f := float64(x)
		sum += float64(f * f) // squares of float32 neither overflow nor vanish here
		h = (h ^ uint64(math.Float32bits(x))) * 0x9e3779b97f4a7c15
		h ^= h >> 29
		if f = math.Abs(f); f > most {
			best, most = i, f
		}
	}
	h = mix(h)
	m.kind, m.key, m.norm = vector, max(h, 1), math.Sqrt(sum)
	// The strongest component and its sign are met again by vectors nearby.
	m.pattern = mix(uint64(best)<<1 | uint64(math.Float32bits(m.vec[best])>>31))
}

// cosine of two vectors with known norms; 0 when either is zero or they differ
// in dimension.
func cosine(u, v []float32, nu, nv float64) float64 {
	if len(u) != len(v) || nu == 0 || nv == 0 {
		return 0
	}
	var a, b, c, d float64 // four sums hide the latency of each addition
	i := 0
	for ; i+4 <= len(u); i += 4 {
		x, y := u[i:i+4:i+4], v[i:i+4:i+4]
		a += float64(float64(x[0]) * float64(y[0]))
		b += float64(float64(x[1]) * float64(y[1]))
		c += float64(float64(x[2]) * float64(y[2]))
		d += float64(float64(x[3]) * float64(y[3]))
	}
	for ; i < len(u); i++ {
		a += float64(float64(u[i]) * float64(v[i]))
	}
	return clamp(((a+b)+(c+d))/float64(nu*nv), -1, 1)
}

// lexicalDimension is the length of the vector that text is hashed into.
const lexicalDimension = 256

func (m *Meaning) beginGrams() {
	if cap(m.vec) < lexicalDimension {
		m.vec = make([]float32, lexicalDimension)
	}
	m.vec = m.vec[:lexicalDimension]
	clear(m.vec)
}

// addGrams counts every three characters of a text, lower-cased, with one
// space for white space and around it. The sign comes from the hash too, so
// that different texts average to a cosine of zero.
func (m *Meaning) addGrams(text string) {
	a, b := ' ', ' '
	count := func(c rune) {
		if c == ' ' && b == ' ' {
			return
		}
		h := mix(uint64(a)<<42 | uint64(b)<<21 | uint64(c))
		if !(a == ' ' && b == ' ') {
			m.vec[h%lexicalDimension] += float32(1 - int(h>>62&2))
		}
		a, b = b, c
	}
	for _, c := range text {
		if unicode.IsSpace(c) {
			c = ' '
		}
		count(unicode.ToLower(c))
	}
	count(' ')
}

// endVector turns counted grams into a meaning.
func (m *Meaning) endVector() error {
	for _, x := range m.vec {
		if x != 0 {
			m.finishVector()
			return nil
		}
	}
	return ErrMeaning
}
