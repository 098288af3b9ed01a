//go:build !linux

package embedded

// listeningProcess is not known on this system.
func listeningProcess(string) string { return "" }
