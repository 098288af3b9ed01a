package topology

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// bareLab is a lab of so many environments with one hub and nothing else.
func bareLab(environments ...string) *Topology {
	return &Topology{
		Lab:  Lab{Name: "test", Environments: environments},
		NATS: []NATS{{Name: "hub", Environments: environments, Replicas: 3, JetStream: JetStream{Store: 120 << 30}}},
	}
}

func TestStreamPlanFollowsTheWire(t *testing.T) {
	t.Parallel()
	streams, buckets, err := StreamPlan(bareLab("dev"), "dev")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range streams {
		got = append(got, fmt.Sprintf("%s %s %s age=%s per=%d work=%t atomic=%t r=%d %s",
			s.Name, s.Account, strings.Join(s.Subjects, " "), s.MaxAge, s.MaxPerSubject, s.Work, s.Atomic, s.Replicas, s.Storage))
	}
	want := []string{
		"DEV_JOURNAL virtual dev.journal.* age=168h0m0s per=0 work=false atomic=true r=3 file",
		"DEV_SNAPSHOTS virtual dev.snapshot.*.* age=0s per=2 work=false atomic=true r=3 file",
		"DEV_TRACES virtual dev.nervous.gates.*.correlation age=720h0m0s per=0 work=false atomic=false r=3 file",
		"DEV_GATES virtual dev.nervous.gates.*.transition dev.nervous.thalamus.escalation dev.nervous.thalamus.decision age=0s per=0 work=false atomic=false r=3 file",
		"DEV_HANDOVER virtual dev.real.gates.*.verified age=0s per=0 work=false atomic=false r=3 file",
		"DEV_REAL real dev.real.gates.*.transition dev.real.outcomes.*.feedback age=0s per=0 work=false atomic=false r=3 file",
		"DEV_COGNITIVE virtual dev.cognitive.*.request dev.cognitive.*.request.* dev.cognitive.*.response age=720h0m0s per=0 work=false atomic=false r=3 file",
		"DEV_ORGANS virtual dev.organs.*.state age=720h0m0s per=0 work=false atomic=false r=3 file",
		"DEV_INFRA infra dev.infra.rollouts.> dev.infra.audit.> dev.infra.autoscale.> age=0s per=0 work=false atomic=false r=3 file",
		"DEV_PROBES virtual dev.probes.> age=0s per=0 work=false atomic=false r=3 file",
		"DEV_WORK virtual dev.work.> age=0s per=0 work=true atomic=false r=3 file",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := streams[0].MaxBytes; got != 30<<30 {
		t.Errorf("the journal may take %s, want a quarter of the hub's disk", got)
	}
	got = nil
	for _, b := range buckets {
		got = append(got, b.Account+" "+b.Name)
	}
	if diff := cmp.Diff([]string{"virtual DEV_config", "virtual DEV_shards", "virtual DEV_organs", "infra DEV_hosts"}, got); diff != "" {
		t.Error(diff)
	}
}

// Every subject that the wire says is stored is captured by the stream it
// names and no other; what is request and reply is captured by none.
func TestStreamPlanCapturesWhatTheWireStores(t *testing.T) {
	t.Parallel()
	streams, _, err := StreamPlan(bareLab("dev"), "dev")
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range wave.Forms() {
		filter, err := captures(form.Kind, "dev", false)
		if err != nil {
			t.Fatal(err)
		}
		var by []string
		for _, s := range streams {
			if slices.ContainsFunc(s.Subjects, func(f string) bool { return Overlap(f, filter) }) {
				by = append(by, strings.TrimPrefix(s.Name, "DEV_"))
			}
		}
		// An organ's state looks like a verb to a filter: "state" is reserved for it.
		if form.Kind == wave.KindOrganVerb && slices.Equal(by, []string{"ORGANS"}) {
			continue
		}
		want := []string{}
		if form.Stream != "" {
			want = []string{form.Stream}
		}
		if !slices.Equal(by, want) {
			t.Errorf("%s is captured by %v, want %v", form.Pattern, by, want)
		}
	}
}

func TestNoTwoFiltersOfAnAccountCollide(t *testing.T) {
	t.Parallel()
	all := []string{"dev", "staging", "prod"}
	for n := 1; n <= len(all); n++ {
		lab := bareLab(all[:n]...)
		lab.Streams = []UserStream{{Name: "mine", Subjects: []string{"*.nervous.cells.text.wave", "*.notes.>"}, Account: AccountVirtual, Environments: all[:n]}}
		var streams []Stream
		buckets := map[string]bool{}
		for _, env := range lab.Lab.Environments {
			s, b, err := StreamPlan(lab, env)
			if err != nil {
				t.Fatal(err)
			}
			streams = append(streams, s...)
			for _, bucket := range b {
				if buckets[bucket.Name] {
					t.Errorf("two buckets are called %s", bucket.Name)
				}
				buckets[bucket.Name] = true
			}
		}
		if err := collisions(streams); err != nil {
			t.Errorf("%d environments: %v", n, err)
		}
		pairs := 0
		for i := range streams {
			for j := range streams[:i] {
				for _, a := range streams[i].Subjects {
					for _, b := range streams[j].Subjects {
						if pairs++; streams[i].Account == streams[j].Account && Overlap(a, b) {
							t.Errorf("%s and %s overlap", a, b)
						}
					}
				}
			}
		}
		t.Logf("%d environments: %d streams, %d pairs of filters", n, len(streams), pairs)
	}
}

func TestStreamPlanRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		stream UserStream
		want   string
	}{
		"a name of ours":           {UserStream{Name: "gates", Subjects: []string{"*.x.y"}}, "two streams are called DEV_GATES"},
		"what another keeps":       {UserStream{Name: "mine", Subjects: []string{"*.nervous.gates.*.>"}}, "would keep the same messages"},
		"every environment":        {UserStream{Name: "mine", Subjects: []string{"*.>"}}, "no domain as its second token"},
		"another environment":      {UserStream{Name: "mine", Subjects: []string{"prod.x"}}, `the environment is written "*"`},
		"an empty token":           {UserStream{Name: "mine", Subjects: []string{"*..x"}}, "empty token"},
		"a leaf that is not there": {UserStream{Name: "mine", Subjects: []string{"*.x.y"}, At: "theia"}, `leaf "theia" is not declared`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lab := bareLab("dev")
			tc.stream.Account, tc.stream.Environments = AccountVirtual, []string{"dev"}
			lab.Streams = []UserStream{tc.stream}
			_, _, err := StreamPlan(lab, "dev")
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q in it", err, tc.want)
			}
		})
	}
	if _, _, err := StreamPlan(bareLab("dev"), "prod"); err == nil || !strings.Contains(err.Error(), `"prod" is not one of dev`) {
		t.Errorf("an environment of somebody else: %v", err)
	}
}

