package wave

import (
	"embed"
	"fmt"
	"reflect"
	"strings"
)

// The schemas are written by the test that checks them: go test ./pkg/wave -run Schema -update
//
//go:embed schema/*.json
var schemaFiles embed.FS

// body is a message that has a schema.
type body struct {
	name string
	typ  reflect.Type
	doc  string
}

// bodies lists every message, in the order of the subject table. Their schema is schema/{name}.json.
var bodies = []body{
	{"wave", reflect.TypeFor[Wave](), "What one source says about one thing. At least one of region, embedding (or embedding_f32) and content says what it is about; of several the first in this order counts."},
	{"cell-request", reflect.TypeFor[CellRequest](), "Asks a cell to do something it knows."},
	{"cell-response", reflect.TypeFor[CellResponse](), "A cell's answer: a result, or an error."},
	{"nerve-state", reflect.TypeFor[NerveState](), "A step of a nerve's state machine."},
	{"transition", reflect.TypeFor[Transition](), "One change of a gate's state."},
	{"correlation", reflect.TypeFor[Correlation](), "What a virtual gate saw in one window, crossing or not."},
	{"lean", reflect.TypeFor[Lean](), "Where a gate is going before it gets there."},
	{"gate-query", reflect.TypeFor[GateQuery](), "Asks a gate core to explain one gate, or all."},
	{"gate-report", reflect.TypeFor[GateReport](), "Explains one side of one gate: why it stands where it stands, and what it has learned."},
	{"gates-report", reflect.TypeFor[GatesReport](), "One gate core's view of everything it owns."},
	{"escalation", reflect.TypeFor[Escalation](), "An opening that asks for more than reflexes and nerves."},
	{"decision", reflect.TypeFor[Decision](), "What the governor made of an escalation."},
	{"npc-state", reflect.TypeFor[NPCState](), "A step of a non-player character's brain."},
	{"reject", reflect.TypeFor[Reject](), "A message that broke a rule; nothing else came of it."},
	{"verified", reflect.TypeFor[Verified](), "Hands an opening of the virtual garden over to the real one."},
	{"outcome", reflect.TypeFor[Outcome](), "What came of an opening: the gate's only teacher."},
	{"organ-state", reflect.TypeFor[OrganState](), "A step of an organ's life."},
	{"cognitive-request", reflect.TypeFor[CognitiveRequest](), "Asks a mind. It also satisfies the schema of its event."},
	{"cognitive-response", reflect.TypeFor[CognitiveResponse](), "A mind's answer."},
	{"heartbeat", reflect.TypeFor[Heartbeat](), "A mind is alive."},
	{"transform", reflect.TypeFor[Transform](), "What the boundary is asked to turn into a question: one opening, for one event."},
	{"deploy-node", reflect.TypeFor[DeployNode](), "Asks for a node to be brought to a configuration."},
	{"update-node", reflect.TypeFor[UpdateNode](), "Asks for changes of a node's configuration."},
	{"scale-service", reflect.TypeFor[ScaleService](), "Asks for a number of replicas."},
	{"deploy-gpu-agent", reflect.TypeFor[DeployGPUAgent](), "Asks for an agent on a node's card."},
	{"command-reply", reflect.TypeFor[CommandReply](), "Answers a deploy command: accepted as a run, or refused."},
	{"audit", reflect.TypeFor[Audit](), "Who asked for what, and what became of it."},
	{"host-beat", reflect.TypeFor[HostBeat](), "A host is alive, and how it is."},
	{"rollout-event", reflect.TypeFor[RolloutEvent](), "A step of a rollout on one host."},
	{"rule-fired", reflect.TypeFor[RuleFired](), "An autoscale rule saw its condition."},
	{"probe-run", reflect.TypeFor[ProbeRun](), "One run of a probe."},
	{"work-item", reflect.TypeFor[WorkItem](), "Something to be done by whoever takes it first."},
}

// SchemaNames returns the names of all bodies, in the order of the subject table.
func SchemaNames() []string {
	names := make([]string, len(bodies))
	for i := range bodies {
		names[i] = bodies[i].name
	}
	return names
}

// Schema returns the JSON Schema (draft 2020-12) of a body by its name, like "wave" or "gate-report".
func Schema(name string) ([]byte, error) {
	for i := range bodies {
		if bodies[i].name == name {
			return schemaFiles.ReadFile("schema/" + name + ".json")
		}
	}
	return nil, fmt.Errorf("find schema %s: there are %s", quoted(name), strings.Join(SchemaNames(), ", "))
}
