package cell

import (
	"context"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// rejecter reports refused messages on nervous.rejects.
type rejecter struct {
	cfg     Config
	subject string
	rejects wave.Rejects
}

func newRejecter(cfg Config) (*rejecter, error) {
	subject, err := wave.New(wave.KindRejects, cfg.Env)
	return &rejecter{cfg: cfg, subject: subject.String(), rejects: wave.Rejects{By: cfg.Source}}, err
}

// refuse reports a message (a line of it; 0: the whole) that broke a rule.
func (r *rejecter) refuse(ctx context.Context, m wave.Message, line int, err error) {
	report, say := r.rejects.Report(m.Subject, line, m.Data, err, r.cfg.Now())
	if !say {
		return
	}
	if body, err := wave.Encode(report); err == nil {
		_ = r.cfg.Bus.Publish(ctx, wave.Message{Subject: r.subject, Data: body}) // reports may get lost
	}
}
