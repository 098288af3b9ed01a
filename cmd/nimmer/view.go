package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// refresh is how often the live view asks gate core.
const refresh = 200 * time.Millisecond

// viewLines is how many events the live view keeps.
const viewLines = 10

// live is the calm view of a running lab on a terminal: gates as bars, what
// the cells say, and the last events with their reasons.
type live struct {
	title  string
	footer string
	ask    func(ctx context.Context) (wave.GatesReport, error)
	stop   func() // asks the lab to stop, as a signal does

	feed *feed

	width    int
	report   wave.GatesReport
	err      error
	stopping bool
}

// feed is what the subscriptions collect for the view.
type feed struct {
	mu     sync.Mutex
	cells  map[string]float64 // latest confidence by field
	events []string
}

func newFeed() *feed { return &feed{cells: map[string]float64{}} }

// message takes one message of the bus.
func (f *feed) message(_ context.Context, m wave.Message) {
	subject, err := wave.ParseSubject(m.Subject)
	if err != nil {
		return
	}
	switch subject.Kind() {
	case wave.KindCellWave, wave.KindCellWaveN:
		wave.ParseFrame(m.Data, func(_ int, w wave.Wave, err error) {
			if err != nil {
				return
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			f.cells[subject.Name()] = w.Confidence
		})
		return
	case wave.KindGateTransition, wave.KindRealTransition, wave.KindNerveState, wave.KindRealFeedback,
		wave.KindCognitiveRequest, wave.KindCognitiveRequestAs, wave.KindCognitiveResponse, wave.KindRejects:
	default:
		return
	}
	text, tone := describe(subject, m)
	f.add(dim(time.Now().Format("15:04:05")) + "  " + tone.paint(text))
}

func (f *feed) add(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, line)
	if len(f.events) > viewLines {
		f.events = append(f.events[:0], f.events[1:]...)
	}
}

type (
	reportMsg struct {
		report wave.GatesReport
		err    error
	}
	stoppingMsg struct{}
)

// Init asks for the first report.
func (v *live) Init() tea.Cmd { return v.poll(0) }

func (v *live) poll(wait time.Duration) tea.Cmd {
	return tea.Tick(wait, func(time.Time) tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		report, err := v.ask(ctx)
		return reportMsg{report, err}
	})
}

// Update takes what happened: a report, a key, a new size.
func (v *live) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		v.width = msg.Width
	case reportMsg:
		if v.err = msg.err; msg.err == nil {
			v.report = msg.report
		}
		if !v.stopping {
			return v, v.poll(refresh)
		}
	case stoppingMsg:
		v.stopping = true
	case tea.KeyPressMsg:
		switch msg.String() {
		case "ctrl+c", "q":
			v.stopping = true
			v.stop()
		}
	}
	return v, nil
}

// View draws the lab.
func (v *live) View() tea.View { return tea.NewView(v.render()) }

func (v *live) render() string {
	width := v.width
	if width <= 0 {
		width = 100
	}
	var b strings.Builder
	b.WriteString(v.head(width) + "\n\n")
	for _, g := range v.report.Gates {
		b.WriteString(gateLine(g, width) + "\n")
	}
	if v.report.Trouble != "" {
		b.WriteString(clip(closed.paint("  "+v.report.Trouble), width) + "\n")
	}
	if v.err != nil {
		b.WriteString(closed.paint("  "+v.err.Error()) + "\n")
	}
	v.feed.mu.Lock()
	cells := cellLine(v.feed.cells, width)
	events := slices.Clone(v.feed.events)
	v.feed.mu.Unlock()
	b.WriteString("\n" + cells + "\n\n")
	for _, line := range events {
		b.WriteString("  " + clip(line, width-2) + "\n")
	}
	for range viewLines - len(events) {
		b.WriteByte('\n')
	}
	foot := v.footer
	if v.stopping {
		foot = "draining; Ctrl-C again hurries"
	}
	b.WriteString("\n" + dim(clip("  "+foot, width)) + "\n")
	return b.String()
}

// head is the title, the attention mode and the beat's lifeforce.
func (v *live) head(width int) string {
	a := v.report.Attention
	mode := strings.ToUpper(a.Mode)
	share := 0.0
	if a.Beat.Budget > 0 {
		share = min(1, a.Beat.Spent/a.Beat.Budget)
	}
	const meter = 12
	full := int(share*meter + 0.5)
	right := fmt.Sprintf("%s   lifeforce %s%s %.1f / %.0f", bold(modeTone(a.Mode).paint(mode)),
		strings.Repeat("█", full), dim(strings.Repeat("░", meter-full)), a.Beat.Spent, a.Beat.Budget)
	left := "  " + bold("nimmer") + "  " + v.title
	gap := width - lipgloss.Width(left) - lipgloss.Width(right) - 2
	return left + strings.Repeat(" ", max(2, gap)) + right
}

func modeTone(mode string) tone {
	switch mode {
	case "overwhelmed", "reflex":
		return closed
	case "dialogue":
		return asked
	case "focused", "alert":
		return open
	}
	return calm
}

// gateLine is one gate and garden: state, value, bar, trust.
func gateLine(g wave.GateLine, width int) string {
	name := shorten(g.Gate, 14)
	if g.Garden == wave.Real {
		name = "  " + string(g.Garden)
	}
	half := 16
	if width < 90 {
		half = 10
	}
	t := calm
	switch g.State {
	case wave.Open:
		t = open
	case wave.Closed:
		t = closed
	case wave.Stable:
	}
	line := fmt.Sprintf("  %-14s %s %+.2f  %s", name, t.paint(fmt.Sprintf("%-6s", upper(g.State))), g.Value,
		t.paint(bar(g.Value, g.Open, g.Close, half)))
	if g.Garden == wave.Virtual {
		line += dim(fmt.Sprintf("  weight %.2f  tier %d  voices %d", g.Weight, g.Tier, g.Voices))
	}
	return clip(line, width)
}

// cellLine lists what each field says now, loudest tone for what is sure.
func cellLine(cells map[string]float64, width int) string {
	if len(cells) == 0 {
		return dim("  no cell has spoken yet")
	}
	var line strings.Builder
	line.WriteString("  ")
	for _, name := range slices.Sorted(maps.Keys(cells)) {
		c := cells[name]
		text := fmt.Sprintf("%s %.2f", name, c)
		switch {
		case c >= 0.6:
			text = open.paint(text)
		case c < 0.1:
			text = dim(text)
		}
		line.WriteString(text + "   ")
	}
	return clip(line.String(), width)
}

// clip cuts a styled line to a width.
func clip(s string, width int) string {
	if lipgloss.Width(s) <= width {
		return s
	}
	return lipgloss.NewStyle().MaxWidth(width).Render(s)
}

// showLive runs the view until the lab has stopped. Signals are the lab's own
// business; the terminal's Ctrl-C comes as a key.
func showLive(ctx context.Context, v *live) error {
	p := tea.NewProgram(v, tea.WithContext(ctx), tea.WithOutput(os.Stdout), tea.WithoutSignalHandler())
	if _, err := p.Run(); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}
