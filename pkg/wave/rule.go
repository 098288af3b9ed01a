package wave

// Rule says which rule a message broke. Every reader of this package refuses with one.
type Rule struct {
	Field  string // where, like "triggers[2].confidence"; "" for the message as a whole
	Reason string // what is wrong with it, and what is allowed
}

// Error returns the field and the reason.
func (r *Rule) Error() string {
	if r.Field == "" {
		return r.Reason
	}
	return r.Field + ": " + r.Reason
}

func broken(field, reason string) error { return &Rule{Field: field, Reason: reason} }
