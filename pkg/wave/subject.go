package wave

import (
	"errors"
	"fmt"
	"strings"
)

// maxArgs is the most arguments a form has.
const maxArgs = 3

// span is where an argument lies in a subject's text.
type span struct{ from, to uint16 }

// Subject is one concrete subject. It is comparable: two subjects are equal when their texts are. The zero
// Subject is invalid; New and ParseSubject are the only ways to make one.
type Subject struct {
	text string
	kind Kind
	env  uint16 // length of the environment
	args [maxArgs]span
}

// New makes a subject of kind k in environment env. Arguments come in the order of the pattern; the error
// names the one that is wrong and why.
func New(k Kind, env string, args ...string) (Subject, error) {
	text, err := build(k, env, args, false)
	if err != nil {
		return Subject{}, fmt.Errorf("make subject %s: %w", k, err)
	}
	return ParseSubject(text)
}

// Filter makes a subscription filter: as New, and an argument may be "*". The environment never is one.
// A filter may match more than its kind ("{env}.organs.*.*" also matches an organ's state): who receives
// asks ParseSubject.
func Filter(k Kind, env string, args ...string) (string, error) {
	text, err := build(k, env, args, true)
	if err != nil {
		return "", fmt.Errorf("make filter %s: %w", k, err)
	}
	return text, nil
}

// Everything returns the filter of all subjects of one environment, for those who watch.
func Everything(env string) (string, error) {
	if why := badToken(env); why != "" {
		return "", fmt.Errorf("make filter of everything: environment %q: %s", env, why)
	}
	return env + ".>", nil
}

// build joins a form's literals with the arguments, each checked.
func build(k Kind, env string, args []string, wild bool) (string, error) {
	if k == 0 || k >= kindEnd {
		return "", errors.New("there is no such kind")
	}
	if why := badToken(env); why != "" {
		return "", fmt.Errorf("environment %q: %s", env, why)
	}
	f := &forms[k]
	if len(args) != f.args {
		return "", fmt.Errorf("%s takes %d arguments, got %d", f.pattern, f.args, len(args))
	}
	var b strings.Builder
	b.WriteString(env)
	for i := range f.parts {
		p := &f.parts[i]
		b.WriteByte('.')
		if p.literal != "" {
			b.WriteString(p.literal)
			continue
		}
		tok := args[0]
		args = args[1:]
		if err := p.check(tok, wild); err != nil {
			return "", err
		}
		b.WriteString(tok)
	}
	return b.String(), nil
}

// check says whether tok may stand for the argument.
func (p *part) check(tok string, wild bool) error {
	if wild && tok == "*" {
		return nil
	}
	why := badToken(tok)
	if why == "" {
		why = p.refuse(tok)
	}
	if why != "" {
		return fmt.Errorf("%s %q: %s", p.arg, tok, why)
	}
	return nil
}

// ParseSubject reads a subject's text. Every text it accepts is what String returns again; a text that is no
// row of the table is refused, with the token at fault.
func ParseSubject(s string) (Subject, error) {
	var toks [8]span
	n, err := split(s, &toks)
	if err != nil {
		return Subject{}, fmt.Errorf("parse subject %s: %w", quoted(s), err)
	}
	reason := "no such subject"
	for k := Kind(1); k < kindEnd; k++ {
		f := &forms[k]
		if len(f.parts)+1 != n {
			continue
		}
		sub, bad, ok := f.match(s, &toks)
		if ok {
			sub.text, sub.kind, sub.env = s, k, toks[0].to
			return sub, nil
		}
		if bad != "" {
			reason = bad
		}
	}
	return Subject{}, fmt.Errorf("parse subject %s: %s", quoted(s), reason)
}

// split finds and checks the tokens of s.
func split(s string, toks *[8]span) (n int, err error) {
	if len(s) > len(toks)*(maxToken+1) {
		return 0, fmt.Errorf("%d bytes are too long", len(s))
	}
	from := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			continue
		}
		if n == len(toks) {
			return 0, errors.New("it has too many tokens")
		}
		if why := badToken(s[from:i]); why != "" {
			return 0, fmt.Errorf("token %d: %s", n+1, why)
		}
		toks[n] = span{uint16(from), uint16(i)}
		n++
		from = i + 1
	}
	return n, nil
}

// match compares the tokens with the form. bad is set when only an argument's value is wrong.
func (f *form) match(s string, toks *[8]span) (sub Subject, bad string, ok bool) {
	arg := 0
	for i := range f.parts {
		p, t := &f.parts[i], toks[i+1]
		tok := s[t.from:t.to]
		if p.literal != "" {
			if tok != p.literal {
				return Subject{}, "", false
			}
			continue
		}
		if bad == "" {
			if why := p.refuse(tok); why != "" {
				bad = fmt.Sprintf("%s %q: %s", p.arg, tok, why)
			}
		}
		sub.args[arg] = t
		arg++
	}
	return sub, bad, bad == ""
}

// quoted shows foreign text in an error, cut so that a hostile one does not fill a log.
func quoted(s string) string {
	if len(s) > 128 {
		return fmt.Sprintf("%q... (%d bytes)", s[:128], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// String returns the text that goes on the wire.
func (s Subject) String() string { return s.text }

// Kind returns which form the subject has; 0 for the zero Subject.
func (s Subject) Kind() Kind { return s.kind }

// Env returns the environment, the first token.
func (s Subject) Env() string { return s.text[:s.env] }

// Arg returns the i-th argument, counted from 0, or "" when the form has fewer.
func (s Subject) Arg(i int) string {
	if i < 0 || i >= maxArgs {
		return ""
	}
	return s.text[s.args[i].from:s.args[i].to]
}

// Name returns the first argument: the cell, gate, organ, mind, host, run.
func (s Subject) Name() string { return s.Arg(0) }
