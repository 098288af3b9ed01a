package wave

import (
	"bytes"
	"errors"
	"sync"
	"time"
	"unicode/utf8"
)

// rejectsPerSecond is how many refusals are reported in a second; the rest is only counted.
const rejectsPerSecond = 10

// rejectHead is how much of a refused message a report shows, in bytes.
const rejectHead = 128

// Rejects reports refused messages without flooding the bus. The zero Rejects is ready, By says who it is;
// several goroutines may use it.
type Rejects struct {
	By string

	mu         sync.Mutex
	second     int64
	said       int
	suppressed uint64
	total      uint64
}

// Report makes the report of one refusal, or says false when it is only to be counted. line is the line of a
// frame, from 1, or 0; data is the whole message.
func (r *Rejects) Report(subject string, line int, data []byte, err error, now time.Time) (Reject, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total++
	if s := now.Unix(); s != r.second {
		r.second, r.said = s, 0
	}
	if r.said >= rejectsPerSecond {
		r.suppressed++
		return Reject{}, false
	}
	r.said++
	out := Reject{
		Subject: Cut(subject, 512), Reason: Cut(err.Error(), 1024), Line: line,
		Head: head(data, line), Suppressed: r.suppressed, By: r.By, Time: now.UTC(),
	}
	if rule, ok := errors.AsType[*Rule](err); ok {
		out.Field, out.Reason = Cut(rule.Field, 512), Cut(rule.Reason, 1024)
	}
	r.suppressed = 0
	return out, true
}

// Total returns how many messages were refused, reported or not.
func (r *Rejects) Total() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}

// head returns how the line at fault begins.
func head(data []byte, line int) string {
	for i := 1; i < line; i++ {
		_, rest, found := bytes.Cut(data, []byte("\n"))
		if !found {
			break
		}
		data = rest
	}
	if line > 0 {
		data, _, _ = bytes.Cut(data, []byte("\n"))
	}
	return Cut(string(data[:min(len(data), rejectHead+utf8.UTFMax)]), rejectHead)
}
