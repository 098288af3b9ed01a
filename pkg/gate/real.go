package gate

// Verified opens the real side of a gate, which does not check again. While it
// is OPEN or rests, the signal only raises the value.
func (k *Kernel) Verified(id ID, v Verified, fx *Effects) error {
	if !k.has(id) {
		return ErrGate
	}
	c := &k.cores[id]
	p := &k.profiles[c.profile]
	switch {
	case !p.spec.Gardens.Has(Real):
		return ErrGarden
	case !within(v.Amplitude, 0, 1):
		return ErrAmplitude
	case v.Time < 0 || v.Time > MaxTime:
		return ErrTime
	}
	x := k.warm(c)
	s := &x.real
	now := max(s.last, v.Time)
	if s.due != 0 && s.due <= now {
		k.silence(id, Real, now, fx)
	}
	s.fade(p, now)
	if s.state != Stable || now < s.free {
		s.p = max(s.p, v.Amplitude)
		if s.state != Stable {
			k.file(id, Real, s, s.deadline(p))
		}
		return nil
	}
	s.raise(p, v.Amplitude)
	t := k.transition(id, Real, s, Open, FromVerified, now, fx)
	k.file(id, Real, s, s.deadline(p))
	t.Amplitude, t.Of, t.Tier = v.Amplitude, v.Seq, k.tier(c, p, now)
	var about, pattern uint64
	if r := x.find(Virtual, v.Seq); r != nil {
		about, pattern = r.about, r.pattern
		t.Correlation, t.Cost = float64(r.correlation), float64(r.cost)
		t.Triggers = k.recalled(r, fx)
	}
	x.recall(p, t, about, pattern)
	return nil
}

// recalled gives the triggers of an earlier transition as far as they are kept.
func (k *Kernel) recalled(r *recent, fx *Effects) []Signal {
	first := len(fx.signals)
	for _, t := range r.by[:r.n] {
		fx.signals = append(fx.signals, Signal{
			Source: k.names.text(t.source), Confidence: float64(t.confidence), Share: float64(t.share),
			Time: r.at, Region: k.names.text(r.about),
		})
	}
	return fx.signals[first:len(fx.signals):len(fx.signals)]
}

// Force closes one side of a gate and says why. It passes through STABLE and
// does not wait for the refractory time.
func (k *Kernel) Force(id ID, g Garden, reason string, at Time, fx *Effects) error {
	if !k.has(id) {
		return ErrGate
	}
	c := &k.cores[id]
	p := &k.profiles[c.profile]
	switch {
	case g > Real || !p.spec.Gardens.Has(g):
		return ErrGarden
	case at < 0 || at > MaxTime:
		return ErrTime
	}
	x := k.warm(c)
	s := k.side(id, g)
	now := max(s.last, at)
	if s.due != 0 && s.due <= now {
		k.silence(id, g, now, fx)
	}
	s.fade(p, now)
	s.p, s.q = 0, -p.spec.Close
	for s.state != Closed {
		to := Stable
		if s.state == Stable {
			to = Closed
		}
		t := k.transition(id, g, s, to, Forced, now, fx)
		t.Reason = reason
		if to == Closed {
			x.recall(p, t, 0, 0)
		}
	}
	k.file(id, g, s, s.deadline(p))
	return nil
}
