package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// prometheus is a running one.
type prometheus struct{ api string }

// targetGroup is what its file discovery reads.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// startPrometheus runs one on what was emitted. Only two things are changed:
// everything is scraped each second, and targets lie on this machine.
func startPrometheus(t *testing.T, files []artifact, lab *playedLab, r *recording) *prometheus {
	t.Helper()
	listen := freeAddress(t)
	dir := t.TempDir()
	for _, f := range files {
		data := f.Data
		switch {
		case f.Path == "prometheus/prometheus.yml":
			data = bytes.ReplaceAll(data, []byte(": 15s"), []byte(": 1s"))
			if bytes.Equal(data, f.Data) {
				t.Fatalf("no interval in\n%s", data)
			}
		case strings.HasPrefix(f.Path, "prometheus/targets/"):
			data = localTargets(t, strings.TrimSuffix(path.Base(f.Path), ".json"), data, lab, r, listen)
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	child(t, exec.Command("prometheus", "--config.file="+filepath.Join(dir, "prometheus", "prometheus.yml"),
		"--storage.tsdb.path="+t.TempDir(), "--web.listen-address="+listen, "--log.level=warn"))
	p := &prometheus{"http://" + listen}
	awaitThat(t, "Prometheus", 20*time.Second, func() bool { return get(p.api+"/-/ready") != "" })
	return p
}

// localTargets keeps the first emitted group of a job with its labels and lets
// it lie here: exporters are played from the recording, so are our processes
// beside the one that is the lab.
func localTargets(t *testing.T, job string, data []byte, lab *playedLab, r *recording, me string) []byte {
	t.Helper()
	var groups []targetGroup
	if err := json.Unmarshal(data, &groups); err != nil || len(groups) == 0 {
		t.Fatalf("targets of %s: %v: %s", job, err, data)
	}
	first := groups[0]
	first.Targets = []string{r.address}
	switch job {
	case "nimmer":
		var of *targetGroup
		for i := range groups {
			if groups[i].Labels["process"] == "organ" {
				of = &groups[i]
			}
		}
		if of == nil {
			t.Fatalf("nobody is an organ daemon: %s", data)
		}
		of.Targets, of.Labels["__metrics_path__"] = []string{r.address}, "/nimmer"
		u, err := url.Parse(lab.metrics)
		if err != nil {
			t.Fatal(err)
		}
		here := targetGroup{[]string{u.Host}, map[string]string{"host": "dev", "environment": "dev", "service": "nimmer", "process": "nimmer"}}
		groups = []targetGroup{here, *of}
	case "prometheus":
		first.Targets = []string{me}
		groups = []targetGroup{first}
	case "grafana", "loki":
		groups = []targetGroup{}
	default:
		if len(r.jobs[job]) == 0 {
			t.Fatalf("nothing is recorded for the job %s", job)
		}
		first.Labels["__metrics_path__"] = "/" + job
		first.Labels["host"] = "dioscuri" // it has cards, and a leaf node
		groups = []targetGroup{first}
	}
	out, err := json.Marshal(groups)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// untilData asks until every query has returned data, and returns those that
// did not.
func (p *prometheus) untilData(t *testing.T, asked []asking, patience time.Duration) []asking {
	t.Helper()
	left := asked
	for end := time.Now().Add(patience); ; <-time.After(500 * time.Millisecond) {
		var empty []asking
		for _, a := range left {
			if !p.data(t, a) {
				empty = append(empty, a)
			}
		}
		if left = empty; len(left) == 0 || time.Now().After(end) {
			return left
		}
	}
}

// data reports whether a query returns at least one number.
func (p *prometheus) data(t *testing.T, a asking) bool {
	t.Helper()
	answer, err := client.PostForm(p.api+"/api/v1/query", url.Values{"query": {a.expr}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var out struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value [2]any }
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil || out.Status != "success" {
		t.Fatalf("%s: %v %s\n\t%s", a.what, err, out.Error, a.expr)
	}
	for _, r := range out.Data.Result {
		if r.Value[1] != "NaN" {
			return true
		}
	}
	return false
}

// freeAddress is on loopback, and nobody's a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
