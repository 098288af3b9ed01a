package host

import (
	"context"
	"slices"
	"strconv"

	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Metrics tells what was said, and how the host is.
func (a *Agent) Metrics(_ context.Context, to metric.Sink) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, p := range a.cfg.Places {
		to.Tell(metric.HostBeats, float64(a.beats[i]), p.Env, a.token)
		if !a.at[i].IsZero() {
			to.Tell(metric.HostBeatTime, float64(a.at[i].UnixNano())/1e9, p.Env, a.token)
		}
	}
	if !a.seen {
		return nil
	}
	to.Tell(metric.HostInfo, 1, a.token, a.last.Running, strconv.FormatInt(a.last.Generation, 10))
	to.Tell(metric.HostFailedUnits, float64(len(a.last.FailedUnits)), a.token)
	to.Tell(metric.HostDrift, float64(len(a.last.Drift(a.cfg.Expect))), a.token)
	for file, end := range a.ends {
		to.Tell(metric.CertificateEnd, float64(end.Unix()), a.token, file)
	}
	return nil
}

// Drift says in what the machine is not what it was told to be: a system that
// only the next boot brings, a kernel of the one before, a card that is gone.
func (f Facts) Drift(e Expect) []string {
	var out []string
	if f.Next != "" && f.Next != f.Running {
		out = append(out, "the next boot starts another system")
	}
	if f.Booted != "" && f.Booted != f.Running {
		out = append(out, "another system was booted, its kernel still runs")
	}
	for _, name := range e.Cards {
		if !slices.ContainsFunc(f.Cards, func(c wave.Card) bool { return c.Name == name }) {
			out = append(out, "card "+name+" is gone")
		}
	}
	return out
}

var _ metric.Source = (*Agent)(nil)
