package cell

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

const (
	rejectsPerSecond = 10  // a broken sender must not drown the bus
	rejectHead       = 120 // bytes of a refused message that are shown
)

// rejecter reports refused messages on nervous.rejects.
type rejecter struct {
	cfg     Config
	subject string

	mu         sync.Mutex
	second     int64
	said       int
	suppressed uint64
}

func newRejecter(cfg Config) (*rejecter, error) {
	subject, err := wave.New(wave.KindRejects, cfg.Env)
	return &rejecter{cfg: cfg, subject: subject.String()}, err
}

// refuse reports a message (a line of it; 0: the whole) that broke a rule.
func (r *rejecter) refuse(ctx context.Context, m wave.Message, line int, err error) {
	report, ok := r.report(m, line, err, r.cfg.Now())
	if !ok {
		return
	}
	if body, err := wave.Encode(report); err == nil {
		_ = r.cfg.Bus.Publish(ctx, wave.Message{Subject: r.subject, Data: body}) // reports may get lost
	}
}

func (r *rejecter) report(m wave.Message, line int, err error, now time.Time) (wave.Reject, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := now.Unix(); s != r.second {
		r.second, r.said = s, 0
	}
	if r.said >= rejectsPerSecond {
		r.suppressed++
		return wave.Reject{}, false
	}
	r.said++
	out := wave.Reject{
		Subject: m.Subject, Reason: cut(err.Error(), 1024), Line: line, Head: cut(string(lineOf(m.Data, line)), rejectHead),
		Suppressed: r.suppressed, By: r.cfg.Source, Time: now,
	}
	if rule, ok := errors.AsType[*wave.Rule](err); ok {
		out.Field, out.Reason = cut(rule.Field, 512), cut(rule.Reason, 1024)
	}
	r.suppressed = 0
	return out, true
}

// cut makes short, valid text.
func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
