package topology

import (
	"fmt"
	"math"
	"strconv"
)

// legible is the least contrast of text with what is behind it (WCAG, AA).
const legible = 4.5

// rgb reads "#rrggbb".
func rgb(hex string) [3]float64 {
	var out [3]float64
	for i := range out {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		out[i] = float64(n)
	}
	return out
}

// luminance is how bright a colour is, 0 to 1.
func luminance(c [3]float64) float64 {
	var lin [3]float64
	for i, v := range c {
		if v /= 255; v <= 0.04045 {
			lin[i] = v / 12.92
		} else {
			lin[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*lin[0] + 0.7152*lin[1] + 0.0722*lin[2]
}

// contrast of two colours, 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(rgb(a)), luminance(rgb(b))
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// ink is a colour that can be read on a ground: the colour itself, or what it
// becomes on its way to black (on a light ground) or white.
func ink(colour, ground string) string {
	to := 0.0
	if luminance(rgb(ground)) < 0.5 {
		to = 255
	}
	from := rgb(colour)
	for step := range 20 {
		part := float64(step) / 20
		out := "#"
		for _, v := range from {
			out += fmt.Sprintf("%02x", int(v+(to-v)*part+0.5))
		}
		if contrast(out, ground) >= legible {
			return out
		}
	}
	return map[bool]string{true: "#ffffff", false: "#000000"}[to > 0]
}
