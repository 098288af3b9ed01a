package main

import (
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// instruction is one line of a Containerfile, joined.
type instruction struct{ word, rest string }

// stage is what stands from one FROM to the next.
type stage struct {
	image, name string
	lines       []instruction
}

// parseContainer takes a Containerfile apart as a builder does: comments out,
// continued lines joined, one word and its rest.
func parseContainer(t *testing.T, text string) []stage {
	t.Helper()
	var stages []stage
	joined := ""
	for line := range strings.SplitSeq(text, "\n") {
		if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if rest, more := strings.CutSuffix(strings.TrimRight(line, " "), `\`); more {
			joined += rest
			continue
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(joined+line), " ")
		joined = ""
		i := instruction{strings.ToUpper(word), strings.TrimSpace(rest)}
		if i.word == "FROM" {
			words := slices.DeleteFunc(strings.Fields(i.rest), func(w string) bool { return strings.HasPrefix(w, "--") })
			s := stage{image: words[0]}
			if len(words) == 3 && strings.EqualFold(words[1], "as") {
				s.name = words[2]
			} else if len(words) != 1 {
				t.Errorf("FROM %s", i.rest)
			}
			stages = append(stages, s)
			continue
		}
		if len(stages) == 0 {
			t.Fatalf("%s before the first FROM", i.word)
		}
		stages[len(stages)-1].lines = append(stages[len(stages)-1].lines, i)
	}
	if joined != "" {
		t.Errorf("the last line goes on: %s", joined)
	}
	return stages
}

func (s stage) all(word string) []string {
	var out []string
	for _, i := range s.lines {
		if i.word == word {
			out = append(out, i.rest)
		}
	}
	return out
}

const root = "../.."

func readFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestContainerfile holds the image to what a cluster with restricted pods asks for.
func TestContainerfile(t *testing.T) {
	stages := parseContainer(t, readFile(t, "Containerfile"))
	if len(stages) != 2 {
		t.Fatalf("%d stages, want one that builds and one that runs", len(stages))
	}
	build, run := stages[0], stages[1]
	known := []string{"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "LABEL", "RUN", "USER", "WORKDIR"}
	for _, s := range stages {
		for _, i := range s.lines {
			if !slices.Contains(known, i.word) {
				t.Errorf("instruction %s is not meant to be here", i.word)
			}
		}
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readFile(t, "go.mod"))[1]
	if !strings.HasSuffix(build.image, "golang:"+version) {
		t.Errorf("built with %s, go.mod asks for %s", build.image, version)
	}
	for _, c := range build.all("COPY") {
		words := strings.Fields(c)
		for _, source := range words[:len(words)-1] {
			if _, err := os.Stat(filepath.Join(root, source)); err != nil {
				t.Errorf("COPY %s: %v", c, err)
			}
		}
	}
	if len(run.all("RUN")) > 0 || !strings.Contains(run.image, "distroless/static") {
		t.Errorf("the final stage is %s and runs %q", run.image, run.all("RUN"))
	}
	if got := run.all("COPY"); len(got) != 1 || got[0] != "--from="+build.name+" /out/nimmer-cell /nimmer-cell" {
		t.Errorf("the final stage copies %q", got)
	}
	if got := run.all("USER"); len(got) != 1 || !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(got[0]) {
		t.Errorf("USER %q: want numbers, so that a cluster sees that it is not root", got)
	}
	if got := run.all("ENV"); len(got) != 1 || got[0] != "NIMMERVERSE_ENV=dev" {
		t.Errorf("ENV %q", got)
	}
	labels := strings.Join(run.all("LABEL"), " ")
	for _, key := range []string{"title", "description", "version", "licenses"} {
		if !strings.Contains(labels, "org.opencontainers.image."+key+"=") {
			t.Errorf("label %s is missing", key)
		}
	}
	var entry, cmd []string
	if json.Unmarshal([]byte(strings.Join(run.all("ENTRYPOINT"), "")), &entry) != nil || !slices.Equal(entry, []string{"/nimmer-cell"}) {
		t.Errorf("ENTRYPOINT %q: want the exec form, a shell is not there", run.all("ENTRYPOINT"))
	}
	if json.Unmarshal([]byte(strings.Join(run.all("CMD"), "")), &cmd) != nil {
		t.Errorf("CMD %q: want the exec form", run.all("CMD"))
	}
}

// TestContainerBuilds runs the build line of the Containerfile as it stands
// there: what comes out needs no library and knows its version.
func TestContainerBuilds(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("skipped: it builds a Linux binary and runs it")
	}
	build := parseContainer(t, readFile(t, "Containerfile"))[0]
	line := build.all("RUN")[len(build.all("RUN"))-1]
	out := filepath.Join(t.TempDir(), "nimmer-cell")
	line = regexp.MustCompile(`--mount=\S+`).ReplaceAllString(line, "")
	line = strings.ReplaceAll(line, "/out/nimmer-cell", out)
	c := exec.CommandContext(t.Context(), "sh", "-c", line)
	c.Dir = root
	c.Env = append(os.Environ(), "TARGETOS=linux", "TARGETARCH="+runtime.GOARCH, "VERSION=7.8.9")
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, text)
	}
	binary, err := elf.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	for _, p := range binary.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("it needs a dynamic linker, which the image does not have")
		}
	}
	said, err := exec.CommandContext(t.Context(), out, "--version").Output()
	if err != nil || !strings.Contains(string(said), "7.8.9") {
		t.Errorf("--version says %s, %v", said, err)
	}
}

// TestContainerignore: what the build copies is not ignored.
func TestContainerignore(t *testing.T) {
	lines := strings.Split(readFile(t, ".containerignore"), "\n")
	for _, c := range parseContainer(t, readFile(t, "Containerfile"))[0].all("COPY") {
		words := strings.Fields(c)
		for _, source := range words[:len(words)-1] {
			if !slices.Contains(lines, "!"+source) {
				t.Errorf("%s is copied and ignored", source)
			}
		}
	}
}
