package cell

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// The states of the pressure nerve.
//
//	        virtual opens               real opens
//	idle ───────────────────▶ alert ───────────────────▶ measuring
//	 ▲ ◀───────────────────────┘ ◀── still open ────────────┘ │
//	 │      virtual is stable                                  │
//	 └──────────────────────── virtual is stable ◀─────────────┘
//	(idle ──▶ measuring: virtual was stable again before real opened)
const (
	stateIdle      = "idle"
	stateAlert     = "alert"
	stateMeasuring = "measuring"
)

var pressureNerve = topology.Nerve{
	States: []string{stateIdle, stateAlert, stateMeasuring},
	Transitions: edges([2]string{stateIdle, stateAlert}, [2]string{stateAlert, stateIdle}, [2]string{stateAlert, stateMeasuring},
		[2]string{stateIdle, stateMeasuring}, [2]string{stateMeasuring, stateAlert}, [2]string{stateMeasuring, stateIdle}),
}

// causeAgain is how soon another cause may be named while the gate is open.
const causeAgain = 2 * time.Second

// pressure names who causes the pressure when its gate opens, and measures for
// the real garden whether the pressure is there.
type pressure struct {
	*Nerve
	causes  causes
	opens   seen              // virtual and real openings already heard
	regions map[string]string // region of each virtual opening that is remembered
	open    *wave.Transition  // virtual opening that still lasts
	seen    pressureSeen      // what is known about the latest opening
	toldAt  time.Time         // when its cause was told
	queue   []wave.Transition // real openings that wait to be measured
	current *measuring        // measurement that runs
	meters  func() *meter     // makes what measures
	history []string          // keys of regions, oldest first
}

func newPressure(cfg NerveConfig) (*Nerve, error) {
	n, err := newNerve(cfg, pressureNerve)
	if err != nil {
		return nil, err
	}
	if len(n.cfg.Cells) == 0 {
		n.cfg.Cells = []string{"process", "load", "cpu", "memory", "disk", "network", "temperature", "battery"}
	}
	n.mind = &pressure{
		Nerve: n, causes: causes{}, regions: map[string]string{},
		meters: func() *meter { return newMeter(n.cfg.Machine) },
	}
	return n, nil
}

