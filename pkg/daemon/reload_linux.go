package daemon

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Reloading is what a service manager is told when a reload begins; Ready says
// that it is over. It names the moment, as Type=notify-reload wants.
func Reloading() string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return "RELOADING=1"
	}
	return fmt.Sprintf("RELOADING=1\nMONOTONIC_USEC=%d", now.Nano()/1000)
}
