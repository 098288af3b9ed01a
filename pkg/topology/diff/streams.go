package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// streams compares the streams and buckets that the two declarations need: what
// is lost, and what a server refuses to change.
func streams(a, b *topology.Topology) ([]Change, error) {
	var out []Change
	for _, env := range a.Lab.Environments {
		if !b.HasEnvironment(env) {
			out = append(out, Change{Area: AreaStreams, Verb: Removed, Kind: "streams", Name: env, Mark: Loses, Text: "all streams and buckets of the environment go away with what they hold"})
		}
	}
	for _, env := range b.Lab.Environments {
		if !a.HasEnvironment(env) {
			out = append(out, Change{Area: AreaStreams, Verb: Added, Kind: "streams", Name: env, Text: "all streams and buckets of the environment are new"})
			continue
		}
		oldStreams, oldBuckets, err := topology.StreamPlan(a, env)
		if err != nil {
			return nil, err
		}
		newStreams, newBuckets, err := topology.StreamPlan(b, env)
		if err != nil {
			return nil, err
		}
		out = append(out, eachStream(oldStreams, newStreams)...)
		out = append(out, eachBucket(oldBuckets, newBuckets)...)
	}
	return out, nil
}

func eachStream(before, after []topology.Stream) []Change {
	var out []Change
	for i := range before {
		s := &before[i]
		if !slices.ContainsFunc(after, func(o topology.Stream) bool { return o.Name == s.Name }) {
			out = append(out, streamChange(Removed, s.Name, Loses, "goes away with what it holds"))
		}
	}
	for i := range after {
		s := &after[i]
		j := slices.IndexFunc(before, func(o topology.Stream) bool { return o.Name == s.Name })
		if j < 0 {
			out = append(out, streamChange(Added, s.Name, "", "is new: "+s.Description))
			continue
		}
		out = append(out, oneStream(&before[j], s)...)
	}
	return out
}

func streamChange(verb Verb, name string, mark Mark, text string) Change {
	return Change{Area: AreaStreams, Verb: verb, Kind: "stream", Name: name, Mark: mark, Text: text}
}

// oneStream compares one stream before and after.
func oneStream(a, b *topology.Stream) []Change {
	var out []Change
	say := func(mark Mark, format string, args ...any) {
		out = append(out, streamChange(Changed, b.Name, mark, fmt.Sprintf(format, args...)))
	}
	switch {
	case a.Domain != b.Domain:
		say(Stuck, "moves from %s to %s: a new stream begins there, what the old one holds stays behind", placeOf(a.Domain), placeOf(b.Domain))
	case a.Account != b.Account:
		say(Stuck, "moves from account %s to %s: a new stream begins there, what the old one holds stays behind", a.Account, b.Account)
	}
	if a.Work != b.Work {
		say(Stuck, "keeps messages %s instead of %s: make it anew, under another name", policy(b.Work), policy(a.Work))
	}
	if a.Storage != b.Storage {
		say(Stuck, "is stored in %s instead of %s: make it anew, under another name", b.Storage, a.Storage)
	}
	if less, more := uncovered(a.Subjects, b.Subjects), uncovered(b.Subjects, a.Subjects); len(less)+len(more) > 0 {
		if len(less) > 0 {
			say("", "no longer keeps %s; what it holds of them stays", strings.Join(less, ", "))
		}
		if len(more) > 0 {
			say("", "also keeps %s", strings.Join(more, ", "))
		}
	}
	limit(say, "messages older than", int64(a.MaxAge), int64(b.MaxAge), func(n int64) string { return topology.Duration(n).String() })
	limit(say, "the oldest messages beyond", int64(a.MaxBytes), int64(b.MaxBytes), func(n int64) string { return topology.Bytes(n).String() })
	limit(say, "messages of a subject beyond the last", a.MaxPerSubject, b.MaxPerSubject, func(n int64) string { return fmt.Sprint(n) })
	if a.Replicas != b.Replicas {
		say("", "has %d copies instead of %d", b.Replicas, a.Replicas)
	}
	return out
}

// limit tells of a bound that changes: a lower one drops what lies beyond.
func limit(say func(Mark, string, ...any), what string, a, b int64, write func(int64) string) {
	switch {
	case a == b:
	case b > 0 && (a <= 0 || b < a):
		say(Loses, "drops %s %s%s", what, write(b), before(a, write))
	case b <= 0:
		say("", "no longer drops %s %s", what, write(a))
	default:
		say("", "drops %s %s%s", what, write(b), before(a, write))
	}
}

func before(n int64, write func(int64) string) string {
	if n <= 0 {
		return ", kept for good before"
	}
	return " instead of " + write(n)
}

func placeOf(domain string) string {
	if domain == "" {
		return "the hub"
	}
	return "leaf " + domain
}

func policy(work bool) string {
	if work {
		return "until somebody took them"
	}
	return "up to its limits"
}

// uncovered lists the filters of a that b does not keep.
func uncovered(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool {
		return slices.ContainsFunc(b, func(f string) bool { return accounts.Covers(f, s) })
	})
}

func eachBucket(before, after []topology.Bucket) []Change {
	var out []Change
	add := func(verb Verb, name string, mark Mark, format string, args ...any) {
		out = append(out, Change{Area: AreaStreams, Verb: verb, Kind: "bucket", Name: name, Mark: mark, Text: fmt.Sprintf(format, args...)})
	}
	for _, o := range before {
		if !slices.ContainsFunc(after, func(n topology.Bucket) bool { return n.Name == o.Name }) {
			add(Removed, o.Name, Loses, "goes away with what it holds")
		}
	}
	for _, n := range after {
		j := slices.IndexFunc(before, func(o topology.Bucket) bool { return o.Name == n.Name })
		switch {
		case j < 0:
			add(Added, n.Name, "", "is new: %s", n.Description)
		case before[j].Replicas != n.Replicas:
			add(Changed, n.Name, "", "has %d copies instead of %d", n.Replicas, before[j].Replicas)
		case before[j].History > n.History:
			add(Changed, n.Name, Loses, "keeps the last %d values of a key instead of %d", n.History, before[j].History)
		}
	}
	return out
}
