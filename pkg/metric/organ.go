package metric

const minds owner = "nimmer-organ"

// What a mind tells.
var (
	MindState     = minds.gauge("nimmer_mind_state", "1 for what the mind is doing, 0 for its other states: choosing, ready, busy, failed.", "environment", "mind", "state")
	MindRequests  = minds.counter("nimmer_mind_requests_total", "Requests to the mind by what came of them: answered, failed, refused, repeated, unreadable.", "environment", "mind", "result")
	MindQueue     = minds.gauge("nimmer_mind_queue", "Requests that wait for the mind.", "environment", "mind")
	MindQueueMax  = minds.gauge("nimmer_mind_queue_capacity", "How many requests may wait.", "environment", "mind")
	MindSeconds   = minds.histogram("nimmer_mind_answer_seconds", "Time from a request's arrival to its answer.", "environment", "mind")
	MindTokens    = minds.counter("nimmer_mind_tokens_total", "Tokens that the mind said.", "environment", "mind")
	MindSimulated = minds.gauge("nimmer_mind_simulated", "Whether the mind is the simulated one.", "environment", "mind")
)

// What an organ tells. An organ swaps its model in and out of a card.
var (
	OrganState    = minds.gauge("nimmer_organ_state", "1 for the organ's state, 0 for the others: unloaded, staging, loading, ready, busy, draining, sleeping, stopping, failed, lost.", "environment", "organ", "state")
	OrganRequests = minds.counter("nimmer_organ_requests_total", "Requests to the organ by verb, class and result: done, failed, refused.", "environment", "organ", "verb", "class", "result")
	OrganQueue    = minds.gauge("nimmer_organ_queue", "Requests that wait for the organ.", "environment", "organ", "class")
	OrganSeconds  = minds.histogram("nimmer_organ_request_seconds", "Time from a request's arrival to its answer.", "environment", "organ", "verb")
	OrganLoads    = minds.counter("nimmer_organ_loads_total", "Loads of the organ's model by result: done, failed.", "environment", "organ", "result")
	OrganLoading  = minds.histogram("nimmer_organ_load_seconds", "Time to load the organ's model.", "environment", "organ")
	OrganPreloads = minds.counter("nimmer_organ_preloads_total", "Loads ahead of a leaning gate, by what came of them: used, wasted.", "environment", "organ", "result")
	OrganMemory   = minds.gauge("nimmer_organ_memory_bytes", "Memory that the organ holds on its cards now.", "environment", "organ")
)

// What an organ host tells about its cards. card is the declared name, HOST/NAME.
var (
	CardPresent = minds.gauge("nimmer_card_present", "Whether a declared card is there and answers.", "host", "card")
	CardTotal   = minds.gauge("nimmer_card_memory_total_bytes", "All memory of the card.", "host", "card")
	CardUsed    = minds.gauge("nimmer_card_memory_used_bytes", "Memory of the card in use, by whomever.", "host", "card")
	CardGranted = minds.gauge("nimmer_card_memory_granted_bytes", "Memory of the card that organs and minds were given.", "host", "card")
)
