package wave

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// outline writes what ParseFrame made of a message: "1 a" for a wave, "2 !field" for a refused line.
func outline(data []byte) []string {
	var got []string
	ParseFrame(data, func(line int, w Wave, err error) {
		if r, ok := errors.AsType[*Rule](err); ok {
			got = append(got, fmt.Sprintf("%d !%s", line, r.Field))
			return
		}
		got = append(got, fmt.Sprintf("%d %s", line, w.Source))
	})
	return got
}

func TestParseFrame(t *testing.T) {
	t.Parallel()
	wave := func(source string) string { return `{"source":"` + source + `","confidence":1,"region":"x"}` }
	bad := `{"source":"bad","confidence":2,"region":"x"}`
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"one":                    {wave("a"), []string{"1 a"}},
		"one, newline after":     {wave("a") + "\n", []string{"1 a"}},
		"three":                  {wave("a") + "\n" + wave("b") + "\r\n" + wave("c"), []string{"1 a", "2 b", "3 c"}},
		"blank lines":            {"\n" + wave("a") + "\n \n\n" + wave("b") + "\n\n", []string{"2 a", "5 b"}},
		"a bad one alone":        {wave("a") + "\n" + bad + "\n" + wave("c"), []string{"1 a", "2 !confidence", "3 c"}},
		"a bad one first":        {bad + "\n" + wave("b"), []string{"1 !confidence", "2 b"}},
		"no JSON in between":     {wave("a") + "\n{\n" + wave("c"), []string{"1 a", "2 !", "3 c"}},
		"no JSON first":          {"hello\n" + wave("b"), []string{"1 !", "2 b"}},
		"two on a line":          {wave("a") + wave("b"), []string{"1 !"}},
		"over several lines":     {strings.ReplaceAll(wave("a"), ",", ",\n  "), []string{"1 a"}},
		"bad over several lines": {strings.ReplaceAll(bad, ",", ",\n  "), []string{"1 !confidence"}},
		"nothing":                {"", []string{"0 !"}},
		"only white space":       {" \n\t\n", []string{"0 !"}},
		"too large":              {wave("a") + strings.Repeat("\n", MaxWaveMessage), []string{"0 !"}},
		"largest":                {wave("a") + strings.Repeat("\n", MaxWaveMessage-len(wave("a"))), []string{"1 a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, outline([]byte(c.in))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestPackerByCount(t *testing.T) {
	t.Parallel()
	var p Packer
	if p.Flush() != nil || p.Len() != 0 {
		t.Fatal("an empty packer has a frame")
	}
	var frames [][]byte
	for i := range 130 {
		frame, err := p.Add(Wave{Source: fmt.Sprint("s", i), Confidence: 1, Region: "x", Valence: 1})
		if err != nil {
			t.Fatal(err)
		}
		if frame != nil {
			frames = append(frames, frame)
		}
	}
	if p.Len() != 2 {
		t.Errorf("%d waves wait", p.Len())
	}
	frames = append(frames, p.Flush())
	if p.Flush() != nil {
		t.Error("flushed twice")
	}
	var got []string
	for _, f := range frames {
		ParseFrame(f, func(line int, w Wave, err error) {
			if err != nil {
				t.Errorf("line %d: %v", line, err)
			}
			got = append(got, w.Source)
		})
	}
	if len(frames) != 3 || len(got) != 130 || got[0] != "s0" || got[129] != "s129" {
		t.Errorf("%d frames with %d waves", len(frames), len(got))
	}
}

func TestPackerByBytes(t *testing.T) {
	t.Parallel()
	var p Packer
	total, waves := 0, 0
	take := func(frame []byte) {
		if len(frame) > MaxWaveMessage {
			t.Errorf("a frame has %d bytes", len(frame))
		}
		total++
		ParseFrame(frame, func(line int, _ Wave, err error) {
			if err != nil {
				t.Errorf("line %d: %v", line, err)
			}
			waves++
		})
	}
	for n := range 40 {
		text := strings.Repeat("x", n*1500)
		frame, err := p.Add(Wave{Source: "s", Confidence: 1, Content: jsontext.Value(`"` + text + `"`), Valence: 1})
		if err != nil {
			t.Fatal(err)
		}
		if frame != nil {
			take(frame)
		}
	}
	take(p.Flush())
	if waves != 40 || total < 18 {
		t.Errorf("%d waves in %d frames", waves, total)
	}
}

func TestPackerRefuses(t *testing.T) {
	t.Parallel()
	var p Packer
	good := Wave{Source: "s", Confidence: 1, Region: "x", Valence: 1}
	if _, err := p.Add(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []Wave{
		{Source: "s", Confidence: 2, Region: "x"},
		{Source: "s", Confidence: 1, Content: jsontext.Value(`"` + strings.Repeat("x", MaxWaveMessage) + `"`)},
	} {
		frame, err := p.Add(bad)
		var r *Rule
		if frame != nil || !errors.As(err, &r) || p.Len() != 1 {
			t.Errorf("got %d bytes, %v, %d waiting", len(frame), err, p.Len())
		}
	}
	if got := outline(p.Flush()); !cmp.Equal(got, []string{"1 s"}) {
		t.Errorf("the frame holds %v", got)
	}
}

func FuzzParseFrame(f *testing.F) {
	f.Add([]byte(benchWave + "\n" + benchWave))
	f.Add([]byte("{\n\"source\":\"a\",\n\"confidence\":1,\"region\":\"x\"}\n"))
	f.Add([]byte("x\n\n{}\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p Packer
		var want []Wave
		last, calls := -1, 0
		ParseFrame(data, func(line int, w Wave, err error) {
			if calls++; line <= last || line > bytes.Count(data, []byte("\n"))+1 {
				t.Fatalf("line %d after %d", line, last)
			}
			last = line
			if err == nil {
				want = append(want, w)
			}
		})
		if calls == 0 {
			t.Fatal("nothing was said about it")
		}
		for _, w := range want {
			if frame, err := p.Add(w); err != nil {
				t.Fatalf("read, but not packed: %v", err)
			} else if frame != nil {
				want = want[len(outline(frame)):]
			}
		}
		if got := outline(p.Flush()); len(want) > 0 && len(got) != len(want) {
			t.Fatalf("%d waves packed, %d read", len(want), len(got))
		}
	})
}

func BenchmarkParseFrame(b *testing.B) {
	var p Packer
	w, err := ParseWave([]byte(benchWave))
	if err != nil {
		b.Fatal(err)
	}
	for range 32 {
		if _, err := p.Add(w); err != nil {
			b.Fatal(err)
		}
	}
	frame := p.Flush()
	b.ReportAllocs()
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		ParseFrame(frame, func(int, Wave, error) {})
	}
}
