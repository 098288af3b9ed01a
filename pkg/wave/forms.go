package wave

import "strings"

// Form describes one row of the subject table, for documents and permission compilers.
type Form struct {
	Kind      Kind
	Pattern   string   // "{env}.nervous.cells.{cell}.wave"
	Bodies    []string // schema names of the body, and of the reply where it is a request; none: see Note
	Publisher string   // who publishes it
	Stream    string   // the stream that keeps it, without the "{ENV}_" in front; "" when none does
	Reply     bool     // request and reply: never captured by a stream
	Note      string   // what else a reader must know
}

// Forms returns the whole table.
func Forms() []Form {
	all := make([]Form, 0, kindEnd-1)
	for k := Kind(1); k < kindEnd; k++ {
		f := forms[k]
		all = append(all, Form{
			Kind: k, Pattern: f.pattern, Bodies: append([]string(nil), f.bodies...),
			Publisher: f.who, Stream: f.stream, Reply: f.reply, Note: f.note,
		})
	}
	return all
}

// form is a row as it is written; parts is its pattern, taken apart once.
type form struct {
	name, pattern string
	bodies        []string
	who, stream   string
	reply         bool
	note          string
	parts         []part
	args          int
}

// part is one token of a pattern: a literal, or an argument.
type part struct {
	literal string   // "" for an argument
	arg     string   // its name, as in the pattern
	oneOf   []string // the only values it may have
	not     string   // a reserved value it may not have
	number  bool     // 0..255, written without leading zeros
}

// reserved names the values an argument may not have because another form, or the system itself, uses them.
// The cell "real" speaks (cell.wave) but is not asked.
var reserved = map[Kind]map[string]string{
	KindCellRequest:        {"cell": realCell},
	KindCellResponse:       {"cell": realCell},
	KindOrganVerb:          {"verb": stateVerb},
	KindOrganVerbAs:        {"verb": stateVerb},
	KindCognitiveRequest:   {"mind": boundaryMind},
	KindCognitiveRequestAs: {"mind": boundaryMind},
	KindCognitiveResponse:  {"mind": boundaryMind},
	KindCognitiveHeartbeat: {"mind": boundaryMind},
}

const (
	realCell     = "real"     // how the real garden asks virtual "what is this?"
	stateVerb    = "state"    // an organ's own events
	boundaryMind = "boundary" // what turns openings into questions
)

var forms = table()

