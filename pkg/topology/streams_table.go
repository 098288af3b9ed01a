package topology

import (
	"strings"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// The accounts of an environment, without its name in front.
const (
	AccountVirtual = "virtual"
	AccountReal    = "real"
	AccountInfra   = "infra"
)

// Stream is a JetStream stream that the bus of one environment needs.
type Stream struct {
	Name        string // "PROD_GATES"; unique on a server, not only in its account
	Environment string
	Account     string // AccountVirtual, AccountReal or AccountInfra
	Description string
	// Subjects it captures; none: it only copies From.
	Subjects []string
	// Work keeps a message until somebody took it; otherwise up to the limits.
	Work bool
	// MaxAge, MaxBytes and MaxPerSubject are the limits; 0: none.
	MaxAge        Duration
	MaxBytes      Bytes
	MaxPerSubject int64
	// Duplicates is how long the server remembers message ids; it only saves
	// space, readers are idempotent for ever.
	Duplicates Duration
	Replicas   int
	// Storage is "file" or "memory".
	Storage string
	// Atomic allows atomic batches, Direct lets readers get messages without a
	// consumer.
	Atomic, Direct bool
	// Domain is the JetStream domain (a leaf's host) that stores it; empty: the hub.
	Domain string
	// From is the stream on a leaf that this one copies.
	From *Origin
}

// Origin names a stream in another JetStream domain.
type Origin struct{ Stream, Domain string }

// Bucket is a key-value bucket that the bus of one environment needs.
type Bucket struct {
	Name        string // "prod_shards" with the environment in capitals: "PROD_shards"
	Environment string
	Account     string
	Description string
	History     int      // values kept of each key, 1..64
	TTL         Duration // 0: for good
	MaxBytes    Bytes    // 0: no limit
	Replicas    int
	Storage     string
}

const (
	onFile        = "file"
	day           = 24 * time.Hour
	dedupeWindow  = 2 * time.Minute
	journalUnsaid = Bytes(1 << 30) // the journal's cap where the hub's disk is not known
)

// A streamRow is a row of the table of streams: what it keeps, and for how long.
type streamRow struct {
	name, account, what string
	kinds               []wave.Kind
	tail                bool // capture everything below, not only the legal forms
	age                 time.Duration
	perSubject          int64
	work, atomic        bool
	capped              bool // by a share of the hub's disk
}

var streamTable = []streamRow{
	{name: "JOURNAL", account: AccountVirtual, what: "what gate core saw, in order", kinds: []wave.Kind{wave.KindJournal}, age: 7 * day, atomic: true, capped: true},
	{name: "SNAPSHOTS", account: AccountVirtual, what: "where each shard stood, the last two", kinds: []wave.Kind{wave.KindSnapshot}, perSubject: 2, atomic: true},
	{name: "TRACES", account: AccountVirtual, what: "what gates heard in their windows", kinds: []wave.Kind{wave.KindGateCorrelation}, age: 30 * day},
	{name: "GATES", account: AccountVirtual, what: "transitions, escalations, decisions", kinds: []wave.Kind{wave.KindGateTransition, wave.KindEscalation, wave.KindDecision}},
	{name: "HANDOVER", account: AccountVirtual, what: "openings handed to the real garden", kinds: []wave.Kind{wave.KindRealVerified}},
	{name: "REAL", account: AccountReal, what: "transitions and outcomes of the real garden", kinds: []wave.Kind{wave.KindRealTransition, wave.KindRealFeedback}},
	{name: "COGNITIVE", account: AccountVirtual, what: "questions to minds and their answers", kinds: []wave.Kind{wave.KindCognitiveRequest, wave.KindCognitiveRequestAs, wave.KindCognitiveResponse}, age: 30 * day},
	{name: "ORGANS", account: AccountVirtual, what: "organs' life cycles", kinds: []wave.Kind{wave.KindOrganState}, age: 30 * day},
	{name: "INFRA", account: AccountInfra, what: "rollouts, audits, autoscaling", kinds: []wave.Kind{wave.KindRolloutEvent, wave.KindAudit, wave.KindAutoscale}, tail: true},
	{name: "PROBES", account: AccountVirtual, what: "runs of probes", kinds: []wave.Kind{wave.KindProbe}, tail: true},
	{name: "WORK", account: AccountVirtual, what: "work items, each until it is done", kinds: []wave.Kind{wave.KindWork}, tail: true, work: true},
}

var bucketTable = []Bucket{
	{Name: "config", Account: AccountVirtual, Description: "what the running parts were told", History: 5},
	{Name: "shards", Account: AccountVirtual, Description: "who owns which gates", History: 1},
	{Name: "organs", Account: AccountVirtual, Description: "what each organ is doing", History: 1},
	{Name: "hosts", Account: AccountInfra, Description: "what each host last said", History: 1},
}

// StreamName is what a stream or bucket of an environment is called on a
// server: "PROD_GATES".
func StreamName(env, name string) string { return strings.ToUpper(env) + "_" + name }
