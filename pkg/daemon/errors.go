package daemon

import (
	"errors"
	"strings"
)

// Error is an error that a person can act on: what was done, to what, why it failed, what to do now.
type Error struct {
	Op      string // what was being done: "open state"
	Subject string // to what: a path, an address, a name; may be empty
	Hint    string // what to do next; may be empty
	Err     error  // why
}

// Error returns all but the hint: "open state /var/lib/nimmer: permission denied".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Subject != "" {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(e.Subject)
	}
	if e.Err != nil {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns the first hint in err's tree, from the outside in, or "".
func Hint(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}
