package bus

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jsm.go"
	"github.com/nats-io/jsm.go/api"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// The marks that tell streams of ours from those of others.
const (
	markOwner       = "nimmer.owner" // "declaration"
	markEnvironment = "nimmer.environment"
	ownedByUs       = "declaration"
)

const (
	duplicateWindow = 2 * time.Minute // the server's own default
	bucketPrefix    = "KV_"
)

// streamConfig is the server's form of a declared stream. jsm.go v0.4.1 knows
// every setting of nats-server 2.15 that a declaration can ask for.
func streamConfig(s topology.Stream) api.StreamConfig {
	cfg := base(s.Storage, s.MaxAge, s.MaxBytes, s.Replicas)
	cfg.Name = s.Name
	cfg.Description = s.Description
	cfg.Subjects = slices.Clone(s.Subjects)
	cfg.MaxMsgsPer = orUnlimited(s.MaxPerSubject)
	cfg.AllowDirect = s.Direct
	cfg.AllowAtomicPublish = s.Atomic
	if s.Duplicates > 0 {
		cfg.Duplicates = s.Duplicates.Std()
	}
	if s.Work {
		cfg.Retention = api.WorkQueuePolicy
	}
	if s.From != nil {
		cfg.Sources = []*api.StreamSource{{Name: s.From.Stream, External: &api.ExternalStream{ApiPrefix: domainAPI(s.From.Domain)}}}
	}
	cfg.Metadata = marks(s.Environment)
	return cfg
}

// bucketConfig is the stream that a bucket is, as every NATS client expects it.
func bucketConfig(b topology.Bucket) api.StreamConfig {
	cfg := base(b.Storage, b.TTL, b.MaxBytes, b.Replicas)
	cfg.Name = bucketPrefix + b.Name
	cfg.Description = b.Description
	cfg.Subjects = []string{"$KV." + b.Name + ".>"}
	cfg.MaxMsgsPer = int64(max(b.History, 1))
	cfg.Discard = api.DiscardNew
	cfg.AllowDirect = true
	cfg.RollupAllowed = true
	cfg.DenyDelete = true
	cfg.Metadata = marks(b.Environment)
	return cfg
}

// base is what streams and buckets have in common.
func base(storage string, maxAge topology.Duration, maxBytes topology.Bytes, replicas int) api.StreamConfig {
	cfg := jsm.DefaultStream
	cfg.Storage = api.FileStorage
	if storage == "memory" {
		cfg.Storage = api.MemoryStorage
	}
	cfg.MaxAge = maxAge.Std()
	cfg.MaxBytes = orUnlimited(int64(maxBytes))
	cfg.Replicas = max(replicas, 1)
	cfg.Duplicates = duplicateWindow
	if cfg.MaxAge > 0 {
		cfg.Duplicates = min(cfg.Duplicates, cfg.MaxAge)
	}
	return cfg
}

// domainAPI is where another JetStream domain answers.
func domainAPI(domain string) string { return "$JS." + domain + ".API" }

func marks(environment string) map[string]string {
	return map[string]string{markOwner: ownedByUs, markEnvironment: environment}
}

func orUnlimited(n int64) int64 {
	if n <= 0 {
		return -1
	}
	return n
}

// field is one setting of a stream that the declaration decides.
type field struct {
	name string
	get  func(*api.StreamConfig) any
	set  func(to, from *api.StreamConfig)
	// fixed tells whether the server refuses this change. nil: it never does.
	fixed func(was, want *api.StreamConfig) bool
}

func always(_, _ *api.StreamConfig) bool { return true }

