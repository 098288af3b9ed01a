package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

type artifact = topology.Artifact

// client asks without keeping connections.
var client = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// get asks an address; "" when it does not answer well.
func get(url string) string {
	answer, err := client.Get(url)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return ""
	}
	return string(body)
}

// child runs a program until the test ends. Its errors are shown when the test
// has failed.
func child(t *testing.T, cmd *exec.Cmd) io.Reader {
	t.Helper()
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_, _ = io.Copy(io.Discard, out)
		err := cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %v\n%s", cmd.Path, err, complaints.String())
		}
	})
	return out
}

// playedLab is a running `nimmer up`.
type playedLab struct {
	nimmer, bus, metrics string
}

func startLab(t *testing.T, dir, env string) *playedLab {
	t.Helper()
	l := &playedLab{nimmer: link(t)}
	cmd := exec.Command(l.nimmer, "up", dir, "--env", env, "-o", "json", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--state", t.TempDir())
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "NIMMERVERSE_ENV=")
	out := bufio.NewReader(child(t, cmd))
	line, err := out.ReadString('\n')
	var first struct {
		Body struct{ Bus, Metrics string }
	}
	if err == nil {
		err = json.Unmarshal([]byte(line), &first)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	l.bus, l.metrics = first.Body.Bus, first.Body.Metrics
	go func() { _, _ = io.Copy(io.Discard, out) }()
	ready := strings.TrimSuffix(l.metrics, "/metrics") + "/readyz"
	awaitThat(t, "the lab", 30*time.Second, func() bool { return get(ready) != "" })
	return l
}

func (l *playedLab) scrape(t *testing.T) string {
	t.Helper()
	text := get(l.metrics)
	if text == "" {
		t.Fatal("the lab tells no metrics")
	}
	return "\n" + text
}

// askAll gives the gates and the mind something to do, again and again.
func (l *playedLab) askAll(t *testing.T) {
	t.Helper()
	done := make(chan struct{})
	var asking sync.WaitGroup
	t.Cleanup(func() { close(done); asking.Wait() })
	asking.Go(func() {
		for n := 1; ; n++ {
			cmd := exec.Command(l.nimmer, "wave", "send", "--server", l.bus, "--env", "dev", "--cell", "text", fmt.Sprintf("what is %d + 27", n))
			if out, err := cmd.CombinedOutput(); err != nil {
				select {
				case <-done: // the lab is being stopped
				default:
					t.Errorf("ask: %v: %s", err, out)
				}
				return
			}
			select {
			case <-done:
				return
			case <-time.After(6 * time.Second): // the gate has fallen stable again
			}
		}
	})
}

// await waits until something is so.
func awaitThat(t *testing.T, what string, patience time.Duration, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); <-time.After(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s does not come within %s", what, patience)
		}
	}
}

// recording plays recorded series as an exporter for each job.
type recording struct {
	address string
	series  []recordedSeries
	jobs    map[string][]string // lines

	mu      sync.Mutex
	scrapes map[string]int
}

type recordedSeries struct {
	name, family string
	labels       map[string]string
}

var (
	seriesLine = regexp.MustCompile(`^(\w+)(?:\{(.*)\})? (\S+)$`)
	labelPair  = regexp.MustCompile(`(\w+)="([^"]*)"`)
	growing    = regexp.MustCompile(`_(total|bucket|sum|count)$`)
)

func playRecording(t *testing.T, path string) *recording {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := &recording{jobs: map[string][]string{}, scrapes: map[string]int{}}
	job, family := "", ""
	for n, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		switch {
		case strings.HasPrefix(line, "# job "):
			job, _, _ = strings.Cut(strings.TrimPrefix(line, "# job "), ":")
		case job == "":
		default:
			r.jobs[job] = append(r.jobs[job], line)
			if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
				family, _, _ = strings.Cut(name, " ")
				continue
			}
			m := seriesLine.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("%s:%d: %q is no series", path, n+1, line)
			}
			s := recordedSeries{name: m[1], family: family, labels: map[string]string{}}
			for _, pair := range labelPair.FindAllStringSubmatch(m[2], -1) {
				if pair[1] != "le" {
					s.labels[pair[1]] = pair[2]
				}
			}
			r.series = append(r.series, s)
		}
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.address = strings.TrimPrefix(server.URL, "http://")
	return r
}

// ServeHTTP answers a scrape of /JOB; with each one the counters have grown.
func (r *recording) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	job := strings.TrimPrefix(req.URL.Path, "/")
	r.mu.Lock()
	r.scrapes[job]++
	n := r.scrapes[job]
	r.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	for _, line := range r.jobs[job] {
		if m := seriesLine.FindStringSubmatch(line); m != nil && growing.MatchString(m[1]) {
			if v, err := strconv.ParseFloat(m[3], 64); err == nil {
				line = strings.TrimSuffix(line, m[3]) + strconv.FormatFloat(v+float64(n), 'g', -1, 64)
			}
		}
		fmt.Fprintln(w, line)
	}
}
