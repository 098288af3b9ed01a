package topology

import (
	"strings"
	"unicode"
)

// The picture is drawn without a browser, so text is measured with a table of
// advance widths, in thousandths of an em, of the widest family people are
// likely to have (DejaVu Sans): in any other of the stack the text is
// narrower, never wider, than its box.
var advance = [2][95]int16{
	{
		318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
		636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
		575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
		611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
		278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
	},
	{
		348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696,
		696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683,
		683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771,
		724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665,
		343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
	},
}

// A face is one way text is set: which class names it in the style sheet, its
// size in pixels and its widths.
type face struct {
	class string
	size  int
	bold  bool
	mono  bool // every glyph 0.62 em: the widest of the usual monospaced families, rounded up
}

// width is the space s takes in this face, in pixels, rounded up.
func (f face) width(s string) int {
	sum := 0
	for _, r := range s {
		sum += f.advance(r)
	}
	return (sum*f.size + 999) / 1000
}

func (f face) advance(r rune) int {
	switch {
	case r >= 0x2000 && r < 0x2600: // punctuation, arrows, boxes
		return 1000
	case r >= 0x1100: // full width or unknown: an em and a half covers the widest glyph
		return 1500
	case f.mono:
		return 620
	case r >= 0x20 && r < 0x7f:
		return int(advance[index(f.bold)][r-0x20])
	case r == '·':
		return 380
	case r < 0x250 && !unicode.IsUpper(r): // accented small letters
		return 840
	default:
		return 1000
	}
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fit returns s, or as much of it as fits into room pixels with an ellipsis.
func (f face) fit(s string, room int) string {
	s = printable(s)
	if f.width(s) <= room {
		return s
	}
	rs := []rune(s)
	rs = rs[:min(len(rs), max(room, 0))] // no glyph is narrower than a pixel
	for len(rs) > 0 {
		rs = rs[:len(rs)-1]
		if cut := strings.TrimRight(string(rs), " ·,-") + "…"; f.width(cut) <= room {
			return cut
		}
	}
	return ""
}

// printable replaces what XML or a reader cannot take: control characters
// become spaces.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, "?"))
}
