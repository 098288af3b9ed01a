package buslab

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// Place is where the hosts of a lab are: a network namespace each, or all of
// them on the loopback of this machine.
type Place interface {
	// Subnet is the first two bytes of the hosts' addresses.
	Subnet() string
	// Run starts a server on its host.
	Run(l *Lab, s natsconf.Server, argv ...string) *Process
	// Client is where a server accepts clients.
	Client(s natsconf.Server) string
	// Dialer connects from a host.
	Dialer(host string) Dialer
	// Cut takes a host off the network, Join brings it back.
	Cut(host string)
	Join(host string)
}

// Dialer opens connections, as nats.CustomDialer wants it.
type Dialer interface {
	Dial(network, address string) (net.Conn, error)
}

// Loopback is a Place without namespaces: hosts have addresses of their own on
// the loopback, and to be cut off is played by stopping the hub.
type Loopback struct {
	t        testing.TB
	hub      string
	stores   map[string]string
	running  map[string]*Process
	leafPort map[string]int
}

// NewLoopback places a lab whose hub's host is called hub.
func NewLoopback(t testing.TB, hub string) *Loopback {
	return &Loopback{t: t, hub: hub, stores: map[string]string{}, running: map[string]*Process{}, leafPort: map[string]int{}}
}

// Subnet is that of the hosts' addresses; only the hub's is used.
func (p *Loopback) Subnet() string { return "127.0" }

// Run moves what two servers of one machine cannot share, and starts the server.
func (p *Loopback) Run(l *Lab, s natsconf.Server, argv ...string) *Process {
	if p.stores[s.Host] == "" {
		p.stores[s.Host] = p.t.TempDir()
		l.Edit(s, `"/var/lib/nats/`, `"`+p.stores[s.Host]+"/")
		if s.Hub != nil {
			l.Edit(s, fmt.Sprintf("127.0.0.1:%d", s.Hub.MonitorPort), "127.0.0.1:-1")
		} else {
			p.leafPort[s.Host] = 24222 + len(p.leafPort)
			l.Edit(s, "127.0.0.1:4222", fmt.Sprintf("127.0.0.1:%d", p.leafPort[s.Host]))
			l.Edit(s, "127.0.0.1:8222", "127.0.0.1:-1")
		}
	}
	proc := l.Start(s, argv...)
	p.running[s.Host] = proc
	return proc
}

// Client is where a server accepts clients.
func (p *Loopback) Client(s natsconf.Server) string {
	if s.Hub != nil {
		return fmt.Sprintf("%s.0.1:%d", p.Subnet(), s.Hub.Port)
	}
	return fmt.Sprintf("127.0.0.1:%d", p.leafPort[s.Host])
}

// Dialer connects from this machine.
func (p *Loopback) Dialer(string) Dialer { return &net.Dialer{} }

// Cut stops the hub's process where it is: nobody hears from it any more.
func (p *Loopback) Cut(string) { p.running[p.hub].pause(p.t) }

// Join lets the hub's process go on.
func (p *Loopback) Join(string) { p.running[p.hub].resume(p.t) }

// store is where a host's servers keep their streams, outside.
func store(dir, host string) string { return filepath.Join(dir, host) }
