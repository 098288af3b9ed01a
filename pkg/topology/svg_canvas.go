package topology

import (
	"bytes"
	"fmt"
	"strings"
)

// A canvas collects SVG elements. All coordinates are whole pixels, so that the
// bytes are the same on every machine.
type canvas struct {
	buf bytes.Buffer
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(s string) string { return xmlEscaper.Replace(printable(s)) }

func (c *canvas) raw(format string, args ...any) { fmt.Fprintf(&c.buf, format, args...) }

// A box is a rectangle on the canvas.
type box struct{ x, y, w, h int }

// rect draws a rectangle with corner radius r.
func (c *canvas) rect(class string, b box, r int) {
	c.raw(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`+"\n", class, b.x, b.y, b.w, b.h, r)
}

// text writes s at the baseline y, cut to room pixels. What was cut stays
// readable as the element's tooltip. It returns the width taken.
func (c *canvas) text(f face, class string, x, y int, s string, room int) int {
	shown := f.fit(s, room)
	if shown == "" {
		return 0
	}
	c.raw(`<text class="%s" x="%d" y="%d">%s%s</text>`+"\n", join(f.class, class), x, y, tooltip(s, shown), escape(shown))
	return f.width(shown)
}

// centred writes s with its middle at x.
func (c *canvas) centred(f face, class string, x, y int, s string, room int) {
	if shown := f.fit(s, room); shown != "" {
		c.raw(`<text class="%s" x="%d" y="%d">%s%s</text>`+"\n", join(f.class, "mid "+class), x, y, tooltip(s, shown), escape(shown))
	}
}

// right writes s so that it ends at x and returns its width.
func (c *canvas) right(f face, class string, x, y int, s string, room int) int {
	shown := f.fit(s, room)
	if shown == "" {
		return 0
	}
	c.raw(`<text class="%s" x="%d" y="%d">%s%s</text>`+"\n", join(f.class, "end "+class), x, y, tooltip(s, shown), escape(shown))
	return f.width(shown)
}

// A phrase is a piece of a line of text in a face of its own.
type phrase struct {
	f     face
	class string
	text  string
}

// flow writes phrases one after another, cut to room pixels together. A reader
// sets them where the font that is really there puts them, so gaps are even
// with every font; room counts the widest. It returns the width taken.
func (c *canvas) flow(x, y, gap, room int, phrases ...phrase) int {
	taken := 0
	for _, p := range phrases {
		lead := 0
		if taken > 0 {
			lead = gap
		}
		shown := p.f.fit(p.text, room-taken-lead)
		if shown == "" {
			if p.text == "" {
				continue
			}
			break
		}
		if taken == 0 {
			c.raw(`<text class="%s" x="%d" y="%d">%s%s`, join(p.f.class, p.class), x, y, tooltip(p.text, shown), escape(shown))
		} else {
			c.raw(`<tspan class="%s" dx="%d">%s%s</tspan>`, join(p.f.class, p.class), lead, tooltip(p.text, shown), escape(shown))
		}
		taken += lead + p.f.width(shown)
	}
	if taken > 0 {
		c.raw("</text>\n")
	}
	return taken
}

func tooltip(full, shown string) string {
	if shown == printable(full) {
		return ""
	}
	return "<title>" + escape(full) + "</title>"
}

func join(classes ...string) string { return strings.TrimSpace(strings.Join(classes, " ")) }

// path draws an open line.
func (c *canvas) path(class, d string) {
	c.raw(`<path class="%s" d="%s"/>`+"\n", class, d)
}

// dot draws a filled circle.
func (c *canvas) dot(class string, x, y, r int) {
	c.raw(`<circle class="%s" cx="%d" cy="%d" r="%d"/>`+"\n", class, x, y, r)
}

// chipHeight is the height of a chip, in pixels.
const chipHeight = 20

// chipWidth is the width a chip with this label takes, at most room.
func chipWidth(label string, room int) int { return min(fontSmall.width(label)+16, room) }

// chip draws a label in a rounded box whose middle line is y; class colours it.
func (c *canvas) chip(class string, x, y int, label string, room int) int {
	w := chipWidth(label, room)
	c.rect("chip "+class, box{x, y - chipHeight/2, w, chipHeight}, chipHeight/2)
	c.centred(fontSmall, "", x+w/2, y+4, label, w-12)
	return w
}
