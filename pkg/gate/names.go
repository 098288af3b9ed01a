package gate

import "strings"

// names remembers the text behind the hashes a shard holds. A wave whose
// source and region the gate already remembers never touches it; what no gate
// remembers any more is swept when the table would have to grow.
type names struct {
	slots []name // open addressing, a power of two
	used  int
}

type name struct {
	hash uint64
	text string
}

// find returns where hash is or would be.
func (n *names) find(hash uint64) int {
	mask := len(n.slots) - 1
	i := int(hash) & mask
	for n.slots[i].hash != 0 && n.slots[i].hash != hash {
		i = (i + 1) & mask
	}
	return i
}

// text gives the name behind a hash, or "".
func (n *names) text(hash uint64) string {
	if len(n.slots) == 0 || hash == 0 {
		return ""
	}
	return n.slots[n.find(hash)].text
}

// full reports whether adding one more needs a sweep first.
func (n *names) full() bool { return (n.used+1)*2 > len(n.slots) }

// add keeps a copy of text under hash. The table must not be full.
func (n *names) add(hash uint64, text string) {
	i := n.find(hash)
	if n.slots[i].hash == 0 {
		n.slots[i] = name{hash, strings.Clone(text)}
		n.used++
	}
}

// sweep rebuilds the table from the hashes that each yields, with room for as
// many again.
func (n *names) sweep(each func(keep func(hash uint64))) {
	old := *n
	size := 64
	*n = names{slots: make([]name, size)}
	each(func(hash uint64) {
		text := old.text(hash)
		if text == "" {
			return
		}
		if i := n.find(hash); n.slots[i].hash != 0 {
			return
		}
		if n.full() {
			n.resize(len(n.slots) * 2)
		}
		n.slots[n.find(hash)] = name{hash, text}
		n.used++
	})
	for n.used*4 > len(n.slots) {
		n.resize(len(n.slots) * 2)
	}
}

// room makes the table large enough for one more, sweeping nothing.
func (n *names) room() {
	if n.full() {
		n.resize(max(64, 2*len(n.slots)))
	}
}

func (n *names) resize(size int) {
	old := n.slots
	n.slots = make([]name, size)
	for _, s := range old {
		if s.hash != 0 {
			n.slots[n.find(s.hash)] = s
		}
	}
}
