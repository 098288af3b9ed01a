package gate

import (
	"cmp"
	"slices"
)

// Report explains a gate as it stands at now. It changes nothing and may
// allocate.
func (k *Kernel) Report(id ID, now Time) Report {
	if !k.has(id) {
		return Report{}
	}
	c := &k.cores[id]
	p := &k.profiles[c.profile]
	now = max(now, c.last)
	r := Report{
		Gate: k.gates[id], ID: id, Spec: k.Spec(id), At: now,
		ForOpen: float64(c.plus), ForClose: float64(c.minus),
		Weight: p.spec.Weight, Trusted: p.spec.Weight > p.spec.Reflex,
	}
	if c.last != 0 {
		r.Rate = float64(float64(c.rate) * exp2(-float64(float64(now-c.last)*p.perTau)))
	}
	var x *cold
	if c.cold != 0 {
		x = k.colds[c.cold]
		// Routing may notice that trust has faded: that is for a wave to do.
		trusted := x.reflex
		defer func() { x.reflex = trusted }()
		r.Weight = x.trusted(p, now)
	}
	r.Tier = k.tier(c, p, now)
	r.Trusted = r.Tier == 0
	if p.spec.Gardens.Has(Virtual) {
		r.Virtual = c.side.standing(p, now)
	}
	if p.spec.Gardens.Has(Real) {
		side := side{}
		if x != nil {
			side = x.real
		}
		r.Real = side.standing(p, now)
	}
	k.explainVoices(&r, id, c, p, x)
	if x != nil {
		k.explainLessons(&r, p, x)
	}
	return r
}

// standing reads one side at now.
func (s *side) standing(p *profile, now Time) *Standing {
	out := &Standing{State: s.state, Seq: s.seq, Since: s.last}
	if s.last == 0 {
		return out
	}
	now = max(now, s.last)
	f := exp2(-float64(float64(now-s.last) * p.perHalf))
	out.P, out.Q, out.Value = s.p*f, s.q*f, s.value(p, now)
	if s.free > now {
		out.RestsUntil = s.free
	}
	if s.state != Stable {
		out.StableAt = s.deadline(p)
	}
	return out
}

// explainVoices lists who is remembered, newest first, and judges the newest
// again.
func (k *Kernel) explainVoices(r *Report, id ID, c *core, p *profile, x *cold) {
	ring := k.voices(id, c)
	order := make([]int, len(ring))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(ring[b].at, ring[a].at), cmp.Compare(ring[b].order, ring[a].order))
	})
	if len(order) == 0 {
		return
	}
	newest := order[0]
	var again *scene
	if ring[newest].kind != noMeaning {
		again = k.again(newest, id, c, p, x)
		r.Last = again.hearing(k, c, p, r.At)
	}
	for _, slot := range order {
		v := &ring[slot]
		s := Signal{
			Source: k.names.text(v.source), Confidence: v.confidence, Time: v.at, Valence: v.valence,
			Weight: v.weight(p, r.At),
		}
		k.about(&s, v.kind, v.key)
		if x != nil && x.costs != nil {
			s.Cost = x.costs[slot]
		}
		if again != nil {
			s.Agreement, s.Share = again.partOf(slot, newest)
		}
		r.Voices = append(r.Voices, s)
	}
}

// again hears the voice of a slot once more, beside the shard's own scene.
func (k *Kernel) again(slot int, id ID, c *core, p *profile, x *cold) *scene {
	ring := k.voices(id, c)
	v := &ring[slot]
	w := &Wave{Source: k.names.text(v.source), Confidence: v.confidence, Valence: v.valence, Time: v.at}
	w.Meaning.kind, w.Meaning.key, w.Meaning.pattern = v.kind, v.key, v.key
	if v.kind == signature {
		w.Meaning.sig = x.heard.sigs[slot]
		w.Meaning.pattern = w.Meaning.sig.familiar()
	}
	if v.kind == vector {
		_ = w.Meaning.SetEmbedding(x.heard.vec(slot)) // it was legal when it was heard
	}
	s := &scene{source: v.source, own: slot}
	k.listen(s, ring, c, p, w, max(c.last, v.at))
	s.counts(c, p)
	return s
}

