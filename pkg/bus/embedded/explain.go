package embedded

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// fail says what was done to what, why it failed and what a person can do next.
func fail(op, subject, hint string, err error) error {
	return &daemon.Error{Op: op, Subject: subject, Hint: hint, Err: err}
}

var errStart = errors.New("the server could not start")

// explain turns the server's fatal line into an error that says what to do.
func explain(text, listen string, opts *server.Options) error {
	text = strings.TrimPrefix(text, "bus server: ")
	cause := fmt.Errorf("%w: %s", errStart, text)
	switch {
	case strings.Contains(text, "address already in use"):
		where := listen
		if strings.Contains(text, "monitor") {
			where = net.JoinHostPort(opts.HTTPHost, fmt.Sprint(opts.HTTPPort))
		}
		return fail("listen on", where, "stop that one or use it (--server nats://"+where+"), or choose another port with --listen (port 0 takes a free one)",
			errors.New("the port is in use by "+whoListens(where)))
	case strings.Contains(text, "permission denied") && strings.Contains(text, "listen"):
		return fail("listen on", listen, "ports below 1024 need the right to: choose another with --listen", cause)
	case strings.Contains(text, "cannot assign requested address"), strings.Contains(text, "no such host"):
		return fail("listen on", listen, "this machine does not have that address: choose another with --listen", cause)
	case strings.Contains(text, "no space left"):
		return fail("open bus store", opts.StoreDir, "make room, or put the store elsewhere with --state", cause)
	case strings.Contains(text, "storage directory"), strings.Contains(text, "permission denied"):
		return fail("open bus store", opts.StoreDir, "give the directory and all below it to this user, or choose another with --state", cause)
	}
	return fail("start bus server", opts.ServerName, "", cause)
}

// whoListens finds out what it can about the program behind a port: what it
// says of itself when it speaks NATS, and its process when that is ours to see.
func whoListens(address string) string {
	var parts []string
	if name := natsName(address); name != "" {
		parts = append(parts, name)
	}
	if process := listeningProcess(address); process != "" {
		parts = append(parts, process)
	}
	if len(parts) == 0 {
		return "another program"
	}
	return strings.Join(parts, ", ")
}

// natsName asks the program behind the port for the greeting of a NATS server.
func natsName(address string) string {
	conn, err := net.DialTimeout("tcp", address, 500*time.Millisecond)
	if err != nil {
		return ""
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	greeting, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(greeting, "INFO ") {
		return ""
	}
	var info struct {
		Name    string `json:"server_name"`
		Version string `json:"version"`
	}
	if json.Unmarshal([]byte(greeting[len("INFO "):]), &info) != nil {
		return "a NATS server"
	}
	return fmt.Sprintf("NATS server %q (version %s)", info.Name, info.Version)
}