// table is the subject table. Everything else about subjects is derived from it.
func table() [kindEnd]form {
	t := [kindEnd]form{
		KindCellWave:           {name: "cell.wave", pattern: "{env}.nervous.cells.{cell}.wave", bodies: []string{"wave"}, who: "cells", note: "one wave, or a frame of waves, one a line; the cell `real` is how the real garden asks"},
		KindCellWaveN:          {name: "cell.wave.n", pattern: "{env}.nervous.cells.{cell}.wave.{n}", bodies: []string{"wave"}, who: "cells", note: "the same; `{n}` (0..255) only spreads traffic"},
		KindCellRequest:        {name: "cell.request", pattern: "{env}.nervous.cells.{cell}.request", bodies: []string{"cell-request", "cell-response"}, who: "nerves, operators", reply: true},
		KindCellResponse:       {name: "cell.response", pattern: "{env}.nervous.cells.{cell}.response", bodies: []string{"cell-response"}, who: "cells", note: "an answer for everybody to see"},
		KindNerveState:         {name: "nerve.state", pattern: "{env}.nervous.nerves.{nerve}.state", bodies: []string{"nerve-state"}, who: "nerves"},
		KindGateTransition:     {name: "gate.transition", pattern: "{env}.nervous.gates.{gate}.transition", bodies: []string{"transition"}, who: "gate core, virtual garden", stream: "GATES"},
		KindGateCorrelation:    {name: "gate.correlation", pattern: "{env}.nervous.gates.{gate}.correlation", bodies: []string{"correlation"}, who: "gate core, virtual garden", stream: "TRACES"},
		KindGateReflex:         {name: "gate.reflex", pattern: "{env}.nervous.gates.{gate}.reflex", bodies: []string{"transition"}, who: "gate core", note: "sent before the journal has it, never stored; the stored transition follows with the same id"},
		KindGateLean:           {name: "gate.lean", pattern: "{env}.nervous.gates.{gate}.lean", bodies: []string{"lean"}, who: "gate core", note: "rate-limited, never stored"},
		KindGateQuery:          {name: "gate.query", pattern: "{env}.nervous.gates.{gate}.query", bodies: []string{"gate-query", "gate-report"}, who: "operators, consoles", reply: true, note: "answered by the gate core that owns the gate; an empty body asks for the virtual side, or the only one"},
		KindGatesQuery:         {name: "gates.query", pattern: "{env}.nervous.gates.query", bodies: []string{"gate-query", "gates-report"}, who: "operators, consoles", reply: true, note: "one answer from each gate core"},
		KindEscalation:         {name: "escalation", pattern: "{env}.nervous.thalamus.escalation", bodies: []string{"escalation"}, who: "gate core", stream: "GATES"},
		KindDecision:           {name: "decision", pattern: "{env}.nervous.thalamus.decision", bodies: []string{"decision"}, who: "governor", stream: "GATES"},
		KindNPCState:           {name: "npc.state", pattern: "{env}.nervous.npc.{npc}.state", bodies: []string{"npc-state"}, who: "NPC brains"},
		KindRejects:            {name: "rejects", pattern: "{env}.nervous.rejects", bodies: []string{"reject"}, who: "whoever refused a message", note: "at most 10 a second from each"},
		KindRealVerified:       {name: "real.verified", pattern: "{env}.real.gates.{gate}.verified", bodies: []string{"verified"}, who: "gate core, from the virtual account", stream: "HANDOVER"},
		KindRealTransition:     {name: "real.transition", pattern: "{env}.real.gates.{gate}.transition", bodies: []string{"transition"}, who: "gate core, from the real account", stream: "REAL"},
		KindRealFeedback:       {name: "real.feedback", pattern: "{env}.real.outcomes.{gate}.feedback", bodies: []string{"outcome"}, who: "whoever acted and measured", stream: "REAL"},
		KindOrganVerb:          {name: "organ.verb", pattern: "{env}.organs.{organ}.{verb}", who: "callers", reply: true, note: "`detect`, `transcribe`, `speak`, `chat`, `embed`, ...: bodies belong to the verb; the sender counts as anonymous"},
		KindOrganVerbAs:        {name: "organ.verb.as", pattern: "{env}.organs.{organ}.{verb}.{identity}", who: "callers", reply: true, note: "the same, the sender's identity pinned by its grant"},
		KindOrganState:         {name: "organ.state", pattern: "{env}.organs.{organ}.state", bodies: []string{"organ-state"}, who: "organ hosts", stream: "ORGANS"},
		KindCognitiveRequest:   {name: "cognitive.request", pattern: "{env}.cognitive.{mind}.request", bodies: []string{"cognitive-request"}, who: "boundary", stream: "COGNITIVE"},
		KindCognitiveRequestAs: {name: "cognitive.request.as", pattern: "{env}.cognitive.{mind}.request.{identity}", bodies: []string{"cognitive-request"}, who: "boundary, callers", stream: "COGNITIVE"},
		KindCognitiveResponse:  {name: "cognitive.response", pattern: "{env}.cognitive.{mind}.response", bodies: []string{"cognitive-response"}, who: "cortex", stream: "COGNITIVE"},
		KindCognitiveHeartbeat: {name: "cognitive.heartbeat", pattern: "{env}.cognitive.{mind}.heartbeat", bodies: []string{"heartbeat"}, who: "cortex"},
		KindBoundaryTransform:  {name: "boundary.transform", pattern: "{env}.cognitive.boundary.transform", bodies: []string{"transform"}, who: "gate core"},
		KindDeployCommand:      {name: "deploy.command", pattern: "{env}.infra.deploy.{deploy|update|scale|gpu-agent}", bodies: []string{"deploy-node", "update-node", "scale-service", "deploy-gpu-agent", "command-reply"}, who: "operators, autoscaler", reply: true, note: "each command has its own body, in this order; all have one reply"},
		KindAudit:              {name: "audit", pattern: "{env}.infra.audit.{service}", bodies: []string{"audit"}, who: "whoever served a command", stream: "INFRA"},
		KindHostHeartbeat:      {name: "host.heartbeat", pattern: "{env}.infra.hosts.{host}.heartbeat", bodies: []string{"host-beat"}, who: "every host, in each of its environments"},
		KindRolloutEvent:       {name: "rollout.event", pattern: "{env}.infra.rollouts.{run}.{host}.{event}", bodies: []string{"rollout-event"}, who: "deployer", stream: "INFRA"},
		KindAutoscale:          {name: "autoscale", pattern: "{env}.infra.autoscale.{rule}", bodies: []string{"rule-fired"}, who: "autoscaler", stream: "INFRA"},
		KindProbe:              {name: "probe", pattern: "{env}.probes.{kind}.{session}", bodies: []string{"probe-run"}, who: "probes", stream: "PROBES"},
		KindWork:               {name: "work", pattern: "{env}.work.{queue}", bodies: []string{"work-item"}, who: "anyone", stream: "WORK", note: "one durable reader per queue hands it out"},
		KindJournal:            {name: "journal", pattern: "{env}.journal.{shard}", who: "gate core only", stream: "JOURNAL", note: "binary frames"},
		KindSnapshot:           {name: "snapshot", pattern: "{env}.snapshot.{shard}.{chunk}", who: "gate core only", stream: "SNAPSHOTS", note: "binary frames"},
	}
	for k := Kind(1); k < kindEnd; k++ {
		t[k].parts, t[k].args = takeApart(k, t[k].pattern)
	}
	return t
}

// takeApart reads a pattern. The first part is always the environment and not counted as an argument.
func takeApart(k Kind, pattern string) (parts []part, args int) {
	for _, tok := range strings.Split(pattern, ".")[1:] {
		name, isArg := strings.CutPrefix(tok, "{")
		if !isArg {
			parts = append(parts, part{literal: tok})
			continue
		}
		p := part{arg: strings.TrimSuffix(name, "}")}
		p.number = p.arg == "n"
		if strings.Contains(p.arg, "|") {
			p.oneOf, p.arg = strings.Split(p.arg, "|"), "command"
		}
		p.not = reserved[k][p.arg]
		parts = append(parts, p)
		args++
	}
	return parts, args
}
