package loadtest

import "testing"

func TestRandomLabsAreWellDeclared(t *testing.T) {
	t.Parallel()
	sizes := map[int]bool{}
	for seed := range uint64(300) {
		top := Random(t, seed)
		sizes[len(top.Hosts)] = true
	}
	if len(sizes) < 5 {
		t.Errorf("only %d sizes of labs in 300", len(sizes))
	}
}
