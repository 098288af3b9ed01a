package gate

import "math"

// The kernel's own exp2 and log. Go's differ by architecture in the last bit,
// and a replay on another machine must give the same bytes. Everywhere in this
// package a product is converted (float64(a*b)) before it is added, which
// keeps the compiler from fusing the two into one rounding.

const (
	expSteps = 64
	logSteps = 64
	// rounder moves a small number so far up that only its integer part is left.
	rounder = 3 << 51
)

var (
	expTable [expSteps]float64 // 2^(i/64)
	logInv   [logSteps]float64 // 1 / (1 + (i+0.5)/64)
	logOf    [logSteps]float64 // -ln(logInv[i])
)

func init() {
	// Square roots and products are exactly rounded everywhere, so the tables
	// are the same on every machine.
	var root [6]float64 // 2^(1/2), 2^(1/4), ... 2^(1/64)
	for i, x := 0, 2.0; i < len(root); i++ {
		x = math.Sqrt(x)
		root[i] = x
	}
	for i := range expTable {
		expTable[i] = 1
		for bit := range root {
			if i&(32>>bit) != 0 {
				expTable[i] = expTable[i] * root[bit]
			}
		}
	}
	for i := range logInv {
		logInv[i] = logSteps / (logSteps + 0.5 + float64(i))
		logOf[i] = -lnSeries(logInv[i])
	}
}

// lnSeries is the logarithm of a number in (0.5, 1], slowly.
func lnSeries(z float64) float64 {
	s := (z - 1) / (z + 1)
	square, term, sum := float64(s*s), s, 0.0
	for n := 1.0; n < 80; n += 2 {
		sum += term / n
		term = float64(term * square)
	}
	return 2 * sum
}

// exp2 is 2^x for x in [-1000, 1000], 0 below, within a few units of the last
// place.
func exp2(x float64) float64 {
	if !(x >= -1000) {
		return 0
	}
	if x > 1000 {
		x = 1000
	}
	t := float64(x * expSteps)
	shifted := t + rounder
	k := int64(math.Float64bits(shifted)<<13) >> 13
	r := float64((t - (shifted - rounder)) * (math.Ln2 / expSteps))
	p := 1 + float64(r*(1.0/5))
	p = 1 + float64(float64(r*(1.0/4))*p)
	p = 1 + float64(float64(r*(1.0/3))*p)
	p = 1 + float64(float64(r*0.5)*p)
	p = 1 + float64(r*p)
	scale := math.Float64bits(expTable[k&(expSteps-1)]) + uint64(k>>6)<<52
	return math.Float64frombits(scale) * p
}

// ln is the natural logarithm of a positive finite number, with an absolute
// error of about 2e-16 near 1. Zero and less give the logarithm of the
// smallest normal number.
func ln(x float64) float64 {
	const smallest = 0x1p-1022
	if !(x > smallest) {
		x = smallest
	}
	bits := math.Float64bits(x)
	exponent := float64(int64(bits>>52) - 1023)
	i := bits >> 46 & (logSteps - 1)
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52)
	r := float64(m*logInv[i]) - 1
	p := 1.0/6 - float64(r*(1.0/7))
	p = 1.0/5 - float64(r*p)
	p = 1.0/4 - float64(r*p)
	p = 1.0/3 - float64(r*p)
	p = 1.0/2 - float64(r*p)
	p = 1 - float64(r*p)
	return float64(exponent*math.Ln2) + (logOf[i] + float64(r*p))
}

// log2 is the binary logarithm of a positive finite number.
func log2(x float64) float64 { return ln(x) * (1 / math.Ln2) }

func clamp(x, low, high float64) float64 {
	if x < low {
		return low
	}
	if x > high {
		return high
	}
	return x
}

// within reports whether x lies in [low, high]; NaN does not.
func within(x, low, high float64) bool { return x >= low && x <= high }
