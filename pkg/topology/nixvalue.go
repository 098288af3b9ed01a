package topology

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A nixValue is a value that can be written as Nix: a string, an int, a bool, a
// nixList, a nixAttrs or a nixWeak. nixAttrs are written in the order of their
// names, so equal values give equal bytes.
type nixValue any

type (
	nixList  []nixValue
	nixAttrs map[string]nixValue
	// nixWeak is a definition that yields to one of the usual priority.
	nixWeak struct{ value nixValue }
)

// writeNix writes a value; indent is that of the line it begins in.
func writeNix(b *bytes.Buffer, v nixValue, indent string) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case string:
		writeNixString(b, v)
	case int:
		if v < 0 {
			fmt.Fprintf(b, "(%d)", v) // in a list, "a -1" is a subtraction
			return
		}
		b.WriteString(strconv.Itoa(v))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case nixWeak:
		b.WriteString("weak ")
		writeNix(b, v.value, indent)
	case nixList:
		writeNixList(b, v, indent)
	case nixAttrs:
		writeNixAttrs(b, v, indent)
	default:
		panic(fmt.Sprintf("topology: no Nix form of %T", v))
	}
}

func writeNixList(b *bytes.Buffer, list nixList, indent string) {
	if len(list) == 0 {
		b.WriteString("[ ]")
		return
	}
	b.WriteByte('[')
	for _, v := range list {
		b.WriteString("\n  " + indent)
		if _, call := v.(nixWeak); call {
			b.WriteByte('(')
			writeNix(b, v, indent+"  ")
			b.WriteByte(')')
			continue
		}
		writeNix(b, v, indent+"  ")
	}
	b.WriteString("\n" + indent + "]")
}

func writeNixAttrs(b *bytes.Buffer, attrs nixAttrs, indent string) {
	if len(attrs) == 0 {
		b.WriteString("{ }")
		return
	}
	b.WriteByte('{')
	for _, name := range sortedKeys(attrs) {
		b.WriteString("\n  " + indent)
		if nixName(name) {
			b.WriteString(name)
		} else {
			writeNixString(b, name)
		}
		b.WriteString(" = ")
		writeNix(b, attrs[name], indent+"  ")
		b.WriteByte(';')
	}
	b.WriteString("\n" + indent + "}")
}

func sortedKeys(attrs nixAttrs) []string {
	names := make([]string, 0, len(attrs))
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// nixEscaper escapes what a quoted Nix string reads as syntax: every dollar,
// since "${" begins an expression, and a bare carriage return, which Nix would
// read as a line feed.
var nixEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// writeNixString writes a quoted string. What a Nix string cannot hold (a zero
// byte, text that is not UTF-8) becomes a question mark.
func writeNixString(b *bytes.Buffer, s string) {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	b.WriteByte('"')
	_, _ = nixEscaper.WriteString(b, s)
	b.WriteByte('"')
}

var nixKeywords = []string{"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"}

// nixName reports whether a name can stand without quotes.
func nixName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '\'') {
			return false
		}
	}
	return s != "" && !slices.Contains(nixKeywords, s)
}
