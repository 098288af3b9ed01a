package gate_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/gate"
	. "github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

var figures = flag.Bool("gate.figures", false, "print the gate's figures beside those of simpler rules (or NIMMER_GATE_FIGURES=1)")

// TestFigures prints, as Markdown, what the gate does in crowds, with dissent,
// in a changing world and under outcomes, beside what simpler rules do on the
// same waves. docs/benchmarks.md holds its output.
func TestFigures(t *testing.T) {
	if !*figures && os.Getenv("NIMMER_GATE_FIGURES") != "1" {
		t.Skip("prints figures: run with -gate.figures or NIMMER_GATE_FIGURES=1")
	}
	printNoise()
	printDetection()
	printDissent()
	printWorld()
	printRate()
	printTrust()
}

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }

func printNoise() {
	fmt.Print("\nNoise: openings a minute, and share of the time OPEN (minutes five to ten, mean of 12 seeds)\n\n",
		"| sources / regions | waves/s | the gate | no test of chance | evidence added up |\n|---|---|---|---|---|\n")
	cell := func(mk Maker, chance bool, c Crowd, seeds int) string {
		n, open := MeasureNoise(mk, chance, c, seeds)
		return fmt.Sprintf("%.2f, %s", n, percent(open))
	}
	for _, c := range Crowds() {
		fmt.Printf("| %d / %d | %g | %s | %s | %s |\n", c.Sources, c.Regions, c.Rate, cell(TheKernel, true, c, 12),
			cell(TheKernel, false, c, 12), cell(Reference(Rules{AddEvidence: true}), false, c, 2))
	}
}

func printDetection() {
	fmt.Print("\nAgreement planted in noise: found within its second\n\n",
		"| background | the gate | no test of chance (it is OPEN anyway) |\n|---|---|---|\n")
	for _, rate := range []float64{1, 10} {
		found, of := MeasureDetection(TheKernel, true, rate, 6)
		loose, _ := MeasureDetection(TheKernel, false, rate, 6)
		fmt.Printf("| %g waves/s | %d of %d = %s | %s |\n", rate, found, of, percent(float64(found)/float64(of)), percent(float64(loose)/float64(of)))
	}
}

func printDissent() {
	fmt.Print("\nDissent, five for and one against at 10 Hz: most transitions in any minute\n\n| rule | transitions |\n|---|---|\n")
	fmt.Printf("| the gate | %.0f |\n", MeasureDissent(TheKernel))
	fmt.Printf("| the last speaker's view | %.0f |\n", MeasureDissent(Reference(Rules{LastSpeaker: true})))
}

func printWorld() {
	fmt.Print("\nA world that changes every 30 s: states not heard, of 400 (four hours after their first ten minutes)\n\n",
		"| sources | states in turn | 1 Hz | 5 Hz |\n|---|---|---|---|\n")
	for _, n := range []int{2, 3, 5} {
		for _, states := range []int{2, 3, 1000} {
			one, _ := MeasureWorld(TheKernel, n, states, 1, 4)
			five, _ := MeasureWorld(TheKernel, n, states, 5, 4)
			name := fmt.Sprint(states)
			if states == 1000 {
				name = "always new"
			}
			fmt.Printf("| %d | %s | %d | %d |\n", n, name, one, five)
		}
	}
}

func printRate() {
	fmt.Print("\nRate: spread of the value of a constant scene sampled at 5 to 50 waves a second each\n\n",
		"| sources | confidence 0.1 | 0.3 | 0.5 | 0.8 |\n|---|---|---|---|---|\n")
	for _, n := range []int{2, 3, 5} {
		fmt.Printf("| %d |", n)
		for _, c := range []float64{.1, .3, .5, .8} {
			fmt.Printf(" %.3f |", MeasureRate(TheKernel, n, c))
		}
		fmt.Println()
	}
	fmt.Print("\nTwo sources of confidence 0.1 about the same thing for a minute: value at the end, by waves a second each\n\n",
		"| rule | 0.5 | 1 | 2 | 5 |\n|---|---|---|---|---|\n")
	makers := []Maker{TheKernel, Reference(Rules{AddEvidence: true})}
	for i, mk := range makers {
		fmt.Printf("| %s |", []string{"the gate", "evidence added up"}[i])
		for _, hz := range []float64{.5, 1, 2, 5} {
			state, value := whisper(mk, hz)
			fmt.Printf(" %.2f %v |", value, state)
		}
		fmt.Println()
	}
}

func whisper(mk Maker, hz float64) (gate.State, float64) {
	s := mk(gate.Defaults("g"))
	var fx gate.Effects
	ws := Regular(60, Voice{Source: "A", Confidence: .1, Region: "x", Valence: 1, Hz: hz},
		Voice{Source: "B", Confidence: .1, Region: "x", Valence: 1, Hz: hz, Phase: .5})
	for _, w := range ws {
		if err := s.Hear("g", w, &fx); err != nil {
			panic(err)
		}
	}
	return s.Value("g", ws[len(ws)-1].Time)
}

func printTrust() {
	steps := MeasureSteps(TheKernel)
	fmt.Printf("\nTrust: from 0.1 the weight passes 0.3 / 0.6 / 0.8 after %d / %d / %d confirmations in a row.\n\n", steps[0], steps[1], steps[2])
	fmt.Print("| right | reflex, share of the time | changes in 1000 outcomes | fixed steps: share | changes |\n|---|---|---|---|---|\n")
	for _, right := range []float64{.8, .9, .95, .99} {
		share, flips := MeasureTrust(TheKernel, right, 100_000)
		steps, stepFlips := MeasureTrust(Reference(Rules{FixedSteps: true}), right, 100_000)
		fmt.Printf("| %.0f %% | %s | %.2f | %s | %.1f |\n", right*100, percent(share), flips, percent(steps), stepFlips)
	}
	fmt.Print("\nA gate that breaks (right half the time from now on) loses the reflex after, on average:\n\n| it was right | outcomes |\n|---|---|\n")
	for _, right := range []float64{.9, .95, 1} {
		fmt.Printf("| %.0f %% | %.1f |\n", right*100, MeasureBreak(TheKernel, right, 300))
	}
}
