package natsconf

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// printer writes the configuration language of nats-server. Every string is
// quoted: bare, "$" would be a variable and "5k" a number.
type printer struct {
	b      strings.Builder
	indent int
}

func (p *printer) line(text string) {
	if text != "" {
		p.b.WriteString(strings.Repeat("  ", p.indent))
		p.b.WriteString(text)
	}
	p.b.WriteByte('\n')
}

// comment stays on its line whatever it holds.
func (p *printer) comment(format string, args ...any) {
	p.line("# " + strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, fmt.Sprintf(format, args...)))
}

func (p *printer) text(key, value string) { p.line(key + ": " + accounts.Quote(value)) }
func (p *printer) number(key string, n int64) {
	p.line(key + ": " + strconv.FormatInt(n, 10))
}
func (p *printer) flag(key string, on bool) { p.line(key + ": " + strconv.FormatBool(on)) }
func (p *printer) word(key, value string)   { p.line(key + ": " + value) }
func (p *printer) include(file string)      { p.line("include " + `"` + file + `"`) }
func (p *printer) bytes(key string, n topology.Bytes) {
	if n > 0 {
		p.number(key, int64(n))
	}
}

// list writes an array of strings, one a line; nothing when it is empty.
func (p *printer) list(key string, values []string) {
	if len(values) == 0 {
		return
	}
	p.open(key + ": [")
	for _, v := range values {
		p.line(accounts.Quote(v))
	}
	p.close("]")
}

func (p *printer) block(key string, body func()) {
	p.open(key + " {")
	body()
	p.close("}")
}

func (p *printer) open(text string) {
	p.line(text)
	p.indent++
}

func (p *printer) close(text string) {
	p.indent--
	p.line(text)
}

func (p *printer) data() []byte { return []byte(p.b.String()) }
