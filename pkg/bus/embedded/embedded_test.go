package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// childStore, when set, makes this test binary a server on that store that
// runs until it is killed.
const childStore = "NIMMER_TEST_CHILD_STORE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childStore); dir != "" {
		s, err := Start(Options{Listen: "127.0.0.1:0", StoreDir: dir, SyncAlways: true})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(s.ClientURL())
		_, _ = io.Copy(io.Discard, os.Stdin) // until the parent goes
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// start runs a server for the length of a test.
func start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.StoreDir == "" && o.ConfigFile == "" {
		o.StoreDir = t.TempDir()
	}
	if o.Listen == "" && o.ConfigFile == "" {
		o.Listen = "127.0.0.1:0"
	}
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// child runs a server in a process of its own and returns where it listens.
func child(t *testing.T, store string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childStore+"="+store)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(url, "nats://") {
		t.Fatalf("child says %q, %v", url, err)
	}
	return cmd, strings.TrimSpace(url)
}

// refused starts a server that must not start, and checks what is said.
func refused(t *testing.T, o Options, texts ...string) {
	t.Helper()
	if o.StoreDir == "" {
		o.StoreDir = t.TempDir()
	}
	s, err := Start(o)
	if err == nil {
		_ = s.Stop(context.Background())
		t.Fatalf("%+v: started", o)
	}
	all := err.Error() + "\n" + daemon.Hint(err)
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("want %q in: %s", text, all)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %s", err)
	}
}

func TestPortInUse(t *testing.T) {
	first := start(t, Options{ServerName: "first"})
	address := strings.TrimPrefix(first.ClientURL(), "nats://")
	refused(t, Options{Listen: address}, "listen on "+address, "in use by NATS server \"first\" (version 2.", "--listen")

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	refused(t, Options{Listen: l.Addr().String()}, "in use by", "--listen")
	refused(t, Options{Listen: "127.0.0.1:0", Monitor: l.Addr().String()}, "listen on "+l.Addr().String())
	if me := listeningProcess(l.Addr().String()); me != "" && !strings.Contains(me, fmt.Sprint(os.Getpid())) {
		t.Errorf("the process behind the port is %q, this is %d", me, os.Getpid())
	}
}

func TestListenRefused(t *testing.T) {
	refused(t, Options{Listen: "0.0.0.0:4222"}, "not loopback", "no logins")
	refused(t, Options{Listen: ":4222"}, "not loopback")
	refused(t, Options{Listen: "4222"}, "want host:port")
	refused(t, Options{Listen: "127.0.0.1:99999"}, "0 to 65535")
	refused(t, Options{Monitor: "x"}, "want host:port")
	refused(t, Options{MaxMemory: -1}, "MaxMemory")
	refused(t, Options{MaxStore: -1}, "MaxStore")
	refused(t, Options{ServerName: "a b"}, "ServerName")
	if _, err := Start(Options{}); err == nil || !strings.Contains(err.Error(), "StoreDir") {
		t.Errorf("no store: %v", err)
	}
}

func TestStoreRefused(t *testing.T) {
	dir := t.TempDir()
	first := start(t, Options{StoreDir: dir})
	refused(t, Options{StoreDir: dir, Listen: "127.0.0.1:0"}, "open bus store "+dir, fmt.Sprintf("process %d", os.Getpid()), first.ClientURL(), "--state")

	other := t.TempDir()
	if err := start(t, Options{StoreDir: other, ServerName: "robot"}).Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{StoreDir: other, Listen: "127.0.0.1:0"}, `belongs to server "robot", this one is "nimmer"`)

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{StoreDir: file}, "open bus store "+file, "not a directory", "file is in the way")

	// A directory in the way of the server's own.
	blocked := t.TempDir()
	if err := os.WriteFile(filepath.Join(blocked, "jetstream"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{StoreDir: blocked, Listen: "127.0.0.1:0"}, "open bus store "+blocked, "storage directory")

	if os.Getuid() == 0 {
		t.Log("not checked: a directory that may not be written (this test runs as root)")
		return
	}
	locked := t.TempDir()
	if err := os.Chmod(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{StoreDir: locked}, "permission denied", "user id")
}

func TestStoreErrors(t *testing.T) {
	for errno, hint := range map[syscall.Errno]string{
		syscall.EACCES: "user id", syscall.EPERM: "user id", syscall.EROFS: "read-only",
		syscall.ENOSPC: "make room", syscall.EDQUOT: "make room", syscall.ENOTDIR: "in the way", syscall.EIO: "--state",
	} {
		err := storeError("/state", &os.PathError{Op: "open", Path: "/state/x", Err: errno})
		if !errors.Is(err, errno) || !strings.Contains(daemon.Hint(err), hint) || strings.Contains(err.Error(), "/x") {
			t.Errorf("%s: %v (%s)", errno, err, daemon.Hint(err))
		}
	}
}

