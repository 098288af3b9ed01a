package host

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Inventory lists the cards of a machine. A name is the declared one where the
// inventory knows it.
type Inventory interface {
	Cards(ctx context.Context) ([]wave.Card, error)
}

// NoCards is the inventory of a machine without any.
type NoCards struct{}

// Cards lists none.
func (NoCards) Cards(context.Context) ([]wave.Card, error) { return nil, nil }

// Declared is a card as it was declared: how to recognise it, and its name.
type Declared struct{ Name, UUID, PCI string }

// SMI asks nvidia-smi, the command that comes with NVIDIA's driver.
type SMI struct {
	Machine Machine
	Known   []Declared // names of cards, by UUID or PCI address; others have their index
}

// smiFields is what is asked, in the order of the answer.
var smiFields = []string{"index", "uuid", "pci.bus_id", "name", "memory.total", "memory.used", "utilization.gpu", "temperature.gpu", "power.draw"}

// Cards asks for all cards at once.
func (s SMI) Cards(ctx context.Context) ([]wave.Card, error) {
	out, err := s.Machine.run(ctx, "nvidia-smi", "--query-gpu="+strings.Join(smiFields, ","), "--format=csv,noheader,nounits")
	if err != nil {
		return nil, err
	}
	return parseSMI(string(out), s.Known)
}

// cards asks the inventory, or what is installed.
func (m Machine) cards(ctx context.Context) ([]wave.Card, error) {
	if m.Cards == nil {
		m.Cards = Installed(nil)
	}
	return m.Cards.Cards(ctx)
}

// parseSMI reads the lines of nvidia-smi. What a card does not tell ("[N/A]")
// is left out; a card that does not tell its memory has unified memory, or is
// broken, and is listed with 0 bytes.
func parseSMI(text string, known []Declared) ([]wave.Card, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace, r.FieldsPerRecord, r.LazyQuotes = true, len(smiFields), true
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("understand nvidia-smi: %w", err)
	}
	var out []wave.Card
	for _, f := range lines {
		if _, err := strconv.ParseUint(f[0], 10, 16); err != nil {
			return nil, fmt.Errorf("understand nvidia-smi: %w", errors.New("want the index of a card, got "+strconv.Quote(wave.Cut(f[0], 32))))
		}
		out = append(out, wave.Card{
			Name: cardName(known, f[0], f[1], f[2]), Model: wave.Cut(strings.ToValidUTF8(f[3], "?"), 256),
			Memory: mebibytes(f[4]), Used: mebibytes(f[5]), Load: min(1, number(f[6], 0)/100),
			Temperature: number(f[7], -273.15), Power: number(f[8], 0),
		})
	}
	return out, nil
}

// cardName is the declared name of a card. PCI addresses are compared as the
// driver and as lspci write them: with a domain of eight digits, four, or none.
func cardName(known []Declared, index, uuid, pci string) string {
	for _, d := range known {
		if d.UUID != "" && strings.EqualFold(d.UUID, uuid) || d.PCI != "" && shortPCI(d.PCI) == shortPCI(pci) {
			return d.Name
		}
	}
	return index
}

func shortPCI(address string) string {
	address = strings.ToLower(strings.TrimPrefix(address, "pci-"))
	if domain, rest, ok := strings.Cut(address, ":"); ok && strings.Contains(rest, ":") {
		if domain = strings.TrimLeft(domain, "0"); domain != "" {
			return domain + ":" + rest
		}
		return rest
	}
	return address
}

// number reads a finite number that is at least low; anything else is 0.
func number(s string, low float64) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || v < low || v > 1e6 {
		return 0
	}
	return v
}

func mebibytes(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > 1<<30 {
		return 0
	}
	return n << 20
}

// Installed is the inventory of what is installed here: nvidia-smi with the
// declared names of the cards, or none.
func Installed(known []Declared) Inventory {
	if _, err := exec.LookPath("nvidia-smi"); err != nil {
		return NoCards{}
	}
	return SMI{Known: known}
}