// partOf is a voice's agreement with the one heard again, and its share of the
// amplitude.
func (s *scene) partOf(slot, newest int) (agreement, share float64) {
	total, own := -ln(1-float64(s.weight*s.strongest)), 0.0
	if slot == newest {
		agreement, own = 1, total
	}
	for i := range s.n {
		part := 0.0
		if s.r[i]*s.rho > 0 {
			part = max(0, -ln(1-float64(s.w[i]*max(s.r[i], -s.r[i]))))
		}
		total += part
		if int(s.slot[i]) == slot {
			agreement, own = s.r[i], part
		}
	}
	if total > 0 {
		share = clamp(own/total, 0, 1)
	}
	return agreement, share
}

// hearing says what became of the voice, and what held it back.
func (s *scene) hearing(k *Kernel, c *core, p *profile, now Time) *Hearing {
	h := &Hearing{
		Speaker: k.names.text(s.source), Related: s.n, Correlation: s.rho, Amplitude: s.amplitude,
		Corroborated: s.corroborated, Mass: s.mass, Chance: s.chance, Surprise: s.surprise,
		Needed: s.needed, Gain: s.gain, Evidence: clamp(s.weighed, -1, 1),
	}
	switch {
	case s.reflex:
		h.Evidence = s.wave.Confidence
	case s.n == 0:
		h.Held = "nobody else spoke about this within the window"
	case s.amplitude == 0:
		h.Held = "those who spoke about this weigh nothing"
	case !s.counts(c, p):
		h.Held, h.Evidence = "as much agreement comes about by accident here", 0
	case c.state == Stable && now < c.free:
		h.Held = "the gate rests after its last transition"
	case h.Evidence < p.spec.Open && h.Evidence > p.spec.Close:
		h.Held = "the evidence is below the threshold"
	}
	return h
}

// explainLessons lists what outcomes taught and what they may still name.
func (k *Kernel) explainLessons(r *Report, p *profile, x *cold) {
	for _, ch := range x.changes {
		r.Changes = append(r.Changes, Change{
			Time: ch.at, Before: float64(ch.before), After: float64(ch.after), Outcome: ch.kind,
			Discrepancy: float64(ch.discrepancy), Garden: ch.garden, Seq: ch.seq,
		})
	}
	for _, e := range x.patterns {
		b := e.idle(even, r.At)
		out := Pattern{About: k.nameOf(e.about), Confirmed: b.a - even.a, Failed: b.b - even.b, Gain: e.gain(r.At), Used: e.at}
		for _, source := range e.by[:e.n] {
			out.Sources = append(out.Sources, k.nameOf(source))
		}
		r.Patterns = append(r.Patterns, out)
	}
	slices.SortStableFunc(r.Patterns, func(a, b Pattern) int { return cmp.Compare(b.Gain, a.Gain) })
	for _, e := range x.sources {
		b := e.idle(even, r.At)
		r.Sources = append(r.Sources, Reliability{
			Source: k.nameOf(e.source), Confirmed: b.a - even.a, Failed: b.b - even.b, Factor: e.factor(r.At), Used: e.at,
		})
	}
	slices.SortStableFunc(r.Sources, func(a, b Reliability) int { return cmp.Compare(a.Source, b.Source) })
	r.Recent = k.explainRecent(r, x)
	r.Learned = len(x.changes)*changeCost + len(x.recent)*recentCost + len(x.sources)*sourceCost + len(x.patterns)*patternCost
}

// explainRecent lists the openings and closings an outcome may still name,
// oldest first.
func (k *Kernel) explainRecent(r *Report, x *cold) []Transition {
	var out []Transition
	kept := uint64(len(x.recent))
	for n := max(x.recentN, kept) - kept; n < x.recentN; n++ {
		e := &x.recent[n%kept]
		t := Transition{
			Gate: r.Gate, ID: r.ID, Garden: e.garden, Seq: e.seq, From: Stable, To: e.to,
			Value: float64(e.value), Correlation: float64(e.correlation), Amplitude: float64(e.amplitude),
			Weight: float64(e.weight), Tier: int(e.tier), Cause: e.cause, Cost: float64(e.cost), Time: e.at, Of: e.of,
		}
		for _, by := range e.by[:e.n] {
			s := Signal{Source: k.nameOf(by.source), Confidence: float64(by.confidence), Share: float64(by.share), Time: e.at, Agreement: 1, Valence: 1}
			if text := k.names.text(e.about); text != "" {
				s.Region = text
			} else {
				s.Digest = e.about
			}
			t.Triggers = append(t.Triggers, s)
		}
		out = append(out, t)
	}
	return out
}

// nameOf is the text behind a hash, or the hash where no text is known.
func (k *Kernel) nameOf(hash uint64) string {
	if text := k.names.text(hash); text != "" {
		return text
	}
	return (Signal{Digest: hash}).About()
}
