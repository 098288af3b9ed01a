package topology

import (
	"fmt"
	"testing"
)

// blend lays a colour over a ground, as fill-opacity does.
func blend(colour, ground string, part float64) string {
	a, b := rgb(colour), rgb(ground)
	out := "#"
	for i := range a {
		out += fmt.Sprintf("%02x", int(b[i]+(a[i]-b[i])*part+0.5))
	}
	return out
}

func TestContrast(t *testing.T) {
	t.Parallel()
	if c := contrast("#000000", "#ffffff"); c < 20.9 || c > 21.1 {
		t.Errorf("black on white has %f", c)
	}
	if c := contrast("#777777", "#ffffff"); c < 4.47 || c > 4.49 {
		t.Errorf("grey on white has %f", c)
	}
}

// Everything that is written can be read, by day and by night.
func TestTextsAreLegible(t *testing.T) {
	t.Parallel()
	check := func(what, text, ground string) {
		t.Helper()
		if c := contrast(text, ground); c < legible {
			t.Errorf("%s: %s on %s has a contrast of %.2f", what, text, ground, c)
		}
	}
	domains := []shade{shadeCognitive, shadeNervous, shadeOrgans, shadeMemory, shadeSystem}
	colours := append([]shade{{"#ffff00", "#ffff00"}, {"#000000", "#000000"}, {"#ff0000", "#0000ff"}}, domains...)
	colours = append(colours, laneShades...)
	for _, s := range namedShades {
		colours = append(colours, s)
	}
	for _, night := range []bool{false, true} {
		pick := func(s shade) string {
			if night {
				return s.dark
			}
			return s.light
		}
		for _, ground := range []shade{groundPage, groundCard, groundGroup} {
			check("plain", pick(inkPlain), pick(ground))
			check("soft", pick(inkSoft), pick(ground))
			for _, c := range colours {
				base := groundGroup.light
				if night {
					base = groundCard.dark
				}
				check("a name in its colour", ink(pick(c), base), pick(ground))
			}
		}
		for _, c := range colours[3:] { // usual colours; a declared one may be anything
			part := 0.10
			if night {
				part = 0.18
			}
			for _, ground := range []shade{groundPage, groundCard, groundGroup} {
				check("a chip", pick(inkPlain), blend(pick(c), pick(ground), part))
				check("a detail in a tinted box", pick(inkSoft), blend(pick(c), pick(ground), part))
			}
		}
		for _, c := range []shade{shadeCognitive, shadeOrgans, shadeSystem} {
			check("a share of a card", pick(inkInverse), pick(c))
		}
	}
}
