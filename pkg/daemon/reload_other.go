//go:build !linux

package daemon

// Reloading is what a service manager is told when a reload begins; Ready says
// that it is over.
func Reloading() string { return "RELOADING=1" }
