package cell

import (
	"errors"
	"math"
	"math/big"
	"strconv"
)

// Why a recognised calculation has no result.
var (
	// ErrDivideByZero is returned for a division, remainder or negative power of zero.
	ErrDivideByZero = errors.New("division by zero")
	// ErrTooBig is returned where a step would need more than 4096 bits (about 1233 digits).
	ErrTooBig = errors.New("the result has too many digits to write out (more than 1233)")
	// ErrNotReal is returned for an even root of a negative number.
	ErrNotReal = errors.New("no real number is the result")
	// ErrNotWhole is returned for a remainder of numbers that are not whole.
	ErrNotWhole = errors.New("a remainder needs whole numbers")
)

// inexactBits is the precision of numbers that cannot be exact, such as most roots.
const inexactBits = 256

// value is a number; where it is not exact it has inexactBits of precision.
type value struct {
	r     *big.Rat
	exact bool
}

func (e *expr) eval() (value, error) {
	switch e.op {
	case "":
		return literal(e.num)
	case "neg", "percent", "sqrt", "cbrt":
		a, err := e.a.eval()
		if err != nil {
			return value{}, err
		}
		return unary(e.op, a)
	}
	a, err := e.a.eval()
	if err != nil {
		return value{}, err
	}
	b, err := e.b.eval()
	if err != nil {
		return value{}, err
	}
	if (e.op == "+" || e.op == "-") && e.b.op == "percent" {
		// 200 + 10 % means 10 % of the 200.
		if b, err = binary("*", a, b); err != nil {
			return value{}, err
		}
	}
	return binary(e.op, a, b)
}

func literal(s string) (value, error) {
	if len(s) > 1300 {
		return value{}, ErrTooBig
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return value{}, ErrTooBig
	}
	return value{r, true}.bounded()
}

// bounded refuses what grew too big and rounds what is not exact anyway.
func (v value) bounded() (value, error) {
	if !v.exact {
		f := new(big.Float).SetPrec(inexactBits).SetRat(v.r)
		if e := f.MantExp(nil); e > calcMaxBits || e < -calcMaxBits {
			return value{}, ErrTooBig
		}
		v.r, _ = f.Rat(nil)
		return v, nil
	}
	if v.r.Num().BitLen() > calcMaxBits || v.r.Denom().BitLen() > calcMaxBits {
		return value{}, ErrTooBig
	}
	return v, nil
}

func unary(op string, a value) (value, error) {
	switch op {
	case "neg":
		return value{new(big.Rat).Neg(a.r), a.exact}, nil
	case "percent":
		return value{new(big.Rat).Quo(a.r, big.NewRat(100, 1)), a.exact}.bounded()
	case "sqrt":
		return root(a, 2)
	}
	return root(a, 3)
}

func binary(op string, a, b value) (value, error) {
	out := value{new(big.Rat), a.exact && b.exact}
	switch op {
	case "+":
		out.r.Add(a.r, b.r)
	case "-":
		out.r.Sub(a.r, b.r)
	case "*", "of":
		out.r.Mul(a.r, b.r)
	case "/":
		if b.r.Sign() == 0 {
			return value{}, ErrDivideByZero
		}
		out.r.Quo(a.r, b.r)
	case "mod":
		if !a.r.IsInt() || !b.r.IsInt() || !out.exact {
			return value{}, ErrNotWhole
		}
		if b.r.Sign() == 0 {
			return value{}, ErrDivideByZero
		}
		out.r.SetInt(new(big.Int).Mod(a.r.Num(), b.r.Num()))
	case "^":
		return power(a, b)
	}
	return out.bounded()
}

// power raises a to b: exactly for whole exponents, by square roots for halves,
// else in float64.
func power(a, b value) (value, error) {
	if !b.r.IsInt() {
		return fractionalPower(a, b)
	}
	one := big.NewRat(1, 1)
	switch abs := new(big.Rat).Abs(a.r); {
	case a.r.Sign() == 0 && b.r.Sign() < 0:
		return value{}, ErrDivideByZero
	case b.r.Sign() == 0:
		return value{one, true}, nil
	case a.r.Sign() == 0 || abs.Cmp(one) == 0:
		if a.r.Sign() < 0 && b.r.Num().Bit(0) == 0 {
			return value{abs, a.exact}, nil
		}
		return a, nil
	}
	if !b.r.Num().IsInt64() {
		return value{}, ErrTooBig
	}
	n := b.r.Num().Int64()
	m := max(n, -n)
	bits := int64(max(a.r.Num().BitLen(), a.r.Denom().BitLen()))
	if m < 0 || m > calcMaxBits || (bits-1)*m > calcMaxBits && a.exact {
		return value{}, ErrTooBig
	}
	return whole(a, m, n < 0)
}

// whole multiplies by squaring, rounding on the way what is not exact.
func whole(a value, n int64, invert bool) (value, error) {
	out := value{big.NewRat(1, 1), true}
	var err error
	for base := a; ; {
		if n&1 == 1 {
			if out, err = binary("*", out, base); err != nil {
				return value{}, err
			}
		}
		if n >>= 1; n == 0 {
			break
		}
		if base, err = binary("*", base, base); err != nil {
			return value{}, err
		}
	}
	if invert {
		out.r = new(big.Rat).Inv(out.r)
	}
	return out, nil
}

func fractionalPower(a, b value) (value, error) {
	if a.r.Sign() < 0 {
		return value{}, ErrNotReal
	}
	if b.exact && b.r.Denom().Cmp(big.NewInt(2)) == 0 {
		r, err := root(a, 2)
		if err != nil {
			return value{}, err
		}
		return power(r, value{new(big.Rat).SetInt(b.r.Num()), true})
	}
	if a.r.Sign() == 0 && b.r.Sign() < 0 {
		return value{}, ErrDivideByZero
	}
	x, _ := a.r.Float64()
	y, _ := b.r.Float64()
	return fromFloat(math.Pow(x, y))
}

// fromFloat takes the digits that float64 arithmetic gets right.
func fromFloat(f float64) (value, error) {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', jsonDigits, 64))
	if !ok || f == 0 {
		return value{}, ErrTooBig
	}
	return value{r, false}.bounded()
}

// root is exact where numerator and denominator are perfect powers.
func root(a value, n int) (value, error) {
	if a.r.Sign() == 0 {
		return a, nil
	}
	if a.r.Sign() < 0 && n == 2 {
		return value{}, ErrNotReal
	}
	num, okNum := perfect(a.r.Num(), n)
	den, okDen := perfect(a.r.Denom(), n)
	if a.exact && okNum && okDen {
		return value{new(big.Rat).SetFrac(num, den), true}, nil
	}
	if n == 2 {
		f := new(big.Float).SetPrec(inexactBits).SetRat(a.r)
		r, _ := f.Sqrt(f).Rat(nil)
		return value{r, false}, nil
	}
	x, _ := a.r.Float64()
	return fromFloat(math.Cbrt(x))
}

// perfect is the whole n-th root (2 or 3) of x, where there is one.
func perfect(x *big.Int, n int) (*big.Int, bool) {
	if n == 2 {
		r := new(big.Int).Sqrt(x)
		return r, new(big.Int).Mul(r, r).Cmp(x) == 0
	}
	f, _ := new(big.Float).SetInt(x).Float64()
	r, _ := big.NewFloat(math.Round(clampFinite(math.Cbrt(f)))).Int(nil)
	return r, new(big.Int).Exp(r, big.NewInt(3), nil).Cmp(x) == 0
}

func clampFinite(f float64) float64 {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return 0
	}
	return f
}
