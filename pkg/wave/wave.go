package wave

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of messages, in bytes unless said otherwise.
const (
	MaxWaveMessage = 64 << 10  // one wave, or one frame
	MaxMessage     = 512 << 10 // any other body; larger organ inputs travel as object-store references
	MaxFrameWaves  = 64        // waves a Packer puts into a frame
	MaxSource      = 128       // a wave's source
	MaxRegion      = 256       // a wave's region
	MaxDimensions  = 2048      // numbers in an embedding
)

// MaxNumber is the largest magnitude a number of a message may have; a larger one is taken as this.
const MaxNumber = 1e300

// Wave is what one source says about one thing. ParseWave returns it complete: what was absent has its
// default. Region, Embedding and Content say what it is about; of several the first in this order counts.
type Wave struct {
	Source     string         `json:"source" rule:"required,len=1..128" doc:"who speaks; two waves of one source never agree with each other"`
	Confidence float64        `json:"confidence" rule:"required,range=0..1" doc:"how sure the source is"`
	Region     string         `json:"region,omitzero" rule:"len=1..256" doc:"a label of what it is about"`
	Embedding  []float32      `json:"embedding,omitzero" rule:"len=1..2048" doc:"its meaning as a vector; every wave of one gate has the same dimension"`
	Content    jsontext.Value `json:"content,omitzero" doc:"what was seen, as JSON: the gate derives the meaning from it"`
	Valence    float64        `json:"valence" rule:"range=-1..1,default=1" doc:"1: this is so; negative: this is not so"`
	Cost       float64        `json:"cost,omitzero" rule:"range=0..,default=0" doc:"lifeforce it took to say this"`
	Seq        uint64         `json:"seq,omitzero" rule:"range=0.." doc:"the source's own counter: a hole in it is recorded as a gap"`
	HasSeq     bool           `json:"-"` // Seq was given
	Time       time.Time      `json:"time,omitzero" doc:"when it was so; absent: when it arrives"`
}

// Validate checks a wave made in Go by the rules that ParseWave has. The error is a *Rule.
func (w Wave) Validate() error {
	if w.Content != nil && !w.Content.IsValid() {
		return broken("content", "it must be JSON")
	}
	if !w.Time.IsZero() && !timeInRange(w.Time) {
		return wrongTime("time")
	}
	return w.check()
}

// check holds the rules of the values; what depends on presence, the reader has checked.
func (w *Wave) check() error {
	switch {
	case w.Source == "":
		return broken("source", "it is required")
	case len(w.Source) > MaxSource:
		return wrongLength("source", len(w.Source), 1, MaxSource, "bytes")
	case !(w.Confidence >= 0 && w.Confidence <= 1):
		return outOfRange("confidence", "0..1", w.Confidence)
	case len(w.Region) > MaxRegion:
		return wrongLength("region", len(w.Region), 1, MaxRegion, "bytes")
	case len(w.Embedding) > MaxDimensions:
		return wrongLength("embedding", len(w.Embedding), 1, MaxDimensions, "numbers")
	case !(w.Valence >= -1 && w.Valence <= 1):
		return outOfRange("valence", "-1..1", w.Valence)
	case !(w.Cost >= 0 && w.Cost <= MaxNumber):
		return outOfRange("cost", "0 or more", w.Cost)
	case w.Region == "" && len(w.Embedding) == 0 && len(w.Content) == 0:
		return broken("", "the wave is about nothing: give region, embedding or content")
	}
	for i, f := range w.Embedding {
		if f-f != 0 { // only an infinity and NaN are not zero away from themselves
			return broken(fmt.Sprintf("embedding[%d]", i), "it must be finite")
		}
	}
	return nil
}

func outOfRange(field, bounds string, got float64) error {
	return broken(field, fmt.Sprintf("it must be %s, is %v", bounds, got))
}