func TestStoreLimit(t *testing.T) {
	for _, tc := range []struct {
		free, used, asked, want int64
		known, full             bool
	}{
		{free: 1 << 40, known: true, want: defaultMaxStore},
		{free: 5 << 30, known: true, want: 4 << 30},
		{free: 5 << 30, used: 1 << 30, known: true, want: 5 << 30},
		{free: 5 << 30, known: true, asked: 7, want: 7},
		{free: minFree - 1, known: true, full: true},
		{want: defaultMaxStore},
	} {
		got, err := storeLimit(tc.asked, tc.free, tc.known, func() int64 { return tc.used })
		if (err != nil) != tc.full || err == nil && got != tc.want {
			t.Errorf("%+v: got %d, %v", tc, got, err)
		}
		if tc.full && !strings.Contains(err.Error(), "disk is full") {
			t.Errorf("got %v", err)
		}
	}
}

// A process that is killed leaves a store that the next one opens, with all
// that was acknowledged.
func TestKilledProcess(t *testing.T) {
	dir := t.TempDir()
	cmd, url := child(t, dir)
	refused(t, Options{StoreDir: dir, Listen: "127.0.0.1:0"}, fmt.Sprintf("process %d, %s", cmd.Process.Pid, url))
	nc, err := nats.Connect(url, nats.NoReconnect())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := js.Publish(t.Context(), "s", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	s := start(t, Options{StoreDir: dir})
	nc2, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	defer nc2.Close()
	if js, err = jetstream.New(nc2); err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "S")
	if err != nil || stream.CachedInfo().State.Msgs != 20 {
		t.Errorf("after the kill: %+v, %v", stream, err)
	}
}

func TestNowhere(t *testing.T) {
	s := start(t, Options{Listen: listenNowhere})
	if s.ClientURL() != "" || s.MonitorURL() != "" || s.Name() != "nimmer" {
		t.Errorf("url %q, monitor %q, name %q", s.ClientURL(), s.MonitorURL(), s.Name())
	}
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	info, err := js.AccountInfo(t.Context())
	if err != nil || info.API.Level < 2 {
		t.Errorf("account %+v, %v", info, err)
	}
}

func TestMonitor(t *testing.T) {
	s := start(t, Options{Monitor: "127.0.0.1:0"})
	resp, err := http.Get(s.MonitorURL() + "/varz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if !strings.Contains(string(body), `"max_memory": 268435456`) {
		t.Errorf("bounds are not ours: %s", body)
	}
}

func TestConfigFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "nats.conf")
	conf := fmt.Sprintf("listen: 127.0.0.1:-1\nserver_name: hub\njetstream { store_dir: %q, max_file: 1G }\nauthorization { user: a, password: b }\n", dir)
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{ConfigFile: path})
	if s.Name() != "hub" {
		t.Errorf("name %s", s.Name())
	}
	if _, err := nats.Connect(s.ClientURL()); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("without a login: %v", err)
	}
	nc, err := nats.Connect(s.ClientURL(), nats.UserInfo("a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
	bad := filepath.Join(dir, "bad.conf")
	if err := os.WriteFile(bad, []byte("listen: {{{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(Options{ConfigFile: bad}); err == nil || !strings.Contains(err.Error(), bad) {
		t.Errorf("bad file: %v", err)
	}
	if err := os.WriteFile(bad, []byte("jetstream: enabled"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(Options{ConfigFile: bad}); err == nil || !strings.Contains(daemon.Hint(err), "store_dir") {
		t.Errorf("no store: %v", err)
	}
}

func TestStopGivesUp(t *testing.T) {
	var none *Server
	if err := none.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	s := start(t, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-s.Done()
	if err := s.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestLog(t *testing.T) {
	var mu sync.Mutex
	var b strings.Builder
	log := slog.New(slog.NewTextHandler(lockedWriter{&mu, &b}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := start(t, Options{Logger: log})
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if text := b.String(); !strings.Contains(text, "Server is ready") || strings.Contains(text, "level=INFO") {
		t.Errorf("log:\n%s", text)
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// Servers come and go side by side; each gives back its port and its store.
func TestStress(t *testing.T) {
	var wg sync.WaitGroup
	for range 5 {
		dir := t.TempDir()
		wg.Go(func() {
			for range 20 {
				s, err := Start(Options{Listen: "127.0.0.1:0", StoreDir: dir})
				if err != nil {
					t.Error(err)
					return
				}
				for range 2 {
					if err := s.Stop(context.Background()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestPromised: what streams on disk were promised is counted, so that a
// server which may store less can still give them less.
func TestPromised(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, meta := range map[string]string{
		"A": `{"name":"A","max_bytes":1000,"storage":"file"}`, "B": `{"name":"B","max_bytes":-1,"storage":"file"}`,
		"C": `{"name":"C","max_bytes":5000,"storage":"memory"}`, "D": `not readable`,
	} {
		at := filepath.Join(dir, "$G", "streams", name)
		if err := os.MkdirAll(at, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(at, "meta.inf"), []byte(meta), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := promised(dir); got != 1000 {
		t.Errorf("promised %d bytes, want 1000", got)
	}
}
