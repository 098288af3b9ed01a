package topology

import (
	"strings"
	"testing"
)

func TestMermaid(t *testing.T) {
	t.Parallel()
	lab := sampleLab()
	lab.Cells[0].Name, lab.Gates[0].Cells[0] = `a "b" <c> #d`, `a "b" <c> #d`
	got := string(Mermaid(lab))
	for _, want := range []string{
		"flowchart LR\n",
		`n0(["management<br/>VLAN 10 · 10.20.0.0/24"]):::network`,
		`h3["worker-1 … 10 (×10)<br/>worker<br/>RTX 3080 Ti · 12 GiB"]:::host`,
		`subgraph h1["saturn"]`,
		`c0(["a #quot;b#quot; #lt;c#gt; #35;d"]):::cell`,
		"c0 --> g0\n",
		`g0 -->|"calculation"| m0`,
		`h0 -->|"leaf"| b0`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "subgraph "); n != strings.Count(got, "end\n") {
		t.Errorf("%d subgraphs do not end", n)
	}
}

func TestD2(t *testing.T) {
	t.Parallel()
	lab := sampleLab()
	lab.Cells[0].Name, lab.Gates[0].Cells[0] = `a "b" ${c} \d`, `a "b" ${c} \d`
	got := string(D2(lab))
	for _, want := range []string{
		`n0: "management\nVLAN 10 · 10.20.0.0/24" {class: network}`,
		`h1: "saturn" {`,
		`c0: "a \"b\" \${c} \\d" {class: cell}`,
		"nervous.c0 -> nervous.g0\n",
		`machines.h1.h2 -> bus.b0: "runs" {style.stroke-dash: 4}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
	if strings.Count(got, "{") != strings.Count(got, "}") {
		t.Error("braces do not match")
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{[]string{"a"}, "a"},
		{[]string{"worker-1", "worker-2", "worker-10"}, "worker-1 … 10"},
		{[]string{"rack-1-a", "rack-2-a"}, "rack-1-a … rack-2-a"},
	} {
		if got := span(naturally(tc.names)); got != tc.want {
			t.Errorf("span(%v) = %q, want %q", tc.names, got, tc.want)
		}
	}
	if got := addressSpan([]string{"10.0.0.20", "10.0.0.11"}); got != "10.0.0.11–20" {
		t.Error(got)
	}
	if got := addressSpan([]string{"10.0.0.20", "10.0.1.11"}); got != "10.0.0.20 … 10.0.1.11" {
		t.Error(got)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		size(96 << 30): "96 GiB", size(9830 << 20): "9.6 GiB", size(2e12): "2 TB", size(0): "", size(12): "12 B", size(64e9): "64 GB",
		plural(1, "identity"): "1 identity", plural(2, "identity"): "2 identities", plural(30, "day"): "30 days", plural(0, "cell"): "",
		grouped(32768): "32,768", grouped(-1234567): "-1,234,567", grouped(999): "999",
		short(10000): "10,000", short(0.85): "0.85", days(Duration(15 * day)): "15 days", days(3e11): "5m",
		whenText("*-*-* 02:00:00"): "daily at 02:00", whenText("daily"): "daily",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
