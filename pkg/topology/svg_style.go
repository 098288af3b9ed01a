package topology

import (
	"fmt"
	"strings"
)

// The faces of the picture.
var (
	fontTitle  = face{class: "f-title", size: 26, bold: true}
	fontHead   = face{class: "f-head", size: 17, bold: true}
	fontName   = face{class: "f-name", size: 15, bold: true}
	fontBody   = face{class: "f-body", size: 13}
	fontStrong = face{class: "f-strong", size: 13, bold: true}
	fontSmall  = face{class: "f-small", size: 12}
	fontMono   = face{class: "f-mono", size: 12, mono: true}
)

// A shade is one colour in daylight and at night.
type shade struct{ light, dark string }

// What text stands on, and the text.
var (
	groundPage  = shade{"#f8fafc", "#0b1120"}
	groundCard  = shade{"#ffffff", "#131c31"}
	groundGroup = shade{"#f1f5f9", "#0f172a"}
	inkPlain    = shade{"#0f172a", "#e2e8f0"}
	inkSoft     = shade{"#526077", "#a6b4c9"}
	inkInverse  = shade{"#ffffff", "#0b1120"} // on a domain's colour
)

// Domains and networks have fixed colours; an environment declares its own.
var (
	shadeCognitive = shade{"#7c3aed", "#a78bfa"}
	shadeNervous   = shade{"#0891b2", "#22d3ee"}
	shadeOrgans    = shade{"#cf4520", "#ff8a65"}
	shadeMemory    = shade{"#4d7c0f", "#a3e635"}
	shadeSystem    = shade{"#64748b", "#94a3b8"}

	laneShades = []shade{
		{"#2563eb", "#60a5fa"}, {"#c026d3", "#e879f9"}, {"#0d9488", "#2dd4bf"}, {"#b45309", "#fbbf24"},
		{"#dc2626", "#f87171"}, {"#4f46e5", "#818cf8"}, {"#65a30d", "#bef264"}, {"#be185d", "#f472b6"},
	}
	namedShades = map[string]shade{
		"green": {"#15803d", "#4ade80"}, "amber": {"#d97706", "#fbbf24"}, "blue": {"#1d4ed8", "#60a5fa"},
		"red": {"#b91c1c", "#f87171"}, "violet": {"#6d28d9", "#a78bfa"}, "cyan": {"#0e7490", "#22d3ee"},
		"coral": {"#d9480f", "#ff8a65"}, "orange": {"#c2410c", "#fb923c"}, "yellow": {"#a16207", "#facc15"},
		"pink": {"#be185d", "#f472b6"}, "purple": {"#7e22ce", "#c084fc"}, "teal": {"#0f766e", "#2dd4bf"},
		"grey": {"#475569", "#94a3b8"}, "gray": {"#475569", "#94a3b8"},
	}
)

// environmentShade is the colour of the i-th environment: the declared one (a
// usual name or #rrggbb), else one by its place.
func environmentShade(declared string, i int) shade {
	declared = strings.ToLower(strings.TrimSpace(declared))
	if s, ok := namedShades[declared]; ok {
		return s
	}
	if isHexColour(declared) {
		return shade{declared, declared}
	}
	order := []string{"green", "amber", "blue", "violet", "teal", "pink"}
	return namedShades[order[i%len(order)]]
}

func isHexColour(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	return strings.Trim(s[1:], "0123456789abcdef") == ""
}

// A paint says how a class looks: which property takes the shade.
type paint struct {
	class string
	shade shade
}

// styleSheet is the picture's CSS: daylight first, night behind a media query.
func styleSheet(paints []paint) string {
	var b strings.Builder
	sans := `system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","DejaVu Sans",sans-serif`
	code := `ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace`
	for _, f := range []face{fontTitle, fontHead, fontName, fontBody, fontStrong, fontSmall, fontMono} {
		fmt.Fprintf(&b, ".%s{font-size:%dpx", f.class, f.size)
		// All of it, since a piece of a text takes over what its text has.
		family, weight := sans, 400
		if f.bold {
			weight = 700
		}
		if f.mono {
			family = code
		}
		fmt.Fprintf(&b, ";font-weight:%d;font-family:%s}\n", weight, family)
	}
	b.WriteString(".mid{text-anchor:middle}.end{text-anchor:end}.lane,.wire{fill:none;stroke-width:2}.lane{stroke-width:3}.dash{stroke-dasharray:5 4}.dot{stroke-dasharray:1 4;stroke-linecap:round}\n")
	scheme(&b, false, paints)
	b.WriteString("@media (prefers-color-scheme:dark){\n")
	scheme(&b, true, paints)
	b.WriteString("}\n")
	return b.String()
}

// scheme writes the rules of one of the two schemes.
func scheme(b *strings.Builder, dark bool, paints []paint) {
	pick := func(light, night string) string {
		if dark {
			return night
		}
		return light
	}
	fmt.Fprintf(b, ".page{fill:%s}", pick(groundPage.light, groundPage.dark))
	fmt.Fprintf(b, ".card{fill:%s;stroke:%s}", pick(groundCard.light, groundCard.dark), pick("#cbd5e1", "#334155"))
	fmt.Fprintf(b, ".group{fill:%s;stroke:%s}", pick(groundGroup.light, groundGroup.dark), pick("#cbd5e1", "#334155"))
	fmt.Fprintf(b, ".chip{fill:%s;stroke:%s}", pick("#f1f5f9", "#1e293b"), pick("#cbd5e1", "#475569"))
	fmt.Fprintf(b, ".rule{stroke:%s}", pick("#e2e8f0", "#1e293b"))
	fmt.Fprintf(b, ".hollow{fill:%s;stroke:%s}", pick("#e2e8f0", "#1e293b"), pick("#cbd5e1", "#475569"))
	fmt.Fprintf(b, ".wire{stroke:%[1]s}.tip{fill:%[1]s}", pick("#94a3b8", "#64748b"))
	fmt.Fprintf(b, ".icon{fill:none;stroke:%s;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}", pick("#64748b", "#94a3b8"))
	fmt.Fprintf(b, ".count{fill:%s;stroke:none}", pick("#e2e8f0", "#334155"))
	fmt.Fprintf(b, ".reserved{fill:%s}.tick{stroke:%s;stroke-width:2}", pick("#cbd5e1", "#475569"), pick("#64748b", "#94a3b8"))
	fmt.Fprintf(b, "text,tspan{fill:%s}.soft{fill:%s}.inv{fill:%s}\n",
		pick(inkPlain.light, inkPlain.dark), pick(inkSoft.light, inkSoft.dark), pick(inkInverse.light, inkInverse.dark))
	fmt.Fprintf(b, ".track{fill:%s}.turn{fill:%s;fill-opacity:0.75}\n", pick("#eef2f7", "#1b2540"), pick(shadeOrgans.light, shadeOrgans.dark))
	for _, p := range paints {
		col := pick(p.shade.light, p.shade.dark)
		fmt.Fprintf(b, ".t-%[1]s{fill:%[4]s}.s-%[1]s{stroke:%[2]s}.b-%[1]s{fill:%[2]s;stroke:none}.c-%[1]s{fill:%[2]s;fill-opacity:%[3]s;stroke:%[2]s}.o-%[1]s{fill:none;stroke:%[2]s}\n",
			p.class, col, pick("0.10", "0.18"), ink(col, pick(groundGroup.light, groundCard.dark)))
	}
}
