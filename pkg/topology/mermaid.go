package topology

import (
	"fmt"
	"strings"
)

// diagramClasses is how the kinds of nodes look in Mermaid and D2: shape,
// border colour (readable on light and dark pages) and fill.
var diagramClasses = []struct{ name, stroke, fill string }{
	{"network", "#2563eb", "#dbeafe"}, {"host", "#64748b", "#f1f5f9"}, {"hub", "#0891b2", "#cffafe"},
	{"mind", "#7c3aed", "#ede9fe"}, {"organ", "#e8590c", "#ffedd5"}, {"cell", "#0891b2", "#ecfeff"},
	{"gate", "#0e7490", "#cffafe"}, {"nerve", "#0891b2", "#e0f2fe"},
}

// Mermaid draws the lab as a Mermaid flowchart, for pages that render it.
func Mermaid(t *Topology) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%%%% the lab %s\nflowchart LR\n", printable(t.Lab.Name))
	g := graphOf(t)
	for _, group := range g.groups {
		mermaidGroup(&b, group, "  ")
	}
	for _, e := range g.edges {
		line := "-->"
		if e.dashed {
			line = "-.->"
		}
		if e.label != "" {
			line += "|\"" + mermaidText(e.label) + "\"|"
		}
		fmt.Fprintf(&b, "  %s %s %s\n", e.from, line, e.to)
	}
	for _, c := range diagramClasses {
		fmt.Fprintf(&b, "  classDef %s fill:%s,stroke:%s,color:#0f172a\n", c.name, c.fill, c.stroke)
	}
	return []byte(b.String())
}

func mermaidGroup(b *strings.Builder, g *graphGroup, indent string) {
	fmt.Fprintf(b, "%ssubgraph %s[\"%s\"]\n", indent, g.id, mermaidText(g.label))
	for _, n := range g.nodes {
		open, shut := mermaidShape(n.class)
		var text []string
		for _, l := range n.label {
			text = append(text, mermaidText(l))
		}
		fmt.Fprintf(b, "%s  %s%s\"%s\"%s:::%s\n", indent, n.id, open, strings.Join(text, "<br/>"), shut, n.class)
	}
	for _, inner := range g.groups {
		mermaidGroup(b, inner, indent+"  ")
	}
	fmt.Fprintf(b, "%send\n", indent)
}

func mermaidShape(class string) (open, shut string) {
	switch class {
	case "network", "cell":
		return "([", "])"
	case "gate":
		return "{{", "}}"
	case "hub":
		return "((", "))"
	default:
		return "[", "]"
	}
}

var mermaidEscaper = strings.NewReplacer("&", "#amp;", "#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;")

// mermaidText writes what Mermaid would read as syntax as entities.
func mermaidText(s string) string { return mermaidEscaper.Replace(printable(s)) }
