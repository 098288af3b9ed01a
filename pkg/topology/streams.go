package topology

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// StreamPlan returns the streams and buckets of one environment: those the bus
// always has, and the declared ones. It fails when the environment is not the
// lab's, when two would have one name, and when two streams of one account
// would capture the same subject.
func StreamPlan(t *Topology, env string) ([]Stream, []Bucket, error) {
	if !t.HasEnvironment(env) {
		return nil, nil, fmt.Errorf("plan streams: environment %q is not one of %s", env, strings.Join(t.Lab.Environments, ", "))
	}
	hub := t.In(env).Hub
	streams, err := builtinStreams(env, hub)
	if err != nil {
		return nil, nil, fmt.Errorf("plan streams of %s: %w", env, err)
	}
	for i := range t.Streams {
		if u := &t.Streams[i]; slices.Contains(u.Environments, env) {
			own, err := userStreams(t, u, env, hub)
			if err != nil {
				return nil, nil, fmt.Errorf("plan stream %s of %s: %w", u.Name, env, err)
			}
			streams = append(streams, own...)
		}
	}
	if err := collisions(streams); err != nil {
		return nil, nil, fmt.Errorf("plan streams of %s: %w", env, err)
	}
	return streams, bucketPlan(env, hub), nil
}

func builtinStreams(env string, hub *NATS) ([]Stream, error) {
	out := make([]Stream, 0, len(streamTable))
	for _, b := range streamTable {
		s := Stream{
			Name: StreamName(env, b.name), Environment: env, Account: b.account, Description: b.what,
			Work: b.work, MaxAge: Duration(b.age), MaxPerSubject: b.perSubject, Duplicates: Duration(dedupeWindow),
			Replicas: replicas(hub), Storage: onFile, Atomic: b.atomic, Direct: true,
		}
		if b.capped {
			s.MaxBytes = journalCap(hub)
		}
		for _, k := range b.kinds {
			f, err := captures(k, env, b.tail)
			if err != nil {
				return nil, err
			}
			s.Subjects = append(s.Subjects, f)
		}
		out = append(out, s)
	}
	return out, nil
}

// captures returns the filter of all subjects of a kind; with tail its last
// wildcards become one ">".
func captures(k wave.Kind, env string, tail bool) (string, error) {
	var args []string
	for range strings.Count(wave.Forms()[k-1].Pattern, "{") - 1 {
		args = append(args, "*")
	}
	f, err := wave.Filter(k, env, args...)
	if err != nil || !tail {
		return f, err
	}
	for strings.HasSuffix(f, ".*") {
		f = strings.TrimSuffix(f, ".*")
	}
	return f + ".>", nil
}

// replicas of a stream on a hub.
func replicas(hub *NATS) int {
	if hub == nil {
		return 1
	}
	return max(hub.Replicas, 1)
}

// journalCap is a quarter of what the hub may store, shared by the
// environments it carries.
func journalCap(hub *NATS) Bytes {
	if hub == nil || hub.JetStream.Store == 0 {
		return journalUnsaid
	}
	return hub.JetStream.Store / Bytes(4*max(len(hub.Environments), 1))
}

// userStreams returns a declared stream, and the hub's copy of one that lives
// on a leaf.
func userStreams(t *Topology, u *UserStream, env string, hub *NATS) ([]Stream, error) {
	s := Stream{
		Name: StreamName(env, strings.ToUpper(u.Name)), Environment: env, Account: u.Account,
		Description: "declared as stream " + u.Name, Work: u.Policy == "work", MaxAge: u.MaxAge, MaxBytes: u.MaxBytes,
		Duplicates: Duration(dedupeWindow), Replicas: u.Replicas, Storage: onFile, Direct: true,
	}
	if s.Replicas == 0 {
		s.Replicas = replicas(hub)
	}
	if s.MaxAge > 0 {
		s.Duplicates = min(s.Duplicates, s.MaxAge)
	}
	for _, subject := range u.Subjects {
		f, err := ofEnvironment(subject, env)
		if err != nil {
			return nil, err
		}
		s.Subjects = append(s.Subjects, f)
	}
	if u.At == "" {
		return []Stream{s}, nil
	}
	leaf := find(t.Leaves, func(l *Leaf) bool { return l.Name == u.At })
	if leaf == nil {
		return nil, fmt.Errorf("leaf %q is not declared", u.At)
	}
	copied := s
	s.Domain, s.Replicas = leaf.Host, 1
	copied.Name += "_FROM_" + strings.ToUpper(leaf.Host)
	copied.Subjects, copied.Work = nil, false
	copied.From = &Origin{Stream: s.Name, Domain: leaf.Host}
	return []Stream{s, copied}, nil
}

// ofEnvironment puts the environment in place of a subject's first token.
func ofEnvironment(subject, env string) (string, error) {
	tokens := strings.Split(subject, ".")
	switch {
	case slices.Contains(tokens, ""):
		return "", fmt.Errorf("subject %q has an empty token", subject)
	case tokens[0] != "*" && tokens[0] != env:
		return "", fmt.Errorf("subject %q starts with %q: the environment is written \"*\"", subject, tokens[0])
	case len(tokens) < 2 || tokens[1] == "*" || tokens[1] == ">":
		return "", fmt.Errorf("subject %q has no domain as its second token", subject)
	}
	tokens[0] = env
	return strings.Join(tokens, "."), nil
}

func bucketPlan(env string, hub *NATS) []Bucket {
	out := slices.Clone(bucketTable)
	for i := range out {
		out[i].Name = StreamName(env, out[i].Name)
		out[i].Environment, out[i].Replicas, out[i].Storage = env, replicas(hub), onFile
	}
	return out
}

// collisions finds two streams of one name, and two of one account that would
// capture the same subject.
func collisions(streams []Stream) error {
	var errs []error
	for i := range streams {
		for j := range streams[:i] {
			errs = append(errs, collide(&streams[j], &streams[i]))
		}
	}
	return errors.Join(errs...)
}

func collide(a, b *Stream) error {
	if strings.EqualFold(a.Name, b.Name) {
		return fmt.Errorf("two streams are called %s", a.Name)
	}
	if a.Account != b.Account {
		return nil
	}
	for _, x := range a.Subjects {
		for _, y := range b.Subjects {
			if Overlap(x, y) {
				return fmt.Errorf("%s (%s) and %s (%s) would keep the same messages", a.Name, x, b.Name, y)
			}
		}
	}
	return nil
}
