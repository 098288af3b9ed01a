package buslab

import "syscall"

// dieWithParent has the kernel end a child when the test dies.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
