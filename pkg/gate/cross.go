package gate

import "slices"

// cross makes the virtual side change state because of the scene, and
// everything that goes with it: the transition, the correlation record, the
// escalation, the handover, and what an outcome may later teach.
func (k *Kernel) cross(s *scene, id ID, c *core, p *profile, to State, cause Cause, fx *Effects) {
	t := k.transition(id, Virtual, &c.side, to, cause, s.now, fx)
	t.Correlation, t.Amplitude = s.rho, s.amplitude
	heard := k.signals(s, id, c, fx)
	t.Triggers, t.Cost = triggers(s, heard, fx)
	if to == Stable {
		k.unfile(id, Virtual, &c.side)
		return
	}
	k.file(id, Virtual, &c.side, c.deadline(p))
	if to == Open {
		t.Tier = k.tier(c, p, s.now)
	}
	if s.pattern == 0 {
		s.pattern = s.patternKey(k.voices(id, c))
	}
	k.warm(c).recall(p, t, s.wave.Meaning.key, s.pattern)
	correlate(s, t, heard, fx)
	if to != Open {
		return
	}
	if t.Tier >= 3 {
		fx.Escalations = append(fx.Escalations, Escalation{
			Gate: t.Gate, ID: id, Seq: t.Seq, Region: t.Triggers[0].Region, Digest: t.Triggers[0].Digest,
			Amplitude: t.Amplitude, Signals: t.Triggers, Tier: t.Tier, Time: t.Time,
		})
	}
	if p.spec.Gardens == Both && t.Amplitude >= p.spec.Handover {
		fx.Handovers = append(fx.Handovers, Handover{
			Gate: t.Gate, ID: id, Seq: t.Seq,
			Amplitude: t.Amplitude, Signals: t.Triggers, Time: t.Time,
		})
	}
}

// signals appends the speaker and the related voices, with their shares of the
// amplitude. Those that do not carry it have share 0.
func (k *Kernel) signals(s *scene, id ID, c *core, fx *Effects) []Signal {
	to, first := fx.signals, len(fx.signals)
	w := s.wave
	speaker := Signal{
		Source: k.names.text(s.source), Confidence: w.Confidence, Time: w.Time,
		Valence: w.Valence, Agreement: 1, Weight: s.weight, Cost: w.Cost,
	}
	k.about(&speaker, w.Meaning.kind, w.Meaning.key)
	if speaker.Share = 1; !s.reflex {
		speaker.Share = max(0, -ln(1-float64(s.weight*s.strongest)))
	}
	total := speaker.Share
	to = append(to, speaker)
	ring := k.voices(id, c)
	for i := range s.n {
		v := &ring[s.slot[i]]
		x := Signal{
			Source: k.names.text(v.source), Confidence: v.confidence, Time: v.at,
			Valence: v.valence, Agreement: s.r[i], Weight: s.w[i],
		}
		k.about(&x, v.kind, v.key)
		if c.cold != 0 && k.colds[c.cold].costs != nil {
			x.Cost = k.colds[c.cold].costs[s.slot[i]]
		}
		if r := s.r[i]; r*s.rho > 0 {
			x.Share = max(0, -ln(1-float64(s.w[i]*max(r, -r))))
			total += x.Share
		}
		to = append(to, x)
	}
	fx.signals = to
	xs := slices.Clip(to[first:])
	if total > 0 {
		for i := range xs {
			xs[i].Share /= total
		}
	}
	return xs
}

func (k *Kernel) about(x *Signal, kind kind, key uint64) {
	if kind == label {
		x.Region = k.names.text(key)
	} else {
		x.Digest = key
	}
}

// triggers are the voices the amplitude stands on, the speaker first, and what
// they cost together.
func triggers(s *scene, heard []Signal, fx *Effects) (who []Signal, cost float64) {
	carries := func(i int) bool { return i == 0 || heard[i].Agreement*s.rho > 0 }
	all := true
	for i := range heard {
		if carries(i) {
			cost += heard[i].Cost
		} else {
			all = false
		}
	}
	if all {
		return heard, cost
	}
	first := len(fx.signals)
	for i := range heard {
		if carries(i) {
			fx.signals = append(fx.signals, heard[i])
		}
	}
	return slices.Clip(fx.signals[first:]), cost
}

// correlate records what was compared when the gate left STABLE.
func correlate(s *scene, t *Transition, heard []Signal, fx *Effects) {
	x := Correlation{
		Gate: t.Gate, ID: t.ID, Seq: t.Seq, Start: s.now, End: s.now,
		Signals: heard, Aggregate: s.rho, Result: Opened,
	}
	if t.To == Closed {
		x.Result = DidClose
	}
	for i := range heard {
		x.Start = min(x.Start, heard[i].Time)
	}
	x.Matrix = fx.pairs(heard)
	fx.Correlations = append(fx.Correlations, x)
}

// pairs is the matrix of pairwise agreement as step 4 takes it: the product of
// each one's agreement with the speaker.
func (fx *Effects) pairs(xs []Signal) []float64 {
	first := len(fx.matrix)
	for i := range xs {
		for j := range xs {
			r := xs[i].Agreement * xs[j].Agreement
			if i == j {
				r = 1
			}
			fx.matrix = append(fx.matrix, r)
		}
	}
	return slices.Clip(fx.matrix[first:])
}
