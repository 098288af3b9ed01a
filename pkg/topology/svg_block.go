package topology

// A block is a piece of the picture that knows its height before it is drawn,
// so that boxes can be made to fit what they hold.
type block struct {
	h    int
	draw func(c *canvas, x, y, w int)
}

// space is an empty block.
func space(h int) block { return block{h: h, draw: func(*canvas, int, int, int) {}} }

// line is one line of text; after is drawn at its right end.
func line(f face, class, text string) block {
	return block{h: f.size + 6, draw: func(c *canvas, x, y, w int) { c.text(f, class, x, y+f.size, text, w) }}
}

// height is the sum of the blocks' heights.
func height(blocks []block) int {
	sum := 0
	for _, b := range blocks {
		sum += b.h
	}
	return sum
}

// drawAll draws blocks below one another and returns the y below the last.
func drawAll(c *canvas, blocks []block, x, y, w int) int {
	for _, b := range blocks {
		b.draw(c, x, y, w)
		y += b.h
	}
	return y
}

// chips is a block of chips in rows; toEnd puts the rows at the right.
func chips(labels []chipLabel, w int, toEnd bool) block {
	rows := chipRows(labels, w)
	return block{h: len(rows) * chipStep, draw: func(c *canvas, x, y, _ int) {
		for _, row := range rows {
			at := x
			if toEnd {
				at = x + w - rowWidth(row, w)
			}
			for _, l := range row {
				at += c.chip(l.class, at, y+chipHeight/2, l.text, w) + chipGap
			}
			y += chipStep
		}
	}}
}

const (
	chipGap  = 6              // between chips of a row, px
	chipStep = chipHeight + 6 // from row to row
)

// chipRows breaks chips into rows of at most w pixels.
func chipRows(labels []chipLabel, w int) [][]chipLabel {
	var rows [][]chipLabel
	for _, l := range labels {
		n := len(rows) - 1
		if n < 0 || rowWidth(rows[n], w)+chipGap+chipWidth(l.text, w) > w {
			rows = append(rows, []chipLabel{l})
			continue
		}
		rows[n] = append(rows[n], l)
	}
	return rows
}

func rowWidth(row []chipLabel, w int) int {
	sum := -chipGap
	for _, l := range row {
		sum += chipWidth(l.text, w) + chipGap
	}
	return sum
}

// A chipLabel is a chip before it is placed.
type chipLabel struct{ class, text string }

// panel draws a card around blocks; every piece keeps pad pixels to its edge.
func panel(c *canvas, class string, b box, pad int, blocks []block) {
	c.rect(class, b, 8)
	drawAll(c, blocks, b.x+pad, b.y+pad, b.w-2*pad)
}
