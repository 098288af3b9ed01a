package topology

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// RawJSON is a JSON value that is carried as it is.
type RawJSON = jsontext.Value

// Duration is a length of time. In HCL it is written as Go writes it, with d
// for days beside ("1500ms", "15d"); in JSON it is Go's form ("360h0m0s").
type Duration time.Duration

// Std returns d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String returns Go's form, as "1.5s".
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText renders Go's form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := ParseDuration(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// ParseDuration reads "1500ms", "5m", "1h30m", "15d", "1d12h" and the like. A
// day is 24 hours and can only come first. The error says what would be right.
func ParseDuration(s string) (Duration, error) {
	text, sign := s, int64(1)
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		text, sign = rest, -1
	}
	var total int64
	if head, rest, ok := strings.Cut(text, "d"); ok {
		days, err := strconv.ParseFloat(head, 64)
		if err != nil || !plainNumber(head) {
			return 0, badDuration(s)
		}
		ns := days * 24 * float64(time.Hour)
		if ns >= math.MaxInt64 {
			return 0, fmt.Errorf("%q is longer than 292 years", s)
		}
		if total, text = int64(ns), rest; text == "" {
			return Duration(sign * total), nil
		}
	}
	if text == "" || text[0] == '-' || text[0] == '+' {
		return 0, badDuration(s)
	}
	v, err := time.ParseDuration(text)
	if err != nil {
		return 0, badDuration(s)
	}
	if int64(v) > math.MaxInt64-total {
		return 0, fmt.Errorf("%q is longer than 292 years", s)
	}
	return Duration(sign * (total + int64(v))), nil
}

func badDuration(s string) error {
	return fmt.Errorf("%q is not a duration: write a number and a unit, as in \"1500ms\", \"30s\", \"5m\", \"2h\" or \"15d\"", s)
}

// Bytes is an amount of memory or disk. In HCL it carries a unit ("96GiB"); in
// JSON it is the number of bytes.
type Bytes int64

var byteUnits = []struct {
	name string
	size int64
}{
	{"PiB", 1 << 50}, {"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"PB", 1e15}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"kB", 1e3}, {"B", 1},
}

// ParseBytes reads "96GiB", "1.5TB", "512 MiB", "4096B". The unit is required;
// KiB counts by 1024, KB by 1000. The error says what would be right.
func ParseBytes(s string) (Bytes, error) {
	for _, u := range byteUnits {
		number, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		number = strings.TrimRight(number, " ")
		if whole, err := strconv.ParseInt(number, 10, 64); err == nil && plainNumber(number) {
			if whole > math.MaxInt64/u.size {
				return 0, fmt.Errorf("%q is more than 8 EiB", s)
			}
			return Bytes(whole * u.size), nil
		}
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || !plainNumber(number) {
			break
		}
		if v *= float64(u.size); v >= math.MaxInt64 {
			return 0, fmt.Errorf("%q is more than 8 EiB", s)
		}
		return Bytes(math.Round(v)), nil
	}
	return 0, fmt.Errorf("%q is not a size: write a number and a unit, as in \"512MiB\", \"96GiB\" or \"2TB\"", s)
}

// String returns the shortest exact form with a binary unit, as "96GiB".
func (b Bytes) String() string {
	for _, u := range byteUnits[:5] {
		if b != 0 && int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// Short returns a form for people, as "96GiB" or "81.6GiB": exact where that is
// short, else rounded to one digit behind the point.
func (b Bytes) Short() string {
	for _, u := range byteUnits[:5] {
		if int64(b) < u.size {
			continue
		}
		if int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.name
		}
		return strings.TrimSuffix(strconv.FormatFloat(float64(b)/float64(u.size), 'f', 1, 64), ".0") + u.name
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// plainNumber refuses what ParseFloat takes beyond digits and one point:
// exponents, hexadecimals, underscores, signs, infinities.
func plainNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.") == "" && strings.IndexFunc(s, func(r rune) bool { return r != '.' }) >= 0
}
