package cell

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// procStat is /proc/stat of two processors, in ticks.
func procStat(busy, idle int) string {
	return fmt.Sprintf("cpu  %d 0 0 %d 0 0 0 0 0 0\ncpu0 %d 0 0 %d 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\n", busy, idle, busy, idle)
}

func TestCPUSensor(t *testing.T) {
	f := newFakeMachine(t)
	use := []int{0, 10, 200, 200, 200, 100, 100, 100, 20} // ticks of 200 in each second
	busy, idle := 0, 0
	got := steps(t, &cpuSensor{machine: f.machine()}, len(use), func(i int) {
		busy, idle = busy+use[i], idle+200-use[i]
		f.write("proc/stat", procStat(busy, idle))
	})
	want := []float64{0, 0, 0, 0.95, 0.95, 0.56, 0.56, 0.56, 0}
	if c := confidences(got); !slices.Equal(c, want) {
		t.Errorf("confidences %v, want %v", c, want)
	}
	if c := got[0].Content.(CPUFigures); c.BusyShare != nil || c.Processors != 2 {
		t.Errorf("first figures %+v, want no rates", c)
	}
	if c := got[5].Content.(CPUFigures); *c.BusyShare != 0.5 || *c.BusyProcessors != 1 || *c.UserShare != 0.5 || *c.StealShare != 0 {
		t.Errorf("figures %+v", c)
	}
}

func TestLoadSensor(t *testing.T) {
	f := newFakeMachine(t)
	totals := map[string]int{}
	step := func(running int, cpu, memory, io int) {
		f.write("proc/loadavg", fmt.Sprintf("0.10 0.10 0.10 %d/91 77\n", running+1))
		f.write("proc/self/task/1/stat", "1 (cell) R 0")
		f.write("proc/self/task/2/stat", "2 (cell) S 0")
		for name, ms := range map[string]int{"cpu": cpu, "memory": memory, "io": io} {
			totals[name] += ms * 1000
			f.write("proc/pressure/"+name, fmt.Sprintf("some avg10=99.00 avg60=0.00 avg300=0.00 total=%d\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", totals[name]))
		}
	}
	plan := [][4]int{
		{0, 0, 0, 0}, {0, 2, 0, 0}, {1, 5, 0, 0}, {1, 5, 0, 0}, {1, 5, 0, 0}, // one hog of two
		{2, 900, 0, 0}, {2, 900, 0, 0}, // both
		{0, 0, 500, 0}, {0, 0, 500, 0}, {0, 0, 500, 0}, // memory is short
		{0, 0, 0, 900}, {0, 0, 0, 900}, {0, 0, 0, 900},
	}
	got := steps(t, &loadSensor{machine: f.machine()}, len(plan), func(i int) { step(plan[i][0], plan[i][1], plan[i][2], plan[i][3]) })
	want := []float64{0, 0, 0, 0, 0.56, 0.56, 0.95, 0, 0.95, 0.95, 0, 0, 0.95}
	if c := confidences(got); !slices.Equal(c, want) {
		t.Errorf("confidences %v, want %v", c, want)
	}
	for i, region := range map[int]string{0: RegionProcessor, 6: RegionProcessor, 9: RegionMemory, 12: RegionDisk} {
		if got[i].Region != region {
			t.Errorf("step %d: region %s, want %s", i, got[i].Region, region)
		}
	}
	c := got[6].Content.(LoadFigures)
	if *c.Runnable != 2 || *c.RunnableShare != 1 || *c.ProcessorStallShare != 0.9 || *c.Load1m != 0.1 {
		t.Errorf("figures %+v", c)
	}
}

func TestLoadSensorWithoutSources(t *testing.T) {
	f := newFakeMachine(t)
	// Without its files Linux still tells the load of the last minute.
	if r, err := (&loadSensor{machine: f.machine()}).Read(context.Background(), time.Now()); err == nil && (r.Confidence != 0 || r.Content.(LoadFigures).Runnable != nil) {
		t.Errorf("%+v without any source", r)
	}
	f.write("proc/loadavg", "0.10 0.10 0.10 1/91 77\n") // a container without pressure
	r, err := (&loadSensor{machine: f.machine()}).Read(context.Background(), time.Now())
	if c := r.Content.(LoadFigures); err != nil || c.ProcessorStallShare != nil || c.Runnable == nil {
		t.Errorf("figures %+v, %v", c, err)
	}
}

