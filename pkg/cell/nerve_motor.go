package cell

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/robot"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// askWithin is how long a motor may take to answer.
const askWithin = time.Second

// motorLine commands a motor, one request at a time. While one is under way only
// the newest of the following is kept: what was decided before is out of date.
// It belongs to the loop of its nerve.
type motorLine struct {
	nerve   *Nerve
	subject string
	heard   func(ctx context.Context, s robot.State) // what the motor answers
	busy    bool
	waiting *robot.Command
	failing bool
}

// newMotorLine leads to the first of the nerve's commands, or the cell "motor".
func newMotorLine(n *Nerve, heard func(context.Context, robot.State)) (*motorLine, error) {
	name := "motor"
	if len(n.cfg.Commands) > 0 {
		name = n.cfg.Commands[0]
	}
	token, err := wave.TokenFor(wave.KindCellRequest, name)
	if err != nil {
		return nil, err
	}
	subject, err := wave.New(wave.KindCellRequest, n.cfg.Env, token)
	if err != nil {
		return nil, err
	}
	return &motorLine{nerve: n, subject: subject.String(), heard: heard}, nil
}

// send asks the motor, now or when it has answered.
func (l *motorLine) send(c robot.Command) {
	if c.Do == "" {
		return
	}
	if l.busy {
		l.waiting = &c
		return
	}
	body, err := l.body(c)
	if err != nil {
		l.nerve.cfg.Logger.Error("command cannot be written", slog.String("nerve", l.nerve.cfg.Name), slog.Any(daemon.KeyErr, err))
		return
	}
	err = l.nerve.Go(func(ctx context.Context) error {
		state, err := l.ask(ctx, body)
		select {
		case l.nerve.events <- func(ctx context.Context) { l.answered(ctx, state, err) }:
		case <-ctx.Done():
		}
		return nil
	})
	l.busy = err == nil
}

func (l *motorLine) body(c robot.Command) ([]byte, error) {
	o := order{For: wave.Duration(c.Lease)}
	switch c.Do {
	case robot.DoDrive:
		o.Metres, o.From = &c.Metres, &c.From
	case robot.DoTurn, robot.DoRelease:
		o.Heading = &c.Heading
	}
	input, err := marshal(o)
	if err != nil {
		return nil, err
	}
	return wave.Encode(wave.CellRequest{Command: c.Do, Input: input, By: l.nerve.cfg.Source})
}

// ask sends one command and reads where the robot is then.
func (l *motorLine) ask(ctx context.Context, body []byte) (robot.State, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	answer, err := l.nerve.cfg.Bus.Request(ctx, l.subject, body)
	if err != nil {
		return robot.State{}, err
	}
	r, err := wave.Decode[wave.CellResponse](answer)
	if err != nil {
		return robot.State{}, err
	}
	state, ok := motorState(r.Result)
	switch {
	case r.Error != "":
		return state, &refusal{r.Error}
	case !ok:
		return state, errors.New("the answer does not say where the robot is")
	}
	return state, nil
}

// refusal is a motor that understood and would not.
type refusal struct{ why string }

func (r *refusal) Error() string { return r.why }

// answered goes on with what waited meanwhile.
func (l *motorLine) answered(ctx context.Context, s robot.State, err error) {
	l.busy = false
	switch refused := new(refusal); {
	case err == nil:
		l.heard(ctx, s)
	case errors.As(err, &refused): // the brake is on: the next look decides
	case !l.failing && ctx.Err() == nil:
		l.nerve.cfg.Logger.Warn("the motor does not answer; it is asked again", slog.String("nerve", l.nerve.cfg.Name),
			slog.String(daemon.KeySubject, l.subject), slog.Any(daemon.KeyErr, err))
		l.failing = true
		return
	}
	l.failing = l.failing && err != nil
	if next := l.waiting; next != nil {
		l.waiting = nil
		l.send(*next)
	}
}

// hearing lists the waves of the cells that a nerve hears: its own list and
// those it commands, each once.
func (n *Nerve) hearing(kinds ...wave.Kind) ([]string, error) {
	var out []string
	for _, k := range kinds {
		f, err := wave.Filter(k, n.cfg.Env, n.cfg.Gate)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	known := map[string]bool{}
	for _, name := range append(append([]string{}, n.cfg.Cells...), n.cfg.Commands...) {
		token, err := wave.Token(name)
		if err != nil {
			return nil, err
		}
		if known[token] {
			continue
		}
		known[token] = true
		one, err := wave.Filter(wave.KindCellWave, n.cfg.Env, token)
		many, errN := wave.Filter(wave.KindCellWaveN, n.cfg.Env, token, "*")
		if err := cmp.Or(err, errN); err != nil {
			return nil, err
		}
		out = append(out, one, many)
	}
	return out, nil
}
