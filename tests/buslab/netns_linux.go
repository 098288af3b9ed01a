package buslab

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// Namespaces is a Place where each host is a network namespace, joined to one
// switch that is a bridge in a namespace of its own. Nothing of it is visible
// outside.
type Namespaces struct {
	t     testing.TB
	mark  string
	hosts map[string]string // to address
	dir   string
}

// NewNamespaces makes the hosts, with the addresses they have, or says why that
// is not possible here.
func NewNamespaces(t testing.TB, hosts map[string]string) (Place, error) {
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("network namespaces need root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		return nil, fmt.Errorf("network namespaces need the command ip: %w", err)
	}
	sweep()
	p := &Namespaces{t: t, mark: fmt.Sprintf("nmr%d", os.Getpid()), hosts: hosts, dir: t.TempDir()}
	t.Cleanup(p.remove)
	sw := p.ns("switch")
	steps := [][]string{{"netns", "add", sw}, {"-n", sw, "link", "add", "br0", "type", "bridge"}, {"-n", sw, "link", "set", "br0", "up"}}
	for host, address := range hosts {
		ns := p.ns(host)
		if err := os.MkdirAll(store(p.dir, host), 0o700); err != nil {
			return nil, err
		}
		steps = append(steps,
			[]string{"netns", "add", ns},
			[]string{"-n", sw, "link", "add", "to-" + host, "type", "veth", "peer", "name", "eth0", "netns", ns},
			[]string{"-n", sw, "link", "set", "to-" + host, "master", "br0", "up"},
			[]string{"-n", ns, "link", "set", "lo", "up"},
			[]string{"-n", ns, "addr", "add", address + "/16", "dev", "eth0"},
			[]string{"-n", ns, "link", "set", "eth0", "up"},
		)
	}
	for _, s := range steps {
		if err := ip(s...); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// sweep removes the namespaces of tests that were killed.
func sweep() {
	left, err := filepath.Glob("/run/netns/nmr*-*")
	if err != nil {
		return
	}
	for _, path := range left {
		name := filepath.Base(path)
		pid, _, _ := strings.Cut(strings.TrimPrefix(name, "nmr"), "-")
		if _, err := os.Stat("/proc/" + pid); os.IsNotExist(err) {
			_ = ip("netns", "del", name) // the next test tries again
		}
	}
}

func ip(args ...string) error {
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

func (p *Namespaces) ns(name string) string { return p.mark + "-" + name }

// remove takes all namespaces away; what ran in them has ended before.
func (p *Namespaces) remove() {
	for _, host := range append([]string{"switch"}, keysOf(p.hosts)...) {
		if _, err := os.Stat("/run/netns/" + p.ns(host)); err != nil {
			continue
		}
		if err := ip("netns", "del", p.ns(host)); err != nil {
			p.t.Error(err)
		}
	}
}

func keysOf(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

// Subnet is that of the hosts' addresses.
func (p *Namespaces) Subnet() string { return "10.77" }

// Run starts the server inside its host, which has a /var/lib of its own: the
// configuration is the emitted one to the letter.
func (p *Namespaces) Run(l *Lab, s natsconf.Server, argv ...string) *Process {
	const inside = `mount -t tmpfs none /var/lib && mkdir /var/lib/nats && mount --bind "$0" /var/lib/nats && exec "$@"`
	return l.Start(s, append([]string{"ip", "netns", "exec", p.ns(s.Host), "sh", "-c", inside, store(p.dir, s.Host)}, argv...)...)
}

// Enter is the beginning of a command that runs on a host.
func (p *Namespaces) Enter(host string) []string { return []string{"ip", "netns", "exec", p.ns(host)} }

// Client is where a server accepts clients.
func (p *Namespaces) Client(s natsconf.Server) string {
	if s.Hub != nil {
		return fmt.Sprintf("%s:%d", p.hosts[s.Host], s.Hub.Port)
	}
	return "127.0.0.1:4222"
}

// Cut pulls a host's cable.
func (p *Namespaces) Cut(host string) { p.link(host, "down") }

// Join plugs it in again.
func (p *Namespaces) Join(host string) { p.link(host, "up") }

func (p *Namespaces) link(host, state string) {
	p.t.Helper()
	if err := ip("-n", p.ns("switch"), "link", "set", "to-"+host, state); err != nil {
		p.t.Fatal(err)
	}
}

// Dialer connects from inside a host.
func (p *Namespaces) Dialer(host string) Dialer { return nsDialer(p.ns(host)) }

type nsDialer string

// Dial opens the socket on a thread that is inside the namespace. A thread that
// cannot be brought back ends with its goroutine.
func (d nsDialer) Dial(network, address string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread()
		conn, err := d.inside(network, address)
		done <- result{conn, err}
	}()
	r := <-done
	return r.conn, r.err
}

func (d nsDialer) inside(network, address string) (net.Conn, error) {
	f, err := os.Open("/run/netns/" + string(d))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("enter %s: %w", d, err)
	}
	return net.DialTimeout(network, address, 5*time.Second)
}