// fields is everything Plan compares. Settings that are not in it are left as
// somebody made them by hand.
var fields = []field{
	{
		name: "description",
		get:  func(c *api.StreamConfig) any { return cmp.Or(c.Description, "none") },
		set:  func(to, from *api.StreamConfig) { to.Description = from.Description },
	},
	{
		name: "subjects",
		get:  func(c *api.StreamConfig) any { return sortedList(c.Subjects) },
		set:  func(to, from *api.StreamConfig) { to.Subjects = from.Subjects },
	},
	{
		name: "retention",
		get:  func(c *api.StreamConfig) any { return strings.ToLower(c.Retention.String()) },
		set:  func(to, from *api.StreamConfig) { to.Retention = from.Retention },
		fixed: func(was, want *api.StreamConfig) bool {
			return was.Retention == api.WorkQueuePolicy || want.Retention == api.WorkQueuePolicy
		},
	},
	{
		name:  "storage",
		get:   func(c *api.StreamConfig) any { return strings.ToLower(c.Storage.String()) },
		set:   func(to, from *api.StreamConfig) { to.Storage = from.Storage },
		fixed: always,
	},
	{
		name: "max_age",
		get:  func(c *api.StreamConfig) any { return age(c.MaxAge) },
		set:  func(to, from *api.StreamConfig) { to.MaxAge = from.MaxAge },
	},
	{
		name: "max_bytes",
		get:  func(c *api.StreamConfig) any { return bound(c.MaxBytes) },
		set:  func(to, from *api.StreamConfig) { to.MaxBytes = from.MaxBytes },
	},
	{
		name: "max_messages_per_subject",
		get:  func(c *api.StreamConfig) any { return bound(c.MaxMsgsPer) },
		set:  func(to, from *api.StreamConfig) { to.MaxMsgsPer = from.MaxMsgsPer },
	},
	{
		name: "discard",
		get:  func(c *api.StreamConfig) any { return strings.ToLower(c.Discard.String()) },
		set:  func(to, from *api.StreamConfig) { to.Discard = from.Discard },
	},
	{
		name: "replicas",
		get:  func(c *api.StreamConfig) any { return c.Replicas },
		set:  func(to, from *api.StreamConfig) { to.Replicas = from.Replicas },
	},
	{
		name: "duplicate_window",
		get:  func(c *api.StreamConfig) any { return c.Duplicates.String() },
		set:  func(to, from *api.StreamConfig) { to.Duplicates = from.Duplicates },
	},
	{
		name: "direct_reads",
		get:  func(c *api.StreamConfig) any { return c.AllowDirect },
		set:  func(to, from *api.StreamConfig) { to.AllowDirect = from.AllowDirect },
	},
	{
		name: "atomic_batches",
		get:  func(c *api.StreamConfig) any { return c.AllowAtomicPublish },
		set:  func(to, from *api.StreamConfig) { to.AllowAtomicPublish = from.AllowAtomicPublish },
	},
	{
		name: "rollup",
		get:  func(c *api.StreamConfig) any { return c.RollupAllowed },
		set:  func(to, from *api.StreamConfig) { to.RollupAllowed = from.RollupAllowed },
	},
	{
		name:  "deny_delete",
		get:   func(c *api.StreamConfig) any { return c.DenyDelete },
		set:   func(to, from *api.StreamConfig) { to.DenyDelete = from.DenyDelete },
		fixed: func(was, _ *api.StreamConfig) bool { return was.DenyDelete },
	},
	{
		name: "copies",
		get:  func(c *api.StreamConfig) any { return sources(c.Sources) },
		set:  func(to, from *api.StreamConfig) { to.Sources = from.Sources },
	},
	{
		name: "owner",
		get:  func(c *api.StreamConfig) any { return cmp.Or(c.Metadata[markOwner], "none") },
		set:  setMark(markOwner),
	},
	{
		name: "environment",
		get:  func(c *api.StreamConfig) any { return cmp.Or(c.Metadata[markEnvironment], "none") },
		set:  setMark(markEnvironment),
	},
}

// setMark copies one mark and keeps all other metadata.
func setMark(key string) func(to, from *api.StreamConfig) {
	return func(to, from *api.StreamConfig) {
		marked := jsm.FilterServerMetadata(to.Metadata)
		if marked == nil {
			marked = map[string]string{}
		}
		marked[key] = from.Metadata[key]
		to.Metadata = marked
	}
}

// FieldChange is one setting that differs.
type FieldChange struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// String says it in words: "max_age: 1h0m0s -> 2h0m0s".
func (f FieldChange) String() string { return f.Field + ": " + f.Old + " -> " + f.New }

// compare lists what differs and returns the configuration that would change
// it. blocked tells which settings the server will not change.
func compare(was, want api.StreamConfig) (changes []FieldChange, blocked []string, next api.StreamConfig) {
	next = was
	for _, f := range fields {
		o, n := fmt.Sprint(f.get(&was)), fmt.Sprint(f.get(&want))
		if o == n {
			continue
		}
		changes = append(changes, FieldChange{Field: f.name, Old: o, New: n})
		if f.fixed != nil && f.fixed(&was, &want) {
			blocked = append(blocked, fmt.Sprintf("%s is %s and cannot become %s on a stream that exists", f.name, o, n))
		}
		f.set(&next, &want)
	}
	return changes, blocked, next
}

// sources names the streams a stream copies.
func sources(list []*api.StreamSource) string {
	var names []string
	for _, s := range list {
		name := s.Name
		if s.External != nil {
			name += " by " + s.External.ApiPrefix
		}
		names = append(names, name)
	}
	return cmp.Or(sortedList(names), "none")
}

func sortedList(list []string) string {
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func bound(n int64) any {
	if n <= 0 {
		return "unlimited"
	}
	return n
}

func age(d time.Duration) string {
	if d <= 0 {
		return "for good"
	}
	return d.String()
}
