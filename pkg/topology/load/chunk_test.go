package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A long file is read in pieces exactly as it would be in one.
func TestChunks(t *testing.T) {
	filler := strings.Repeat("cell \"a\" {\n  cost = 1 # ü\n}\n", 3*chunkSize/28)
	for name, src := range map[string]string{
		"plain":          filler,
		"heredoc":        filler + "cell \"h\" {\n  version = <<EOT\ntext\n}\nmore\nEOT\n}\n" + filler,
		"comment":        filler + "/*\n}\n*/\n" + filler,
		"unindented":     filler + "cell \"u\" {\nenv = {\n}\n}\n" + filler,
		"error":          filler + "cell \"e\" {\n  cost =\n}\n" + filler,
		"unclosed":       filler + "cell \"e\" {\n" + filler,
		"one long block": "cell \"e\" {\n  env = {\n" + strings.Repeat("    a = 1\n}\n", chunkSize/2) + "  }\n}\n",
	} {
		file, wantDiags := hclsyntax.ParseConfig([]byte(src), "f", hcl.InitialPos)
		want := file.Body.(*hclsyntax.Body)
		got, diags := parseBody("f", []byte(src))
		if len(diags) != len(wantDiags) {
			t.Errorf("%s: %d diagnostics, want %d", name, len(diags), len(wantDiags))
		}
		if diff := cmp.Diff(outline(want), outline(got)); diff != "" {
			t.Errorf("%s: (-whole +pieces)\n%.1000s", name, diff)
		}
	}
	if parseChunks("f", []byte(filler)) == nil {
		t.Error("a plain long file is not parsed in pieces")
	}
}

// outline is every block with its place and attributes.
func outline(b *hclsyntax.Body) []string {
	var out []string
	for _, block := range b.Blocks {
		out = append(out, fmt.Sprint(block.Type, block.Labels, block.DefRange()))
		for _, a := range attributesOf(block.Body) {
			out = append(out, fmt.Sprint("  ", a.Name, a.SrcRange, a.Expr.Range()))
		}
	}
	return out
}
