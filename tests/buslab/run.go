package buslab

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// Process is a server in a process of its own.
type Process struct {
	Name string
	Log  string // path
	PID  int

	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs a server until the test ends. argv is the command, which gets the
// configuration as its last argument.
func (l *Lab) Start(s natsconf.Server, argv ...string) *Process {
	l.t.Helper()
	p := &Process{Name: s.Name, Log: filepath.Join(l.t.TempDir(), s.Name+".log"), done: make(chan struct{})}
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		l.t.Fatal(err)
	}
	defer log.Close()
	argv = append(argv, l.Config(s))
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr = log, log, dieWithParent()
	// The thread that started it is its parent: it has to live as long.
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.done)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		l.t.Fatalf("start %s: %v", s.Name, err)
	}
	p.PID = p.cmd.Process.Pid
	l.t.Cleanup(func() { p.Stop(l.t) })
	return p
}

// Stop ends the server, at once when it does not heed.
func (p *Process) Stop(t testing.TB) {
	for _, sig := range []syscall.Signal{syscall.SIGCONT, syscall.SIGTERM, syscall.SIGKILL} {
		_ = p.cmd.Process.Signal(sig)
		if sig == syscall.SIGCONT {
			continue
		}
		select {
		case <-p.done:
			if t.Failed() {
				t.Logf("%s said:\n%s", p.Name, p.tail())
			}
			return
		case <-time.After(10 * time.Second):
		}
	}
	t.Errorf("%s, process %d, does not end", p.Name, p.PID)
}

// Signal sends the server a signal.
func (p *Process) Signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatalf("signal %s: %v", p.Name, err)
	}
}

// Kill ends the server as a crash does.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// pause stops the process where it is, resume lets it go on.
func (p *Process) pause(t testing.TB)  { p.Signal(t, syscall.SIGSTOP) }
func (p *Process) resume(t testing.TB) { p.Signal(t, syscall.SIGCONT) }

// Said reports whether the server logged a text.
func (p *Process) Said(text string) bool {
	data, _ := os.ReadFile(p.Log)
	return bytes.Contains(data, []byte(text))
}

func (p *Process) tail() string {
	data, _ := os.ReadFile(p.Log)
	lines := strings.Split(string(data), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

// Until waits for a condition, which it asks for again and again.
func Until(t testing.TB, what string, within time.Duration, is func() error) {
	t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(within)
	for {
		err := is()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: not within %v: %v", what, within, err)
		}
	}
}

// Listens waits until somebody accepts connections at an address, seen from
// this machine or from where a dialer is.
func Listens(t testing.TB, address string, from ...Dialer) {
	t.Helper()
	var d Dialer = &net.Dialer{Timeout: time.Second}
	if len(from) > 0 {
		d = from[0]
	}
	Until(t, "wait for "+address, 20*time.Second, func() error {
		c, err := d.Dial("tcp", address)
		if err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
		return c.Close()
	})
}
