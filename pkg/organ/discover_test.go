package organ

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

func server(t *testing.T, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body == "" {
			<-r.Context().Done()
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestDiscoverTakesTheFirstThatAnswers(t *testing.T) {
	t.Parallel()

	ollama := server(t, `{"models":[{"name":"all-minilm"},{"name":"llama3.2"},{"name":"nyx"}]}`)
	vllm := server(t, `{"data":[{"id":"nyx"}]}`)
	got, ok := discover(t.Context(), []Candidate{
		{KindOpenAI, "http://127.0.0.1:1/v1", "nobody"},
		{KindOpenAI, server(t, "<html>"), "a web page"},
		{KindOllama, server(t, `{"models":[]}`), "no model"},
		{KindOpenAI, server(t, `{"data":[{"id":"text-embedding-3"}]}`), "only embeds"},
		{KindOllama, ollama, "ollama"},
		{KindOpenAI, vllm, "vllm"},
	}, time.Minute)
	want := Found{KindOllama, ollama, []string{"llama3.2", "nyx"}, "ollama"}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Error(ok, diff)
	}
	if c := got.Config("", "nyx"); c.Model != "nyx" {
		t.Errorf("the wanted model is there, got %q", c.Model)
	}
	if c := got.Config("other"); c.Model != "llama3.2" {
		t.Errorf("the wanted model is not there, got %q", c.Model)
	}
}

func TestDiscoverIsQuick(t *testing.T) {
	t.Parallel()

	// A port that takes connections and never speaks.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	start := time.Now()
	_, ok := Discover(t.Context(), []Candidate{
		{KindOllama, "http://" + listener.Addr().String(), "mute"},
		{KindOpenAI, server(t, ""), "hanging"},
	})
	took := time.Since(start)
	if ok {
		t.Error("found a mind that says nothing")
	}
	// The search itself takes 150 ms; the rest is room for a machine that is busy.
	if took < discoverWithin || took > discoverWithin+2*time.Second {
		t.Errorf("took %s", took)
	}
	if _, ok := Discover(t.Context(), nil); ok {
		t.Error("found something nowhere")
	}
}

func TestCandidatesStayOnThisMachine(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"":                              "",
		"https://api.openai.com/v1":     "",
		"http://10.20.0.10:31000/v1":    "",
		"http://localhost.example:1/v1": "",
		"http://user:pw@127.0.0.1/v1":   "",
		"127.0.0.1.example.com":         "",
		"ftp://127.0.0.1":               "",
		"http://127.0.0.1:8000/v1":      "http://127.0.0.1:8000/v1",
		"http://localhost:8000/v1":      "http://localhost:8000/v1",
		"0.0.0.0":                       "http://127.0.0.1:11434",
		"0.0.0.0:9000":                  "http://127.0.0.1:9000",
		":9000":                         "http://127.0.0.1:9000",
		"[::1]:9000":                    "http://[::1]:9000",
		"http://[::]":                   "http://127.0.0.1:11434",
		"127.0.0.5":                     "http://127.0.0.5:11434",
	} {
		if got, _ := loopback(text, "11434"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	env := map[string]string{"OPENAI_BASE_URL": "http://localhost:5000/v1", "OLLAMA_HOST": "gpu.example.com"}
	list := Candidates(func(name string) string { return env[name] }, Candidate{KindOpenAI, "http://127.0.0.1:31001/v1", "declared port"})
	want := append([]Candidate{
		{KindOpenAI, "http://localhost:5000/v1", "OPENAI_BASE_URL"},
		{KindOpenAI, "http://127.0.0.1:31001/v1", "declared port"},
	}, usual...)
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()

	there := server(t, `{"data":[{"id":"other"},{"id":"nyx"}]}`)
	getenv := func(name string) string {
		return map[string]string{"OPENAI_BASE_URL": there + "/v1"}[name]
	}
	for name, c := range map[string]struct {
		declared *topology.Backend
		want     string
	}{
		"nothing declared": {nil, "openai at " + there + "/v1, model other (OPENAI_BASE_URL)"},
		"served elsewhere": {&topology.Backend{Kind: "vllm", ServedAs: "nyx", Port: 1}, "openai at " + there + "/v1, model nyx (OPENAI_BASE_URL)"},
		"simulated":        {&topology.Backend{Kind: KindSimulated}, "simulated (configured)"},
		"an endpoint":      {&topology.Backend{Kind: KindOpenAI, URL: "https://10.0.0.1:8000", Model: "big"}, "openai at https://10.0.0.1:8000, model big (configured)"},
		"an ollama":        {&topology.Backend{Kind: KindOllama, URL: "http://gpu:11434"}, "ollama at http://gpu:11434 (configured)"},
	} {
		got, err := choose(c.declared, getenv, time.Minute)(t.Context())
		if err != nil || got.Why != c.want || got.Backend == nil {
			t.Errorf("%s: got %q (%v), want %q", name, got.Why, err, c.want)
		}
	}
	if _, err := Choose(&topology.Backend{Kind: KindOpenAI, URL: "gpu:1"}, nil)(t.Context()); err == nil || !strings.Contains(err.Error(), "gpu:1") {
		t.Errorf("a broken url is an error, got %v", err)
	}
}
