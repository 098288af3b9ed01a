package wave

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// maxToken is the longest subject token, in bytes.
const maxToken = 64

// Token turns a declared name into a subject token: an underscore is written as a hyphen. It refuses what is
// no legal token then: 1..64 bytes, a-z, 0-9 and hyphen, the first not a hyphen.
func Token(name string) (string, error) {
	tok := strings.ReplaceAll(name, "_", "-")
	if why := badToken(tok); why != "" {
		return "", fmt.Errorf("make subject token of %q: %s", name, why)
	}
	return tok, nil
}

// TokenFor is Token for a name that becomes the first argument of kind k, and also refuses what is reserved
// there: no declared cell is called "real", no mind "boundary".
func TokenFor(k Kind, name string) (string, error) {
	tok, err := Token(name)
	if err != nil {
		return "", err
	}
	switch {
	case (k == KindCellWave || k == KindCellWaveN) && tok == realCell:
		return "", fmt.Errorf("make subject token of %q: reserved for the real garden's questions", name)
	case k == 0 || k >= kindEnd || forms[k].args == 0:
		return "", fmt.Errorf("make subject token of %q: %s takes no name", name, k)
	}
	for i := range forms[k].parts {
		if p := &forms[k].parts[i]; p.arg != "" {
			if why := p.refuse(tok); why != "" {
				return "", fmt.Errorf("make subject token of %q: %s", name, why)
			}
			break
		}
	}
	return tok, nil
}

// SpreadOf returns the number, 0..255, that spreads a cell's waves, the last token of "wave.{n}":
// FNV-1a of the name's bytes, 32 bits, its four bytes folded by exclusive or.
func SpreadOf(name string) int {
	h := fnv.New32a()
	h.Write([]byte(name))
	s := h.Sum32()
	return int((s ^ s>>8 ^ s>>16 ^ s>>24) & 0xff)
}

// badToken says why tok is no subject token, or "".
func badToken[T string | []byte](tok T) string {
	if len(tok) == 0 {
		return "it is empty"
	}
	if len(tok) > maxToken {
		return fmt.Sprintf("it has %d bytes, at most %d are allowed", len(tok), maxToken)
	}
	for i := range len(tok) {
		switch c := tok[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-' && i > 0:
		case c == '-':
			return "it begins with '-'"
		default:
			return fmt.Sprintf("%q is not allowed, only a-z, 0-9 and '-'", c)
		}
	}
	return ""
}

// refuse says why a legal token may not stand for the argument, or "".
func (p *part) refuse(tok string) string {
	switch {
	case p.not != "" && tok == p.not:
		return fmt.Sprintf("%q is reserved there", tok)
	case p.oneOf != nil && !slices.Contains(p.oneOf, tok):
		return "it must be one of " + strings.Join(p.oneOf, ", ")
	case p.number:
		if n, err := strconv.ParseUint(tok, 10, 8); err != nil || strconv.FormatUint(n, 10) != tok {
			return "it must be a number 0..255 without leading zeros"
		}
	}
	return ""
}
