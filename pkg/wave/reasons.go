package wave

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// What the rules say when they are broken. One place, so that a wave and any other body speak alike.

// kindWord names a JSON kind for people.
func kindWord(k jsontext.Kind) string {
	switch k {
	case jsontext.KindNull:
		return "null"
	case jsontext.KindFalse, jsontext.KindTrue:
		return "a boolean"
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "an array"
	default:
		return "nothing"
	}
}

func wrongKind(field, want string, got jsontext.Kind) error {
	if got == jsontext.KindNull {
		return broken(field, "it must not be null: leave the field out")
	}
	return broken(field, "it must be "+want+", not "+kindWord(got))
}

func wrongLength(field string, got, lo, hi int, of string) error {
	return broken(field, fmt.Sprintf("it must have %d..%d %s, has %d", lo, hi, of, got))
}

func wrongTime(field string) error {
	return broken(field, "it must be an RFC 3339 time from 1970 to 2259, like 2026-01-31T09:30:00.25Z")
}

// firstYear and lastYear bound every time: inside, nanoseconds since 1970 fit 64 bits with room to add to.
const firstYear, lastYear = 1970, 2259

// timeInRange looks at the year as it was written, and at the one in UTC, which is what we write.
func timeInRange(t time.Time) bool {
	lo, hi := min(t.Year(), t.UTC().Year()), max(t.Year(), t.UTC().Year())
	return firstYear <= lo && hi <= lastYear
}

// timeShape reports whether text is laid out as RFC 3339 wants it; the time package also takes an hour of one
// digit, a comma before the fraction, and a zone of any size.
func timeShape(text []byte) bool {
	const layout = "0000-00-00T00:00:00"
	if len(text) <= len(layout) || !laidOut(text[:len(layout)], layout) {
		return false
	}
	rest := text[len(layout):]
	if rest[0] == '.' {
		n := 1
		for n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
			n++
		}
		if rest = rest[n:]; n == 1 {
			return false
		}
	}
	if len(rest) == 1 {
		return rest[0] == 'Z'
	}
	return (laidOut(rest, "+00:00") || laidOut(rest, "-00:00")) && string(rest[1:3]) < "24" && rest[4] < '6'
}

// laidOut compares text with a layout in which 0 stands for any digit.
func laidOut(text []byte, layout string) bool {
	if len(text) != len(layout) {
		return false
	}
	for i, c := range text {
		if layout[i] == '0' && '0' <= c && c <= '9' {
			continue
		}
		if c != layout[i] {
			return false
		}
	}
	return true
}

// syntax makes a rule of what the JSON reader found.
func syntax(err error) error {
	var at *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return broken("", "it is not JSON: it ends too early")
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &at):
		return broken(pointerPath(at.JSONPointer), "it is given twice")
	case errors.As(err, &at):
		return broken("", fmt.Sprintf("it is not JSON: %v at byte %d", at.Err, at.ByteOffset))
	default:
		return broken("", fmt.Sprintf("it is not JSON: %v", err))
	}
}

// atEnd checks that nothing but white space follows.
func atEnd(dec *jsontext.Decoder) error {
	switch _, err := dec.ReadToken(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return syntax(err)
	default:
		return broken("", "there is more after the JSON value")
	}
}

// pointerPath writes a JSON pointer the way fields are named: "triggers[2].confidence".
func pointerPath(p jsontext.Pointer) string {
	var b strings.Builder
	for tok := range p.Tokens() {
		if _, err := strconv.ParseUint(tok, 10, 32); err == nil && b.Len() > 0 {
			b.WriteString("[" + tok + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(tok)
	}
	return Cut(b.String(), 256)
}

// Cut keeps at most n bytes of foreign text, in whole characters; what is no UTF-8 becomes '?'.
func Cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "?")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}
