//go:build !linux

package natsconftest

import "syscall"

// dieWithParent knows no way on this system.
func dieWithParent() *syscall.SysProcAttr { return nil }
