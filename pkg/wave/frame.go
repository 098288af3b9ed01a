package wave

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// ParseFrame reads a message of the wave subjects: one wave, or several, one a line. each is called for
// every line that is not blank, in order, with its number from 1 and either a wave or a *Rule; a bad line is
// refused alone. A single wave may also be written over several lines. A message that is too large or holds
// nothing is refused as a whole, with line 0. As with ParseWave, a wave's content is a part of data.
func ParseFrame(data []byte, each func(line int, w Wave, err error)) {
	if len(data) > MaxWaveMessage {
		each(0, Wave{}, tooLarge(len(data), MaxWaveMessage))
		return
	}
	if wholeWave(data) {
		w, err := ParseWave(data)
		each(1, w, err)
		return
	}
	number, seen := 0, false
	for line := range bytes.Lines(data) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		seen = true
		w, err := ParseWave(slices.Clip(line))
		each(number, w, err)
	}
	if !seen {
		each(0, Wave{}, broken("", "the message is empty"))
	}
}

// wholeWave reports whether data is one JSON value written over several lines. A frame's first line is
// complete, so only a message whose first line is not is looked at as a whole.
func wholeWave(data []byte) bool {
	first, rest, _ := bytes.Cut(bytes.TrimSpace(data), []byte("\n"))
	return len(rest) > 0 && !jsontext.Value(first).IsValid() && jsontext.Value(data).IsValid()
}

// Packer packs waves into frames: up to MaxFrameWaves waves and MaxWaveMessage bytes. It knows no time: the
// caller calls Flush when the first wave has waited long enough. The zero Packer is ready; it serves one
// goroutine.
type Packer struct {
	buf   []byte
	count int
	line  []byte
}

// Add puts a wave into the frame. A frame that it completes, or that has no room for the wave, is returned
// and belongs to the caller; else it returns nil. A wave that breaks a rule, or is larger than a frame, is
// refused with a *Rule and changes nothing.
func (p *Packer) Add(w Wave) (frame []byte, err error) {
	if p.line, err = w.Append(p.line[:0]); err != nil {
		return nil, err
	}
	if len(p.line) > MaxWaveMessage {
		return nil, broken("", fmt.Sprintf("the wave has %d bytes, at most %d are allowed", len(p.line), MaxWaveMessage))
	}
	if p.count > 0 && len(p.buf)+1+len(p.line) > MaxWaveMessage {
		frame = p.Flush()
	}
	if p.count > 0 {
		p.buf = append(p.buf, '\n')
	}
	p.buf = append(p.buf, p.line...)
	if p.count++; p.count == MaxFrameWaves && frame == nil {
		frame = p.Flush()
	}
	return frame, nil
}

// Flush returns the frame so far, or nil when there is none, and begins a new one. The frame belongs to the
// caller.
func (p *Packer) Flush() []byte {
	frame := p.buf
	if p.count == 0 {
		return nil
	}
	p.buf, p.count = make([]byte, 0, len(frame)), 0
	return frame
}

// Len returns how many waves wait in the frame.
func (p *Packer) Len() int { return p.count }
