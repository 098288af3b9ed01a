package gatecore

import (
	"container/list"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// maxVoices bounds how many sources of one field are remembered with what they
// said; the least lately heard goes. A gate itself remembers at most 64.
const maxVoices = 256

// field is one cell's field: who hears it, and what its sources said last.
type field struct {
	cell   string
	gates  []*member
	voices map[string]*list.Element
	order  list.List // of *voice, the latest heard in front

	waves, gaps uint64 // judged, and counted by their sources but never heard
}

// voice is the latest wave of one source, kept for what the kernel does not
// keep: its content and its counter.
type voice struct {
	source string
	wave   wave.Wave
	at     gate.Time
}

func (c *Core) field(cell string) *field {
	f := c.fields[cell]
	if f == nil {
		f = &field{cell: cell, voices: map[string]*list.Element{}}
		c.fields[cell] = f
	}
	return f
}

// voice is what a source said last; nil when it is not remembered.
func (f *field) voice(source string) *voice {
	if e := f.voices[source]; e != nil {
		return e.Value.(*voice)
	}
	return nil
}

// remember keeps the newest wave of a source that a gate has heard.
func (f *field) remember(w *wave.Wave, at gate.Time) {
	if e := f.voices[w.Source]; e != nil {
		f.order.MoveToFront(e)
		if v := e.Value.(*voice); at >= v.at {
			v.wave, v.at = *w, at
		}
		return
	}
	if f.order.Len() >= maxVoices {
		oldest := f.order.Back()
		f.order.Remove(oldest)
		delete(f.voices, oldest.Value.(*voice).source)
	}
	f.voices[w.Source] = f.order.PushFront(&voice{source: w.Source, wave: *w, at: at})
}

// gap counts the holes in a source's counter. A counter that goes back is a
// source that started again.
func (f *field) gap(w *wave.Wave) uint64 {
	v := f.voice(w.Source)
	if v == nil || !w.HasSeq || !v.wave.HasSeq || w.Seq <= v.wave.Seq+1 {
		return 0
	}
	return w.Seq - v.wave.Seq - 1
}

// voiceOf finds in which field of a gate a source spoke at that moment, and
// what it said then. A source that has spoken again since gives its field
// only: what it says now is not what was heard.
func (c *Core) voiceOf(m *member, source string, at gate.Time) (cell string, said *wave.Wave) {
	for _, token := range m.cells {
		v := c.fields[token].voice(source)
		switch {
		case v == nil:
		case v.at == at:
			return token, &v.wave
		case cell == "":
			cell = token
		}
	}
	return cell, nil
}
