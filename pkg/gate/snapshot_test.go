package gate_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

// lived is a kernel of several gates with a past: labels, contents, embeddings,
// outcomes, a real side, a forced closing, and a window that is still open.
func lived(t testing.TB, gates int, seed uint64, waves int) (*gate.Kernel, gate.Time) {
	k := gate.New(gate.Options{QuietWindows: true, LeanEvery: time.Second})
	for i := range gates {
		s := gate.Defaults(fmt.Sprint("gate-", i))
		s.Neighbours = 3 + i%5
		if _, err := k.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	now := live(t, k, seed, waves, gatetest.Epoch, nil)
	return k, now
}

func live(t testing.TB, k *gate.Kernel, seed uint64, waves int, now gate.Time, each func(*gate.Effects)) gate.Time {
	r := rand.New(rand.NewPCG(seed, 21))
	var fx gate.Effects
	var w gate.Wave
	for n := range waves {
		id := gate.ID(r.IntN(k.Len()))
		now += gate.Time(r.IntN(80e6))
		w.Source, w.Confidence, w.Valence = fmt.Sprint("s", r.IntN(8)), r.Float64(), 1
		w.Time, w.Cost = now, float64(r.IntN(2))
		switch r.IntN(8) {
		case 0:
			_ = w.Meaning.SetContent(gate.Signature, fmt.Appendf(nil, `{"v":%d,"w":"%c"}`, r.IntN(20), 'a'+r.IntN(2)))
		case 1:
			_ = w.Meaning.SetEmbedding([]float32{r.Float32(), r.Float32(), -r.Float32()})
		default:
			w.Meaning.SetRegion(fmt.Sprint("r", r.IntN(2)))
		}
		if r.IntN(10) == 0 {
			w.Valence = -1
		}
		if err := k.Hear(id, &w, &fx); err != nil {
			t.Fatal(err)
		}
		if r.IntN(20) == 0 {
			k.Advance(now, &fx)
		}
		for i := range fx.Transitions {
			x := &fx.Transitions[i]
			if x.To == gate.Stable || r.IntN(3) == 0 {
				continue
			}
			if _, err := k.Outcome(x.ID, &gate.Outcome{ID: fmt.Sprint(n, i), Garden: x.Garden, Seq: x.Seq,
				Kind: gate.OutcomeKind(r.IntN(2)), Time: now}); err != nil {
				t.Fatal(err)
			}
		}
		for _, h := range fx.Handovers {
			if err := k.Verified(h.ID, gate.Verified{Seq: h.Seq, Amplitude: h.Amplitude, Time: now}, &fx); err != nil {
				t.Fatal(err)
			}
		}
		if r.IntN(200) == 0 {
			if err := k.Force(id, gate.Garden(r.IntN(2)), "overdrawn", now, &fx); err != nil {
				t.Fatal(err)
			}
		}
		if each != nil {
			each(&fx)
		}
		fx.Reset()
	}
	return now
}

func like(t testing.TB, k *gate.Kernel) *gate.Kernel {
	next := gate.New(gate.Options{QuietWindows: true, LeanEvery: time.Second})
	for id := range k.Len() {
		if _, err := next.Add(k.Spec(gate.ID(id))); err != nil {
			t.Fatal(err)
		}
	}
	return next
}

func TestRestoredKernelGoesOnAlike(t *testing.T) {
	for seed := range uint64(20) {
		a, now := lived(t, 9, seed, 3000)
		saved := a.AppendSnapshot([]byte("before"))[len("before"):]
		b := like(t, a)
		if err := b.Restore(saved); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(saved, b.AppendSnapshot(nil)) {
			t.Fatalf("seed %d: a restored kernel gives another snapshot", seed)
		}
		var said [2][]string
		for i, k := range []*gate.Kernel{a, b} {
			live(t, k, seed+100, 3000, now, func(fx *gate.Effects) {
				said[i] = append(said[i], fmt.Sprintf("%+v", *fx))
			})
		}
		for i := range said[0] {
			if said[0][i] != said[1][i] {
				t.Fatalf("seed %d, record %d:\n%s\n%s", seed, i, said[0][i], said[1][i])
			}
		}
		if !bytes.Equal(a.AppendSnapshot(nil), b.AppendSnapshot(nil)) {
			t.Fatalf("seed %d: they differ after the same records", seed)
		}
	}
}

// The same records give the same bytes, on every machine: these were computed
// on amd64, and are the same on arm64.
func TestSameRecordsSameBytes(t *testing.T) {
	const want = 0x5f2feb66
	k, _ := lived(t, 7, 1, 20_000)
	again, _ := lived(t, 7, 1, 20_000)
	saved := k.AppendSnapshot(nil)
	if !bytes.Equal(saved, again.AppendSnapshot(nil)) {
		t.Fatal("the same records gave other bytes")
	}
	if got := crc32.ChecksumIEEE(saved); got != want {
		t.Errorf("checksum %#x, want %#x: the rules, the format or the arithmetic changed", got, want)
	}
}

func TestRestoreFollowsTheDeclaration(t *testing.T) {
	a, now := lived(t, 6, 3, 4000)
	b := gate.New(gate.Options{})
	for _, name := range []string{"new", "gate-3", "gate-5"} { // another order, fewer and more
		s := gate.Defaults(name)
		s.Neighbours, s.Memory = 2, 1024
		if _, err := b.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Restore(a.AppendSnapshot(nil)); err != nil {
		t.Fatal(err)
	}
	if r := b.Report(0, now); r.Virtual.Seq != 0 || len(r.Voices) != 0 {
		t.Errorf("a gate the snapshot does not know is not new: %+v", r)
	}
	old, _ := a.Lookup("gate-5")
	id, _ := b.Lookup("gate-5")
	before, after := a.Report(old, now), b.Report(id, now)
	if len(after.Voices) != 2 || len(before.Voices) < 2 || after.Virtual.Seq != before.Virtual.Seq || after.Weight != before.Weight {
		t.Errorf("%+v\nwas %+v", after, before)
	}
	for i := range after.Voices {
		if diff := cmp.Diff(before.Voices[i].Source, after.Voices[i].Source); diff != "" {
			t.Error("not the newest voices were kept: " + diff)
		}
	}
	live(t, b, 4, 500, now, nil)
}

func TestRestoreRefuses(t *testing.T) {
	a, _ := lived(t, 3, 5, 2000)
	saved := a.AppendSnapshot(nil)
	for name, bad := range map[string][]byte{
		"empty":           {},
		"short":           saved[:10],
		"cut":             saved[:len(saved)-1],
		"flipped":         append(bytes.Clone(saved[:40]), append([]byte{saved[40] ^ 1}, saved[41:]...)...),
		"another version": reseal(append([]byte("nimgate9"), saved[8:len(saved)-4]...)),
		"longer":          reseal(append(bytes.Clone(saved[:len(saved)-4]), 0)),
	} {
		before := a.AppendSnapshot(nil)
		err := a.Restore(bad)
		if err == nil || !strings.HasPrefix(err.Error(), "restore snapshot: ") {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(before, a.AppendSnapshot(nil)) {
			t.Errorf("%s: a failed restore changed the kernel", name)
		}
	}
}

func reseal(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(body, crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}

// Whatever bytes a snapshot holds, it is refused or can be lived with.
func FuzzRestore(f *testing.F) {
	k, _ := lived(f, 2, 6, 300)
	saved := k.AppendSnapshot(nil)
	f.Add(saved[8 : len(saved)-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		next := like(t, k)
		if next.Restore(reseal(append([]byte("nimgate1"), body...))) != nil {
			return
		}
		now := gatetest.Epoch
		for id := range next.Len() {
			r := next.Report(gate.ID(id), 0)
			now = max(now, r.At)
		}
		if now > gate.MaxTime-gate.Time(time.Hour) {
			return
		}
		var fx gate.Effects
		next.Advance(now, &fx)
		w := gate.Wave{Source: "s1", Confidence: .9, Valence: 1, Time: now, Meaning: gate.Label("r1")}
		for id := range next.Len() {
			if err := next.Hear(gate.ID(id), &w, &fx); err != nil {
				t.Fatal(err)
			}
			if _, v := next.Value(gate.ID(id), gate.Virtual, now); !(v >= -1 && v <= 1) {
				t.Fatalf("value %v", v)
			}
		}
		next.AppendSnapshot(nil)
	})
}
