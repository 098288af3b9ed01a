package monitor

const inGate = inEnvironment + `, gate=~"$gate"`

func gatesBoard() dashboard {
	return board(boardGates, "Gates and attention", "What gates decide and why they cost what they cost.",
		[]variable{chooseEnvironment, chooseGate},
		section{"Attention", []panel{
			number("Mode", "none", 4, q(attentionModes.expr("environment", inEnvironment), "{{environment}}"), plain, attentionModes.words()),
			dial("Beat", "percentunit", 4, 4, []query{q(`environment:nimmer_attention_spent:ratio{`+inEnvironment+`}`, "{{environment}}")},
				between(0, 1), steps(green, at(amber, 0.8), at(red, 1)), described("The share of the beat's lifeforce that is spent.")),
			states("What the lab attended to", 16, 4, []query{q(attentionModes.expr("environment", inEnvironment), "{{environment}}")}, attentionModes.words()),
			lines("Lifeforce", "none", 12, 8, []query{
				q(`nimmer_attention_spent_lifeforce{`+inEnvironment+`}`, "{{environment}} spent"),
				q(`nimmer_attention_budget_lifeforce{`+inEnvironment+`}`, "{{environment}} budget"),
			}, described("Each beat begins with nothing spent. Over its budget, the gates that are worth least are forced closed.")),
			lines("Open gates", "none", 12, 8, []query{q(`nimmer_attention_open_gates{`+inEnvironment+`}`, "{{environment}}")}, digits(0)),
		}},
		section{"Gates", []panel{
			states("Virtual garden", 12, 9, []query{q(`max by (environment, gate) (nimmer_gate_state{`+inGate+`, garden="virtual"})`, "{{environment}} {{gate}}")}, gateWords),
			states("Real garden", 12, 9, []query{q(`max by (environment, gate) (nimmer_gate_state{`+inGate+`, garden="real"})`, "{{environment}} {{gate}}")}, gateWords),
			lines("Value", "none", 12, 9, []query{q(`nimmer_gate_value{`+inGate+`}`, "{{environment}} {{gate}} {{garden}}")}, between(-1, 1),
				described("A gate opens when its value passes its threshold, and is stable again below its release.")),
			lines("Trust", "percentunit", 12, 9, []query{q(`nimmer_gate_weight{`+inGate+`}`, "{{environment}} {{gate}}")}, between(0, 1),
				described("What a gate learned of its openings' outcomes: it was right at least this often, nine times in ten.")),
			table("Every gate", 24, 9, []column{
				{name: "Environment", label: "environment"}, {name: "Gate", label: "gate"},
				{name: "State", query: `max by (environment, gate) (nimmer_gate_state{` + inGate + `, garden="virtual"})`, more: []property{
					{"custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}},
					{"mappings", []mapping{{"value", map[string]any{
						"-1": map[string]any{"text": "closed", "color": red, "index": 0},
						"0":  map[string]any{"text": "stable", "color": grey, "index": 1},
						"1":  map[string]any{"text": "open", "color": green, "index": 2},
					}}}},
				}},
				{name: "Value", query: `max by (environment, gate) (nimmer_gate_value{` + inGate + `, garden="virtual"})`, unit: "none", more: []property{{"decimals", 2}}},
				{name: "Opens at", query: `max by (environment, gate) (nimmer_gate_open_threshold{` + inGate + `})`, unit: "none"},
				{name: "Closes at", query: `max by (environment, gate) (nimmer_gate_close_threshold{` + inGate + `})`, unit: "none"},
				{name: "Trust", query: `max by (environment, gate) (nimmer_gate_weight{` + inGate + `})`, unit: "percentunit", more: bar(1, blue)},
				{name: "Tier", query: `max by (environment, gate) (nimmer_gate_tier{` + inGate + `})`, unit: "none"},
				{name: "Voices", query: `max by (environment, gate) (nimmer_gate_voices{` + inGate + `})`, unit: "none"},
				{name: "Changes, 1 h", query: `sum by (environment, gate) (increase(nimmer_gate_transitions_total{` + inGate + `, garden="virtual"}[1h]))`, unit: "none", more: []property{{"decimals", 0}}},
			}),
		}},
		section{"Decisions", []panel{
			lines("Transitions", "none", 12, 8, []query{q(`sum by (to) (increase(nimmer_gate_transitions_total{`+inGate+`}[$__rate_interval]))`, "{{to}}")},
				columns, digits(0), colours(map[string]string{"open": green, "closed": red, "stable": grey})),
			lines("Outcomes", "none", 12, 8, []query{q(`sum by (outcome) (increase(nimmer_gate_outcomes_total{`+inGate+`}[$__rate_interval]))`, "{{outcome}}")},
				columns, digits(0), colours(map[string]string{"confirmed": green, "failed": red, "partial": amber}), described("What came of openings: the only teacher of gates.")),
			lines("What followed", "none", 12, 8, []query{
				q(`sum(increase(nimmer_gate_handovers_total{`+inGate+`}[$__rate_interval]))`, "handed to Real"),
				q(`sum(increase(nimmer_gate_escalations_total{`+inGate+`}[$__rate_interval]))`, "escalated"),
				q(`sum(increase(nimmer_gate_reflexes_total{`+inGate+`}[$__rate_interval]))`, "by reflex"),
				q(`sum(increase(nimmer_boundary_requests_total{`+inEnvironment+`, result="stored"}[$__rate_interval]))`, "asked a mind"),
			}, columns, digits(0)),
			lines("Lifeforce by gate", "none", 12, 8, []query{q(`nimmer_gate_lifeforce{`+inGate+`}`, "{{environment}} {{gate}}")}, described("Earned less spent, since the beginning.")),
		}},
		section{"What is heard", []panel{
			lines("Waves", "suffix: waves/s", 8, 8, []query{q(`sum by (cell) (rate(nimmer_core_waves_total{`+inEnvironment+`}[$__rate_interval]))`, "{{cell}}")}, stacked),
			lines("Voices in the window", "none", 8, 8, []query{q(`nimmer_gate_voices{`+inGate+`}`, "{{environment}} {{gate}}")}, digits(0)),
			lines("Waves that never came", "suffix: waves/s", 8, 8, []query{q(`sum by (cell) (rate(nimmer_core_gaps_total{`+inEnvironment+`}[$__rate_interval]))`, "{{cell}}")},
				steps(green, at(red, 0.1)), described("Holes in the sources' own counters.")),
			lines("Refused and late", "suffix: waves/s", 8, 8, []query{
				q(`sum by (environment) (rate(nimmer_core_rejects_total{`+inEnvironment+`}[$__rate_interval]))`, "{{environment}} refused"),
				q(`sum by (gate) (rate(nimmer_gate_late_waves_total{`+inGate+`}[$__rate_interval]))`, "{{gate}} late"),
			}),
			table("Who speaks", 16, 8, []column{
				{name: "Environment", label: "environment"}, {name: "Cell", label: "cell"}, {name: "Version", label: "version"},
				{name: "Waves a second", query: `sum by (environment, cell) (rate(nimmer_cell_waves_total{` + inEnvironment + `}[5m]))`, unit: "none", more: []property{{"decimals", 2}}},
				{name: "Instances", query: `count by (environment, cell, version) (nimmer_cell_info{` + inEnvironment + `})`, unit: "none"},
			}),
		}},
		section{"Nerves, and what cells cost", []panel{
			states("Nerves", 12, 8, []query{q(`max by (nerve, state) (nimmer_nerve_state{`+inEnvironment+`})`, "{{nerve}} {{state}}")}, nerveYes),
			lines("Lifeforce taken", "none", 12, 8, []query{
				q(`sum by (cell) (rate(nimmer_cell_lifeforce_total{`+inEnvironment+`}[$__rate_interval]))`, "{{cell}} a second"),
				q(`sum by (nerve) (rate(nimmer_nerve_lifeforce_total{`+inEnvironment+`}[$__rate_interval]))`, "{{nerve}} a second"),
			}, stacked),
		}},
		section{"Keeping it", []panel{
			heat("Time to store and publish", "s", 12, 8, `sum by (le) (increase(nimmer_core_store_seconds_bucket{`+inEnvironment+`}[$__rate_interval]))`,
				described("From a decision until its state is stored and its transition is public.")),
			lines("One in a hundred takes longer", "s", 6, 8, []query{q(`histogram_quantile(0.99, sum by (environment, le) (rate(nimmer_core_store_seconds_bucket{`+inEnvironment+`}[5m])))`, "{{environment}}")},
				steps(green, at(red, 1)), marked("dashed")),
			lines("What waits", "none", 6, 8, []query{
				q(`nimmer_core_backlog_messages{`+inEnvironment+`}`, "{{environment}} decisions"),
				q(`nimmer_core_backlog_shards{`+inEnvironment+`}`, "{{environment}} shards"),
				q(`nimmer_core_queue{`+inEnvironment+`}`, "{{environment}} messages to judge"),
			}, digits(0)),
		}},
	)
}
