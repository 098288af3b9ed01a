package topology

import (
	"fmt"
	"strings"
)

// D2 draws the lab in the D2 language.
func D2(t *Topology) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# the lab %s\ndirection: right\nclasses: {\n", printable(t.Lab.Name))
	for _, c := range diagramClasses {
		fmt.Fprintf(&b, "  %s: {\n    shape: %s\n    style: {\n      fill: \"%s\"\n      stroke: \"%s\"\n      font-color: \"#0f172a\"\n    }\n  }\n",
			c.name, d2Shape(c.name), c.fill, c.stroke)
	}
	b.WriteString("}\n")
	g := graphOf(t)
	paths := map[string]string{}
	for _, group := range g.groups {
		d2Group(&b, group, "", "", paths)
	}
	for _, e := range g.edges {
		fmt.Fprintf(&b, "%s -> %s", paths[e.from], paths[e.to])
		if e.label != "" {
			fmt.Fprintf(&b, ": %s", d2Text(e.label))
		}
		if e.dashed {
			b.WriteString(" {style.stroke-dash: 4}")
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// d2Group writes a container; in D2 a node is named by its path.
func d2Group(b *strings.Builder, g *graphGroup, path, indent string, paths map[string]string) {
	path += g.id
	paths[g.id] = path
	fmt.Fprintf(b, "%s%s: %s {\n", indent, g.id, d2Text(g.label))
	for _, n := range g.nodes {
		paths[n.id] = path + "." + n.id
		fmt.Fprintf(b, "%s  %s: %s {class: %s}\n", indent, n.id, d2Text(strings.Join(n.label, "\n")), n.class)
	}
	for _, inner := range g.groups {
		d2Group(b, inner, path+".", indent+"  ", paths)
	}
	fmt.Fprintf(b, "%s}\n", indent)
}

func d2Shape(class string) string {
	switch class {
	case "gate":
		return "hexagon"
	case "hub":
		return "circle"
	case "network", "cell":
		return "oval"
	default:
		return "rectangle"
	}
}

// d2Text writes a quoted D2 string.
func d2Text(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "$", `\$`).Replace(s) + `"`
}
