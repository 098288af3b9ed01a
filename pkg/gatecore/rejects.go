package gatecore

import (
	"time"
	"unicode/utf8"
)

// rejectsPerSecond bounds what is said on nervous.rejects: a broken sender must
// not drown the bus. Everything is counted.
const rejectsPerSecond = 10

// headBytes is how much of a refused message is shown.
const headBytes = 120

// limiter lets n events through in each second of the clock it is given.
type limiter struct {
	n      int
	second int64
	used   int
}

func (l *limiter) allow(now time.Time) bool {
	if s := now.Unix(); s != l.second {
		l.second, l.used = s, 0
	}
	if l.used >= l.n {
		return false
	}
	l.used++
	return true
}

// head returns the beginning of a message as valid, short text.
func head(data []byte) string {
	if len(data) > headBytes {
		data = data[:headBytes]
		for len(data) > 0 && !utf8.Valid(data) {
			data = data[:len(data)-1]
		}
	}
	if !utf8.Valid(data) {
		return "(not UTF-8)"
	}
	return string(data)
}
