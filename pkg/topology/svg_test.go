package topology

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// An element of a picture, as a reader of the SVG sees it.
type element struct {
	tag, class string
	box        box // of a text: from where it begins to where it ends
	text       string
	follows    int // of a piece of a text: how far behind the one before it begins, plus one
}

// readSVG parses a picture; it must be well-formed.
func readSVG(t *testing.T, svg []byte) []element {
	t.Helper()
	var out []element
	var open []string
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("the picture is not well-formed: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			open = append(open, tok.Name.Local)
			e := element{tag: tok.Name.Local}
			if e.tag == "tspan" {
				e.tag, e.follows = "text", 1
			}
			for _, a := range tok.Attr {
				n, _ := strconv.Atoi(a.Value)
				switch a.Name.Local {
				case "class":
					e.class = a.Value
				case "x":
					e.box.x = n
				case "dx":
					e.follows += n
				case "y":
					e.box.y = n
				case "width":
					e.box.w = n
				case "height":
					e.box.h = n
				}
			}
			out = append(out, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if n := len(open); n > 0 && (open[n-1] == "text" || open[n-1] == "tspan") {
				for i := len(out) - 1; ; i-- {
					if out[i].tag == "text" {
						out[i].text += string(tok)
						break
					}
				}
			}
		}
	}
}

// placed gives a text its extent, measured with the font table.
func placed(t *testing.T, e element) element {
	t.Helper()
	for _, f := range []face{fontTitle, fontHead, fontName, fontBody, fontStrong, fontSmall, fontMono} {
		if classes := strings.Fields(e.class); classes[0] == f.class {
			e.box.w, e.box.h = f.width(e.text), f.size
			switch {
			case strings.Contains(e.class, "mid"):
				e.box.x -= e.box.w / 2
			case strings.Contains(e.class, "end"):
				e.box.x -= e.box.w
			}
			return e
		}
	}
	t.Fatalf("text %q has no face: %q", e.text, e.class)
	return e
}

// checkPicture reports every text that leaves the innermost box it begins in.
func checkPicture(t *testing.T, svg []byte) {
	t.Helper()
	all := readSVG(t, svg)
	var boxes []box
	for _, e := range all {
		if e.tag == "rect" && e.box.h > 12 {
			boxes = append(boxes, e.box)
		}
	}
	texts, last := 0, element{}
	var seen []element
	for _, e := range all {
		if e.tag != "text" {
			continue
		}
		texts++
		if e.follows > 0 {
			e.box.x, e.box.y = last.box.x+last.box.w+e.follows-1, last.box.y
		}
		e = placed(t, e)
		last = e
		seen = append(seen, e)
		inner := box{0, 0, pageWidth, 1 << 30}
		for _, b := range boxes {
			at := e.box.x + 1 // where the text is held
			switch {
			case strings.Contains(e.class, "mid"):
				at += e.box.w / 2
			case strings.Contains(e.class, "end"):
				at += e.box.w - 2
			}
			if at >= b.x && at <= b.x+b.w && e.box.y > b.y && e.box.y < b.y+b.h && b.h < inner.h {
				inner = b
			}
		}
		if e.box.x < inner.x || e.box.x+e.box.w > inner.x+inner.w || e.box.y-e.box.h+2 < inner.y {
			t.Errorf("%q at %v leaves its box %v", e.text, e.box, inner)
		}
	}
	for i, a := range seen {
		for _, b := range seen[:i] {
			if a.box.x < b.box.x+b.box.w && b.box.x < a.box.x+a.box.w && a.box.y-a.box.h+3 < b.box.y && b.box.y-b.box.h+3 < a.box.y {
				t.Errorf("%q at %v lies over %q at %v", a.text, a.box, b.text, b.box)
			}
		}
	}
	if texts < 20 {
		t.Errorf("only %d texts: that is no picture", texts)
	}
}

func TestSVGKeepsItsTextsInTheirBoxes(t *testing.T) {
	t.Parallel()
	labs := []*Topology{sampleLab(), bigLab(manyThings - 14), bigLab(120)}
	for _, path := range []string{"../../topology/topology.json", "../../topology/examples/cim/topology.json", "load/testdata/home/topology.json"} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lab, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		labs = append(labs, lab)
	}
	for _, lab := range labs {
		checkPicture(t, SVG(lab))
	}
}

// A lab of very many different machines is still a picture, not a list: it
// stays within what renderers take, and each machine is in it.
func TestManyHostsAreTiles(t *testing.T) {
	t.Parallel()
	svg := SVG(bigLab(1000))
	h := 0
	for _, e := range readSVG(t, svg)[:1] {
		h = e.box.h
	}
	if h < 2000 || h > 16000 {
		t.Errorf("a thousand hosts are %d pixels high", h)
	}
	if n := strings.Count(string(svg), "<title>host-"); n != 1000 {
		t.Errorf("%d of 1000 hosts are tiles", n)
	}
	if !strings.Contains(string(svg), "more leaves") || !strings.Contains(string(svg), "more gates") {
		t.Error("what is left out is not said")
	}
}

