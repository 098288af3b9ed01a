package monitor

const onHost = `host=~"$host"`

func organsBoard() dashboard {
	return board(boardOrgans, "Organs and cards", "Minds and organs, who waits for them, and the cards they are on.",
		[]variable{chooseEnvironment, chooseHost},
		section{"Minds", []panel{
			states("What they do", 12, 6, []query{q(mindStates.expr("environment, mind", inEnvironment), "{{environment}} {{mind}}")}, mindStates.words()),
			bars("Who waits", "percentunit", 6, 6, []query{q(`nimmer_mind_queue{`+inEnvironment+`} / nimmer_mind_queue_capacity`, "{{environment}} {{mind}}")},
				between(0, 1), steps(green, at(amber, 0.5), at(red, 0.8)), described("The share of a mind's queue that is taken.")),
			number("Simulated", "none", 6, q(`sum(nimmer_mind_simulated{`+inEnvironment+`})`, "minds"), plain, tall(6), steps(green, at(amber, 1)),
				described("Minds that only play: no engine was found.")),
			lines("Requests", "reqps", 8, 8, []query{q(`sum by (mind, result) (rate(nimmer_mind_requests_total{`+inEnvironment+`}[$__rate_interval]))`, "{{mind}} {{result}}")}, stacked),
			heat("Time to an answer", "s", 8, 8, `sum by (le) (increase(nimmer_mind_answer_seconds_bucket{`+inEnvironment+`}[$__rate_interval]))`),
			lines("Tokens", "suffix: tokens/s", 8, 8, []query{q(`sum by (mind) (rate(nimmer_mind_tokens_total{`+inEnvironment+`}[$__rate_interval]))`, "{{mind}} a second")}),
		}},
		section{"Organs", []panel{
			states("What they do", 24, 8, []query{q(organStates.expr("environment, organ", inEnvironment), "{{environment}} {{organ}}")}, organStates.words()),
			lines("Requests", "reqps", 8, 8, []query{q(`sum by (organ, verb, result) (rate(nimmer_organ_requests_total{`+inEnvironment+`}[$__rate_interval]))`, "{{organ}} {{verb}} {{result}}")}, stacked),
			lines("Who waits", "none", 8, 8, []query{q(`sum by (organ, class) (nimmer_organ_queue{`+inEnvironment+`})`, "{{organ}} {{class}}")}, stacked, digits(0)),
			lines("Time to an answer, 19 of 20", "s", 8, 8, []query{q(`histogram_quantile(0.95, sum by (organ, le) (rate(nimmer_organ_request_seconds_bucket{`+inEnvironment+`}[5m])))`, "{{organ}}")}),
			lines("Loads", "none", 8, 8, []query{q(`sum by (organ, result) (increase(nimmer_organ_loads_total{`+inEnvironment+`}[$__rate_interval]))`, "{{organ}} {{result}}")}, columns, digits(0)),
			lines("Time to load, the middle", "s", 8, 8, []query{q(`histogram_quantile(0.5, sum by (organ, le) (rate(nimmer_organ_load_seconds_bucket{`+inEnvironment+`}[1h])))`, "{{organ}}")}),
			lines("Loads ahead of a gate", "none", 8, 8, []query{q(`sum by (result) (increase(nimmer_organ_preloads_total{`+inEnvironment+`}[$__rate_interval]))`, "{{result}}")},
				columns, digits(0), colours(map[string]string{"used": green, "wasted": amber})),
		}},
		section{"Cards", []panel{
			table("Every card", 24, 7, []column{
				{name: "Host", label: "host"}, {name: "Card", label: "gpu"}, {name: "Model", label: "modelName"},
				{name: "Busy", query: cardQuery("DCGM_FI_DEV_GPU_UTIL"), unit: "percent", more: bar(100, green, at(amber, 90))},
				{name: "Used", query: cardQuery("DCGM_FI_DEV_FB_USED"), unit: "mbytes"},
				{name: "Free", query: cardQuery("DCGM_FI_DEV_FB_FREE"), unit: "mbytes"},
				{name: "Temperature", query: cardQuery("DCGM_FI_DEV_GPU_TEMP"), unit: "celsius", more: cell("color-text", green, at(amber, 80), at(red, 88))},
				{name: "Power", query: cardQuery("DCGM_FI_DEV_POWER_USAGE"), unit: "watt"},
			}),
			lines("Busy", "percent", 8, 8, []query{q(`DCGM_FI_DEV_GPU_UTIL{`+onHost+`}`, "{{host}} {{gpu}}")}, between(0, 100)),
			lines("Memory in use", "mbytes", 8, 8, []query{q(`DCGM_FI_DEV_FB_USED{`+onHost+`}`, "{{host}} {{gpu}}")}),
			lines("Memory traffic", "percent", 8, 8, []query{q(`DCGM_FI_DEV_MEM_COPY_UTIL{`+onHost+`}`, "{{host}} {{gpu}}")}, between(0, 100)),
			lines("Temperature", "celsius", 8, 8, []query{q(`DCGM_FI_DEV_GPU_TEMP{`+onHost+`}`, "{{host}} {{gpu}}")}, steps(green, at(amber, 80), at(red, 88)), marked("dashed")),
			lines("Power", "watt", 8, 8, []query{q(`DCGM_FI_DEV_POWER_USAGE{`+onHost+`}`, "{{host}} {{gpu}}")}, stacked),
			lines("Memory given away and in use", "bytes", 8, 8, []query{
				q(`nimmer_card_memory_granted_bytes{`+onHost+`}`, "{{card}} given"),
				q(`nimmer_card_memory_used_bytes{`+onHost+`}`, "{{card}} in use"),
				q(`nimmer_card_memory_total_bytes{`+onHost+`}`, "{{card}} all"),
			}, described("What organs and minds were given, beside what the card says is in use by whomever.")),
		}},
		section{"Cards of hosts without DCGM", []panel{
			lines("Busy", "percentunit", 6, 8, []query{q(`nvidia_smi_utilization_gpu_ratio{`+onHost+`}`, "{{host}} {{uuid}}")}, between(0, 1)),
			lines("Memory in use", "bytes", 6, 8, []query{q(`nvidia_smi_memory_used_bytes{`+onHost+`}`, "{{host}} {{uuid}}")}),
			lines("Temperature", "celsius", 6, 8, []query{q(`nvidia_smi_temperature_gpu{`+onHost+`}`, "{{host}} {{uuid}}")}),
			lines("Power", "watt", 6, 8, []query{q(`nvidia_smi_power_draw_watts{`+onHost+`}`, "{{host}} {{uuid}}")}),
		}},
	)
}

func cardQuery(field string) string {
	return "max by (host, gpu, modelName) (" + field + "{" + onHost + "})"
}
