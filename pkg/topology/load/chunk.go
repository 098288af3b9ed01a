package load

import (
	"bytes"
	"errors"
	"runtime"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/sync/errgroup"
)

// chunkSize is about how many bytes of a long file are parsed at once. The
// parser holds all tokens of what it is given, thirty times the text.
const chunkSize = 64 << 10

// parseBody parses a file. A long one is parsed in pieces, which is faster and
// takes less memory; if any piece is wrong, the whole is parsed again, so that
// what is reported does not depend on the pieces.
func parseBody(name string, src []byte) (*hclsyntax.Body, hcl.Diagnostics) {
	if len(src) > 2*chunkSize {
		if body := parseChunks(name, src); body != nil {
			return body, nil
		}
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	body, _ := file.Body.(*hclsyntax.Body)
	return body, diags
}

// parseChunks cuts a file behind lines that hold nothing but a closing brace and
// parses the pieces side by side. Where such a line does not end a top-level
// block, the piece before it is no valid body, and parseChunks returns nil.
func parseChunks(name string, src []byte) *hclsyntax.Body {
	type piece struct {
		src   []byte
		start hcl.Pos
		body  *hclsyntax.Body
	}
	var pieces []piece
	start := hcl.InitialPos
	for len(src) > 0 {
		n := chunkEnd(src)
		pieces = append(pieces, piece{src: src[:n], start: start})
		start.Byte += n
		start.Line += bytes.Count(src[:n], []byte("\n"))
		src = src[n:]
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range pieces {
		group.Go(func() error {
			p := &pieces[i]
			file, diags := hclsyntax.ParseConfig(p.src, name, p.start)
			body, ok := file.Body.(*hclsyntax.Body)
			if len(diags) > 0 || !ok {
				return errNoBody
			}
			p.body = body
			return nil
		})
	}
	if group.Wait() != nil {
		return nil
	}
	whole := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}}
	for _, p := range pieces {
		for name, a := range p.body.Attributes {
			if whole.Attributes[name] != nil {
				return nil
			}
			whole.Attributes[name] = a
		}
		whole.Blocks = append(whole.Blocks, p.body.Blocks...)
	}
	return whole
}

var errNoBody = errors.New("no valid body")

// chunkEnd is the length of the next piece.
func chunkEnd(src []byte) int {
	if len(src) > chunkSize {
		if at := bytes.Index(src[chunkSize:], []byte("\n}\n")); at >= 0 {
			return chunkSize + at + len("\n}\n")
		}
	}
	return len(src)
}
