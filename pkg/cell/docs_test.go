package cell

import (
	"os"
	"strings"
	"testing"
)

// TestGuide holds docs/cells.md against what is built in.
func TestGuide(t *testing.T) {
	raw, err := os.ReadFile("../../docs/cells.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(raw)
	for _, b := range builtins {
		if !strings.Contains(guide, "\n| `"+b.Name+"` |") {
			t.Errorf("cell %s is not in the table", b.Name)
		}
	}
	for _, n := range nerves {
		if !strings.Contains(guide, "\n**"+n.Name+"** (") {
			t.Errorf("nerve %s is not described", n.Name)
		}
	}
	for text, want := range map[string]string{
		"what is 15 + 27": "= 42", "fünfzehn mal drei": "= 45", "three point one four times two": "= 6.28", "15% of 200": "30, 220",
		"200 + 10%": "30, 220", "Wurzel aus 16 plus 1": "= 5", "2 to the power of 100 plus 0": `"1267650600228229401496703205376"`,
		"what is 10/3": `"3.3333333333333333"`,
	} {
		c, ok := Calculate(text)
		got, _, _ := c.Number()
		if !ok || !strings.Contains(want, got) || !strings.Contains(guide, text) || !strings.Contains(guide, want) {
			t.Errorf("%q is %s; the guide has it %v, and %q %v", text, got, strings.Contains(guide, text), want, strings.Contains(guide, want))
		}
	}
	for region, list := range criteria {
		for _, c := range list {
			if region != RegionHeat && region != RegionEnergy && c.figure != "dropped_packets_per_second" && !strings.Contains(guide, "`"+c.figure+"`") {
				t.Errorf("%s: figure %s is not in the guide", region, c.figure)
			}
		}
	}
}
