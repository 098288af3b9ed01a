package monitor

const inEnvironment = `environment=~"$environment"`

func overviewBoard() dashboard {
	return board(boardOverview, "Lab overview", "Is the lab well, what does it attend to, and who is busy.",
		[]variable{chooseEnvironment},
		section{"Now", []panel{
			number("Alerts", "none", 4, q(`count(ALERTS{alertname=~"Nimmer.+", alertstate="firing"}) or vector(0)`, "firing"),
				filled, steps(green, at(red, 1)), described("Alerts that fire. They are listed at the end of this page; the manual says what to do.")),
			number("Attention", "none", 4, q(attentionModes.expr("environment", inEnvironment), "{{environment}}"),
				plain, attentionModes.words(), leads("Gates and attention", boardGates), described("What the lab attends to as a whole.")),
			number("Open gates", "none", 4, q(`sum(nimmer_attention_open_gates{`+inEnvironment+`})`, "open"),
				steps(grey, at(green, 1)), leads("Gates and attention", boardGates)),
			number("Waves", "suffix: waves/s", 4, q(`sum(environment:nimmer_core_waves:rate1m{`+inEnvironment+`})`, "waves"),
				steps(red, at(green, 0.01)), described("Waves that gate core judges in a second."), leads("Gates and attention", boardGates)),
			number("Processes", "percentunit", 4, q(`avg(up{job="nimmer"})`, "up"),
				plain, steps(red, at(amber, 0.9), at(green, 1)), digits(0), leads("Processes", boardProcesses), described("Our processes that answer.")),
			number("Hosts", "percentunit", 4, q(`avg(up{job="node"})`, "up"),
				plain, steps(red, at(amber, 0.9), at(green, 1)), digits(0), leads("Hosts", boardHosts), described("Hosts whose node exporter answers.")),
		}},
		section{"Gates", []panel{
			states("What the gates say", 12, 9, []query{q(`max by (environment, gate) (nimmer_gate_state{`+inEnvironment+`, garden="virtual"})`, "{{environment}} {{gate}}")},
				gateWords, leads("Gates and attention", boardGates)),
			lines("Their values", "none", 12, 9, []query{q(`max by (environment, gate) (nimmer_gate_value{`+inEnvironment+`, garden="virtual"})`, "{{environment}} {{gate}}")},
				between(-1, 1), described("From -1, closed, to 1, open.")),
		}},
		section{"Nerves and minds", []panel{
			lines("Lifeforce of the beat", "percentunit", 8, 8, []query{q(`environment:nimmer_attention_spent:ratio{`+inEnvironment+`}`, "{{environment}}")},
				steps(green, at(amber, 0.8), at(red, 1)), marked("area"), described("The share of the beat's budget that is spent.")),
			lines("Waves by cell", "suffix: waves/s", 8, 8, []query{q(`sum by (cell) (rate(nimmer_core_waves_total{`+inEnvironment+`}[$__rate_interval])) > 0`, "{{cell}}")}, stacked),
			lines("Requests to minds", "reqps", 8, 8, []query{q(`sum by (mind, result) (rate(nimmer_mind_requests_total{`+inEnvironment+`}[$__rate_interval]))`, "{{mind}} {{result}}")},
				stacked, leads("Organs and cards", boardOrgans)),
		}},
		section{"Machines", []panel{
			bars("Processor", "percentunit", 6, 8, []query{q(`host:node_cpu:busy_ratio1m`, "{{host}}")}, between(0, 1), steps(green, at(amber, 0.8), at(red, 0.95)), leads("Hosts", boardHosts)),
			bars("Memory", "percentunit", 6, 8, []query{q(`host:node_memory:used_ratio`, "{{host}}")}, between(0, 1), steps(green, at(amber, 0.8), at(red, 0.95)), leads("Hosts", boardHosts)),
			bars("Streams on disk", "percentunit", 6, 8, []query{q(`host:jetstream_storage:used_ratio`, "{{host}}")}, between(0, 1), steps(green, at(amber, 0.7), at(red, 0.85)),
				leads("Bus", boardBus), described("What JetStream has used of the room it may use.")),
			bars("Card memory", "percentunit", 6, 8, []query{q(`card:dcgm_memory:used_ratio`, "{{host}} {{gpu}}")}, between(0, 1), steps(green, at(amber, 0.9), at(red, 0.97)), leads("Organs and cards", boardOrgans)),
		}},
		section{"Alerts", []panel{
			table("What fires, or is about to", 24, 8, []column{
				{name: "Alert", label: "alertname"},
				{name: "Severity", label: "severity", more: []property{
					{"custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}},
					{"mappings", []mapping{{"value", map[string]any{
						"critical": map[string]any{"color": red, "index": 0}, "warning": map[string]any{"color": amber, "index": 1},
					}}}},
				}},
				{name: "Environment", label: "environment"}, {name: "Host", label: "host"}, {name: "Service", label: "service"},
				{name: "Gate", label: "gate"}, {name: "Organ", label: "organ"}, {name: "Mind", label: "mind"},
				{name: "For", query: `time() - ALERTS_FOR_STATE{alertname=~"Nimmer.+"}`, unit: "s"},
			}, described("Each has a chapter in the manual, under its name.")),
		}},
	)
}
