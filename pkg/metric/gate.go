package metric

const gateCore owner = "nimmer-gate"

// What gate core tells about each gate.
var (
	GateValue       = gateCore.gauge("nimmer_gate_value", "The gate's value, -1 (closed) to 1 (open).", "environment", "gate", "garden")
	GateState       = gateCore.gauge("nimmer_gate_state", "Where the gate stands: -1 closed, 0 stable, 1 open.", "environment", "gate", "garden")
	GateTransitions = gateCore.counter("nimmer_gate_transitions_total", "Changes of the gate's state, by the new state.", "environment", "gate", "garden", "to")
	GateReflexes    = gateCore.counter("nimmer_gate_reflexes_total", "Openings by one trusted wave.", "environment", "gate")
	GateOpenAt      = gateCore.gauge("nimmer_gate_open_threshold", "The value from which the gate opens.", "environment", "gate")
	GateCloseAt     = gateCore.gauge("nimmer_gate_close_threshold", "The value from which the gate closes.", "environment", "gate")
	GateWeight      = gateCore.gauge("nimmer_gate_weight", "The gate's learned trust, 0 to 1.", "environment", "gate")
	GateTier        = gateCore.gauge("nimmer_gate_tier", "Where an opening would be routed now: 0 reflex to 5 partnership.", "environment", "gate")
	GateVoices      = gateCore.gauge("nimmer_gate_voices", "Sources heard within the gate's window.", "environment", "gate")
	GateLifeforce   = gateCore.gauge("nimmer_gate_lifeforce", "Lifeforce the gate earned less what it spent.", "environment", "gate")
	GateLate        = gateCore.counter("nimmer_gate_late_waves_total", "Waves that came too late for the gate's window.", "environment", "gate")
	GateOutcomes    = gateCore.counter("nimmer_gate_outcomes_total", "Outcomes the gate learned from.", "environment", "gate", "outcome")
	GateHandovers   = gateCore.counter("nimmer_gate_handovers_total", "Openings handed over to the real garden.", "environment", "gate")
	GateEscalations = gateCore.counter("nimmer_gate_escalations_total", "Openings that were escalated.", "environment", "gate")
)

// What gate core tells about itself.
var (
	CoreWaves    = gateCore.counter("nimmer_core_waves_total", "Waves that were judged.", "environment", "cell")
	CoreGaps     = gateCore.counter("nimmer_core_gaps_total", "Waves that sources counted and that never came.", "environment", "cell")
	CoreRejects  = gateCore.counter("nimmer_core_rejects_total", "Messages that broke a rule.", "environment")
	CoreQueue    = gateCore.gauge("nimmer_core_queue", "Messages of waves that wait to be judged.", "environment")
	CoreBacklog  = gateCore.gauge("nimmer_core_backlog_shards", "Shards whose state waits to be stored.", "environment")
	CoreUntold   = gateCore.gauge("nimmer_core_backlog_messages", "Decisions that wait to be stored and published.", "environment")
	CoreStoring  = gateCore.gauge("nimmer_core_storing", "Whether decisions are stored: 0 while the bus does not take them.", "environment")
	CoreStores   = gateCore.histogram("nimmer_core_store_seconds", "Time to store a shard's state and publish its decisions.", "environment")
	CoreDeclared = gateCore.gauge("nimmer_core_gates", "Gates that this gate core decides over.", "environment")

	AttentionMode   = gateCore.gauge("nimmer_attention_mode", "1 for what the lab attends to now, 0 for the other modes.", "environment", "mode")
	AttentionSpent  = gateCore.gauge("nimmer_attention_spent_lifeforce", "Lifeforce taken in this beat.", "environment")
	AttentionBudget = gateCore.gauge("nimmer_attention_budget_lifeforce", "Lifeforce that a beat has.", "environment")
	AttentionOpen   = gateCore.gauge("nimmer_attention_open_gates", "Open gates.", "environment")
)

const boundaryOf owner = "the boundary, beside nimmer-gate"

// What the boundary tells.
var BoundaryRequests = boundaryOf.counter("nimmer_boundary_requests_total",
	"Openings that the boundary turned into requests (stored), or did not: repeated, rejected, lost.", "environment", "result")
