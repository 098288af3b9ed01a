package gate

// heap orders the pending deadlines of a shard: a four-way heap of (due, node)
// with the place of every node, so that a deadline can move. A node is a gate
// and a garden. Equal deadlines go by node, so that the order is total.
type heap struct {
	items []deadline
	place []int32 // by node: index into items + 1; 0: not filed
}

type deadline struct {
	due  Time
	node uint32
}

func nodeOf(id ID, g Garden) uint32 { return uint32(id)<<1 | uint32(g) }

func (d deadline) before(o deadline) bool {
	return d.due < o.due || d.due == o.due && d.node < o.node
}

// set files node under due, or moves it there.
func (h *heap) set(node uint32, due Time) {
	for int(node) >= len(h.place) {
		h.place = append(h.place, 0)
	}
	d := deadline{due, node}
	at := int(h.place[node]) - 1
	if at < 0 {
		at = len(h.items)
		h.items = append(h.items, d)
	} else if h.items[at].before(d) {
		h.down(at, d)
		return
	}
	h.up(at, d)
}

// drop takes node out.
func (h *heap) drop(node uint32) {
	if int(node) >= len(h.place) || h.place[node] == 0 {
		return
	}
	at := int(h.place[node]) - 1
	h.place[node] = 0
	last := h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	switch {
	case at == len(h.items):
	case at > 0 && last.before(h.items[(at-1)/4]):
		h.up(at, last)
	default:
		h.down(at, last)
	}
}

func (h *heap) up(at int, d deadline) {
	for at > 0 {
		parent := (at - 1) / 4
		if !d.before(h.items[parent]) {
			break
		}
		h.put(at, h.items[parent])
		at = parent
	}
	h.put(at, d)
}

func (h *heap) down(at int, d deadline) {
	for {
		child := 4*at + 1
		if child >= len(h.items) {
			break
		}
		least := child
		for i := child + 1; i < min(child+4, len(h.items)); i++ {
			if h.items[i].before(h.items[least]) {
				least = i
			}
		}
		if !h.items[least].before(d) {
			break
		}
		h.put(at, h.items[least])
		at = least
	}
	h.put(at, d)
}

func (h *heap) put(at int, d deadline) {
	h.items[at] = d
	h.place[d.node] = int32(at) + 1
}
