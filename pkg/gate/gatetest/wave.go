package gatetest

import (
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// Wave is a wave as a cell sends it, before its meaning was derived.
type Wave struct {
	Source     string
	Confidence float64
	Valence    float64
	Cost       float64
	Region     string
	Embedding  []float32
	Content    string // JSON
	Time       gate.Time
}

// Epoch is where the tests' clock starts.
var Epoch = gate.At(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))

// Ms is the moment n milliseconds after Epoch.
func Ms(n float64) gate.Time { return Epoch + gate.Time(n*1e6) }

// Say is a wave about a region, valence 1.
func Say(source string, confidence float64, region string, ms float64) Wave {
	return Wave{Source: source, Confidence: confidence, Valence: 1, Region: region, Time: Ms(ms)}
}

// Deny is Say with valence -1.
func Deny(source string, confidence float64, region string, ms float64) Wave {
	w := Say(source, confidence, region, ms)
	w.Valence = -1
	return w
}

// Show is a wave that carries content only.
func Show(source string, confidence float64, content string, ms float64) Wave {
	return Wave{Source: source, Confidence: confidence, Valence: 1, Content: content, Time: Ms(ms)}
}

// Digest fills d with what the kernel needs of w.
func (w Wave) Digest(e gate.Embedder, d *gate.Wave) error {
	d.Source, d.Confidence, d.Valence = w.Source, w.Confidence, w.Valence
	d.Cost, d.Time = w.Cost, w.Time
	return d.Meaning.Set(e, w.Region, w.Embedding, []byte(w.Content))
}
