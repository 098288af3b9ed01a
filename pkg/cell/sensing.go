package cell

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// sensing is a sensor as a behaviour.
type sensing struct {
	about  string
	sensor Sensor

	mu     sync.Mutex
	latest Reading
	at     time.Time
}

func (s *sensing) Describe() string { return s.about }

func (s *sensing) Sample(ctx context.Context, now time.Time) ([]wave.Wave, error) {
	r, err := s.sensor.Read(ctx, now)
	if err != nil {
		return nil, err
	}
	r.Confidence = round(r.Confidence)
	w, err := Say(r.Region, r.Confidence, r.Content)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.latest, s.at = r, now
	s.mu.Unlock()
	return []wave.Wave{w}, nil
}

// reply is the answer to "read".
type reply struct {
	Region     string    `json:"region"`
	Confidence float64   `json:"confidence"`
	Content    any       `json:"content"`
	Time       time.Time `json:"time"`
}

func (s *sensing) Answer(_ context.Context, r wave.CellRequest) (any, error) {
	if r.Command != "read" {
		return nil, unknownCommand(r.Command, "read")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at.IsZero() {
		return nil, fmt.Errorf("nothing was read yet")
	}
	return reply{s.latest.Region, s.latest.Confidence, s.latest.Content, s.at.UTC()}, nil
}

func unknownCommand(got string, known ...string) error {
	return fmt.Errorf("command %q is not known here; known: %v", got, known)
}

var (
	_ Sampler  = (*sensing)(nil)
	_ Answerer = (*sensing)(nil)
)
