package host

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

func TestParseLoad(t *testing.T) {
	got, err := parseLoad("0.52 0.58 12.59 1/389 12345\n")
	if diff := cmp.Diff([]float64{0.52, 0.58, 12.59}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for _, bad := range []string{"", "1 2", "1 2 x", "-1 0 0", "NaN 0 0", "1e300 0 0"} {
		if got, err := parseLoad(bad); err == nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}

func TestParseMeminfo(t *testing.T) {
	got, err := parseMeminfo("MemTotal:       24619996 kB\nMemFree:         1111 kB\nMemAvailable:   20000000 kB\nHugePages_Total:       0\n")
	if want := (wave.Memory{Total: 24619996 << 10, Available: 20000000 << 10}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "MemTotal: 1 kB\n", "MemTotal: x kB\nMemAvailable: 1 kB\n", "MemTotal: 1 MB\nMemAvailable: 1 kB\n", "MemTotal: 0 kB\nMemAvailable: 0 kB\n"} {
		if got, err := parseMeminfo(bad); err == nil {
			t.Errorf("%q is %+v", bad, got)
		}
	}
}

func TestParseRelease(t *testing.T) {
	for text, want := range map[string]string{
		"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n": "Debian GNU/Linux 12 (bookworm)",
		"# a comment\nNAME='Small Linux'\nVERSION=3\n":                "Small Linux 3",
		"ID=alpine\n":                       "alpine",
		`PRETTY_NAME="A \"quoted\" \$name"`: `A "quoted" $name`,
		"":                                  "",
	} {
		if got := parseRelease(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestGenerationOf(t *testing.T) {
	for link, want := range map[string]int64{
		"system-42-link": 42, "/nix/var/nix/profiles/system-7-link": 7,
		"system": 0, "system-0-link": 0, "system--1-link": 0, "system-+1-link": 0, "system-1": 0, "per-user-1-link": 0, "system-99999999999999999999-link": 0,
	} {
		if got := generationOf(link); got != want {
			t.Errorf("%s is generation %d, want %d", link, got, want)
		}
	}
}

func TestParseUnits(t *testing.T) {
	got, err := parseUnits([]byte(`[{"unit":"vllm.service","load":"loaded","active":"failed","sub":"failed","description":"x"},
		{"unit":"a.mount","active":"failed"},{"unit":"b.service","active":"active"},{"unit":"a.mount","active":"failed"}]`))
	if diff := cmp.Diff([]string{"a.mount", "vllm.service"}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if got, err := parseUnits([]byte("[]\n")); err != nil || got != nil {
		t.Error(got, err)
	}
	if _, err := parseUnits([]byte("0 loaded units listed.")); err == nil || !strings.Contains(err.Error(), "systemctl") {
		t.Error(err)
	}
}

func TestParseSMI(t *testing.T) {
	const text = "0, GPU-5c1c8e5a-0000-1111-2222-333344445555, 00000000:65:00.0, NVIDIA RTX PRO 6000 Blackwell, 97887, 1234, 37, 41, 88.15\n" +
		"1, GPU-x, 00000000:17:00.0, NVIDIA RTX 4000 Ada, 20475, 0, [N/A], [Not Supported], [N/A]\n" +
		"2, GPU-y, 00000001:01:00.0, GB10, [N/A], [N/A], 0, 35, 4.2\n"
	got, err := parseSMI(text, []Declared{{Name: "big", UUID: "gpu-5C1C8E5A-0000-1111-2222-333344445555"}, {Name: "small", PCI: "0000:17:00.0"}, {Name: "other", PCI: "01:00.0"}})
	want := []wave.Card{
		{Name: "big", Model: "NVIDIA RTX PRO 6000 Blackwell", Memory: 97887 << 20, Used: 1234 << 20, Load: 0.37, Temperature: 41, Power: 88.15},
		{Name: "small", Model: "NVIDIA RTX 4000 Ada", Memory: 20475 << 20},
		{Name: "2", Model: "GB10", Temperature: 35, Power: 4.2},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if got, err := parseSMI("", nil); err != nil || got != nil {
		t.Error(got, err)
	}
	for _, bad := range []string{"No devices were found\n", "a, b, c, d, 1, 1, 1, 1, 1\n", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."} {
		if got, err := parseSMI(bad, nil); err == nil {
			t.Errorf("%q is %+v", bad, got)
		}
	}
}

func TestParseDarwin(t *testing.T) {
	raw := make([]byte, 24)
	copy(raw, []byte{0, 16, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0})
	raw[17] = 8 // a scale of 2048
	got, err := parseLoadavg(raw)
	if diff := cmp.Diff([]float64{2, 1, 0.5}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	const vm = "Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages free:                               10.\nPages active:                            500.\nPages inactive:                           20.\nPages speculative:                         1.\nPages purgeable:                           3.\n"
	if got, err := parseVMStat(vm); err != nil || got != 34*16384 {
		t.Error(got, err)
	}
	for _, bad := range []string{"", "Pages free: 1.\n", "(page size of 0 bytes)\nPages free: 1.\n", "(page size of 4096 bytes)\nPages free: x.\n"} {
		if got, err := parseVMStat(bad); err == nil {
			t.Errorf("%q is %d", bad, got)
		}
	}
	if got := parseSwVers("ProductName:\t\tmacOS\nProductVersion:\t\t15.1\nBuildVersion:\t\t24B83\n"); got != "macOS 15.1 (24B83)" {
		t.Error(got)
	}
	if got := parseSwVers("nothing"); got != "" {
		t.Error(got)
	}
}

// FuzzFacts: whatever the machine says, the heartbeat is one that a reader takes.
func FuzzFacts(f *testing.F) {
	f.Add("1 2 3", "MemTotal: 5 kB\nMemAvailable: 3 kB\n", `PRETTY_NAME="x"`, `[{"unit":"a","active":"failed"}]`, "0, u, 00000000:01:00.0, m, 1, 1, 1, 1, 1\n")
	f.Add("", "", "NAME=\xff", `[{"unit":"\ud800","active":"failed"}]`, "0, u, p, \xff\xfe, 9, 9, 900, -9, nan\n")
	f.Fuzz(func(t *testing.T, load, memory, release, units, cards string) {
		facts := Facts{BootID: "b", Load: []float64{0}, Memory: wave.Memory{Total: 1}}
		if got, err := parseLoad(load); err == nil {
			facts.Load = got
		}
		if got, err := parseMeminfo(memory); err == nil {
			facts.Memory = got
		}
		facts.Running = parseRelease(release)
		if got, err := parseUnits([]byte(units)); err == nil {
			facts.FailedUnits = got
		}
		if got, err := parseSMI(cards, nil); err == nil {
			facts.Cards = got
		}
		_ = parseSwVers(release)
		_, _ = parseVMStat(memory)
		_, _ = parseLoadavg([]byte(load))
		beat := facts.Beat("h", time.Unix(1, 0))
		body, err := wave.Encode(beat)
		if err != nil {
			t.Fatalf("%+v: %v", beat, err)
		}
		if _, err := wave.Decode[wave.HostBeat](body); err != nil || !utf8.Valid(body) {
			t.Errorf("%s: %v", body, err)
		}
	})
}
