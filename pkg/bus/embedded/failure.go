package embedded

// Error says what was done to what, why it failed and what a person can do next.
type Error struct {
	Op, Subject, Hint string
	Err               error
}

func (e *Error) Error() string { return e.Op + " " + e.Subject + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail makes an Error.
func fail(op, subject, hint string, err error) error {
	return &Error{Op: op, Subject: subject, Hint: hint, Err: err}
}