func (p *pressure) filters() ([]string, error) {
	var out []string
	add := func(k wave.Kind, args ...string) error {
		f, err := wave.Filter(k, p.cfg.Env, args...)
		out = append(out, f)
		return err
	}
	for _, kind := range []wave.Kind{wave.KindGateTransition, wave.KindRealTransition} {
		if err := add(kind, p.cfg.Gate); err != nil {
			return nil, err
		}
	}
	for _, cell := range p.cfg.Cells {
		token, err := wave.Token(cell)
		if err != nil {
			return nil, err
		}
		if err := add(wave.KindCellWave, token); err != nil {
			return nil, err
		}
		if err := add(wave.KindCellWaveN, token, "*"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *pressure) hear(ctx context.Context, s wave.Subject, m wave.Message) {
	switch s.Kind() {
	case wave.KindCellWave, wave.KindCellWaveN:
		wave.ParseFrame(m.Data, func(_ int, w wave.Wave, err error) {
			if err == nil {
				p.causes.hear(s.Name(), w, p.cfg.Now())
			}
		})
		p.nameAgain(ctx)
	case wave.KindGateTransition:
		p.transition(ctx, m, wave.Virtual, p.virtual)
	case wave.KindRealTransition:
		p.transition(ctx, m, wave.Real, p.real)
	}
}

func (p *pressure) transition(ctx context.Context, m wave.Message, g wave.Garden, then func(context.Context, wave.Transition)) {
	t, err := wave.Decode[wave.Transition](m.Data)
	if err != nil || t.Gate != p.cfg.Gate || t.Garden != g {
		p.refused(m, err)
		return
	}
	if p.opens.first(t.ID) {
		then(ctx, t)
	}
}

// virtual follows the gate where it explores.
func (p *pressure) virtual(ctx context.Context, t wave.Transition) {
	if t.To != wave.Open {
		was := p.open
		p.open = nil
		if was != nil && p.machine.State() == stateAlert {
			p.tell(ctx, step{to: stateIdle, transition: t.ID, reason: "the gate is " + t.To.String() + "; it was: " + p.seen.reason(), seen: p.seen})
		}
		return
	}
	region := leading(t.Triggers)
	p.remember(t.ID, region)
	p.open = &t
	p.seen, p.toldAt = pressureSeen{Cause: p.causes.of(region, p.cfg.Now())}, p.cfg.Now()
	s := step{transition: t.ID, reason: p.seen.reason(), seen: p.seen}
	if p.machine.State() == stateIdle {
		s.to = stateAlert
	}
	p.tell(ctx, s)
}

// nameAgain corrects the name when another process turns out to be the cause.
func (p *pressure) nameAgain(ctx context.Context) {
	now := p.cfg.Now()
	if p.open == nil || now.Sub(p.toldAt) < causeAgain {
		return
	}
	cause := p.causes.of(p.regions[p.open.ID], now)
	if cause.PID == 0 || cause.PID == p.seen.PID {
		return
	}
	p.seen.Cause, p.toldAt = cause, now
	p.tell(ctx, step{transition: p.open.ID, reason: p.seen.reason(), seen: p.seen})
}

// remember keeps the regions of the latest openings.
func (p *pressure) remember(id, region string) {
	if p.regions[id] == "" {
		p.history = append(p.history, id)
	}
	p.regions[id] = region
	if len(p.history) > seenSize {
		delete(p.regions, p.history[0])
		p.history = p.history[1:]
	}
}

// real begins to measure what the virtual garden handed over.
func (p *pressure) real(ctx context.Context, t wave.Transition) {
	if t.To != wave.Open || t.Of == "" || len(p.queue) >= outboxSize {
		return
	}
	p.queue = append(p.queue, t)
	if p.current == nil {
		p.begin(ctx)
	}
}

// begin takes the next real opening and its first look.
func (p *pressure) begin(ctx context.Context) {
	for len(p.queue) > 0 && p.current == nil {
		t := p.queue[0]
		p.queue = p.queue[1:]
		region := cmp.Or(p.regions[t.Of], leading(t.Triggers))
		m := &measuring{transition: t, region: region, meter: p.meters(), until: p.cfg.Now().Add(p.cfg.Measure)}
		if err := m.meter.look(ctx, region, p.cfg.Now()); err != nil {
			p.tell(ctx, step{transition: t.ID, reason: fmt.Sprintf("%s cannot be measured here: %v", cmp.Or(region, "what opened the gate"), err)})
			continue
		}
		p.current = m
		if p.open == nil || p.open.ID != t.Of {
			p.seen = pressureSeen{Cause: p.causes.of(region, p.cfg.Now())}
		}
		p.tell(ctx, step{
			to: stateMeasuring, transition: t.ID, seen: p.seen,
			reason: fmt.Sprintf("measuring the %s for %s: %s", region, p.cfg.Measure, p.seen.reason()),
		})
	}
}

func (p *pressure) due() time.Time {
	if p.current == nil {
		return time.Time{}
	}
	return p.current.until
}

// wake ends the measurement and judges.
func (p *pressure) wake(ctx context.Context) {
	m := p.current
	p.current = nil
	s := step{to: stateIdle, transition: m.transition.ID}
	if p.open != nil {
		s.to = stateAlert
	}
	if err := m.meter.look(ctx, m.region, p.cfg.Now()); err != nil {
		s.reason = fmt.Sprintf("the %s could not be measured: %v", m.region, err)
	} else {
		j := m.meter.judge(m.region)
		p.outbox.put(j.outcome(p.cfg.Gate, m.transition.Of, wave.BySensor, p.cfg.Now()))
		p.seen.Measured = &j
		s.reason = p.seen.reason()
	}
	s.seen = p.seen
	p.tell(ctx, s)
	p.begin(ctx)
}

// pressureSeen is what a state tells beside its name.
type pressureSeen struct {
	Cause
	Measured *judgement `json:"measured,omitzero"`
}

func (s pressureSeen) reason() string {
	if s.Measured == nil {
		return s.Cause.reason()
	}
	return s.Cause.reason() + "; " + s.Measured.reason()
}

// measuring is one measurement of the real garden.
type measuring struct {
	transition wave.Transition
	region     string
	meter      *meter
	until      time.Time
}

// leading is the region with the largest share of the evidence, of equal ones
// the first named.
func leading(signals []wave.Signal) string {
	sum, best := map[string]float64{}, ""
	for _, s := range signals {
		if s.Region == "" {
			continue
		}
		if sum[s.Region] += s.Share + s.Confidence/1e3; best == "" || sum[s.Region] > sum[best] {
			best = s.Region
		}
	}
	return best
}
