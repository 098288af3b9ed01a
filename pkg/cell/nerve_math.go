package cell

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// The states of the math nerve.
//
//	idle ──── a mind is asked ────▶ waiting ──── it answers ────▶ answered
//	 ▲ ◀──────── no answer ───────────┘ ◀── it is asked again ──────┘ │
//	 └────────────────────────── after a while ◀──────────────────────┘
const (
	stateWaiting  = "waiting"
	stateAnswered = "answered"
)

var mathNerve = topology.Nerve{
	States: []string{stateIdle, stateWaiting, stateAnswered},
	Transitions: edges([2]string{stateIdle, stateWaiting}, [2]string{stateWaiting, stateAnswered}, [2]string{stateWaiting, stateIdle},
		[2]string{stateAnswered, stateWaiting}, [2]string{stateAnswered, stateIdle}),
}

const (
	answerWithin = 2 * time.Minute  // when the request names no deadline
	answerShown  = 10 * time.Second // how long the nerve stays answered
	answersOpen  = 64               // questions that are waited for
)

// mathMind checks what a mind answers to a calculation by computing it again.
type mathMind struct {
	*Nerve
	asked   map[string]question // by id of the request
	heard   seen
	restful time.Time // when answered becomes idle
}

// question is a request that waits for its answer.
type question struct {
	transition string
	text       string
	until      time.Time
}

func newMathNerve(cfg NerveConfig) (*Nerve, error) {
	n, err := newNerve(cfg, mathNerve)
	if err != nil {
		return nil, err
	}
	n.mind = &mathMind{Nerve: n, asked: map[string]question{}}
	return n, nil
}

func (n *mathMind) filters() ([]string, error) {
	var out []string
	for kind, args := range map[wave.Kind][]string{
		wave.KindCognitiveRequest: {"*"}, wave.KindCognitiveRequestAs: {"*", "*"}, wave.KindCognitiveResponse: {"*"},
	} {
		f, err := wave.Filter(kind, n.cfg.Env, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (n *mathMind) hear(ctx context.Context, s wave.Subject, m wave.Message) {
	switch s.Kind() {
	case wave.KindCognitiveRequest, wave.KindCognitiveRequestAs:
		r, err := wave.Decode[wave.CognitiveRequest](m.Data)
		if err != nil {
			n.refused(m, err)
			return
		}
		n.question(ctx, r)
	case wave.KindCognitiveResponse:
		r, err := wave.Decode[wave.CognitiveResponse](m.Data)
		if err != nil {
			n.refused(m, err)
			return
		}
		n.answer(ctx, s.Name(), r)
	}
}

// question notes what a mind is asked because of this gate.
func (n *mathMind) question(ctx context.Context, r wave.CognitiveRequest) {
	if r.Gate != n.cfg.Gate || r.Transition == "" || len(n.asked) >= answersOpen || !n.heard.first(r.ID) {
		return
	}
	until := r.Deadline
	if until.IsZero() {
		until = n.cfg.Now().Add(answerWithin)
	}
	q := question{transition: r.Transition, text: questionText(r.Input), until: until}
	n.asked[r.ID] = q
	n.tell(ctx, step{to: stateWaiting, transition: r.Transition, reason: fmt.Sprintf("a mind is asked: %s", wave.Cut(cmp.Or(q.text, "(no text)"), 200))})
}

// questionText is the text of a request's input, or its expression.
func questionText(input []byte) string {
	var in struct {
		Text       string `json:"text"`
		Expression string `json:"expression"`
	}
	if json.Unmarshal(input, &in) != nil {
		return ""
	}
	return cmp.Or(in.Text, in.Expression)
}

// answer judges a mind's answer to one of the questions.
func (n *mathMind) answer(ctx context.Context, mind string, r wave.CognitiveResponse) {
	q, waiting := n.asked[r.Request]
	if !waiting {
		return
	}
	delete(n.asked, r.Request)
	s := step{to: stateAnswered, transition: q.transition}
	if len(n.asked) > 0 {
		s.to = "" // others are still waited for
	}
	n.restful = n.cfg.Now().Add(answerShown)
	c, ok := Calculate(q.text)
	switch {
	case r.Error != "":
		s.reason = fmt.Sprintf("%s gave no answer: %s", mind, r.Error)
	case !ok || c.Err != nil:
		s.reason = fmt.Sprintf("%s answered; there is nothing to check it with", mind)
	default:
		check := c.check(r.Result)
		n.outbox.put(check.outcome(n.cfg.Gate, q.transition, n.cfg.Now()))
		s.reason, s.seen = check.reason(mind), check
	}
	n.tell(ctx, s)
}

func (n *mathMind) due() time.Time {
	first := time.Time{}
	if n.machine.State() == stateAnswered {
		first = n.restful
	}
	for _, q := range n.asked {
		if first.IsZero() || q.until.Before(first) {
			first = q.until
		}
	}
	return first
}

// wake gives up questions whose time is over, and rests.
func (n *mathMind) wake(ctx context.Context) {
	now := n.cfg.Now()
	for id, q := range n.asked {
		if now.Before(q.until) {
			continue
		}
		delete(n.asked, id)
		s := step{transition: q.transition, reason: "no answer came in time"}
		if len(n.asked) == 0 && n.machine.State() == stateWaiting {
			s.to = stateIdle
		}
		n.tell(ctx, s)
	}
	if n.machine.State() == stateAnswered && !now.Before(n.restful) {
		n.tell(ctx, step{to: stateIdle, reason: "nothing is asked"})
	}
}
