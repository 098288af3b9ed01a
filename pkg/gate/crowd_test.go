package gate_test

import (
	"testing"

	"github.com/nimmerverse/nimmer/pkg/gate"
	. "github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

func TestNoiseStaysStable(t *testing.T) {
	for _, c := range Crowds() {
		perMinute, open := MeasureNoise(TheKernel, true, c, 12)
		if perMinute > 1 || open > 0.05 {
			t.Errorf("%+v: %.2f openings a minute, OPEN %.1f %% of the time; at most 1 and 5 %%", c, perMinute, 100*open)
		}
	}
}

func TestAgreementIsFoundInNoise(t *testing.T) {
	for _, rate := range []float64{1, 10} {
		found, of := MeasureDetection(TheKernel, true, rate, 3)
		if float64(found) < 0.95*float64(of) {
			t.Errorf("background of %g waves/s: %d of %d found, want 95 %%", rate, found, of)
		}
	}
}

func TestOneDissenterDoesNotFlip(t *testing.T) {
	if n := MeasureDissent(TheKernel); n > 3 {
		t.Errorf("%.0f transitions in a minute, at most 3", n)
	}
}

func TestAChangingWorldIsHeard(t *testing.T) {
	for _, n := range []int{2, 3, 5} {
		for _, states := range []int{2, 3, 1000} {
			for _, hz := range []float64{1, 5} {
				if unheard, of := MeasureWorld(TheKernel, n, states, hz, 1); unheard > 0 {
					t.Errorf("%d sources, %d states, %g Hz: %d of %d states not heard", n, states, hz, unheard, of)
				}
			}
		}
	}
}

func TestRateDoesNotChangeTheValue(t *testing.T) {
	for _, n := range []int{2, 3, 5, 7} {
		for _, c := range []float64{.1, .3, .5, .8, .95} {
			if spread := MeasureRate(TheKernel, n, c); spread > 0.15 {
				t.Errorf("%d sources of confidence %g: values spread over %.3f, at most 0.15", n, c, spread)
			}
		}
	}
}

func TestTrustIsEarnedAndLost(t *testing.T) {
	if got, want := MeasureSteps(TheKernel), [3]int{2, 7, 22}; got != want {
		t.Errorf("weight passes 0.3, 0.6, 0.8 after %v confirmations, want %v", got, want)
	}
	within := func(name string, got, low, high float64) {
		t.Helper()
		if got < low || got > high {
			t.Errorf("%s: %.3f, want %.3f to %.3f", name, got, low, high)
		}
	}
	share, _ := MeasureTrust(TheKernel, .9, 100_000)
	within("right 90 %, share of reflex", share, .96, .98)
	share, _ = MeasureTrust(TheKernel, .8, 100_000)
	within("right 80 %, share of reflex", share, .02, .04)
	share, flips := MeasureTrust(TheKernel, .95, 100_000)
	within("right 95 %, share of reflex", share, .999, 1)
	within("right 95 %, changes in a thousand", flips, 0, .05)
	within("right 95 %, then half: outcomes until lost", MeasureBreak(TheKernel, .95, 200), 15, 25)
}

func TestIdleTrustFades(t *testing.T) {
	for who, s := range subjects(gate.Defaults("g")) {
		var fx gate.Effects
		for _, w := range []Wave{Say("A", .9, "x", 0), Say("B", .9, "x", 100)} {
			if err := s.Hear("g", w, &fx); err != nil {
				t.Fatal(err)
			}
		}
		s.Outcome("g", gate.Outcome{ID: "1", Seq: 1, Time: Ms(1000)})
		fresh, _ := s.Weight("g", Ms(1000))
		month, _ := s.Weight("g", Ms(1000+30*24*3600e3))
		never, _ := s.Weight("g", Ms(1000+30*365*24*3600e3))
		if !(fresh > month && month > never) || never < 0.0999 || never > 0.101 {
			t.Errorf("%s: weight %.4f, after a month %.4f, after thirty years %.4f; want it to fall to 0.1", who, fresh, month, never)
		}
	}
}
