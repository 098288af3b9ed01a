package emit

import (
	"slices"
	"strings"
)

// A State is how a file of a folder stands to what would be emitted.
type State string

// The states of a file.
const (
	Same    State = "same"     // what would be emitted
	Missing State = "missing"  // not there
	Stale   State = "stale"    // as an earlier emit left it
	Left    State = "left"     // as an earlier emit left it, and no longer emitted
	Edited  State = "edited"   // emitted earlier and changed since
	Foreign State = "not ours" // no emit wrote it
)

// A Step is what an emit finds, and would do, about one file.
type Step struct {
	Path, Part string
	State      State
	// Remove says that the file is no longer emitted; else Data replaces it.
	Remove bool
	Data   []byte
}

// A Plan is what an emit finds in a folder and would do there.
type Plan struct {
	Steps []Step // by path
	// During is the manifest while the plan is carried out, After when it is.
	During, After Manifest
	// Record says that the folder's manifest is not After yet.
	Record bool
}

// Make compares what is emitted with what is there. before is the folder's
// manifest and sums holds the hash of every file that files or before name and
// that exists. With names of parts only their files are looked at.
func Make(files []File, before Manifest, sums map[string]string, names ...string) Plan {
	p := Plan{During: Manifest{Unfinished: true}}
	emitted := map[string]bool{}
	for _, f := range files {
		emitted[f.Path] = true
		have, sum := sums[f.Path], Sum(f.Data)
		entry := Entry{Path: f.Path, Part: f.Part, Sum: sum}
		p.After.Entries = append(p.After.Entries, entry)
		if have != sum {
			entry.Was = have
		}
		p.During.Entries = append(p.During.Entries, entry)
		state := stateOf(before.Entry(f.Path), have, sum)
		p.Steps = append(p.Steps, Step{Path: f.Path, Part: f.Part, Data: f.Data, State: state})
	}
	for _, e := range before.Entries {
		switch {
		case emitted[e.Path]:
			continue
		case len(names) > 0 && !slices.Contains(names, e.Part):
			p.After.Entries = append(p.After.Entries, e)
		case sums[e.Path] == "": // somebody removed it already
			continue
		case e.Ours(sums[e.Path]):
			p.Steps = append(p.Steps, Step{Path: e.Path, Part: e.Part, State: Left, Remove: true})
		default:
			p.Steps = append(p.Steps, Step{Path: e.Path, Part: e.Part, State: Edited, Remove: true})
		}
		p.During.Entries = append(p.During.Entries, e)
	}
	byPath := func(a, b Entry) int { return strings.Compare(a.Path, b.Path) }
	slices.SortFunc(p.During.Entries, byPath)
	slices.SortFunc(p.After.Entries, byPath)
	slices.SortFunc(p.Steps, func(a, b Step) int { return strings.Compare(a.Path, b.Path) })
	p.Record = before.Unfinished || !slices.Equal(p.After.Entries, before.Entries)
	return p
}

// stateOf judges a file by its hash ("" when there is none), what an earlier
// emit wrote, and what this one would.
func stateOf(was *Entry, have, want string) State {
	switch {
	case have == "":
		return Missing
	case have == want:
		return Same
	case was == nil:
		return Foreign
	case was.Ours(have):
		return Stale
	default:
		return Edited
	}
}

// Conflicts are the steps that would destroy what a person wrote.
func (p *Plan) Conflicts() []Step {
	return p.only(func(s Step) bool { return s.State == Edited || s.State == Foreign })
}

// Changes are the steps that change the folder.
func (p *Plan) Changes() []Step { return p.only(func(s Step) bool { return s.State != Same }) }

// Done reports whether the folder is as it should be.
func (p *Plan) Done() bool { return !p.Record && len(p.Changes()) == 0 }

func (p *Plan) only(keep func(Step) bool) []Step {
	var out []Step
	for _, s := range p.Steps {
		if keep(s) {
			out = append(out, s)
		}
	}
	return out
}