// Names as long and as strange as they can be: nothing overflows, nothing
// breaks out of the XML.
func TestSVGOfHostileNames(t *testing.T) {
	t.Parallel()
	for _, ugly := range []string{
		strings.Repeat("W", 200), `</text><script>alert("x")</script>`, "a&b\x00\x1b[31m\xff\n\r\t", "名前" + strings.Repeat("語", 90), "🦉🌙🧬" + strings.Repeat("é", 80), `"; </style>`,
	} {
		lab := sampleLab()
		lab.Lab.Name, lab.Lab.Domain = ugly, ugly
		lab.Lab.Environments = []string{"dev", "prod", ugly}
		lab.Environments[0].Colour = ugly
		for i := range lab.Networks {
			lab.Networks[i].Description = ugly
		}
		for i := range lab.Hosts {
			h := &lab.Hosts[i]
			h.Roles, h.System, h.Environments = []string{ugly, ugly}, ugly, []string{"dev", ugly}
			for j := range h.GPUs {
				h.GPUs[j].Model, h.GPUs[j].ComputeCapability = ugly, ugly
			}
		}
		lab.Identities[0].Name, lab.Identities[0].IPA.Groups = ugly, []string{ugly}
		lab.NATS[0].Name, lab.NATS[0].Address, lab.NATS[0].Environments = ugly, ugly, []string{"dev", "prod", ugly}
		lab.Cells[0].Name, lab.Gates[0].Cells[0], lab.Gates[0].Name = ugly, ugly, ugly
		lab.Events[0].Name, lab.Events[0].Gates[0], lab.Cortexes[0].Name = ugly, ugly, ugly
		lab.Cortexes[0].Identity, lab.Organs[0].Name, lab.Streams[0].Subjects = ugly, ugly, []string{ugly}
		svg := SVG(lab)
		checkPicture(t, svg)
		if bytes.Contains(svg, []byte("<script")) {
			t.Errorf("%q came through", ugly)
		}
		Mermaid(lab)
		D2(lab)
	}
}

func TestPicturesAreDeterministic(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]func(*Topology) []byte{"SVG": SVG, "Mermaid": Mermaid, "D2": D2} {
		first := draw(sampleLab())
		for range 5 {
			if !bytes.Equal(first, draw(sampleLab())) {
				t.Errorf("%s drew the same lab differently", name)
			}
		}
	}
}

// bigLab is a lab of n hosts, none like the next.
func bigLab(n int) *Topology {
	lab := sampleLab()
	lab.Hosts = lab.Hosts[:3]
	for i := range n {
		h := Host{
			Name: fmt.Sprintf("host-%c%c-%d", 'a'+i%26, 'a'+i/26%26, i), System: "x86_64-linux", Environments: []string{"dev", "prod"},
			Cores: 1 + i%64, Memory: Bytes(1+i%100) << 30, Roles: []string{fmt.Sprint("role", i)},
			Addresses: map[string]string{"management": fmt.Sprintf("10.%d.%d.1", 30+i/250, i%250)},
			GPUs:      []GPU{{Name: "0", Model: fmt.Sprint("card ", i), Memory: Bytes(8+i%80) << 30}},
		}
		lab.Hosts = append(lab.Hosts, h)
		lab.Cells = append(lab.Cells, Cell{Name: fmt.Sprintf("cell-%d", i), Builtin: "cpu", On: On{Hosts: []string{h.Name}}, Environments: []string{"dev", "prod"}})
		lab.Gates = append(lab.Gates, Gate{Name: fmt.Sprintf("gate-%c%c-%d", 'a'+i%26, 'a'+i/26%26, i), Cells: []string{"text", fmt.Sprintf("cell-%d", i)}, Window: Duration(i+1) * 1e6, Open: 0.6, Close: -0.6, Release: 0.3, Environments: []string{"dev", "prod"}})
		lab.Leaves = append(lab.Leaves, Leaf{Name: h.Name, Host: h.Name, Environments: []string{"dev", "prod"}})
		lab.Organs = append(lab.Organs, Organ{Name: fmt.Sprint("organ-", i), Hosts: []string{h.Name}, Device: "gpu", GPUs: []string{h.Name + "/0"}, Memory: 4 << 30, Environments: []string{"dev", "prod"}})
	}
	return lab
}

func TestAThousandHostsAreDrawnInTime(t *testing.T) {
	lab := bigLab(1000)
	for _, p := range []struct {
		name string
		draw func(*Topology) []byte
	}{{"SVG", SVG}, {"Mermaid", Mermaid}, {"D2", D2}} {
		begin := time.Now()
		out := p.draw(lab)
		took := time.Since(begin)
		t.Logf("%s of 1000 different hosts: %s, %d KB", p.name, took.Round(time.Millisecond), len(out)>>10)
		if took > 2*time.Second && !testing.Short() {
			t.Errorf("%s took %s, want less than 2 s", p.name, took)
		}
	}
}

func TestAlikeHostsAreDrawnOnce(t *testing.T) {
	t.Parallel()
	svg := string(SVG(sampleLab()))
	if !strings.Contains(svg, ">worker-1 … 10<") || !strings.Contains(svg, ">×10<") || !strings.Contains(svg, ">10.20.0.101–110<") {
		t.Error("ten alike workers are not one card")
	}
	if strings.Contains(svg, ">worker-7<") {
		t.Error("a worker has a card of its own")
	}
}

func BenchmarkSVG(b *testing.B) {
	lab := bigLab(1000)
	for b.Loop() {
		SVG(lab)
	}
}
