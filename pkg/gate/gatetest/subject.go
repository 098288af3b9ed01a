package gatetest

import "github.com/nimmerverse/nimmer/pkg/gate"

// Subject is a gate machine under test: the reference model or the kernel.
type Subject interface {
	Add(s gate.Spec)
	Hear(name string, w Wave, fx *gate.Effects) error
	// Evidence is what the wave heard last gave: e of step 8.
	Evidence(name string) float64
	Advance(name string, now gate.Time, fx *gate.Effects)
	Value(name string, now gate.Time) (gate.State, float64)
	Outcome(name string, o gate.Outcome)
	Weight(name string, now gate.Time) (weight float64, reflex bool)
}

// Evidence is the evidence of the wave heard last.
func (m *Model) Evidence(name string) float64 { return m.gates[name].evidence }

// Weight is a gate's trust at now, and whether it may act by reflex.
func (m *Model) Weight(name string, now gate.Time) (float64, bool) {
	g := m.gates[name]
	return g.trust.weight(now), g.trust.reflex(g.spec, now)
}

// Kernel makes a Subject of the real kernel.
type Kernel struct {
	*gate.Kernel
	wave gate.Wave
}

// NewKernel returns a kernel without gates.
func NewKernel() *Kernel { return &Kernel{Kernel: gate.New(gate.Options{})} }

func (k *Kernel) id(name string) gate.ID {
	id, _ := k.Lookup(name)
	return id
}

// Add declares a gate; a spec that is not valid leaves the kernel unchanged.
func (k *Kernel) Add(s gate.Spec) { _, _ = k.Kernel.Add(s) }

// Hear lets a gate hear one wave.
func (k *Kernel) Hear(name string, w Wave, fx *gate.Effects) error {
	id := k.id(name)
	if err := w.Digest(k.Spec(id).Embedder, &k.wave); err != nil {
		return err
	}
	return k.Kernel.Hear(id, &k.wave, fx)
}

// Evidence judges the newest voice again.
func (k *Kernel) Evidence(name string) float64 {
	if h := k.Report(k.id(name), 0).Last; h != nil {
		return h.Evidence
	}
	return 0
}

// Advance announces what silence did up to now.
func (k *Kernel) Advance(_ string, now gate.Time, fx *gate.Effects) { k.Kernel.Advance(now, fx) }

// Value reads one gate's virtual side at now.
func (k *Kernel) Value(name string, now gate.Time) (gate.State, float64) {
	return k.Kernel.Value(k.id(name), gate.Virtual, now)
}

// Outcome teaches a gate; one that is refused teaches nothing.
func (k *Kernel) Outcome(name string, o gate.Outcome) { _, _ = k.Kernel.Outcome(k.id(name), &o) }

// Weight is a gate's trust at now, and whether it may act by reflex.
func (k *Kernel) Weight(name string, now gate.Time) (float64, bool) {
	r := k.Report(k.id(name), now)
	return r.Weight, r.Trusted
}
