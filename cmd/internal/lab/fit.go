package lab

import (
	"fmt"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// leastBound is the smallest bound, in bytes, that fitting gives a stream:
// with less the journal would not reach from one snapshot to the next.
const leastBound = 4 << 20

// fit makes the streams and buckets of a declared lab fit the one server that
// plays all of its machines: one copy of each, leaves' streams beside the
// hub's, and bounds that together take at most three quarters of what the
// server may store (limit, in bytes). The rest is for those without a bound.
// Bounds are halved until they fit, so that they stay the same from start to
// start while the free disk varies.
func fit(streams []topology.Stream, buckets []topology.Bucket, limit int64) ([]topology.Stream, []topology.Bucket, error) {
	streams = slices.DeleteFunc(slices.Clone(streams), func(s topology.Stream) bool { return s.From != nil })
	buckets = slices.Clone(buckets)
	var bounds []*topology.Bytes
	for i := range streams {
		streams[i].Replicas, streams[i].Domain = 1, ""
		bounds = append(bounds, &streams[i].MaxBytes)
	}
	for i := range buckets {
		buckets[i].Replicas = 1
		bounds = append(bounds, &buckets[i].MaxBytes)
	}
	bounds = slices.DeleteFunc(bounds, func(b *topology.Bytes) bool { return *b <= 0 })
	room := limit / 4 * 3
	for total(bounds) > room {
		if !halve(bounds) {
			return nil, nil, &daemon.Error{
				Op: "fit", Subject: fmt.Sprintf("%d bounded streams and buckets", len(bounds)),
				Err: fmt.Errorf("%d MiB may be used there, at least %d MiB are needed",
					limit>>20, (total(bounds)/3*4)>>20+1),
				Hint: "make room, or put the state elsewhere with --state",
			}
		}
	}
	return streams, buckets, nil
}

// halve halves every bound down to leastBound, and reports whether one shrank.
func halve(bounds []*topology.Bytes) bool {
	shrank := false
	for _, b := range bounds {
		if least := min(*b, leastBound); *b/2 >= least {
			*b, shrank = *b/2, true
		} else if *b > least {
			*b, shrank = least, true
		}
	}
	return shrank
}

func total(bounds []*topology.Bytes) int64 {
	var sum int64
	for _, b := range bounds {
		if sum += int64(*b); sum < 0 {
			return 1<<63 - 1
		}
	}
	return sum
}
