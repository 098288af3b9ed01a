package cell

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

const (
	packFor   = 200 * time.Microsecond // how long the first wave of a frame may wait
	packUnder = 2 * time.Millisecond   // a cell that spoke within this speaks often
)

var errNotRunning = errors.New("the cell is not running")

// speaker puts waves on the bus: counted, timed, and packed into frames while
// the cell speaks often.
type speaker struct {
	cfg     Config
	subject string

	mu    sync.Mutex
	pack  wave.Packer
	timer *time.Timer // set while a frame waits
	last  time.Time   // of the last frame sent
	seq   uint64
	open  bool
	lost  uint64 // frames the bus did not take
	gone  uint64 // the same, since the beginning
	spent float64
}

// say sends one wave. The error is a *wave.Rule when the wave breaks a rule;
// its number is not used up then.
func (s *speaker) say(ctx context.Context, w wave.Wave) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open {
		return errNotRunning
	}
	now := s.cfg.Now()
	w.Source, w.Seq, w.HasSeq = s.cfg.Source, s.seq+1, true
	if w.Time.IsZero() {
		w.Time = now
	}
	if w.Cost == 0 {
		w.Cost = s.cfg.Cost
	}
	frame, err := s.pack.Add(w)
	if err != nil {
		return fmt.Errorf("say wave: %w", err)
	}
	s.seq++
	s.spent += w.Cost
	if frame != nil {
		s.send(ctx, frame, now)
	}
	switch {
	case s.pack.Len() == 0:
	case s.cfg.Reflex || now.Sub(s.last) > packUnder:
		s.send(ctx, s.pack.Flush(), now)
	case s.timer == nil:
		s.timer = time.AfterFunc(packFor, func() { s.flush(context.WithoutCancel(ctx)) })
	}
	return nil
}

func (s *speaker) flush(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = nil
	if frame := s.pack.Flush(); frame != nil && s.open {
		s.send(ctx, frame, s.cfg.Now())
	}
}

// send needs the lock. A frame that the bus does not take is lost: its numbers
// show the hole. The first loss and the return are logged.
func (s *speaker) send(ctx context.Context, frame []byte, now time.Time) {
	s.last = now
	err := s.cfg.Bus.Publish(ctx, wave.Message{Subject: s.subject, Data: frame})
	if err != nil {
		s.gone++
		if s.lost++; s.lost == 1 {
			s.cfg.Logger.Warn("waves are lost", slog.String("subject", s.subject), slog.Any("err", err))
		}
		return
	}
	if s.lost > 0 {
		s.cfg.Logger.Info("waves are heard again", slog.String("subject", s.subject), slog.Uint64("lost", s.lost))
		s.lost = 0
	}
}

// begin lets the speaker speak, the first time or again; it goes on counting.
func (s *speaker) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = true
}

// end sends what waits; nothing is said after it.
func (s *speaker) end(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if frame := s.pack.Flush(); frame != nil {
		s.send(ctx, frame, s.cfg.Now())
	}
	s.open = false
}