func TestStreamOnALeafIsCopiedByTheHub(t *testing.T) {
	t.Parallel()
	lab := bareLab("dev")
	lab.Leaves = []Leaf{{Name: "edge", Host: "theia"}}
	lab.Streams = []UserStream{{Name: "video", Subjects: []string{"*.video.>"}, Account: AccountVirtual, Environments: []string{"dev"}, At: "edge", MaxAge: Duration(1e9)}}
	streams, _, err := StreamPlan(lab, "dev")
	if err != nil {
		t.Fatal(err)
	}
	stored, copied := streams[len(streams)-2], streams[len(streams)-1]
	if stored.Name != "DEV_VIDEO" || stored.Domain != "theia" || stored.Replicas != 1 || stored.Duplicates != Duration(1e9) {
		t.Errorf("on the leaf: %+v", stored)
	}
	if copied.Name != "DEV_VIDEO_FROM_THEIA" || len(copied.Subjects) != 0 || copied.Replicas != 3 ||
		copied.From == nil || *copied.From != (Origin{"DEV_VIDEO", "theia"}) {
		t.Errorf("on the hub: %+v", copied)
	}
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"a.b", "a.b", true},
		{"a.b", "a.c", false},
		{"a.*", "a.b", true},
		{"a.*", "*.b", true},
		{"a.*", "a.b.c", false},
		{"a.>", "a.b.c", true},
		{"a.>", "a", false},
		{">", "a", true},
		{"*.b.>", "a.*.c", true},
		{"a.b.*", "a.c.>", false},
		{"a", "a.b", false},
	} {
		if Overlap(tc.a, tc.b) != tc.want || Overlap(tc.b, tc.a) != tc.want {
			t.Errorf("Overlap(%q, %q) should be %t", tc.a, tc.b, tc.want)
		}
	}
}
