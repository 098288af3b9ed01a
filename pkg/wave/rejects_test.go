package wave

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestRejects(t *testing.T) {
	t.Parallel()
	r := Rejects{By: "gate-core"}
	now := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	frame := []byte("{\"source\":\"a\"}\n{\"source\":\"b\"}\n{}")
	_, err := ParseWave([]byte(`{"source":"b"}`))
	got, ok := r.Report("dev.nervous.cells.math.wave", 2, frame, err, now)
	want := Reject{
		Subject: "dev.nervous.cells.math.wave", Field: "confidence", Reason: "it is required", Line: 2,
		Head: `{"source":"b"}`, By: "gate-core", Time: now,
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("%v -want +got:\n%s", ok, diff)
	}
	said := 1
	for range 30 {
		if _, ok := r.Report("s", 0, frame, err, now.Add(time.Millisecond)); ok {
			said++
		}
	}
	if said != 10 || r.Total() != 31 {
		t.Errorf("%d reports of %d in a second", said, r.Total())
	}
	if got, ok = r.Report("s", 0, frame, err, now.Add(time.Second)); !ok || got.Suppressed != 21 {
		t.Errorf("the next second begins with %v, %d suppressed", ok, got.Suppressed)
	}
}

// TestRejectsOfAnything: whatever was refused, its report is a valid message.
func TestRejectsOfAnything(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\U0001F600", 1000)
	r := Rejects{By: "x"}
	for i, c := range []struct {
		data, reason string
		line         int
	}{
		{"", "empty", 0},
		{"\xff\xfe\x00binary", "\xff", 0},
		{long, long, 1},
		{"a" + long, "x", 7},
		{"\n\n\xe4", "x", 3},
		{strings.Repeat("\xff", 1000), strings.Repeat("a\xff", 1000), 0},
	} {
		got, ok := r.Report(strings.Repeat("s", 600), c.line, []byte(c.data), errors.New(c.reason), time.Unix(int64(i+100), 0))
		if !ok {
			t.Fatal("suppressed")
		}
		if _, err := Encode(got); err != nil {
			t.Errorf("case %d: %v", i, err)
		}
		if !utf8.ValidString(got.Head) || len(got.Head) > rejectHead {
			t.Errorf("case %d: head %q", i, got.Head)
		}
	}
}
