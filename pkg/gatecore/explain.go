package gatecore

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// report renders everything a gate knows about itself. It runs on the loop.
func (c *Core) report(m *member, garden wave.Garden) (wave.GateReport, error) {
	now := c.now()
	r := m.shard.kernel.Report(m.id, now)
	all := sides(r)
	chosen := all[0]
	out := wave.GateReport{
		Gate: m.token, Environment: c.cfg.Env, Owner: c.owner(), Time: now.Std(), Since: c.started.UTC(),
		Waves: c.counters.waves.Load(), Refused: c.rejects.Total(), Late: m.late, Gaps: c.counters.gaps.Load(),
	}
	for _, s := range all {
		out.Gardens = append(out.Gardens, s.garden)
		if s.garden == garden {
			chosen = s
		}
	}
	if garden != "" && chosen.garden != garden {
		return out, &wave.Rule{Field: "garden", Reason: fmt.Sprintf("gate %s does not live in %s", m.token, garden)}
	}
	out.Garden, out.State, out.Value = chosen.garden, wave.State(chosen.State), chosen.Value
	out.P, out.Q, out.Seq = chosen.P, chosen.Q, chosen.Seq
	if chosen.StableAt != 0 {
		out.FallsAt = chosen.StableAt.Std()
	}
	if chosen.RestsUntil != 0 {
		out.QuietUntil = chosen.RestsUntil.Std()
	}
	out.Spec = specView(m, r)
	out.Route = wave.Route{Tier: r.Tier}
	out.Chance = wave.ChanceView{Plus: r.ForOpen, Minus: r.ForClose, Rate: r.Rate, Active: r.Spec.Chance}
	c.explainTrust(&out, r)
	c.explainVoices(&out, m, r, now)
	c.explainTransitions(&out, m, r, chosen.garden)
	for _, name := range slices.Sorted(maps.Keys(m.nerves)) {
		out.Nerves = append(out.Nerves, m.nerves[name])
	}
	for _, a := range c.attention.Accounts() {
		if a.Gate == m.token {
			out.Lifeforce = wave.Lifeforce{Spent: a.Spent, Earned: a.Earned, Net: a.Net}
		}
	}
	return out, nil
}

// explainTransitions lists the last ten of one garden, newest first: those of
// this life with what was said, older ones as the kernel remembers them (which
// is openings and closings: what an outcome may name).
func (c *Core) explainTransitions(out *wave.GateReport, m *member, r gate.Report, garden wave.Garden) {
	told := map[uint64]bool{}
	for _, t := range m.recent {
		if t.Garden == garden {
			told[t.Seq] = true
			out.Transitions = append(out.Transitions, t)
		}
	}
	for i := range r.Recent {
		if t := &r.Recent[i]; t.Garden.String() == string(garden) && !told[t.Seq] {
			out.Transitions = append(out.Transitions, c.wireTransition(t, false))
		}
	}
	slices.SortFunc(out.Transitions, func(a, b wave.Transition) int { return cmp.Compare(b.Seq, a.Seq) })
	out.Transitions = out.Transitions[:min(10, len(out.Transitions))]
}

func specView(m *member, r gate.Report) wave.GateSpec {
	s := r.Spec
	return wave.GateSpec{
		Cells: m.cells[:len(m.cells)-1], Tier: s.Tier, Route: r.Tier,
		Window: wave.Duration(s.Window), HalfLife: wave.Duration(s.HalfLife), Refractory: wave.Duration(s.Refractory),
		Open: s.Open, Close: s.Close, Release: s.Release, Similarity: s.Similarity, Neighbours: s.Neighbours,
		Weight: s.Weight, Reflex: s.Reflex, ReflexConfidence: s.ReflexConfidence, Handover: s.Handover,
		Chance: s.Chance, Embedder: s.Embedder.String(), Memory: int64(s.Memory),
	}
}

// explainTrust renders what outcomes have taught.
func (c *Core) explainTrust(out *wave.GateReport, r gate.Report) {
	out.Weight = wave.WeightView{Reading: r.Weight, Reflex: r.Trusted}
	for i := len(r.Changes) - 1; i >= 0; i-- {
		ch := &r.Changes[i]
		out.Weight.Changes = append(out.Weight.Changes, wave.WeightChange{
			Time: ch.Time.Std(), Outcome: wave.Verdict(ch.Outcome.String()), Discrepancy: ch.Discrepancy,
			From: ch.Before, To: ch.After,
			Transition: wave.TransitionID(r.Gate, wave.Garden(ch.Garden.String()), ch.Seq),
		})
	}
	for _, p := range r.Patterns {
		out.Patterns = append(out.Patterns, wave.Pattern{
			Meaning: p.About, Sources: p.Sources, Gain: p.Gain, Confirmed: p.Confirmed, Failed: p.Failed,
		})
	}
	for _, s := range r.Sources {
		out.Sources = append(out.Sources, wave.SourceView{
			Source: s.Source, Reliability: s.Factor, Confirmed: s.Confirmed, Failed: s.Failed,
		})
	}
}

// explainVoices renders who spoke lately and what was made of it.
func (c *Core) explainVoices(out *wave.GateReport, m *member, r gate.Report, now gate.Time) {
	reliability := map[string]float64{}
	for _, s := range r.Sources {
		reliability[s.Source] = s.Factor
	}
	for i := range r.Voices {
		s := &r.Voices[i]
		cell, said := c.voiceOf(m, s.Source, s.Time)
		v := wave.Voice{
			Cell: cell, Source: s.Source, Confidence: s.Confidence, Valence: s.Valence,
			Region: s.Region, Digest: digest(s.Region, s.Digest), Time: s.Time.Std(),
			Age: wave.Duration(max(0, now.Sub(s.Time))), Reliability: 1,
			Agreement: s.Agreement, Share: s.Share, Heard: now.Sub(s.Time) <= r.Spec.Window,
		}
		if said != nil && len(said.Content) <= briefContent {
			v.Content = said.Content
		}
		if f, ok := reliability[s.Source]; ok {
			v.Reliability = f
		}
		out.Voices = append(out.Voices, v)
	}
	out.Evidence.Gain = 1
	if h := r.Last; h != nil {
		out.Evidence = wave.Evidence{
			Correlation: h.Correlation, Amplitude: h.Corroborated, Gain: h.Gain, Surprise: h.Surprise,
			Needed: h.Needed, Counted: h.Held == "", Value: h.Evidence,
		}
	}
}
