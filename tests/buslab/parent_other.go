//go:build !linux

package buslab

import "syscall"

// dieWithParent knows no way on this system.
func dieWithParent() *syscall.SysProcAttr { return nil }
