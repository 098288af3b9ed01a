//go:build !linux

package cell

import "errors"

var errNoLoad = errors.New("this system tells no load")

// Other systems tell neither stalls nor the runnable tasks of this moment.
func readStalls(Machine) (stalls, bool) { return stalls{-1, -1, -1}, false }

func runnable(Machine) (int, bool) { return 0, false }
