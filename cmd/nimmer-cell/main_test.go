package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/scripttest"
	"github.com/nimmerverse/nimmer/pkg/bus"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nimmer-cell": func() {
			os.Exit(cli.Execute(context.Background(), command(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
		"bus":    func() { scripttest.Exit(scripttest.Bus(os.Args[1], os.Args[2], nil)) },
		"ask":    func() { scripttest.Exit(ask(os.Args[1], os.Args[2], os.Args[3])) },
		"find":   func() { scripttest.Exit(discover(os.Args[1])) },
		"listen": func() { scripttest.Exit(listenForReady(os.Args[1], os.Args[2])) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, scripttest.Params(nil))
}

// ask sends one request and prints the answer.
func ask(url, subject, body string) error {
	conn, err := bus.Connect(context.Background(), bus.Options{Server: url})
	if err != nil {
		return err
	}
	defer conn.Close()
	answer, err := conn.Request(context.Background(), subject, []byte(body))
	fmt.Println(string(answer))
	return err
}

// discover prints who is announced.
func discover(url string) error {
	conn, err := bus.Connect(context.Background(), bus.Options{Server: url})
	if err != nil {
		return err
	}
	defer conn.Close()
	all, err := conn.Services(context.Background(), "", bus.GatherOptions{})
	for _, s := range all {
		fmt.Println(s.Name, s.Version, s.Metadata["environment"], s.Metadata["source"])
	}
	return err
}

// listenForReady is a service manager: it writes what it is told to a file,
// until it is told STOPPING.
func listenForReady(socket, file string) error {
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer conn.Close()
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	fmt.Fprintln(out, "LISTENING")
	buf := make([]byte, 256)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, string(buf[:n])); err != nil || strings.Contains(string(buf[:n]), "STOPPING") {
			return errors.Join(err)
		}
	}
}