func TestParseStall(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=12\n": 12 * time.Microsecond,
		"full avg10=0.00 total=5\n":                         -1, "": -1, "some total=\n": -1, "some total=-3\n": -1, "some": -1,
	} {
		if got := parseStall(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// stat is /proc/PID/stat with times in ticks and memory in pages.
func stat(pid, parent int, name string, self, children, born, pages int) string {
	return fmt.Sprintf("%d (%s) S %d 1 1 0 -1 4194304 1 1 1 1 %d 0 %d 0 20 0 1 0 %d 100 %d 18446744073709551615", pid, name, parent, self, children, born, pages)
}

func TestProcessSensor(t *testing.T) {
	f := newFakeMachine(t)
	f.write("proc/meminfo", "MemTotal: 1000000 kB\nMemFree: 1000 kB\nMemAvailable: 900000 kB\n")
	got := steps(t, &processSensor{machine: f.machine()}, 6, func(i int) {
		f.write("proc/1/stat", stat(1, 0, "init", 10, 0, 1, 500))
		f.write("proc/30/stat", stat(30, 1, "weird (name) R", 100*i, 0, 5, 10)) // one processor
		f.write("proc/31/stat", stat(31, 1, "make", 0, 98*i, 5, 10))            // short children, most of another
		f.write("proc/4242/stat", stat(4242, 1, "this", 1000*i, 0, 5, 9999))    // ourselves
		f.write("proc/77/stat", "77 (broken")
	})
	want := []float64{0, 0, 0.95, 0.95, 0.95, 0.95}
	if c := confidences(got); !slices.Equal(c, want) {
		t.Errorf("confidences %v, want %v", c, want)
	}
	first, last := got[0].Content.(ProcessFigures), got[5].Content.(ProcessFigures)
	if first.PID != 1 || first.ProcessorShare != nil || first.Name != "init" {
		t.Errorf("first figures %+v, want the largest and no rates", first)
	}
	if last.PID != 30 || last.Name != "weird (name) R" || last.Share != 0.5 || *last.ProcessorsUsed != 1 || last.Hogs != 2 || *last.HogsShare != 0.99 || last.ProcessesListed != 3 {
		t.Errorf("figures %+v", last)
	}
}

func TestProcessSensorNamesWhoHasTheMemory(t *testing.T) {
	f := newFakeMachine(t)
	got := steps(t, &processSensor{machine: f.machine()}, 2, func(int) {
		f.write("proc/meminfo", "MemTotal: 1000000 kB\nMemFree: 1000 kB\nMemAvailable: 30000 kB\n")
		f.write("proc/1/stat", stat(1, 0, "init", 10, 0, 1, 500))
		f.write("proc/9/stat", stat(9, 1, "fat", 10, 0, 1, 175_000))
	})
	if r := got[1]; r.Region != RegionMemory || r.Confidence < 0.8 || r.Content.(ProcessFigures).Name != "fat" || r.Content.(ProcessFigures).Share < 0.6 {
		t.Errorf("%+v", r)
	}
}

func TestSpentCountsChildrenOnce(t *testing.T) {
	second := time.Second
	before := map[int]task{
		1:  {pid: 1},
		10: {pid: 10, parent: 1, children: second},
		11: {pid: 11, parent: 10, self: 0},
		12: {pid: 12, parent: 11, self: 9 * second}, // a long hog, ends
	}
	after := map[int]task{
		1:  {pid: 1},
		10: {pid: 10, parent: 1, children: second + 9*second + second/2},
		13: {pid: 13, parent: 10, self: second / 4},
	}
	used := spent(before, after, second)
	if used[10] != 0.5 || used[13] != 0.25 || used[1] != 0 {
		t.Errorf("used %v, want half a processor for 10: only what was not seen before", used)
	}
	again := map[int]task{10: {pid: 10, parent: 1, born: 5, self: second / 8}} // another process with that pid
	if used := spent(after, again, second); used[10] != 0.125 {
		t.Errorf("used %v after the pid came back", used)
	}
}

func TestDiskSensor(t *testing.T) {
	f := newFakeMachine(t)
	got := steps(t, &diskSensor{machine: f.machine()}, 6, func(i int) {
		f.write("proc/diskstats", fmt.Sprintf("254 0 vda 10 0 %d 5 10 0 %d 5 0 %d 5\n7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n", 16*i, 32*i, 1000*i))
	})
	if c := got[5].Content.(DiskFigures); c.Device != "vda" || *c.BusyShare != 1 || *c.ReadBytesPerSecond != 8192 || *c.WriteBytesPerSecond != 16384 {
		t.Errorf("figures %+v", c)
	}
	if c := confidences(got); c[2] > 0.5 || c[3] != 0.95 {
		t.Errorf("confidences %v, want 0.95 after three seconds without pause", c)
	}
}

func TestNetworkSensor(t *testing.T) {
	f := newFakeMachine(t)
	f.write("sys/class/net/eth0/speed", "100\n")
	f.write("sys/class/net/eth1/speed", "-1\n")
	got := steps(t, &networkSensor{machine: f.machine()}, 8, func(i int) {
		line := func(name string, bytes, packets, drops int) string {
			return fmt.Sprintf("%6s: %d %d 0 %d 0 0 0 0 %d %d 0 0 0 0 0 0\n", name, bytes, packets, drops, bytes/2, packets)
		}
		f.write("proc/net/dev", "Inter-| Receive | Transmit\n face |bytes\n"+line("lo", i*1e9, i, 0)+
			line("eth0", min(i, 4)*12_000_000, i, 0)+line("eth1", 0, 1000*max(0, i-4), 100*max(0, i-4)))
	})
	if c := got[3].Content.(NetworkFigures); c.Interface != "eth0" || *c.UsedShare != 0.96 || *c.ReceivedBytesPerSecond != 12e6 || *c.SentBytesPerSecond != 6e6 {
		t.Errorf("figures %+v", c)
	}
	if c := confidences(got); c[2] != 0 || c[3] != 0.95 || c[5] != 0 || c[7] < 0.8 {
		t.Errorf("confidences %v: want a full link, then lost packets", c)
	}
}

func TestHeatAndBattery(t *testing.T) {
	f := newFakeMachine(t)
	if _, err := (&heatSensor{f.machine()}).Read(context.Background(), time.Now()); err == nil {
		t.Error("a machine without sensors has a temperature")
	}
	if _, err := (&batterySensor{machine: f.machine()}).Read(context.Background(), time.Now()); !errors.Is(err, errNoBattery) {
		t.Errorf("error %v, want %v", err, errNoBattery)
	}
	f.write("sys/class/thermal/thermal_zone0/type", "acpitz\n")
	f.write("sys/class/thermal/thermal_zone0/temp", "91000\n")
	f.write("sys/class/power_supply/hid-mouse/type", "Battery\n")
	f.write("sys/class/power_supply/hid-mouse/scope", "Device\n")
	f.write("sys/class/power_supply/hid-mouse/capacity", "3\n")
	f.write("sys/class/power_supply/BAT1/type", "Battery\n")
	f.write("sys/class/power_supply/BAT1/capacity", "10\n")
	f.write("sys/class/power_supply/BAT1/status", "Discharging\n")
	heat, err := (&heatSensor{f.machine()}).Read(context.Background(), time.Now())
	if c := heat.Content.(HeatFigures); err != nil || c.Celsius != 91 || c.Sensor != "acpitz" || heat.Confidence < 0.5 || heat.Confidence > 0.7 {
		t.Errorf("%+v, %v", heat, err)
	}
	battery, err := (&batterySensor{machine: f.machine()}).Read(context.Background(), time.Now())
	if c := battery.Content.(BatteryFigures); err != nil || c.Battery != "BAT1" || c.ChargeShare != 0.1 || battery.Confidence < 0.7 || battery.Region != RegionEnergy {
		t.Errorf("%+v, %v", battery, err)
	}
}

// TestRealHog loads this machine with real children that burn processor time,
// and looks with the sensors as they are until they have seen it.
func TestRealHog(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the processors for seconds; not with -short")
	}
	n, err := new(processors).count(context.Background())
	if err != nil {
		t.Skipf("no processor count here: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	pids := map[int]bool{}
	for range n {
		hog := exec.CommandContext(ctx, "sh", "-c", "while :; do :; done")
		if err := hog.Start(); err != nil {
			t.Fatal(err)
		}
		pids[hog.Process.Pid] = true
		defer func() { cancel(); _ = hog.Wait() }()
	}
	sensors := map[string]Sensor{"cpu": &cpuSensor{}, "load": &loadSensor{}, "process": &processSensor{}}
	start, tick := time.Now(), time.NewTicker(time.Second)
	defer tick.Stop()
	for ctx.Err() == nil {
		var seen []string
		for name, s := range sensors {
			r, err := s.Read(ctx, time.Now())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if r.Region == RegionProcessor && r.Confidence >= 0.5 {
				seen = append(seen, name)
			}
			if c, ok := r.Content.(ProcessFigures); ok && r.Confidence >= 0.5 && n <= 2 && !pids[c.PID] {
				t.Logf("the hog that is named is %s (%d), not ours: this machine is busy with something else too", c.Name, c.PID)
			}
		}
		if len(seen) == len(sensors) {
			t.Logf("all agree after %v", time.Since(start).Round(10*time.Millisecond))
			return
		}
		<-tick.C
	}
	t.Error("the sensors do not agree that the processors are under pressure")
}

func FuzzParseStat(f *testing.F) {
	f.Add(stat(30, 1, "weird (name) R", 100, 0, 5, 10))
	f.Add("1 (a) S")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseStat([]byte(s))
		if err == nil && (strings.TrimSpace(got.name) != got.name && !strings.Contains(s, got.name)) {
			t.Fatalf("%q: %+v", s, got)
		}
	})
}
