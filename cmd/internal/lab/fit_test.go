package lab

import (
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

func TestFit(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for name, tc := range map[string]struct {
		bounds []topology.Bytes
		limit  int64
		want   []topology.Bytes
	}{
		"it fits":            {[]topology.Bytes{1024 * mib, 0, mib}, 10240 * mib, []topology.Bytes{1024 * mib, 0, mib}},
		"a small disk":       {[]topology.Bytes{1024 * mib, 0}, 80 * mib, []topology.Bytes{32 * mib, 0}},
		"a hub of 400 GiB":   {[]topology.Bytes{100 * 1024 * mib}, 10240 * mib, []topology.Bytes{6400 * mib}},
		"small ones stay":    {[]topology.Bytes{1024 * mib, 2 * mib}, 80 * mib, []topology.Bytes{32 * mib, 2 * mib}},
		"more than an int64": {[]topology.Bytes{1<<63 - 1, 1<<63 - 1}, 64 * mib, []topology.Bytes{16*mib - 1, 16*mib - 1}},
	} {
		var streams []topology.Stream
		for _, b := range tc.bounds {
			streams = append(streams, topology.Stream{MaxBytes: b, Replicas: 3, Domain: "leaf"})
		}
		streams = append(streams, topology.Stream{MaxBytes: 1 << 40, From: &topology.Origin{}})
		got, _, err := fit(streams, nil, tc.limit)
		if err != nil || len(got) != len(tc.want) {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		for i, w := range tc.want {
			if got[i].MaxBytes != w || got[i].Replicas != 1 || got[i].Domain != "" {
				t.Errorf("%s: stream %d became %+v, want %d bytes", name, i, got[i], w)
			}
		}
	}
	_, _, err := fit([]topology.Stream{{MaxBytes: 1 << 30}, {MaxBytes: 1 << 30}}, nil, 8*mib)
	if err == nil || !strings.Contains(err.Error(), "8 MiB may be used there, at least 11 MiB are needed") || !strings.Contains(daemon.Hint(err), "--state") {
		t.Errorf("too little: %v", err)
	}
}
