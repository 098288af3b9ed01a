package topology

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// learning draws how minds change: trainings with their traits, probes.
func (p *picture) learning(y int) int {
	var blocks []block
	w := pageWidth - 2*margin - 2*cardPad
	for i := range p.t.Trainings {
		tr := &p.t.Trainings[i]
		blocks = append(blocks, fact("training "+tr.Name, details("adapters for "+tr.Base, "on "+tr.GPU, size(tr.Memory), whenText(tr.Schedule))))
	}
	var traits, probes []chipLabel
	for i := range p.t.Traits {
		tr := &p.t.Traits[i]
		traits = append(traits, chipLabel{"c-cog", details(tr.Name, tr.Domain, tr.Signal)})
	}
	for i := range p.t.Probes {
		pr := &p.t.Probes[i]
		label := pr.Name + " · " + grouped(pr.Runs) + " runs"
		if n := len(pr.Terms); n > 0 {
			label = pr.Name + " · " + plural(n, "term") + " × " + grouped(pr.Runs)
		}
		probes = append(probes, chipLabel{"plain", label})
	}
	for _, list := range []struct {
		label string
		chips []chipLabel
	}{{"traits, each with what rewards it", traits}, {"probes", probes}} {
		if len(list.chips) > 0 {
			blocks = append(blocks, line(fontSmall, "soft", list.label), space(2), chips(list.chips, w, false), space(4))
		}
	}
	if len(blocks) == 0 {
		return y
	}
	return p.factCard(p.section(y, "Learning", ""), blocks)
}

// manyFacts is up to how many things of one kind have a line of their own.
const manyFacts = 16

// operations lists what keeps the lab running, one line each.
func (p *picture) operations(y int) int {
	var blocks []block
	counts := map[string]int{} // by kind
	var kinds []string
	add := func(name, text string) {
		kind, _, _ := strings.Cut(name, " ")
		if counts[kind]++; counts[kind] == 1 {
			kinds = append(kinds, kind)
		}
		if counts[kind] <= manyFacts {
			blocks = append(blocks, fact(name, text))
		}
	}
	for i := range p.t.Rollouts {
		r := &p.t.Rollouts[i]
		soak := ""
		if r.Soak > 0 {
			soak = "watched for " + shortDuration(r.Soak)
		}
		add("rollout "+r.Name, details("batches of "+strconv.Itoa(r.Batch), "at most "+strconv.Itoa(r.MaxUnavailable)+" away", soak, "failure budget "+strconv.Itoa(r.FailureBudget)))
	}
	for i := range p.t.Autoscales {
		a := &p.t.Autoscales[i]
		add("autoscale "+a.Name, fmt.Sprintf("%s above %s for %s: %s by %d, at most %d, then %s of rest",
			a.Metric, short(a.Above), shortDuration(a.For), strings.ReplaceAll(a.Action, "_", " "), a.Step, a.Max, shortDuration(a.Cooldown)))
	}
	for i := range p.t.Monitoring {
		var parts []string
		for _, e := range p.t.Monitoring[i].Exporters {
			parts = append(parts, e.Name+" :"+strconv.Itoa(e.Port))
		}
		add("monitoring "+p.t.Monitoring[i].Name, details("keeps "+days(p.t.Monitoring[i].Retention), strings.Join(parts, ", ")))
	}
	for i := range p.t.Streams {
		s := &p.t.Streams[i]
		age := ""
		if s.MaxAge > 0 {
			age = days(s.MaxAge)
		}
		add("stream "+s.Name, details(strings.Join(s.Subjects, ", "), age, size(s.MaxBytes)))
	}
	p.moreOperations(add)
	for _, kind := range kinds {
		if more := counts[kind] - manyFacts; more > 0 {
			blocks = append(blocks, fact(kind, "and "+grouped(more)+" more"))
		}
	}
	if len(blocks) == 0 {
		return y
	}
	return p.factCard(p.section(y, "Operations", ""), blocks)
}

func (p *picture) moreOperations(add func(string, string)) {
	for i := range p.t.Backups {
		b := &p.t.Backups[i]
		add("backup "+b.Name, details(strings.Join(b.What, ", ")+" → "+b.To, whenText(b.Schedule), "keeps "+strconv.Itoa(b.Keep)))
	}
	for i := range p.t.Egresses {
		e := &p.t.Egresses[i]
		to := "nowhere but the bus"
		if len(e.Allow) > 0 {
			to = strings.Join(e.Allow, ", ")
		}
		add("egress "+e.Name, strings.Join(e.Identities, ", ")+" may reach "+to)
	}
	for i := range p.t.Installers {
		n := &p.t.Installers[i]
		add("installer "+n.Name, details(strings.Join(n.Formats, ", "), "for "+plural(len(n.Hosts), "host")))
	}
	for i := range p.t.Wombs {
		w := &p.t.Wombs[i]
		to := ""
		if w.Target != "" {
			to = "→ " + w.Target
		}
		add("womb "+w.Name, details(strings.TrimSpace(w.Path+" "+to), w.Identity, w.Mode))
	}
	for i := range p.t.Other {
		add(p.t.Other[i].Kind+" "+p.t.Other[i].Name, attributesText(p.t.Other[i].Attributes))
	}
}

// attributesText lists the plain attributes of a block whose meaning comes
// later: "context 8192 · harness claw".
func attributesText(raw RawJSON) string {
	var attributes map[string]RawJSON
	if err := json.Unmarshal(raw, &attributes); err != nil {
		return ""
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(attributes)) {
		var text string
		switch v := attributes[k]; v.Kind() {
		case '"':
			_ = json.Unmarshal(v, &text)
			if _, name, ok := strings.Cut(text, "."); ok {
				text = name
			}
		case '[', '{':
			continue
		default:
			text = v.String()
		}
		parts = append(parts, k+" "+text)
	}
	return details(parts...)
}

// days writes whole days as such.
func days(d Duration) string {
	const day = 24 * 3600 * 1e9
	if n := int64(d) / day; n > 0 && int64(d)%day == 0 {
		return plural(int(n), "day")
	}
	return shortDuration(d)
}

// fact is a name and what there is to say about it.
func fact(name, text string) block {
	return block{h: 22, draw: func(c *canvas, x, y, w int) {
		c.text(fontStrong, "", x, y+14, name, 230)
		c.text(fontBody, "soft", x+240, y+14, text, w-240)
	}}
}

func (p *picture) factCard(y int, blocks []block) int {
	b := box{margin, y, pageWidth - 2*margin, height(blocks) + 2*cardPad - 4}
	panel(p.c, "card", b, cardPad, blocks)
	return y + b.h + 10
}
