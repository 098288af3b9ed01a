package diff

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// word tells of one attribute that changes.
func word(kind, name, path, from, to string) Change {
	c := Change{Area: areaOf(kind), Verb: Changed, Kind: kind, Name: name, Field: path, From: from, To: to}
	c.Text = sentence(kind, path, from, to)
	return c
}

// sentence finds words for a change, the attribute's name with both values
// where there are none.
func sentence(kind, path, from, to string) string {
	if network, ok := strings.CutPrefix(path, "addresses."); ok {
		switch {
		case from == "":
			return "joins network " + network + " as " + to
		case to == "":
			return "leaves network " + network + ", where it was " + from
		}
		return fmt.Sprintf("moves from %s to %s in network %s", from, to, network)
	}
	if card, ok := strings.CutPrefix(path, "gpus."); ok && kind == "host" && !strings.Contains(card, ".") {
		if from == "" {
			return "gets the card " + card + ": " + to
		}
		return "loses the card " + card + ": " + from
	}
	if path == "parent" || path == "host" || path == "at" {
		return moves(from, to)
	}
	if text := gateWords(kind, path, from, to); text != "" {
		return text
	}
	switch {
	case from == "":
		return spoken(path) + " becomes " + to + ", there was none"
	case to == "":
		return spoken(path) + " goes away, it was " + from
	}
	return fmt.Sprintf("%s changes from %s to %s", spoken(path), from, to)
}

func moves(from, to string) string {
	switch {
	case from == "":
		return "moves to " + to
	case to == "":
		return "stands alone, it was on " + from
	}
	return "moves from " + from + " to " + to
}

// gateWords tells what a gate's numbers mean.
func gateWords(kind, path, from, to string) string {
	if kind != "gate" {
		return ""
	}
	x, errX := strconv.ParseFloat(from, 64)
	y, errY := strconv.ParseFloat(to, 64)
	if errX != nil || errY != nil {
		return ""
	}
	more := map[bool]string{true: "more", false: "less"}
	earlier := map[bool]string{true: "earlier", false: "later"}
	switch path {
	case "open":
		return fmt.Sprintf("opens at %s instead of %s: %s agreement is needed", to, from, more[y > x])
	case "close":
		return fmt.Sprintf("closes at %s instead of %s: %s contradiction is needed", to, from, more[y < x])
	case "release":
		return fmt.Sprintf("comes back to STABLE at %s instead of %s: %s", to, from, earlier[y > x])
	case "handover":
		return fmt.Sprintf("hands over to the real garden at %s instead of %s: %s openings", to, from, more[y < x])
	case "weight":
		return fmt.Sprintf("begins with %s trust: %s instead of %s", more[y > x], to, from)
	case "reflex":
		return fmt.Sprintf("becomes a reflex above %s instead of %s: %s", to, from, earlier[y < x])
	}
	return ""
}

// told gives a list that gained and lost words its text and its mark.
func told(c *Change, kind, path string, more, less, before, after []string) {
	gain, lose := "also has "+spoken(path)+" ", "no longer has "+spoken(path)+" "
	if w, ok := listWords[path]; ok {
		gain, lose = w.gain, w.lose
	}
	c.Mark = grantMark(kind, path, len(more) > 0, len(less) > 0)
	place := path == "hosts" || path == "gpus"
	if place && len(before) == 1 && len(after) == 1 && kind != "identity" {
		c.Text = moves(before[0], after[0])
		return
	}
	var parts []string
	if len(more) > 0 {
		parts = append(parts, gain+strings.Join(more, ", "))
	}
	if len(less) > 0 {
		parts = append(parts, lose+strings.Join(less, ", "))
	}
	c.Text = strings.Join(parts, "; ")
}

// listWords are what is said of lists that gain and lose.
var listWords = map[string]struct{ gain, lose string }{
	"cells":          {"also hears ", "no longer hears "},
	"environments":   {"now also in ", "no longer in "},
	"hosts":          {"also on ", "no longer on "},
	"gpus":           {"also has the card ", "no longer has the card "},
	"may":            {"may also ", "may no longer "},
	"nats.publish":   {"is also granted to publish ", "is no longer granted to publish "},
	"nats.subscribe": {"is also granted to hear ", "is no longer granted to hear "},
	"ipa.groups":     {"joins the group ", "leaves the group "},
	"ipa.sudo":       {"gets the sudo rule ", "loses the sudo rule "},
	"ipa.hbac":       {"gets the access rule ", "loses the access rule "},
	"allow":          {"lets out to ", "no longer lets out to "},
	"commands":       {"may also ask ", "may no longer ask "},
	"gates":          {"also made by ", "no longer made by "},
	"subjects":       {"also keeps ", "no longer keeps "},
	"roles":          {"gets the role ", "loses the role "},
	"peers":          {"is also joined to ", "is no longer joined to "},
}

// grantMark marks lists that give somebody rights. One that gives and takes is
// wider: that is what must not be overlooked.
func grantMark(kind, path string, more, less bool) Mark {
	rights := map[string][]string{
		"identity": {"may", "gpus", "hosts", "environments", "nats.publish", "nats.subscribe", "ipa.groups", "ipa.sudo", "ipa.hbac"},
		"egress":   {"allow"},
		"nerve":    {"commands"},
	}
	switch {
	case !slices.Contains(rights[kind], path):
		return ""
	case more:
		return Wider
	case less:
		return Narrower
	}
	return ""
}

// spoken writes an attribute's name as people say it.
func spoken(path string) string { return strings.ReplaceAll(path, "_", " ") }

// told first of a new block, where it has it.
var facts = []string{
	"subnet", "vlan", "system", "addresses", "environments", "hosts", "host", "gpus", "model", "memory", "identity", "cells", "gate",
	"gates", "subjects", "command", "may", "publish", "subscribe", "address", "port", "share", "gpu", "kind", "from", "to", "attributes",
}

// describe says what a block is, in a few words.
func describe(v reflect.Value) string {
	typ := v.Type()
	found := map[string]string{}
	for i := range typ.NumField() {
		member, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if !slices.Contains(facts, member) || mirrored(typ, member) || v.Field(i).IsZero() {
			continue
		}
		if s := brief(v.Field(i)); s != "" {
			found[member] = s
		}
	}
	var parts []string
	for _, f := range facts {
		if s, ok := found[f]; ok && len(parts) < 5 {
			parts = append(parts, spoken(f)+" "+s)
		}
	}
	return strings.Join(parts, ", ")
}

// brief writes a value of a new block: a few elements of a list, names only of
// blocks.
func brief(v reflect.Value) string {
	var all []string
	switch v.Kind() {
	case reflect.Map:
		for _, k := range v.MapKeys() {
			all = append(all, k.String()+" "+text(v.MapIndex(k)))
		}
		slices.Sort(all)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return string(v.Bytes())
		}
		for i := range v.Len() {
			if e := v.Index(i); e.Kind() == reflect.Struct {
				all = append(all, nameOf(e))
			} else {
				all = append(all, text(e))
			}
		}
	case reflect.Struct, reflect.Pointer:
		return ""
	default:
		return text(v)
	}
	if len(all) > 4 {
		all = append(all[:3], fmt.Sprintf("and %d more", len(all)-3))
	}
	return strings.Join(all, " ")
}
