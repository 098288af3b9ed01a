package cell

import (
	"math/big"
	"strconv"
	"strings"
)

const (
	jsonDigits   = 15 // decimal digits that survive a float64 unchanged
	resultDigits = 17 // digits of a rounded result
	maxFraction  = 64 // bytes of a fraction that is shown
	maxPlaces    = 64 // digits behind the point of a result that is called exact
)

// Number gives the value as a JSON value: a number where every JSON reader gets
// exactly this value from it, else a string of digits. exact says whether the
// digits are the whole truth; fraction is set where a fraction says it exactly.
// It is empty when there is no value.
func (c Calculation) Number() (jsonValue string, exact bool, fraction string) {
	if c.Value == nil {
		return "", false, ""
	}
	digits, terminates := terminating(c.Value)
	if c.Exact && terminates {
		if significant(digits) <= jsonDigits {
			return digits, true, ""
		}
		return strconv.Quote(digits), true, ""
	}
	if c.Exact && len(c.Value.String()) <= maxFraction {
		fraction = c.Value.String()
	}
	f := new(big.Float).SetPrec(inexactBits).SetRat(c.Value)
	return strconv.Quote(f.Text('g', resultDigits)), false, fraction
}

// decimal is r without exponent, exact for whole and terminating values.
func decimal(r *big.Rat) string {
	digits, _ := terminating(r)
	return digits
}

// terminating writes r in decimal; false when it needs infinitely many digits.
func terminating(r *big.Rat) (string, bool) {
	if r.IsInt() {
		return r.Num().String(), true
	}
	places, exact := r.FloatPrec()
	if !exact || places > maxPlaces {
		return r.FloatString(resultDigits), false
	}
	return r.FloatString(places), true
}

// significant counts the digits between the first and the last that is not zero.
func significant(digits string) int {
	whole, frac, _ := strings.Cut(strings.TrimPrefix(digits, "-"), ".")
	all := strings.TrimLeft(whole+frac, "0")
	if frac == "" {
		// A whole number counts with its zeros up to 2^53.
		return len(all)
	}
	return len(strings.TrimRight(all, "0"))
}
