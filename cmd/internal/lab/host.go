package lab

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/host"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// HostsBucket is where the latest heartbeat of each host of an environment is kept.
func HostsBucket(env string) string { return strings.ToUpper(env) + "_hosts" }

// Keep is a bucket that is opened when it is first written to: it may be made
// after the agent has started.
func Keep(conn *bus.Conn, env string) host.Keeper {
	return &lateBucket{conn: conn, name: HostsBucket(env)}
}

type lateBucket struct {
	conn *bus.Conn
	name string

	mu     sync.Mutex
	bucket *bus.Bucket
}

// Put writes a key, and opens the bucket before the first one.
func (b *lateBucket) Put(ctx context.Context, key string, value []byte) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bucket == nil {
		bucket, err := b.conn.Bucket(ctx, b.name)
		if err != nil {
			return 0, err
		}
		b.bucket = bucket
	}
	return b.bucket.Put(ctx, key, value)
}

// DeclaredCards is how the cards of a declared host are recognised, and their names.
func DeclaredCards(h topology.Host) (known []host.Declared, names []string) {
	for _, g := range h.GPUs {
		known = append(known, host.Declared{Name: g.Name, UUID: g.UUID, PCI: g.PCI})
		names = append(names, g.Name)
	}
	return known, names
}

// DeclaredCertificates are the files of certificates that the declaration names
// for what runs on a host, and the authority of its users.
func DeclaredCertificates(t *topology.Topology, name string) []string {
	files := map[string]bool{}
	for i := range t.NATS {
		if hub := &t.NATS[i]; hub.TLS != nil && slices.Contains(hub.Hosts, name) {
			files[hub.TLS.Cert], files[hub.TLS.CA] = true, true
		}
	}
	if t.Lab.IPA != nil {
		files[t.Lab.IPA.CAFile] = true
	}
	delete(files, "")
	return slices.Sorted(maps.Keys(files))
}
