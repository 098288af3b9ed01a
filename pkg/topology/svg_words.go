package topology

import (
	"math"
	"strconv"
	"strings"
)

// plural counts things: "", "1 cell", "2 cells".
func plural(n int, thing string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + thing
	}
	if stem, ok := strings.CutSuffix(thing, "ty"); ok {
		stem += "t"
		return grouped(n) + " " + stem + "ies"
	}
	return grouped(n) + " " + thing + "s"
}

// grouped writes a number with a thin comma every three digits: "32,768".
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes an amount for people: "96 GiB", "2 TB", "9.6 GiB"; "" for 0.
func size(b Bytes) string {
	switch {
	case b == 0:
		return ""
	case b%1e12 == 0:
		return strconv.FormatInt(int64(b/1e12), 10) + " TB"
	case b%1e9 == 0 && b%(1<<30) != 0:
		return strconv.FormatInt(int64(b/1e9), 10) + " GB"
	}
	for _, u := range byteUnits[:5] {
		if int64(b) < u.size {
			continue
		}
		tenths := (int64(b)/(u.size/1024)*10 + 512) / 1024
		if tenths%10 == 0 {
			return strconv.FormatInt(tenths/10, 10) + " " + u.name
		}
		return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + " " + u.name
	}
	return strconv.FormatInt(int64(b), 10) + " B"
}

// shortDuration drops the zero minutes and seconds of Go's form: "5m", "1.5s".
func shortDuration(d Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// short writes a number without trailing zeros.
func short(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e9 {
		return grouped(int(f))
	}
	return strconv.FormatFloat(f, 'g', 4, 64)
}

// whenText writes the usual calendar expression, every day at a time, for
// people; others stay as they are.
func whenText(schedule string) string {
	at, ok := strings.CutPrefix(schedule, "*-*-* ")
	if !ok {
		return schedule
	}
	return "daily at " + strings.TrimSuffix(at, ":00")
}
