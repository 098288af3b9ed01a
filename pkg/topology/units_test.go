package topology

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1500ms": 1500 * time.Millisecond, "30s": 30 * time.Second, "5m": 5 * time.Minute, "1h30m": 90 * time.Minute,
		"15d": 360 * time.Hour, "1d12h": 36 * time.Hour, "0.5d": 12 * time.Hour, "-1d": -24 * time.Hour, "-1s": -time.Second,
		"0s": 0, "0": 0, "106751d": 106751 * 24 * time.Hour,
	} {
		if got, err := ParseDuration(text); err != nil || got.Std() != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "5 m", "m", "1h1d", "d", "--1s", "1d-1h", "1e3d", "0x1d", "NaNd", "106752d", "106751d24h", "300000h0m0s1d", "5minutes", "1d1d"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", text, got)
		}
	}
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]Bytes{
		"96GiB": 96 << 30, "1.5GiB": 3 << 29, "2TB": 2e12, "512 MiB": 512 << 20, "0B": 0, "1KB": 1000, "1kB": 1000, "1KiB": 1024,
		"4096B": 4096, "8191PiB": 8191 << 50,
	} {
		if got, err := ParseBytes(text); err != nil || got != want {
			t.Errorf("ParseBytes(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "96", "GiB", "-1GiB", "1e3GiB", "96gib", "96 gigs", "8192PiB", "1_000B", "infB", ".GiB", "99999999999999999999B"} {
		if got, err := ParseBytes(text); err == nil {
			t.Errorf("ParseBytes(%q) = %v, want an error", text, got)
		}
	}
}

func TestUnitsAsText(t *testing.T) {
	for b, want := range map[Bytes]string{96 << 30: "96GiB", 1500: "1500B", 0: "0B", 3 << 29: "1536MiB", 1 << 50: "1PiB"} {
		if got := b.String(); got != want {
			t.Errorf("%d is %q, want %q", int64(b), got, want)
		}
		if back, err := ParseBytes(b.String()); err != nil || back != b {
			t.Errorf("%q reads as %v, %v", b.String(), back, err)
		}
	}
	type both struct {
		D Duration `json:"d"`
		B Bytes    `json:"b"`
	}
	raw, err := json.Marshal(both{Duration(15 * 24 * time.Hour), 96 << 30})
	if err != nil || string(raw) != `{"d":"360h0m0s","b":103079215104}` {
		t.Fatalf("%s, %v", raw, err)
	}
	var back both
	if err := json.Unmarshal(raw, &back); err != nil || back.D.Std() != 360*time.Hour || back.B != 96<<30 {
		t.Errorf("%+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"d":"soon"}`), &back); err == nil {
		t.Error("a duration that is none was read")
	}
}

func FuzzUnits(f *testing.F) {
	for _, s := range []string{"1500ms", "15d", "1d12h", "96GiB", "0.1PB", "-5m", "1.5.5d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDuration(s); err == nil {
			if back, err := ParseDuration(d.String()); err != nil || back != d {
				t.Errorf("%q is %s, which reads as %s, %v", s, d, back, err)
			}
		}
		if b, err := ParseBytes(s); err == nil {
			if back, err := ParseBytes(b.String()); err != nil || back != b || b < 0 {
				t.Errorf("%q is %s, which reads as %s, %v", s, b, back, err)
			}
		}
	})
}
